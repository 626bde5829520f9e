"""A round: opened for its members, shared as a draft, objected to, published in editions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from kpi_small import OPENED, ROADMAP, WHY, text

from common.kernel.errors import DomainError
from common.testing.deciders import given
from kpi.domain import commands as c
from kpi.domain import errors
from kpi.domain import events as e
from kpi.domain.round import decider

ROUND = decider()
DAY = timedelta(days=1)
DUE, OBJECT_BY = date(2020, 8, 29), date(2020, 9, 20)
SHARED_ON, AFTER = date(2020, 9, 10), date(2020, 9, 21)
OPEN = c.OpenRound(ROADMAP, "2020-S1", OPENED)
ROUND_OPENED = e.RoundOpened(
    "small",
    "2018.1",
    4,
    "2020-S1",
    "2020-S1",
    DUE,
    (DUE - 30 * DAY, DUE - 7 * DAY, DUE - DAY),
    ("BA", "RS"),
    OPENED,
)
SHARED = (ROUND_OPENED, e.DraftShared(OBJECT_BY, SHARED_ON))
REPORTS = {name: UUID(int=n) for n, name in enumerate(("BA", "RS", None), 1)}


def listed(jurisdiction: str | None, digest: str, version: int = 12, published_in: int = 1) -> e.EditionReport:
    kind: e.ReportKind = "jurisdiction" if jurisdiction else "secretariat"
    return e.EditionReport(REPORTS[jurisdiction], kind, jurisdiction, version, digest * 64, published_in)


FIRST = (listed("BA", "a"), listed(None, "c"))
PUBLISHED = (*SHARED, e.RoundPublished(1, FIRST, ("RS",), AFTER))


def publish(*reports: e.EditionReport, on: date = AFTER, why: bool = False) -> c.PublishRound:
    return c.PublishRound(reports, on, WHY if why else None)


def objection(jurisdiction: str = "RS", on: date = OBJECT_BY, words: str = "Ours is double.") -> c.RaiseObjection:
    return c.RaiseObjection(jurisdiction, "6.1", text(words), on)


# opening


def test_opening_takes_periods_deadline_and_reminders_from_the_schedule() -> None:
    opened = given(ROUND).when(OPEN).then(ROUND_OPENED)
    assert (opened.state.phase, opened.state.version) == ("open", 1)
    opened.and_when(OPEN).refused(errors.AlreadyOpened, "already_opened")


@pytest.mark.parametrize(
    ("period", "number_", "values", "members"),
    [
        ("2018", 1, "2018", ("BA", "RS", "AL")),
        ("2019-S2", 3, "2019-S2", ("BA", "RS", "AL")),
        ("2021-S1", 6, "2021-S1", ("BA", "RS", "ME")),
        ("2024-S2", 13, "2024", ("BA", "RS", "ME")),
    ],
)
def test_members_are_those_who_belong_to_it_in_its_periods(
    period: str, number_: int, values: str, members: tuple[str, ...]
) -> None:
    command = c.OpenRound(ROADMAP, period, date(2029, 1, 1), due=date(2030, 1, 1))
    opened = given(ROUND).when(command).state
    assert (opened.number, opened.period, opened.values_period) == (number_, period, values)
    assert opened.members == members


def test_a_round_opens_once_its_period_has_begun() -> None:
    early = replace(OPEN, on=date(2019, 12, 31))
    given(ROUND).when(early).refused(errors.InvalidInput, "period_not_begun", pointer="/period")
    given(ROUND).when(replace(OPEN, on=date(2020, 1, 1)))


def test_deadline_and_reminders_may_be_named() -> None:
    days = (DUE, DUE - 5 * DAY)
    opened = given(ROUND).when(replace(OPEN, due=DUE + DAY, reminders=days)).state
    assert (opened.due, opened.reminders) == (DUE + DAY, (DUE - 5 * DAY, DUE))
    assert given(ROUND).when(replace(OPEN, reminders=())).state.reminders == ()


@pytest.mark.parametrize(
    ("changes", "error", "code", "pointer"),
    [
        ({"period": "2020"}, errors.UnknownPeriod, "period_unknown", "/period"),
        ({"period": "2018-S2"}, errors.UnknownPeriod, "period_unknown", "/period"),
        ({"period": "soon"}, errors.UnknownPeriod, "period_unknown", "/period"),
        ({"due": OPENED - DAY}, errors.InvalidInput, "due_before_opening", "/due"),
        ({"reminders": (DUE + DAY,)}, errors.InvalidInput, "reminder_outside", "/reminders/0"),
        ({"reminders": (DUE, OPENED - DAY)}, errors.InvalidInput, "reminder_outside", "/reminders/1"),
    ],
)
def test_what_the_schedule_does_not_know_is_not_opened(
    changes: dict[str, object], error: type[DomainError], code: str, pointer: str
) -> None:
    given(ROUND).when(replace(OPEN, **changes)).refused(error, code, pointer=pointer)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "command", [c.ShareDraft(OBJECT_BY, OPENED - DAY), objection(on=OPENED - DAY), publish(on=OPENED - DAY)]
)
def test_nothing_happens_to_a_round_before_it_is_opened(command: c.RoundCommand) -> None:
    given(ROUND).when(command).refused(errors.NotOpened, "not_opened")
    given(ROUND, ROUND_OPENED).when(command).refused(errors.BeforeOpening, "before_opening", pointer="/on")


# sharing and objecting


def test_a_draft_is_shared_until_a_day_that_is_still_to_come() -> None:
    shared = given(ROUND, ROUND_OPENED).when(c.ShareDraft(OBJECT_BY, SHARED_ON)).then(SHARED[1])
    assert (shared.state.phase, shared.state.object_by) == ("draft_shared", OBJECT_BY)
    given(ROUND, ROUND_OPENED).when(c.ShareDraft(SHARED_ON, SHARED_ON)).then(e.DraftShared(SHARED_ON, SHARED_ON))
    given(ROUND, ROUND_OPENED).when(c.ShareDraft(SHARED_ON - DAY, SHARED_ON)).refused(
        errors.InvalidInput, "too_early", pointer="/object_by"
    )


def test_the_time_to_object_may_be_made_longer_and_not_shorter() -> None:
    shared = given(ROUND, *SHARED)
    longer = c.ShareDraft(OBJECT_BY + DAY, AFTER)
    shared.when(longer).then(e.DraftShared(OBJECT_BY + DAY, AFTER))
    shared.when(c.ShareDraft(OBJECT_BY - DAY, SHARED_ON)).refused(errors.InvalidInput, "too_early")
    shared.when(c.ShareDraft(OBJECT_BY, SHARED_ON)).then()
    given(ROUND, *PUBLISHED).when(longer).refused(errors.AlreadyPublished, "already_published")


def test_members_object_until_that_day_inclusive() -> None:
    raised = given(ROUND, *SHARED).when(objection())
    raised.then(e.ObjectionRaised(1, "RS", "6.1", text("Ours is double."), OBJECT_BY))
    raised.and_when(objection("BA")).then(e.ObjectionRaised(2, "BA", "6.1", text("Ours is double."), OBJECT_BY))
    raised.and_when(objection(on=AFTER)).refused(errors.ObjectionsPeriodOver, "objection_period_over")


def test_objections_are_those_of_members_to_a_draft_that_was_shared() -> None:
    given(ROUND, ROUND_OPENED).when(objection()).refused(errors.DraftNotShared, "draft_not_shared")
    given(ROUND, *SHARED).when(objection("ME")).refused(errors.NoMember, "not_a_member")
    given(ROUND, *SHARED).when(objection(words=" ")).refused(errors.InvalidInput, "empty", pointer="/text")
    given(ROUND, *PUBLISHED).when(objection()).refused(errors.AlreadyPublished)


def test_an_objection_is_answered_once() -> None:
    raised = (*SHARED, e.ObjectionRaised(1, "RS", None, WHY, OBJECT_BY))
    answer = c.AnswerObjection(1, text("Mended."), AFTER)
    answered = given(ROUND, *raised).when(answer).then(e.ObjectionAnswered(1, text("Mended."), AFTER))
    assert (answered.state.objections[0].answer, answered.state.objections[0].answered_on) == (text("Mended."), AFTER)
    answered.and_when(answer).refused(errors.AlreadyAnswered, "already_answered")
    given(ROUND, *raised).when(replace(answer, number=2)).refused(errors.UnknownObjection, "objection_unknown")
    given(ROUND, *raised).when(replace(answer, answer=text(""))).refused(
        errors.InvalidInput, "empty", pointer="/answer"
    )


# publishing


def test_the_first_edition_lists_what_it_froze_and_who_is_missing() -> None:
    out = given(ROUND, *SHARED).when(publish(*FIRST)).then(PUBLISHED[-1])
    assert (out.state.phase, out.state.editions[0].reports) == ("published", FIRST)
    everyone = given(ROUND, *SHARED).when(publish(listed("BA", "a"), listed("RS", "b")))
    assert everyone.state.editions[0].missing == ()


def test_the_first_edition_waits_for_the_members() -> None:
    given(ROUND, ROUND_OPENED).when(publish(*FIRST)).refused(errors.DraftNotShared)
    given(ROUND, *SHARED).when(publish(*FIRST, on=OBJECT_BY)).refused(
        errors.ObjectionPeriodOpen, "objection_period_open"
    )
    objected = (*SHARED, e.ObjectionRaised(1, "RS", None, WHY, OBJECT_BY))
    given(ROUND, *objected).when(publish(*FIRST)).refused(errors.OpenObjections, "open_objections")
    answered = (*objected, e.ObjectionAnswered(1, WHY, AFTER))
    assert given(ROUND, *answered).when(publish(*FIRST)).state.phase == "published"


def test_an_edition_without_a_jurisdictions_report_is_none() -> None:
    for reports in ((), (listed(None, "c"),)):
        given(ROUND, *SHARED).when(publish(*reports)).refused(errors.NothingAccepted, "nothing_accepted")


def test_a_later_edition_says_why_and_what_is_unchanged_keeps_its_edition() -> None:
    changed = (listed("BA", "b", 20, 2), listed(None, "c"))
    given(ROUND, *PUBLISHED).when(publish(*changed)).refused(
        errors.ReasonRequired, "reason_required", pointer="/reason"
    )
    again = given(ROUND, *PUBLISHED).when(publish(*changed, why=True))
    again.then(e.RoundPublished(2, changed, ("RS",), AFTER, WHY))
    assert [edition.reports for edition in again.state.editions] == [FIRST, changed]


def test_a_report_that_came_later_makes_a_new_edition() -> None:
    later = (*FIRST, listed("RS", "d", 15, 2))
    assert given(ROUND, *PUBLISHED).when(publish(*later, why=True)).state.editions[1].missing == ()


def test_the_same_figures_again_make_no_edition() -> None:
    given(ROUND, *PUBLISHED).when(publish(*FIRST, why=True)).refused(errors.NothingRestated, "nothing_restated")
    refrozen = (listed("BA", "a", 20, 2), listed(None, "c"))
    given(ROUND, *PUBLISHED).when(publish(*refrozen, why=True)).refused(errors.NothingRestated)

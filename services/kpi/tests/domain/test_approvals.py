"""Clearing, endorsing, returning, accepting, reopening, restating and freezing: each bound to what its author saw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from kpi_small import (
    BA,
    DAY,
    DUE,
    HEAD,
    OFFICE,
    POLICE,
    REPORT,
    SECRETARIAT,
    WHY,
    accept,
    accepted,
    clear,
    digest_of,
    endorse,
    endorsed,
    figure_recorded,
    filled,
    input_of,
    input_recorded,
    number,
    published,
    record,
    send_back,
    state_of,
    text,
)

from common.kernel.errors import DomainError
from common.testing.deciders import given
from kpi.domain import commands as c
from kpi.domain import errors
from kpi.domain import events as e
from kpi.domain.digest import inputs_digest
from kpi.domain.state import Returned, State, Voided
from kpi.domain.values import Narrative

LAST = len(filled())
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
OTHER = "0" * 64
REOPENED = e.ReportReopened(OFFICE, DAY, WHY)
RESTATING = e.RestatementOpened(OFFICE, DAY, WHY)


def returned(*events: e.ReportEvent) -> tuple[e.ReportEvent, ...]:
    sent = endorsed(*events)
    return (*sent, e.ReportReturned(digest_of(*events), (e.PartComment(None, text("No.")),), OFFICE, DAY))


def seen(events: Sequence[e.ReportEvent]) -> int:
    return len(events)


# endorsing


def test_endorsing_submits_and_stores_what_validation_found() -> None:
    digest = digest_of(*filled())
    sent = given(REPORT, *filled()).when(endorse(LAST))
    sent.then(e.ReportEndorsed(digest, HEAD, (), "2018.1+1", DAY), e.ReportSubmitted(digest, DAY))
    state: State = sent.state
    assert (state.phase, state.received_on, state.rules_version) == ("submitted", DAY, "2018.1+1")


def test_what_is_endorsed_is_what_was_seen() -> None:
    given(REPORT, *filled()).when(endorse(LAST - 1)).refused(errors.StaleContent, "stale_version")
    given(REPORT, *filled()).when(endorse(LAST + 1)).refused(errors.StaleContent)
    given(REPORT, *filled()).when(endorse(LAST, OTHER)).refused(errors.DigestDiffers, "digest_differs")
    assert given(REPORT, *filled()).when(endorse(LAST, digest_of(*filled()))).decision.events


def test_what_is_no_content_makes_no_endorsement_stale() -> None:
    events = (*filled(), e.ReaderInvited("person:3", DAY), e.DueExtended(date(2020, 9, 30), DAY, WHY))
    assert given(REPORT, *events).when(endorse(LAST)).decision.events


@pytest.mark.parametrize(
    ("events", "error"),
    [
        (endorsed(*filled()), errors.AlreadySubmitted),
        (accepted(*filled()), errors.AcceptedReport),
        (published(*filled()), errors.PublishedReport),
        ((SECRETARIAT, figure_recorded("5", number(1))), errors.NotForThisReport),
    ],
)
def test_it_is_endorsed_once_as_it_stands(events: tuple[e.ReportEvent, ...], error: type[DomainError]) -> None:
    given(REPORT, *events).when(endorse(seen(events))).refused(error)


def test_a_change_after_the_endorsement_visibly_voids_it() -> None:
    events = endorsed(*filled())
    changed = given(REPORT, *events).when(record("3.1", number(41), seen=seen(events))).state
    assert (changed.phase, changed.endorsement.valid, changed.endorsement.voided_at) == ("draft", False, LAST + 3)
    assert changed.voided == (Voided("endorsement", None, digest_of(*filled()), HEAD, DAY, LAST + 3),)
    assert changed.received_on == DAY


def test_going_back_to_what_was_endorsed_does_not_endorse_it_again() -> None:
    events = (*endorsed(*filled()), figure_recorded("3.1", number(41)), figure_recorded("3.1", number(40)))
    state = state_of(*events)
    assert (state.digest(), state.phase) == (digest_of(*filled()), "draft")
    assert given(REPORT, *events).when(endorse(seen(events))).state.phase == "submitted"


@pytest.mark.parametrize(
    "change", [e.NarrativeRecorded("1", Narrative("bs", text("Dobro.")), DAY), input_recorded("6.2", "10.8")]
)
def test_a_narrative_or_an_input_voids_it_too(change: e.ReportEvent) -> None:
    events = (*endorsed(*filled()), change)
    assert state_of(*events).phase == "draft"
    given(REPORT, *events).when(accept(seen(events))).refused(errors.NotSubmitted)


def test_no_approval_is_dated_before_what_it_is_about() -> None:
    given(REPORT, *filled()).when(endorse(LAST, on=BEFORE)).refused(
        errors.BeforeLastChange, "before_last_change", pointer="/on"
    )
    early = c.AcceptReport(OFFICE, LAST + 2, BEFORE)
    given(REPORT, *endorsed(*filled())).when(early).refused(errors.BeforeLastChange)
    back = c.ReturnReport((e.PartComment(None, WHY),), OFFICE, LAST + 2, BEFORE)
    given(REPORT, *endorsed(*filled())).when(back).refused(errors.BeforeLastChange)
    given(REPORT, *accepted(*filled())).when(c.ReopenReport(OFFICE, BEFORE, WHY)).refused(errors.BeforeLastChange)
    given(REPORT, *published(*filled())).when(c.OpenRestatement(OFFICE, BEFORE, WHY)).refused(errors.BeforeLastChange)


# clearing


def test_an_institution_clears_exactly_its_inputs() -> None:
    events = (BA, input_recorded("6.1", 4), input_recorded("6.2", 2), input_recorded("6.1", 3, "customs"))
    digest = inputs_digest(
        tuple((held.part, held.input) for held in state_of(*events).inputs if held.institution == "police")
    )
    cleared = given(REPORT, *events).when(clear(4)).then(e.InputsCleared("police", digest, POLICE, DAY))
    assert [(held.institution, held.valid) for held in cleared.state.clearances] == [("police", True)]
    cleared.and_when(clear(5)).refused(errors.AlreadyCleared, "already_cleared")
    assert given(REPORT, *events).when(clear(4, digest=digest)).decision.events
    given(REPORT, *events).when(clear(4, digest=OTHER)).refused(errors.DigestDiffers)


def test_institutions_clear_in_parallel() -> None:
    events = (BA, input_recorded("6.1", 4), input_recorded("6.1", 3, "customs"))
    first = given(REPORT, *events).when(clear(3))
    both = first.and_when(clear(3, "customs")).state
    assert {held.institution: held.valid for held in both.clearances} == {"police": True, "customs": True}


def test_clearing_what_has_changed_since_is_stale_and_anothers_change_is_no_matter() -> None:
    events = (BA, input_recorded("6.1", 4), input_recorded("6.2", 2), input_recorded("6.1", 3, "customs"))
    given(REPORT, *events).when(clear(2)).refused(errors.StaleContent)
    assert given(REPORT, *events).when(clear(3)).decision.events
    given(REPORT, *events).when(clear(9)).refused(errors.StaleContent)


def test_who_has_recorded_nothing_clears_nothing() -> None:
    given(REPORT, BA, input_recorded("6.1", 4)).when(clear(2, "customs")).refused(
        errors.NothingToClear, "nothing_to_clear"
    )


def test_a_later_input_voids_the_institutions_clearance_alone() -> None:
    digest = inputs_digest((("6.1", input_recorded("6.1", 4).input),))
    events = (
        BA,
        input_recorded("6.1", 4),
        input_recorded("6.1", 3, "customs"),
        e.InputsCleared("police", digest, POLICE, DAY),
        e.InputsCleared("customs", OTHER, POLICE, DAY),
    )
    state = given(REPORT, *events).when(input_of("6.1", 5, seen=5)).state
    assert {held.institution: held.voided_at for held in state.clearances} == {"police": 6, "customs": None}
    assert state.voided == (Voided("clearance", "police", digest, POLICE, DAY, 6),)


def test_inputs_of_an_accepted_report_are_not_cleared() -> None:
    events = accepted(*filled(), input_recorded("6.1", 7))
    given(REPORT, *events).when(clear(seen(events))).refused(errors.AcceptedReport)


# checking


def test_it_is_returned_with_comments_and_submitted_again() -> None:
    events = endorsed(*filled())
    comments = (e.PartComment("6.1", text("Why so few?")), e.PartComment("6", WHY), e.PartComment(None, WHY))
    digest = digest_of(*filled())
    back = given(REPORT, *events).when(send_back(LAST, *comments))
    back.then(e.ReportReturned(digest, comments, OFFICE, DAY))
    assert back.state.phase == "returned"
    assert back.state.returned == Returned(digest, comments, OFFICE, DAY, LAST + 3)
    changed = back.and_when(record("6.1", number(8), seen=LAST + 3))
    assert changed.state.phase == "returned"
    again = changed.and_when(endorse(LAST + 4)).state
    assert (again.phase, again.returned.digest) == ("submitted", digest)


def test_a_change_after_resubmission_makes_a_draft_of_it() -> None:
    events = (*endorsed(*returned(*filled())), figure_recorded("3.1", number(41)))
    assert state_of(*events).phase == "draft"


def test_days_of_receipt_are_the_first_and_the_last() -> None:
    events = (*returned(*filled()), e.ReportEndorsed(OTHER, HEAD, (), "1+1", AFTER), e.ReportSubmitted(OTHER, AFTER))
    state = state_of(*events)
    assert (state.first_received_on, state.received_on) == (DAY, AFTER)


def test_who_returns_says_why() -> None:
    sent = given(REPORT, *endorsed(*filled()))
    sent.when(c.ReturnReport((), OFFICE, LAST, DAY)).refused(errors.InvalidInput, "required", pointer="/comments")
    sent.when(send_back(LAST, e.PartComment(None, WHY), e.PartComment("99", text(" ")))).refused(
        errors.InvalidInput, "empty", "kpi_unknown", pointer="/comments/1/text"
    )


def test_it_is_accepted_as_it_was_submitted() -> None:
    digest = digest_of(*filled())
    done = given(REPORT, *endorsed(*filled())).when(accept(LAST + 2, digest))
    done.then(e.ReportAccepted(digest, OFFICE, DAY))
    assert (done.state.phase, done.state.acceptance.digest) == ("accepted", done.state.digest())


def test_what_is_returned_or_accepted_is_what_was_seen() -> None:
    sent = given(REPORT, *endorsed(*filled()))
    for command in (accept(LAST - 1), accept(LAST + 3), send_back(LAST - 1)):
        sent.when(command).refused(errors.StaleContent)
    for command in (accept(LAST, OTHER), send_back(LAST, digest=OTHER)):
        sent.when(command).refused(errors.DigestDiffers)


@pytest.mark.parametrize(
    "events",
    [
        filled(),
        returned(*filled()),
        accepted(*filled()),
        published(*filled()),
        (*endorsed(*filled()), figure_recorded("3.1", number(41))),
        (*published(*filled()), RESTATING),
    ],
)
def test_what_is_not_submitted_is_neither_accepted_nor_returned(events: tuple[e.ReportEvent, ...]) -> None:
    given(REPORT, *events).when(accept(seen(events))).refused(errors.NotSubmitted, "not_submitted")
    given(REPORT, *events).when(send_back(seen(events))).refused(errors.NotSubmitted)


def test_nobody_checks_the_secretariats_report() -> None:
    events = (SECRETARIAT, figure_recorded("5", number(1)))
    given(REPORT, *events).when(accept(2)).refused(errors.NotForThisReport, "not_for_this_report")
    given(REPORT, *events).when(send_back(2)).refused(errors.NotForThisReport)


# after acceptance


def test_an_accepted_report_is_reopened_with_a_reason_and_its_approvals_are_void() -> None:
    opened = given(REPORT, *accepted(*filled())).when(c.ReopenReport(OFFICE, DAY, WHY)).then(REOPENED)
    state: State = opened.state
    assert state.phase == "draft"
    assert [held.kind for held in state.voided] == ["endorsement", "acceptance"]
    assert state.reopened is not None
    assert not state.reopened.restating
    assert opened.and_when(record("3.1", number(41), seen=seen(accepted(*filled())))).decision.events
    assert opened.and_when(endorse(LAST + 4)).state.phase == "submitted"
    blank = c.ReopenReport(OFFICE, DAY, text(" "))
    given(REPORT, *accepted(*filled())).when(blank).refused(errors.ReasonRequired, "empty", pointer="/reason")


@pytest.mark.parametrize("events", [filled(), endorsed(*filled()), returned(*filled())])
def test_what_is_not_accepted_is_open(events: tuple[e.ReportEvent, ...]) -> None:
    given(REPORT, *events).when(c.ReopenReport(OFFICE, DAY, WHY)).refused(errors.NotAccepted, "not_accepted")
    given(REPORT, *events).when(c.OpenRestatement(OFFICE, DAY, WHY)).refused(errors.NotPublished, "not_published")


def test_what_is_published_is_restated_and_not_reopened() -> None:
    out = given(REPORT, *published(*filled()))
    out.when(c.ReopenReport(OFFICE, DAY, WHY)).refused(errors.PublishedReport)
    opened = out.when(c.OpenRestatement(OFFICE, DAY, WHY)).then(RESTATING)
    assert (opened.state.phase, opened.state.restating) == ("draft", True)
    opened.and_when(c.OpenRestatement(OFFICE, DAY, WHY)).refused(errors.NotPublished)
    out.when(c.OpenRestatement(OFFICE, DAY, text(""))).refused(errors.ReasonRequired, "empty", pointer="/reason")


def test_publishing_freezes_what_was_accepted() -> None:
    events = accepted(*filled())
    state = state_of(*events)
    frozen = given(REPORT, *events).when(c.PublishReport(1, state.digest(), DAY))
    frozen.then(e.ReportPublished(1, state.digest(), state.contents(), DAY))
    assert frozen.state.phase == "published"
    given(REPORT, *events).when(c.PublishReport(1, OTHER, DAY)).refused(errors.DigestDiffers)


@pytest.mark.parametrize(
    "events",
    [filled(), endorsed(*filled()), returned(*filled()), (*accepted(*filled()), REOPENED), published(*filled())],
)
def test_only_what_is_accepted_is_published(events: tuple[e.ReportEvent, ...]) -> None:
    given(REPORT, *events).when(c.PublishReport(1, digest_of(*events), DAY)).refused(errors.NotAccepted)


def test_a_restatement_names_the_edition_it_replaces_and_leaves_it_as_it_was() -> None:
    first = published(*filled())
    changed = (*first, RESTATING, figure_recorded("3.1", number(41)))
    assert state_of(*changed).phase == "draft"
    events = accepted(*changed)
    assert state_of(*events).phase == "accepted"
    state = given(REPORT, *events).when(c.PublishReport(2, digest_of(*events), AFTER)).state
    assert [(held.edition, held.restates) for held in state.published] == [(1, None), (2, 1)]
    assert state.published[0] == state_of(*first).published[0]
    assert state.published[0].digest == digest_of(*filled())
    assert (state.phase, state.restating) == ("published", False)


def test_a_restatement_that_is_reopened_stays_one() -> None:
    events = (
        *accepted(*published(*filled()), RESTATING, figure_recorded("3.1", number(41))),
        REOPENED,
    )
    state = state_of(*events)
    assert (state.phase, state.restating) == ("draft", True)
    assert given(REPORT, *events).when(record("3.1", number(42), seen=seen(events))).decision.events


def test_a_restatement_makes_no_timely_report_late() -> None:
    late = date(2021, 1, 10)
    events = (*published(*filled()), RESTATING, figure_recorded("3.1", number(41), on=late))
    assert state_of(*endorsed(*events, on=late)).received_on == DAY


def test_the_secretariats_report_is_frozen_as_it_stands_and_restated_likewise() -> None:
    events = (SECRETARIAT, figure_recorded("5", number(1)))
    first = given(REPORT, *events).when(c.PublishReport(1, digest_of(*events), DAY))
    first.then(e.ReportPublished(1, digest_of(*events), state_of(*events).contents(), DAY))
    first.and_when(record("5", number(2), seen=3)).refused(errors.PublishedReport)
    opened = first.and_when(c.OpenRestatement(OFFICE, DAY, WHY)).and_when(record("5", number(2), seen=4))
    again = opened.and_when(c.PublishReport(2, opened.state.digest(), DAY)).state
    assert [held.restates for held in again.published] == [None, 1]


# deadlines


def test_a_deadline_is_extended_to_a_later_day_with_a_reason() -> None:
    later = DUE + timedelta(days=1)
    extended = given(REPORT, BA).when(c.ExtendDue(later, DAY, WHY)).then(e.DueExtended(later, DAY, WHY))
    assert (extended.state.due, extended.state.extensions[0].reason) == (later, WHY)
    for day in (DUE, later):
        extended.and_when(c.ExtendDue(day, DAY, WHY)).refused(errors.DueNotLater, "due_not_later", pointer="/due")
    given(REPORT, BA).when(c.ExtendDue(later, DAY, text(" "))).refused(errors.ReasonRequired)


def test_an_extension_changes_nothing_else() -> None:
    events = endorsed(*filled())
    state = given(REPORT, *events).when(c.ExtendDue(DUE + timedelta(days=1), DAY, WHY)).state
    assert (state.phase, state.digest()) == ("submitted", digest_of(*events))


def test_a_report_is_opened_once() -> None:
    opening = c.OpenReport(BA.round, 4, "2020-S1", "2020-S1", "jurisdiction", "BA", DUE, BA.on)
    given(REPORT).when(opening).then(BA)
    given(REPORT, BA).when(opening).refused(errors.AlreadyOpened, "already_opened")


def test_nothing_is_approved_before_it_is_opened() -> None:
    given(REPORT).when(endorse(1)).refused(errors.NotOpened)

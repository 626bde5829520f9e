"""What somebody may do now, and for what they may not: why. That the commands agree: see also `test_any_order`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from kpi_small import (
    BA,
    DAY,
    DEFINITIONS,
    OPENED,
    SECRETARIAT,
    WHY,
    accepted,
    endorsed,
    figure_recorded,
    filled,
    input_recorded,
    number,
    published,
    state_of,
)

from common.kernel.errors import DomainError
from kpi.domain import commands as c
from kpi.domain import events as e
from kpi.domain import round as rounds
from kpi.domain.actions import Acting, report_actions, round_actions
from kpi.domain.digest import inputs_digest
from kpi.domain.validation import validate

COMMISSION = frozenset(
    {"figures:record", "inputs:record", "narratives:record", "evidence:add", "warnings:explain", "queries:answer"}
)
HEAD = COMMISSION | {"reports:endorse", "readers:invite"}
OFFICE = frozenset(
    {
        "reports:check",
        "reports:reopen",
        "reports:restate",
        "rounds:extend",
        "queries:handle",
        "secretariat:record",
    }
)
ROUNDS = frozenset({"rounds:share", "rounds:publish", "objections:raise", "objections:answer"})
NOTHING: frozenset[str] = frozenset()


def why(
    events: Sequence[e.ReportEvent],
    permissions: frozenset[str],
    *,
    covers: bool = True,
    institution: str | None = None,
) -> dict[str, tuple[str, ...]]:
    """By action: what stands against it."""
    state = state_of(*events)
    found = validate(DEFINITIONS, state, c.History())
    acting = Acting(permissions, covers, DAY, institution)
    return {action.name: action.why for action in report_actions(state, acting, found)}


def allowed(events: Sequence[e.ReportEvent], permissions: frozenset[str], *, covers: bool = True) -> set[str]:
    return {name for name, against in why(events, permissions, covers=covers).items() if not against}


RECORDING = {"record_figure", "record_input", "record_narrative", "add_evidence"}


@pytest.mark.parametrize(
    ("events", "head", "office"),
    [
        (filled(), RECORDING | {"endorse", "invite_reader"}, {"extend"}),
        (endorsed(*filled()), RECORDING | {"invite_reader"}, {"extend", "accept", "return", "compare_with_feed"}),
        (accepted(*filled()), {"invite_reader"}, {"extend", "reopen", "compare_with_feed"}),
        (published(*filled()), {"invite_reader"}, {"extend", "restate", "compare_with_feed"}),
        (
            (*published(*filled()), e.RestatementOpened("person:office", DAY, WHY)),
            RECORDING | {"endorse", "invite_reader"},
            {"extend"},
        ),
    ],
)
def test_each_phase_admits_what_comes_next(events: tuple[e.ReportEvent, ...], head: set[str], office: set[str]) -> None:
    assert allowed(events, HEAD) == head
    assert allowed(events, OFFICE, covers=False) == office


def test_whoever_lacks_the_permission_is_told_which() -> None:
    assert allowed(filled(), NOTHING) == set()
    assert why(filled(), NOTHING)["endorse"] == ("This needs the permission reports:endorse.",)


def test_what_belongs_to_a_jurisdiction_is_nobody_elses() -> None:
    assert allowed(filled(), HEAD, covers=False) == set()
    assert why(filled(), HEAD, covers=False)["endorse"] == ("It belongs to another jurisdiction.",)


def test_everything_that_stands_against_it_is_said() -> None:
    assert why(accepted(*filled(_3_2=number(41))), HEAD)["endorse"] == (
        "The report is accepted; ask the secretariat to reopen it",
        "Validation found errors; mend them first: More adjudicated than investigated. (41 <= 40 does not hold.)",
    )


def test_an_institution_clears_what_it_recorded_and_has_not_cleared() -> None:
    clearing = frozenset({"inputs:clear"})
    events = BA, input_recorded("6.1", 7)
    assert why(events, clearing, institution="police")["clear_inputs"] == ()
    assert why(events, clearing, institution="customs")["clear_inputs"] != ()
    assert why(events, clearing)["clear_inputs"] != ()
    cleared = e.InputsCleared("police", inputs_digest((("6.1", events[1].input),)), "person:police", DAY)
    (said,) = why((*events, cleared), clearing, institution="police")["clear_inputs"]
    assert said == "The institution has cleared exactly these inputs"


def test_the_secretariats_report_is_recorded_and_restated_and_nothing_else() -> None:
    events = (SECRETARIAT, figure_recorded("5", number(1)))
    assert why(events, HEAD | OFFICE) == {
        "record_figure": (),
        "restate": ("The report is not published: It is draft.",),
    }
    assert allowed(published(*events), OFFICE) == {"restate"}
    assert allowed(events, HEAD) == set()


# rounds

OBJECT_BY = date(2020, 9, 20)
ROUND_OPENED = e.RoundOpened("small", "2018.1", 4, "2020-S1", "2020-S1", date(2020, 8, 29), (), ("BA", "RS"), OPENED)
ROUND = rounds.decider()


def listed(jurisdiction: str | None, digest: str, edition: int) -> e.EditionReport:
    kind: e.ReportKind = "jurisdiction" if jurisdiction else "secretariat"
    return e.EditionReport(UUID(int=len(jurisdiction or "")), kind, jurisdiction, 9, digest * 64, edition)


rounds_events = st.sampled_from(
    [
        e.DraftShared(OBJECT_BY, DAY),
        e.DraftShared(OBJECT_BY + timedelta(days=2), DAY),
        e.ObjectionRaised(1, "RS", None, WHY, DAY),
        e.ObjectionAnswered(1, WHY, DAY),
        e.RoundPublished(1, (listed("BA", "a", 1), listed(None, "c", 1)), ("RS",), OBJECT_BY),
    ]
)
editions = st.sampled_from(
    [
        (),
        (listed(None, "c", 1),),
        (listed("BA", "a", 1),),
        (listed("BA", "a", 1), listed(None, "c", 1)),
        (listed("BA", "b", 2), listed(None, "c", 1)),
        (listed("BA", "a", 2), listed(None, "c", 1)),
    ]
)


@settings(max_examples=200, deadline=None)
@for_all(
    st.lists(rounds_events, unique_by=type, max_size=4),
    editions,
    st.sampled_from([OPENED, DAY, OBJECT_BY, OBJECT_BY + timedelta(days=1), OBJECT_BY + timedelta(days=3)]),
)
def test_a_rounds_list_says_what_its_commands_say(
    happened: list[e.RoundEvent], reports: tuple[e.EditionReport, ...], on: date
) -> None:
    state = ROUND.fold([ROUND_OPENED, *happened])
    assert state is not None
    unanswered = [objection.number for objection in state.objections if objection.answer is None]
    commands: dict[str, list[c.RoundCommand]] = {
        "share_draft": [c.ShareDraft(date(2021, 1, 1), on)],
        "object": [c.RaiseObjection("BA", None, WHY, on)],
        "answer_objection": [c.AnswerObjection(number, WHY, on) for number in unanswered],
        "publish": [c.PublishRound(reports, on, WHY)],
    }
    said = round_actions(state, Acting(ROUNDS, True, on), reports)
    assert {action.name: action.allowed for action in said} == {
        name: any(_admitted(command, state) for command in options) for name, options in commands.items()
    }


def _admitted(command: c.RoundCommand, state: rounds.State) -> bool:
    try:
        ROUND.decide(command, state)
    except DomainError:
        return False
    return True


def test_a_round_is_for_its_members_and_the_secretariat() -> None:
    state = ROUND.fold([ROUND_OPENED, e.DraftShared(OBJECT_BY, DAY)])
    assert state is not None
    outsider = round_actions(state, Acting(ROUNDS, False, DAY), ())
    assert [action.name for action in outsider if action.allowed] == ["share_draft"]
    nobody = round_actions(state, Acting(NOTHING, True, DAY), ())
    assert not any(action.allowed for action in nobody)

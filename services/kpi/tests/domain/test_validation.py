"""What validation finds before a report is endorsed, what blocks, and what an explanation holds for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from kpi_small import (
    ANSWERS,
    BA,
    DAY,
    DEFINITIONS,
    NOT_REPORTED,
    POLICE,
    REPORT,
    ROADMAP,
    RS,
    SECRETARIAT,
    accepted,
    endorse,
    figure_recorded,
    filled,
    input_recorded,
    number,
    published,
    state_of,
    text,
)

from common.testing.deciders import given
from kpi.domain import commands as c
from kpi.domain import errors, report
from kpi.domain import events as e
from kpi.domain.digest import inputs_digest
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Rule
from kpi.domain.validation import rules_version, validate
from kpi.domain.values import Figure, Finding, ItemStatus

NO_HISTORY = c.History()


def findings(*events: e.ReportEvent, history: c.History = NO_HISTORY) -> tuple[Finding, ...]:
    return validate(DEFINITIONS, state_of(*events), history)


def ids(*events: e.ReportEvent, history: c.History = NO_HISTORY) -> list[str]:
    return [finding.id for finding in findings(*events, history=history)]


def explain(finding: str, words: str = "It was so.", history: c.History = NO_HISTORY) -> c.ExplainWarning:
    return c.ExplainWarning(finding, text(words), DAY, None, history)


def past(part: str, *values: float) -> c.History:
    return c.History(tuple((f"{2000 + n}-S1", {part: Decimal(str(value))}) for n, value in enumerate(values)))


def test_nothing_is_found_in_a_report_that_says_everything() -> None:
    assert ids(*filled()) == []
    assert rules_version(DEFINITIONS) == "2018.1+1"


# presence and items


def test_presence_is_said_of_everything_that_the_commission_collects() -> None:
    assert ids(BA) == ["kpi_missing/" + part for part in ANSWERS] + ["some_case/3.1"]
    assert "kpi_missing/8" in ids(RS)
    assert {finding.severity for finding in findings(BA)[:-1]} == {"error"}


@pytest.mark.parametrize("presence", ["not_reported", "not_applicable", "not_available_yet"])
def test_that_nothing_is_reported_is_enough(presence: str) -> None:
    said = Figure(presence)  # type: ignore[arg-type]
    assert ids(*filled(_1=said, _2=said, _4=said, _6_1=said)) == []


def test_nothing_is_asked_of_the_secretariats_report() -> None:
    assert ids(SECRETARIAT) == []
    assert ids(SECRETARIAT, figure_recorded("5", number(1))) == []


def test_what_nobody_endorses_is_refused_where_it_breaks_a_rule() -> None:
    rule = Rule("few", "{5}", "<=", "100", "error", "skip_if_any", "At most a hundred.")
    others = (replace(rule, id="mild", severity="warning", right="50"), replace(rule, id="other", right="{3.1}"))
    definitions = Definitions(replace(ROADMAP, rules=(rule, *others)))
    opened = given(report.decider(definitions), SECRETARIAT)
    many = c.RecordFigure("BA", "5", number(101), seen=1, on=DAY)
    opened.when(many).refused(errors.InvalidFigure, "few", pointer="/cells")
    state = opened.when(replace(many, figure=number(60))).state
    assert [finding.id for finding in validate(definitions, state, NO_HISTORY)] == ["mild/5/BA"]


def test_a_reported_status_names_every_item() -> None:
    half = Figure("reported", "final", statuses=(ItemStatus("weapons", "adopted"),))
    (found,) = findings(*filled(_1=half))
    assert (found.id, found.severity, found.message) == ("items_missing/1", "error", "1: no status of marking.")


# sums


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (number(7, setting_inland=4, setting_border=3), []),
        (number(8, setting_inland=4, setting_border=3), ["parts_add_up/6.1/setting"]),
        (number(6, setting_inland=4, setting_border=3), ["parts_add_up/6.1/setting"]),
        (number(8, setting_inland=4), []),
        (number(3, setting_inland=4), ["parts_add_up/6.1/setting"]),
        (number(7, setting_inland=4, setting_border=3, type_handgun=7, type_rifle=1), ["parts_add_up/6.1/type"]),
        (
            number(7, setting_inland=4, setting_inland__type_rifle=3, setting_inland__type_handgun=2),
            ["parts_add_up/6.1/setting=inland/type"],
        ),
        (
            number(7, type_rifle=4, setting_inland__type_rifle=3, setting_border__type_rifle=2),
            ["parts_add_up/6.1/type=rifle/setting"],
        ),
        (number(setting_inland=4, setting_border=3, type_handgun=5, type_rifle=2), []),
        (number(setting_inland=4, setting_border=3, type_handgun=5, type_rifle=3), ["parts_add_up/6.1"]),
        (number(setting_inland=4, setting_border=3, type_handgun=9), []),
        (number(0, setting_inland=0, setting_border=0), []),
    ],
)
def test_parts_add_up_to_their_totals_along_every_dimension(figure: Figure, expected: list[str]) -> None:
    found = [entry for entry in findings(*filled(_6_1=figure)) if entry.rule == "parts_add_up"]
    assert [entry.id for entry in found] == expected
    assert all(entry.severity == "error" and entry.part == "6.1" for entry in found)


def test_codes_that_overlap_and_shares_do_not_add_up() -> None:
    assert ids(*filled(_6_3=number(5, theme_youth=4, theme_rural=3))) == []
    assert ids(*filled(_7=number(50, setting_inland=40, setting_border=60))) == []


# inputs


def cleared(institution: str, *given_: e.InputRecorded) -> e.InputsCleared:
    digest = inputs_digest(tuple((one.part, one.input) for one in given_))
    return e.InputsCleared(institution, digest, POLICE, DAY)


def test_inputs_make_the_figure() -> None:
    police, customs = input_recorded("6.1", setting_inland=4), input_recorded("6.1", 3, "customs")
    both = (police, customs, cleared("police", police), cleared("customs", customs))
    assert ids(*filled(), *both) == []
    (found,) = findings(*filled(_6_1=number(8)), *both)
    assert (found.id, found.severity) == ("inputs_add_up/6.1", "error")
    assert found.message == "6.1: the institutions' inputs make 7, the figure says 8."
    assert ids(*filled(_6_1=NOT_REPORTED), *both) == []


def test_inputs_without_a_total_and_shares_are_not_added() -> None:
    open_ended = input_recorded("6.3", theme_youth=4)
    assert ids(*filled(_6_3=number(5)), open_ended, cleared("police", open_ended)) == []
    shares = (input_recorded("7", 40), input_recorded("7", 60, "customs"))
    assert "inputs_add_up/7" not in ids(*filled(_7=number(50)), *shares)


def test_inputs_that_nobody_cleared_never_block_but_want_an_explanation() -> None:
    events = (*filled(), input_recorded("6.1", 7))
    (found,) = findings(*events)
    assert (found.id, found.severity, found.part) == ("inputs_cleared/police", "warning", None)
    explained = given(REPORT, *events).when(explain("inputs_cleared/police"))
    assert validate(DEFINITIONS, explained.state, NO_HISTORY)[0].explanation == text("It was so.")
    assert explained.and_when(endorse(len(events))).state.phase == "submitted"


def test_a_clearance_that_a_later_input_voided_is_none() -> None:
    first, second = input_recorded("6.1", 6), input_recorded("6.1", 7)
    assert ids(*filled(), first, cleared("police", first), second) == ["inputs_cleared/police"]


# history


@pytest.mark.parametrize(
    ("value", "before", "found"),
    [(40, 20, True), (30, 20, False), (31, 20, True), (9, 0, False), (10, 0, True), (40, 80, False), (39, 80, True)],
)
def test_a_change_by_more_than_half_and_ten_units_is_asked_about(value: int, before: int, found: bool) -> None:
    assert ("change/3.1" in ids(*filled(_3_1=number(value)), history=past("3.1", 500, before))) is found


def test_a_change_is_against_the_last_period_that_said_something() -> None:
    history = c.History((("2019-S1", {"3.1": Decimal(41)}), ("2019-S2", {})))
    assert ids(*filled(), history=history) == []


@pytest.mark.parametrize(("year", "found"), [(80, False), (40, True)])
def test_a_years_figure_is_halved_beside_a_half_years(year: int, found: bool) -> None:
    history = c.History((("2018", {"3.1": Decimal(year)}),))
    assert ("change/3.1" in ids(*filled(), history=history)) is found


def test_what_there_is_at_the_end_of_a_year_is_not_halved() -> None:
    stock = replace(ROADMAP.kpis[2].parts[0], stock=True)
    kpis = (*ROADMAP.kpis[:2], replace(ROADMAP.kpis[2], parts=(stock, *ROADMAP.kpis[2].parts[1:])), *ROADMAP.kpis[3:])
    known = Definitions(replace(ROADMAP, kpis=kpis))
    history = c.History((("2018", {"3.1": Decimal(80)}),))
    assert validate(known, state_of(*filled()), history) == ()
    assert [f.id for f in validate(known, state_of(*filled(_3_1=number(39))), history)] == ["change/3.1"]


@pytest.mark.parametrize(("value", "found"), [(40, False), (51, False), (52, True), (31, False), (30, True)])
def test_a_figure_far_from_its_own_history_is_asked_about(value: int, found: bool) -> None:
    events = filled(_3_1=number(value), _3_2=number(10))
    assert ("own_history/3.1" in ids(*events, history=past("3.1", 38, 40, 42, 44))) is found


def test_a_short_history_and_one_that_never_moved_say_nothing() -> None:
    events = filled(_3_1=number(49), _3_2=number(20))
    assert ids(*events, history=past("3.1", 40, 41, 42)) == []
    assert ids(*events, history=past("3.1", 40, 40, 40, 40)) == []


# rules of the roadmap


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (filled(_3_1=number(40), _3_2=number(41)), ["within/3.2+3.1"]),
        (filled(_3_1=NOT_REPORTED, _3_2=number(41)), ["some_case/3.1"]),
        (filled(_3_1=number(40), _3_2=number(9)), ["enough/3.3"]),
        (filled(_3_1=number(0), _3_2=number(0)), ["some_case/3.1"]),
        (filled(_6_1=number(0), _6_3=number(0)), ["something/6.1+6.3"]),
        (filled(_6_1=number(0), _6_3=NOT_REPORTED), ["something/6.1+6.3"]),
        (filled(_6_1=NOT_REPORTED, _6_3=NOT_REPORTED), []),
    ],
)
def test_rules_hold_or_are_found_and_what_is_missing_counts_as_the_rule_says(
    events: tuple[e.ReportEvent, ...], expected: list[str]
) -> None:
    assert ids(*events) == expected


def test_a_rule_may_reach_back_to_the_period_before() -> None:
    assert ids(*filled(_6_2=number(4)), history=past("6.2", 9)) == ["halved/6.2"]
    assert ids(*filled(_6_2=number(4)), history=past("6.2", 8)) == []
    assert ids(*filled(_6_2=number(4))) == []


def test_a_finding_says_what_does_not_hold() -> None:
    (found,) = findings(*filled(_3_2=number(41)))
    assert (found.rule, found.severity, found.part) == ("within", "error", "3.2")
    assert found.message == "More adjudicated than investigated. (41 <= 40 does not hold.)"


def test_errors_come_first() -> None:
    assert [f.severity for f in findings(*filled(_3_1=NOT_REPORTED, _6_1=number(1, setting_inland=2)))] == [
        "error",
        "warning",
    ]


# what findings lead to

FEW = filled(_3_2=number(9))
SHARE = "enough/3.3"


def test_errors_block_and_are_all_named() -> None:
    events = filled(_3_2=number(41), _6_1=number(8, setting_inland=4, setting_border=3))
    found = given(REPORT, *events).when(endorse(len(events))).refused(errors.FailedValidation)
    assert [violation.code for violation in found] == ["parts_add_up/6.1/setting", "within/3.2+3.1"]


def test_warnings_want_an_explanation_which_becomes_part_of_the_record() -> None:
    refused = given(REPORT, *FEW).when(endorse(len(FEW))).refused(errors.UnexplainedWarnings)
    assert [violation.code for violation in refused] == [SHARE]
    explained = given(REPORT, *FEW).when(explain(SHARE))
    sent = explained.and_when(endorse(len(FEW)))
    assert [(f.id, f.explanation) for f in sent.state.findings] == [(SHARE, text("It was so."))]


def test_an_explanation_may_be_said_better_and_again_changes_nothing() -> None:
    first = given(REPORT, *FEW).when(explain(SHARE))
    first.and_when(explain(SHARE)).then()
    better = first.and_when(explain(SHARE, "The court was closed."))
    assert [held.explanation for held in better.state.explanations] == [text("The court was closed.")]


def test_an_explanation_holds_until_a_figure_that_it_is_about_changes() -> None:
    explained = given(REPORT, *FEW).when(explain(SHARE)).decision.events
    assert findings(*FEW, *explained, figure_recorded("6.2", number(3)))[0].explanation is not None
    for changed in (figure_recorded("3.2", number(8)), figure_recorded("3.1", number(41))):
        assert findings(*FEW, *explained, changed)[0].explanation is None
    back = (figure_recorded("3.2", number(8)), figure_recorded("3.2", number(9)))
    assert findings(*FEW, *explained, *back)[0].explanation is not None


def test_an_explanation_of_uncleared_inputs_holds_for_exactly_these() -> None:
    events = (*filled(), input_recorded("6.1", 7))
    explained = given(REPORT, *events).when(explain("inputs_cleared/police")).decision.events
    assert findings(*events, *explained, input_recorded("6.2", "10.8"))[0].explanation is None


@pytest.mark.parametrize("finding", ["enough/3.2", "within/3.2+3.1", "nothing", ""])
def test_only_a_warning_that_is_found_now_is_explained(finding: str) -> None:
    (said,) = given(REPORT, *filled(_3_2=number(41))).when(explain(finding)).refused(errors.UnknownFinding)
    assert said.detail == "Warnings that validation finds now: none."


def test_an_explanation_says_something_and_comes_before_acceptance() -> None:
    given(REPORT, *FEW).when(explain(SHARE, " ")).refused(errors.InvalidInput, "empty", pointer="/explanation")
    given(REPORT, *accepted(*FEW)).when(explain(SHARE)).refused(errors.AcceptedReport)
    given(REPORT, *published(*FEW)).when(explain(SHARE)).refused(errors.PublishedReport)
    given(REPORT, SECRETARIAT).when(explain(SHARE)).refused(errors.UnknownFinding)


def test_explaining_takes_the_history_into_account() -> None:
    history = past("3.1", 10)
    given(REPORT, *filled()).when(explain("change/3.1")).refused(errors.UnknownFinding)
    explained = given(REPORT, *filled()).when(explain("change/3.1", history=history))
    assert explained.and_when(endorse(len(filled()), history=history)).state.phase == "submitted"

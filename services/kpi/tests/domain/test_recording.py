"""What may be recorded: each figure as its KPI asks for it, and the report it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from kpi_small import (
    BA,
    DAY,
    FILE,
    NOT_REPORTED,
    REPORT,
    RS,
    SECRETARIAT,
    WHY,
    accepted,
    cells,
    figure_recorded,
    number,
    published,
    record,
    text,
)

from common.kernel.errors import DomainError, Violation
from common.testing.deciders import given
from kpi.domain import errors
from kpi.domain import events as e
from kpi.domain import values as v

AT_TOTAL = v.Cell((("setting", "_T"),), Decimal(1))
STATUSES = (v.ItemStatus("marking", "none"), v.ItemStatus("weapons", "adopted"))


def refused(part: str, figure: v.Figure) -> tuple[Violation, ...]:
    return given(REPORT, BA).when(record(part, figure)).refused(errors.InvalidFigure)


def found(part: str, figure: v.Figure) -> list[tuple[str, str]]:
    """Pointers and codes of what is wrong."""
    return [(violation.pointer, violation.code) for violation in refused(part, figure)]


@pytest.mark.parametrize(
    ("part", "figure"),
    [
        ("3.1", number(40)),
        ("3.1", number(0)),
        ("6.1", number(7, setting_inland=4, setting_border__type_rifle=3)),
        ("6.2", number("10.125", quality="estimated")),
        ("7", number("130.5", quality="provisional")),
        ("1", v.Figure("reported", "final", statuses=STATUSES)),
        ("2", v.Figure("reported", "final", documents=(v.Document("Strategy", "https://example.org/s"),))),
        ("4", v.Figure("reported", "final", text=text("It went well."))),
        ("3.1", v.Figure("not_reported", comment=text("The court was closed."))),
        ("3.1", v.Figure("not_applicable")),
        ("3.1", v.Figure("not_available_yet", evidence=(FILE,))),
    ],
)
def test_what_keeps_the_rules_is_recorded_as_it_is_told(part: str, figure: v.Figure) -> None:
    given(REPORT, BA).when(record(part, figure, reason=WHY)).then(e.FigureRecorded("BA", part, figure, DAY, WHY))


def test_the_order_in_which_cells_and_statuses_are_sent_says_nothing() -> None:
    sent = v.Figure("reported", "final", cells(None, setting_inland=4) + cells(7, setting_border=3))
    recorded = given(REPORT, BA).when(record("6.1", sent)).then(figure_recorded("6.1", sent.ordered()))
    assert recorded.state.figure("BA", "6.1").figure.cells == cells(7, setting_border=3, setting_inland=4)
    turned = v.Figure("reported", "final", statuses=STATUSES[::-1])
    first = given(REPORT, BA).when(record("1", turned))
    first.and_when(record("1", v.Figure("reported", "final", statuses=STATUSES), seen=2)).then()


def test_zero_is_a_reported_zero_and_nothing_is_not() -> None:
    assert given(REPORT, BA).when(record("3.1", number(0))).state.figure("BA", "3.1").figure.presence == "reported"
    assert found("3.1", number()) == [("/cells", "value_missing")]
    assert "Zero is a value" in refused("3.1", number())[0].detail


@pytest.mark.parametrize(
    ("part", "figure", "pointer", "code"),
    [
        ("3.1", number(-1), "/cells/0/value", "negative"),
        ("3.1", number("1.5"), "/cells/0/value", "too_many_decimals"),
        ("6.1", number("0.5"), "/cells/0/value", "too_many_decimals"),
        ("6.2", number("0.0001"), "/cells/0/value", "too_many_decimals"),
        ("3.1", number("1." + "0" * 40 + "1"), "/cells/0/value", "too_many_decimals"),
        ("3.1", number("1E+15"), "/cells/0/value", "out_of_range"),
        ("3.1", number("Infinity"), "/cells/0/value", "out_of_range"),
        ("3.1", number("NaN"), "/cells/0/value", "out_of_range"),
        ("3.1", number(setting_inland=1), "/cells/0/dimensions/setting", "dimension_unknown"),
        ("6.1", number(setting_sea=1), "/cells/0/dimensions/setting", "code_unknown"),
        ("6.1", v.Figure("reported", "final", (AT_TOTAL,)), "/cells/0/dimensions/setting", "code_unknown"),
        ("6.1", v.Figure("reported", "final", cells(7) * 2), "/cells/1", "cell_twice"),
        ("3.1", v.Figure("reported", cells=cells(7)), "/quality", "quality_missing"),
        ("3.1", v.Figure("not_reported", "final"), "/quality", "value_against_presence"),
        ("3.1", v.Figure("not_reported", cells=cells(7)), "/cells", "value_against_presence"),
        ("3.1", v.Figure("not_applicable", cells=cells(0)), "/cells", "value_against_presence"),
        ("3.1", replace(number(7), text=text("Seven")), "/text", "value_against_presence"),
        ("3.1", replace(number(7), statuses=STATUSES), "/statuses", "value_against_presence"),
        ("3.1", replace(number(7), documents=(v.Document("A", "https://a"),)), "/documents", "value_against_presence"),
        ("4", v.Figure("reported", "final", cells(7), text=text("It went well.")), "/cells", "value_against_presence"),
        ("4", v.Figure("reported", "final"), "/text", "value_missing"),
        ("4", v.Figure("reported", "final", text=text(" \n")), "/text", "empty"),
        ("4", v.Figure("reported", "final", text=text("x" * 20_001)), "/text", "too_long"),
        ("3.1", replace(number(7), comment=text("")), "/comment", "empty"),
        ("1", v.Figure("reported", "final"), "/statuses", "value_missing"),
        ("1", v.Figure("reported", "final", statuses=(v.ItemStatus("x", "none"),)), "/statuses/0/item", "item_unknown"),
        (
            "1",
            v.Figure("reported", "final", statuses=(v.ItemStatus("marking", "x"),)),
            "/statuses/0/status",
            "status_unknown",
        ),
        ("1", v.Figure("reported", "final", statuses=STATUSES[:1] * 2), "/statuses/1/item", "item_twice"),
        ("2", v.Figure("reported", "final"), "/documents", "value_missing"),
        ("2", v.Figure("reported", "final", documents=(v.Document(" ", "https://a"),)), "/documents/0/title", "empty"),
        (
            "2",
            v.Figure("reported", "final", documents=(v.Document("A", "https://a"),) * 201),
            "/documents",
            "too_many",
        ),
        ("3.1", replace(number(7), evidence=(FILE, FILE)), "/evidence/1/sha256", "evidence_twice"),
        ("3.1", replace(number(7), cells=cells(7) * 10_001), "/cells", "too_many"),
    ],
)
def test_a_figure_against_the_rules_of_its_kpi_is_refused(part: str, figure: v.Figure, pointer: str, code: str) -> None:
    assert (pointer, code) in found(part, figure)


def test_trailing_zeros_are_no_decimals() -> None:
    given(REPORT, BA).when(record("3.1", number("40.000"))).then(figure_recorded("3.1", number("40.000")))
    given(REPORT, BA).when(record("3.1", number("4E+1"))).then(figure_recorded("3.1", number(40)))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = v.Figure("reported", cells=cells(-1, setting_sea="0.5"))
    assert found("6.1", wrong) == [
        ("/quality", "quality_missing"),
        ("/cells/0/value", "negative"),
        ("/cells/1/dimensions/setting", "code_unknown"),
        ("/cells/1/value", "too_many_decimals"),
    ]


def test_pointers_lead_to_cells_as_they_were_sent() -> None:
    sent = v.Figure("reported", "final", (*cells(setting_inland=4), *cells(setting_border=-3), *cells(1)))
    assert found("6.1", sent) == [("/cells/1/value", "negative")]


def test_a_kpi_that_the_roadmap_lacks_is_unknown_and_its_parts_are_named() -> None:
    given(REPORT, BA).when(record("99", number(1))).refused(errors.UnknownPart, "kpi_unknown")
    (named,) = given(REPORT, BA).when(record("6", number(1))).refused(errors.UnknownPart)
    assert named.detail == "KPI 6 has the parts 6.1, 6.2, 6.3."


def test_what_a_formula_makes_is_not_recorded() -> None:
    given(REPORT, BA).when(record("3.3", number(75))).refused(errors.DerivedFigure, "derived_figure")
    given(REPORT, SECRETARIAT).when(record("3.3", number(75))).refused(errors.DerivedFigure)


def test_commissions_record_what_commissions_collect_and_the_secretariat_the_rest() -> None:
    given(REPORT, BA).when(record("5", number(12))).refused(errors.NotCollectedHere, "not_collected_here")
    given(REPORT, SECRETARIAT).when(record("5", number(12))).then(figure_recorded("5", number(12)))
    given(REPORT, SECRETARIAT).when(record("3.1", number(12))).refused(errors.NotCollectedHere)


def test_a_national_indicator_is_recorded_by_who_chose_it() -> None:
    given(REPORT, BA).when(record("8", number(1))).refused(errors.NotCollectedHere)
    given(REPORT, RS).when(record("8", number(1), jurisdiction="RS")).then(figure_recorded("8", number(1), "RS"))


def test_a_jurisdictions_report_holds_its_own_figures_only() -> None:
    given(REPORT, BA).when(record("3.1", number(1), jurisdiction="RS")).refused(
        errors.NoMember, "not_a_member", pointer="/jurisdiction"
    )


@pytest.mark.parametrize("jurisdiction", ["BA", "RS", "ME", "regional"])
def test_the_secretariats_report_names_a_member_or_the_region_with_each_figure(jurisdiction: str) -> None:
    recorded = given(REPORT, SECRETARIAT).when(record("5", number(1), jurisdiction=jurisdiction))
    recorded.then(figure_recorded("5", number(1), jurisdiction))
    assert recorded.state.jurisdictions == (jurisdiction,)


def test_the_secretariats_report_holds_nothing_of_others() -> None:
    given(REPORT, SECRETARIAT).when(record("5", number(1), jurisdiction="XX")).refused(
        errors.NoMember, "not_a_member", pointer="/jurisdiction"
    )


def test_the_same_part_stands_once_for_each_jurisdiction_in_the_secretariats_report() -> None:
    both = given(REPORT, SECRETARIAT, figure_recorded("5", number(1), "BA")).when(
        record("5", number(2), jurisdiction="RS")
    )
    assert [jurisdiction for jurisdiction, _ in both.state.contents()] == ["BA", "RS"]
    both.and_when(record("5", number(3), seen=3, jurisdiction="BA")).then(figure_recorded("5", number(3), "BA"))


def test_two_people_on_different_parts_never_collide() -> None:
    first = given(REPORT, BA).when(record("3.1", number(40), seen=1))
    first.and_when(record("3.2", number(30), seen=1)).then(figure_recorded("3.2", number(30)))


def test_two_people_on_one_part_do_and_the_later_sees_what_stands_there() -> None:
    result = given(REPORT, BA, figure_recorded("3.1", number(40))).when(record("3.1", number(41), seen=1))
    result.refused(errors.StaleContent, "stale_version")
    assert isinstance(result.result, errors.StaleContent)
    assert (result.result.current.figure, result.result.current.version) == (number(40), 2)


def test_a_version_that_is_not_there_yet_was_not_seen() -> None:
    given(REPORT, BA).when(record("3.1", number(41), seen=2)).refused(errors.StaleContent)
    given(REPORT, BA, figure_recorded("3.1", number(41))).when(record("3.1", number(41), seen=9)).refused(
        errors.StaleContent
    )


@pytest.mark.parametrize("again", [number(40), number("40.0")])
def test_an_equal_figure_again_changes_nothing_whatever_was_seen(again: v.Figure) -> None:
    held = given(REPORT, BA, figure_recorded("3.1", number(40)))
    held.when(record("3.1", again, seen=1)).then()
    held.when(record("3.1", again, seen=2)).then()


def test_the_same_words_again_change_nothing_erased_or_not() -> None:
    told = v.Figure("not_reported", comment=text("Closed."))
    erased = v.Figure("not_reported", comment=text("Closed."))
    assert erased.comment is not None
    erased.comment.body = None
    given(REPORT, BA, figure_recorded("3.1", erased)).when(record("3.1", told, seen=2)).then()


def test_another_quality_is_another_figure() -> None:
    held = given(REPORT, BA, figure_recorded("3.1", number(40, quality="provisional")))
    held.when(record("3.1", number(40), seen=2)).then(figure_recorded("3.1", number(40)))


def test_nothing_is_recorded_before_the_report_was_opened() -> None:
    early = date(2020, 6, 30)
    given(REPORT, BA).when(record("3.1", number(40), on=early)).refused(
        errors.BeforeOpening, "before_opening", pointer="/on"
    )
    given(REPORT).when(record("3.1", number(40))).refused(errors.NotOpened, "not_opened")


@pytest.mark.parametrize(
    ("events", "error"),
    [
        (accepted(BA, figure_recorded("3.1", number(40))), errors.AcceptedReport),
        (published(BA, figure_recorded("3.1", number(40))), errors.PublishedReport),
        (published(SECRETARIAT, figure_recorded("5", number(40))), errors.PublishedReport),
    ],
)
def test_what_is_accepted_or_published_stands(events: tuple[e.ReportEvent, ...], error: type[DomainError]) -> None:
    part, seen = ("5" if events[0] == SECRETARIAT else "3.1"), len(events)
    given(REPORT, *events).when(record(part, number(41), seen=seen)).refused(error)
    given(REPORT, *events).when(record(part, NOT_REPORTED, seen=1)).refused(error)


def test_the_version_of_a_figure_is_the_reports_when_it_last_changed() -> None:
    report = given(REPORT, BA, figure_recorded("3.1", number(40)), figure_recorded("3.2", number(30)))
    changed = report.when(record("3.1", number(41), seen=3, on=date(2020, 8, 11))).state
    assert [(held.part, held.version, held.on) for held in changed.figures] == [
        ("3.2", 3, DAY),
        ("3.1", 4, date(2020, 8, 11)),
    ]
    assert changed.version == 4


def test_a_large_figure_keeps_every_digit() -> None:
    large = number("999999999999999")
    recorded = given(REPORT, BA).when(record("3.1", large)).state
    assert recorded.figure("BA", "3.1").figure.cells[0].value == Decimal(999_999_999_999_999)

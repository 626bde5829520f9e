"""What follows from recorded figures: totals and formulas."""

from __future__ import annotations

from decimal import Decimal

import pytest
from kpi_small import DEFINITIONS, NOT_REPORTED, number

from common.kernel.expressions import Reference
from kpi.domain.commands import History
from kpi.domain.derived import Lookup, cell, evaluate, rounded, total
from kpi.domain.values import Content, Dimensions, Figure

SEIZED, CAMPAIGNS, TRUST = (DEFINITIONS.parts[number] for number in ("6.1", "6.3", "7"))
INLAND: Dimensions = (("setting", "inland"),)


def content(**figures: Figure) -> Content:
    return Content(tuple((name.strip("_").replace("_", "."), figure) for name, figure in figures.items()))


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (number(7), 7),
        (number(0), 0),
        (number(9, setting_inland=4, setting_border=3), 9),
        (number(setting_inland=4, setting_border=3), 7),
        (number(setting_inland=4), 4),
        (number(type_handgun=2, type_rifle=3), 5),
        (number(setting_inland__type_rifle=1, setting_border__type_handgun=2), 3),
        (NOT_REPORTED, None),
    ],
)
def test_a_total_is_what_was_told_or_else_the_sum_of_what_was(figure: Figure, expected: int | None) -> None:
    assert total(DEFINITIONS, SEIZED, figure) == expected


def test_a_cell_is_told_or_summed_too() -> None:
    figure = number(setting_inland__type_rifle=1, setting_inland__type_handgun=2, setting_border=4)
    assert cell(DEFINITIONS, SEIZED, figure, INLAND) == 3
    assert cell(DEFINITIONS, SEIZED, figure, (("setting", "border"),)) == 4
    assert cell(DEFINITIONS, SEIZED, number(7), INLAND) is None


def test_codes_that_overlap_make_no_total() -> None:
    assert total(DEFINITIONS, CAMPAIGNS, number(theme_youth=4, theme_rural=3)) is None
    assert total(DEFINITIONS, CAMPAIGNS, number(5, theme_youth=4, theme_rural=3)) == 5


def test_shares_make_no_total() -> None:
    assert total(DEFINITIONS, TRUST, number(setting_inland=40, setting_border=60)) is None


@pytest.mark.parametrize(
    ("cases", "adjudicated", "share"), [(40, 30, "75.0"), (3, 2, "66.7"), (800, 1, "0.1"), (400, 1, "0.3"), (7, 0, "0")]
)
def test_a_formula_is_rounded_half_up_to_its_decimals(cases: int, adjudicated: int, share: str) -> None:
    assert evaluate(DEFINITIONS, content(_3_1=number(cases), _3_2=number(adjudicated)))["3.3"] == Decimal(share)


def test_a_formula_of_what_is_missing_or_of_nothing_has_no_value() -> None:
    assert evaluate(DEFINITIONS, content(_3_2=number(30)))["3.3"] is None
    assert evaluate(DEFINITIONS, content(_3_1=NOT_REPORTED, _3_2=number(30)))["3.3"] is None
    assert evaluate(DEFINITIONS, content(_3_1=number(0), _3_2=number(0)))["3.3"] is None


def test_every_numeric_part_has_an_entry_and_no_other() -> None:
    assert evaluate(DEFINITIONS, content(_6_2=number("10.8"))) == {
        **dict.fromkeys(("3.1", "3.2", "3.3", "5", "6.1", "6.3", "7", "8")),
        "6.2": Decimal("10.8"),
    }


def test_references_reach_back_to_the_period_before_and_to_the_baseline() -> None:
    history = History((("2018", {"3.1": Decimal(10)}), ("2019-S1", {"3.1": Decimal(20)}), ("2019-S2", {})))
    lookup = Lookup(DEFINITIONS, content(_3_1=number(40)), history)
    assert lookup(Reference("3.1")) == 40
    assert lookup(Reference("3.1", (), "baseline")) == 10
    assert lookup(Reference("3.1", (), "previous")) is None
    assert lookup(Reference("3.2", (), "baseline")) is None
    assert lookup(Reference("99")) is None
    assert Lookup(DEFINITIONS, content(), History())(Reference("3.1", (), "previous")) is None


def test_a_cell_of_an_earlier_period_is_not_known_and_not_its_total() -> None:
    lookup = Lookup(DEFINITIONS, content(), History((("2019-S2", {"6.1": Decimal(20)}),)))
    assert lookup(Reference("6.1", (), "previous")) == 20
    assert lookup(Reference("6.1", INLAND, "previous")) is None
    assert lookup(Reference("6.1", INLAND, "baseline")) is None


def test_rounding_loses_no_digit_before_the_point() -> None:
    assert rounded(Decimal(10) ** 33 + Decimal("0.05"), 1) == Decimal(10) ** 33 + Decimal("0.1")

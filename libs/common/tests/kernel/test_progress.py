"""Bands of progress."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.kernel.numbers import change_percent, plain
from common.kernel.progress import SCALED, ProgressBand, assess, for_length

BANDS = [
    ProgressBand("reached", "Reached", Decimal(100)),
    ProgressBand("some", "Some", Decimal(33)),
    ProgressBand("little", "Little", Decimal(0)),
]


@pytest.mark.parametrize(
    ("direction", "value", "baseline", "target", "code", "percent"),
    [
        ("higher", 75, 50, 100, "some", 50),
        ("higher", 100, 50, 100, "reached", 100),
        ("lower", 40, 100, 20, "some", 75),
        ("higher", 40, 50, 100, "away", -20),
        ("higher", 60, 50, None, "improved", None),
        ("lower", 60, 50, None, "worsened", None),
        ("lower", 50, 50, None, "unchanged", None),
        ("higher", 50, None, 100, "no_baseline", None),
        ("higher", None, 50, 100, "no_value", None),
        ("neutral", 60, 50, 100, "neutral", None),
    ],
)
def test_it_says_how_far(direction, value, baseline, target, code, percent) -> None:
    def decimal(number: int | None) -> Decimal | None:
        return None if number is None else Decimal(number)

    found = assess(direction, decimal(value), decimal(baseline), decimal(target), BANDS)
    assert (found.code, found.percent) == (code, decimal(percent))
    assert found.explanation.endswith(".")


def test_changes_from_zero_or_nothing_are_not_told() -> None:
    assert change_percent(Decimal(3), Decimal(2)) == 50.0
    assert change_percent(Decimal(3), Decimal(0)) == "n/a"
    assert change_percent(Decimal(3), None) == "n/a"
    assert plain(Decimal("12.500")) == "12.5"
    assert plain(Decimal("1E+3")) == "1000"


def test_a_yearly_baseline_stands_beside_a_half_year_as_half_of_it() -> None:
    assert for_length(Decimal(300), "2018", "2020-S1") == 150
    assert for_length(Decimal(300), "2018", "2024") == 300
    assert for_length(Decimal(10), "2018-Q1", "2020") == 40
    assert for_length(None, "2018", "2020-S1") is None
    found = assess("higher", Decimal(200), for_length(Decimal(300), "2018", "2020-S1"), None, (), scaled=True)
    assert (found.code, found.explanation.endswith(SCALED)) == ("improved", True)

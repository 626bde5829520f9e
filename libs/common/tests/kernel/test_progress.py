"""Bands of progress."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.kernel.numbers import change_percent, plain
from common.kernel.progress import ProgressBand, assess

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

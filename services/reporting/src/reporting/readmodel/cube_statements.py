"""Statements over the cubes: what the dashboard asks."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.readmodel.conditions import (
    Filters,
    Statement,
    Window,
    key,
    of_measure,
    one_of,
    whole_months,
    within_months,
)
from reporting.readmodel.dimensions import MEASURES, MONTHS_PER
from reporting.readmodel.tables import GRAINS


def in_cube(measure: str, by: Sequence[str], filters: Filters, window: Window) -> bool:
    """Whether a cube has the answer."""
    where, periods = window
    held = {"jurisdiction", *MONTHS_PER, *GRAINS[MEASURES[measure].grain].cube_dimensions}
    return held.issuperset([*by, *filters, *periods]) and whole_months(where)


def from_cube(measure: str, by: Sequence[str], filters: Filters, windows: Sequence[Window]) -> Statement:
    """Selects a row per window and key that occurs: `n` (the window), `k0`, `k1`, … in the order of `by`, and `value`.
    Cells hold nothing twice, so that the keys of a window add up to its total."""
    statement, grain = Statement(), GRAINS[MEASURES[measure].grain]
    keys = [f"{key(name)} AS k{n}" for n, name in enumerate(by)]
    parts = [
        f"SELECT {', '.join([f'{n} AS n', *keys])}, sum(f.{grain.value}) AS value FROM {grain.cube} f"  # noqa: S608
        f" WHERE {' AND '.join(_conditions(statement, measure, filters, window))}"
        f" GROUP BY {', '.join(['n', *(f'k{n}' for n in range(len(by)))])}"
        for n, window in enumerate(windows)
    ]
    statement.text = " UNION ALL ".join(parts)
    return statement


def _conditions(statement: Statement, measure: str, filters: Filters, window: Window) -> Sequence[str]:
    where, periods = window
    return [
        "f.counted",
        within_months(statement, where),
        *one_of(statement, {**filters, **periods}),
        *of_measure(statement, MEASURES[measure]),
    ]

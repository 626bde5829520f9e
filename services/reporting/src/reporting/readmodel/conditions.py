"""The pieces of a statement: bound values, keys, and what a row must meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from common.kernel.periods import Period
from reporting.readmodel.dimensions import MONTHS_PER, UNKNOWN, Measure

Filters: TypeAlias = Mapping[str, tuple[str, ...]]
"""Dimensions, each with the values of which a row must have one; periods by their names."""

Where: TypeAlias = Sequence[tuple[str, date, date]]
"""Jurisdictions, each with the days (inclusive) within which the whole of a date must lie."""


Window: TypeAlias = tuple[Where, Filters]
"""Which incidents count: by their days, and by the periods in one of which their dates must lie."""


@dataclass(slots=True)
class Statement:
    """SQL being built; its parameters are numbered as they come."""

    text: str = ""
    values: list[Any] = field(default_factory=list)

    def bind(self, value: Any, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def key(name: str) -> str:
    """A dimension as SQL; a period as its number counted from the year 0, null where the date may lie in several."""
    if name not in MONTHS_PER:
        return f"f.{name}"
    first, last = (f"f.{column} / {MONTHS_PER[name]}" for column in ("first_month", "last_month"))
    return f"CASE WHEN {first} = {last} THEN {first} END"


def period_name(name: str, number: int | None) -> str:
    """What `key` selected, as callers know it: 24242 months are "2020-03"."""
    if number is None:
        return UNKNOWN
    year, index = divmod(number, 12 // MONTHS_PER[name])
    return str(Period(name, year, index + 1))  # type: ignore[arg-type]  # the names of the grains


def one_of(statement: Statement, filters: Filters) -> list[str]:
    """A condition for each of the dimensions."""
    return [_one_of(statement, name, values) for name, values in filters.items()]


def _one_of(statement: Statement, name: str, values: Sequence[str]) -> str:
    if name not in MONTHS_PER:
        return f"f.{name} = ANY({statement.bind(list(values), 'text[]')})"
    numbers = [_number(Period.parse(value), MONTHS_PER[name]) for value in values if value != UNKNOWN]
    known = f"{key(name)} = ANY({statement.bind(numbers, 'integer[]')})"
    return f"({known} OR {key(name)} IS NULL)" if UNKNOWN in values else known


def _number(period: Period, months: int) -> int:
    return period.year * (12 // months) + period.index - 1


def of_measure(statement: Statement, measure: Measure) -> list[str]:
    lacking = measure.lacking.items()
    return [
        *one_of(statement, measure.having),
        *(f"f.{name} <> ALL({statement.bind(list(values), 'text[]')})" for name, values in lacking),
    ]


def within_days(statement: Statement, start: date, end: date) -> list[str]:
    """What of the days is bounded."""
    found = []
    if start != date.min:
        found.append(f"f.span_start >= {statement.bind(start, 'date')}")
    if end != date.max:  # of the start it is true as well, and lets an index on it end
        bound = statement.bind(end, "date")
        found += [f"f.span_start <= {bound}", f"f.span_end <= {bound}"]
    return found


def within_months(statement: Statement, where: Where) -> str:
    found = []
    for (start, end), jurisdictions in by_days(where).items():
        parts = [f"f.jurisdiction = ANY({statement.bind(jurisdictions, 'text[]')})"]
        if start != date.min:
            parts.append(f"f.first_month >= {statement.bind(_month(start), 'integer')}")
        if end != date.max:
            parts.append(f"f.last_month <= {statement.bind(_month(end), 'integer')}")
        found.append(f"({' AND '.join(parts)})")
    return f"({' OR '.join(found)})" if found else "false"


def by_days(where: Where) -> Mapping[tuple[date, date], list[str]]:
    """Jurisdictions by their days: nearly always all have the same."""
    found: dict[tuple[date, date], list[str]] = {}
    for jurisdiction, start, end in where:
        found.setdefault((start, end), []).append(jurisdiction)
    return found


def whole_months(where: Where) -> bool:
    """Whether every span begins with a month and ends with one, so that months say all about it."""
    return all(start.day == 1 and (end == date.max or (end + timedelta(days=1)).day == 1) for _, start, end in where)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1

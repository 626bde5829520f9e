"""The pieces of a statement: bound values, keys, and what a row must meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeAlias

from common.kernel.periods import Period
from reporting.readmodel.dimensions import MONTHS_PER, UNKNOWN, Measure

Filters: TypeAlias = Mapping[str, tuple[str, ...]]
"""Dimensions, each with the values of which a row must have one; periods by their names."""

Where: TypeAlias = Sequence[tuple[str, date, date]]
"""Jurisdictions, each with the days (inclusive) within which the whole of a date must lie."""


@dataclass(slots=True)
class Statement:
    """SQL being built; its parameters are numbered as they come. `merged`: its joins are meant to be merge joins."""

    text: str = ""
    values: list[Any] = field(default_factory=list)
    merged: bool = False

    def bind(self, value: Any, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


def key(alias: str, name: str) -> str:
    """A dimension as SQL; a period as its number counted from the year 0, null where the date may lie in several."""
    if name not in MONTHS_PER:
        return f"{alias}.{name}"
    first, last = (f"{alias}.{column} / {MONTHS_PER[name]}" for column in ("first_month", "last_month"))
    return f"CASE WHEN {first} = {last} THEN {first} END"


def period_name(name: str, number: int | None) -> str:
    """What `key` selected, as callers know it: 24242 months are "2020-03"."""
    if number is None:
        return UNKNOWN
    year, index = divmod(number, 12 // MONTHS_PER[name])
    return str(Period(name, year, index + 1))  # type: ignore[arg-type]  # the names of the grains


def one_of(statement: Statement, alias: str, filters: Filters) -> list[str]:
    """A condition for each of the dimensions."""
    return [_one_of(statement, alias, name, values) for name, values in filters.items()]


def _one_of(statement: Statement, alias: str, name: str, values: Sequence[str]) -> str:
    if name not in MONTHS_PER:
        return f"{alias}.{name} = ANY({statement.bind(list(values), 'text[]')})"
    numbers = [_number(Period.parse(value), MONTHS_PER[name]) for value in values if value != UNKNOWN]
    known = f"{key(alias, name)} = ANY({statement.bind(numbers, 'integer[]')})"
    return f"({known} OR {key(alias, name)} IS NULL)" if UNKNOWN in values else known


def _number(period: Period, months: int) -> int:
    return period.year * (12 // months) + period.index - 1


def of_measure(statement: Statement, measure: Measure) -> list[str]:
    lacking = measure.lacking.items()
    return [
        *one_of(statement, "f", measure.having),
        *(f"f.{name} <> ALL({statement.bind(list(values), 'text[]')})" for name, values in lacking),
    ]


def within_days(statement: Statement, where: Where, alias: str = "f") -> str:
    """A merge reads the tables in the order of their keys: then the sum keeps the planner from the index on days."""
    first = f"({alias}.span_start + 0)" if statement.merged else f"{alias}.span_start"
    return _within(statement, alias, where, (first, f"{alias}.span_end"), "date", lambda day: day)


def within_months(statement: Statement, where: Where) -> str:
    columns = ("f.first_month", "f.last_month")
    return _within(statement, "f", where, columns, "integer", lambda day: day.year * 12 + day.month - 1)


def bounded(where: Where) -> bool:
    """Whether the days leave anything out."""
    return any(start != date.min or end != date.max for _, start, end in where)


def whole_months(where: Where) -> bool:
    """Whether every span begins with a month and ends with one, so that months say all about it."""
    return all(start.day == 1 and (end == date.max or (end + timedelta(days=1)).day == 1) for _, start, end in where)


def _within(
    statement: Statement, alias: str, where: Where, columns: tuple[str, str], kind: str, value: Callable[[date], Any]
) -> str:
    """Jurisdictions of one span share a condition: nearly always there is but one."""
    by_span: dict[tuple[date, date], list[str]] = {}
    for jurisdiction, start, end in where:
        by_span.setdefault((start, end), []).append(jurisdiction)
    found = []
    for (start, end), jurisdictions in by_span.items():
        parts = [f"{alias}.jurisdiction = ANY({statement.bind(jurisdictions, 'text[]')})"]
        if start != date.min:
            parts.append(f"{columns[0]} >= {statement.bind(value(start), kind)}")
        if end != date.max:  # of the start it is true as well, and lets an index on it end
            bound = statement.bind(value(end), kind)
            parts += [f"{columns[0]} <= {bound}", f"{columns[1]} <= {bound}"]
        found.append(f"({' AND '.join(parts)})")
    return f"({' OR '.join(found)})" if found else "false"

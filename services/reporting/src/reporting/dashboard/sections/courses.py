"""The course of each category over the periods of a trend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from common.kernel.periods import Grain, Period
from reporting.dashboard.figures import Told, Trend
from reporting.dashboard.names import Names

Side: TypeAlias = Literal["value", "year_before"]


@dataclass(frozen=True, slots=True)
class Course:
    """Figures in the order of the periods, and the same a year earlier; None where nobody reported.

    The totals are also of the incidents whose date is too coarse for any of the periods.
    """

    name: str
    values: Sequence[int | None]
    past: Sequence[int | None]
    total: int
    total_past: int | None

    @property
    def coarse(self) -> int:
        return self.total - sum(value or 0 for value in self.values)

    @property
    def coarse_past(self) -> int | None:
        return None if self.total_past is None else self.total_past - sum(value or 0 for value in self.past)


def courses_of(told: Trend, names: Names) -> list[Course]:
    """Of every category that occurs, or did a year earlier."""
    now, past = _counts(told.by_category, told.grain), _counts(told.past_by_category, told.grain)
    totals = {row.key["category"]: (row.value, row.year_before) for row in told.totals.rows}
    for row in told.past_totals.rows:
        totals.setdefault(row.key["category"], (0, row.value))
    earlier = [period.year_before for period in told.periods]
    return [
        Course(
            names.category(code),
            _figures(now[code], told.periods, _reported(told, "value")),
            _figures(past[code], earlier, _reported(told, "year_before")),
            int(total or 0),
            None if total_past is None else int(total_past),
        )
        for code, (total, total_past) in totals.items()
    ]


def together(name: str, courses: Sequence[Course]) -> Course:
    return Course(
        name,
        [_sum(values) for values in zip(*(course.values for course in courses), strict=True)],
        [_sum(values) for values in zip(*(course.past for course in courses), strict=True)],
        sum(course.total for course in courses),
        _sum(course.total_past for course in courses),
    )


def _counts(told: Told, grain: Grain) -> defaultdict[str, dict[str, int]]:
    """By category and period."""
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in told.rows:
        found[row.key["category"]][row.key[grain]] = int(row.value or 0)
    return found


def _reported(told: Trend, side: Side) -> list[bool]:
    """Of which of the periods any jurisdiction has told anything."""
    known = {row.key[told.grain] for row in told.by_jurisdiction.rows if getattr(row, side) is not None}
    return [str(period) in known for period in told.periods]


def _figures(counts: Mapping[str, int], periods: Sequence[Period], reported: Sequence[bool]) -> list[int | None]:
    """What does not occur is a zero where it was reported, else not known."""
    zeros = [0 if known else None for known in reported]
    return [counts.get(str(period), zero) for period, zero in zip(periods, zeros, strict=True)]


def _sum(values: Iterable[int | None]) -> int | None:
    """None where nothing is known of any."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None

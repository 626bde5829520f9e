"""The course of each category over the periods of a trend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reporting.application.answers import Row
from reporting.dashboard.figures import Trend
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
    """Of every category that occurs."""
    rows: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in told.by_category.rows:
        rows[row.key["category"]][row.key[told.grain]] = row
    return [
        Course(
            names.category(total.key["category"]),
            _figures(rows[total.key["category"]], told, "value"),
            _figures(rows[total.key["category"]], told, "year_before"),
            int(total.value or 0),
            None if total.year_before is None else int(total.year_before),
        )
        for total in told.totals.rows
    ]


def together(name: str, courses: Sequence[Course]) -> Course:
    return Course(
        name,
        [_sum(values) for values in zip(*(course.values for course in courses), strict=True)],
        [_sum(values) for values in zip(*(course.past for course in courses), strict=True)],
        sum(course.total for course in courses),
        _sum(course.total_past for course in courses),
    )


def _figures(rows: dict[str, Row], told: Trend, side: Side) -> list[int | None]:
    """What does not occur is a zero in a period of which any jurisdiction has told anything, else not known."""
    reported = {row.key[told.grain] for row in told.by_jurisdiction.rows if getattr(row, side) is not None}
    found = {period: getattr(row, side) for period, row in rows.items() if getattr(row, side) is not None}
    names = [str(period) for period in told.periods]
    return [int(found.get(name, 0)) if name in found or name in reported else None for name in names]


def _sum(values: Iterable[int | None]) -> int | None:
    """None where nothing is known of any."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None

"""Calendar periods and spans: what "2020-S1" covers, what came before it, and how wide a coarse date is.

All dates are local and both ends of a span are inclusive.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast

Grain = Literal["year", "half", "quarter", "month"]
DatePrecision = Literal["day", "week", "month", "year"]

_PER_YEAR: dict[Grain, int] = {"year": 1, "half": 2, "quarter": 4, "month": 12}
_NAME = re.compile(r"((?!0000)\d{4})(?:-(?:S(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A year, half-year, quarter or month; `index` counts from 1 within the year (always 1 for a year)."""

    grain: Grain
    year: int
    index: int = 1

    @classmethod
    def parse(cls, name: str) -> Period:
        """The period called "2020", "2020-S1", "2020-Q1" or "2020-03". Raises `ValueError` for anything else."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{name!r} is not a period; write 2020, 2020-S1, 2020-Q1 or 2020-03")
        grain = cast("Grain", match.lastgroup or "year")
        return cls(grain, int(match[1]), int(match[match.lastgroup]) if match.lastgroup else 1)

    @classmethod
    def containing(cls, day: date, grain: Grain) -> Period:
        """The period of that grain in which `day` lies."""
        return cls(grain, day.year, (day.month - 1) * _PER_YEAR[grain] // 12 + 1)

    @property
    def start(self) -> date:
        return date(self.year, (self.index - 1) * self.months + 1, 1)

    @property
    def end(self) -> date:
        return _last_of_month(self.year, self.index * self.months)

    @property
    def previous(self) -> Period:
        return self.shifted(-1)

    @property
    def year_before(self) -> Period:
        """The same period one year earlier."""
        return Period(self.grain, self.year - 1, self.index)

    def shifted(self, by: int) -> Period:
        """The period `by` places later (earlier where negative), of the same grain."""
        years, index = divmod(self.index - 1 + by, _PER_YEAR[self.grain])
        return Period(self.grain, self.year + years, index + 1)

    def contains(self, start: date, end: date) -> bool:
        """Whether the whole span lies in this period."""
        return self.start <= start and end <= self.end

    @property
    def months(self) -> int:
        """How many it has."""
        return 12 // _PER_YEAR[self.grain]

    def __str__(self) -> str:
        match self.grain:
            case "year":
                return f"{self.year:04}"
            case "half":
                return f"{self.year:04}-S{self.index}"
            case "quarter":
                return f"{self.year:04}-Q{self.index}"
            case "month":
                return f"{self.year:04}-{self.index:02}"


def periods_between(start: date, end: date, grain: Grain) -> list[Period]:
    """Every period of that grain that shares a day with the span, in order."""
    found = []
    period = Period.containing(start, grain)
    while period.start <= end:
        found.append(period)
        if (period.year, period.index) == (date.max.year, _PER_YEAR[grain]):
            break
        period = period.shifted(1)
    return found


def span(occurred_on: date, precision: DatePrecision) -> tuple[date, date]:
    """First and last day that a date of this precision may mean; a week is an ISO week, Monday to Sunday."""
    match precision:
        case "day":
            return occurred_on, occurred_on
        case "week":
            monday = occurred_on - timedelta(days=occurred_on.weekday())
            return monday, monday + timedelta(days=min(6, (date.max - monday).days))
        case "month":
            return occurred_on.replace(day=1), _last_of_month(occurred_on.year, occurred_on.month)
        case "year":
            return date(occurred_on.year, 1, 1), date(occurred_on.year, 12, 31)


def whole_months(start: date, end: date) -> int | None:
    """How many calendar months the span is made of; None where it is not made of whole ones."""
    if start > end or start.day != 1 or end != _last_of_month(end.year, end.month):
        return None
    return (end.year - start.year) * 12 + end.month - start.month + 1


def previous_span(start: date, end: date) -> tuple[date, date]:
    """The span just before: equally many whole months where the span is whole months, else equally many days.

    Raises `ValueError` where the calendar does not reach back so far.
    """
    months = whole_months(start, end)
    try:
        last = start - timedelta(days=1)
        first = last - (end - start) if months is None else _first_of_month(start, -months)
    except OverflowError as error:
        raise ValueError("the calendar does not reach back so far") from error
    return first, last


def year_before(start: date, end: date) -> tuple[date, date]:
    """The same span one year earlier; 29 February becomes 28, and the end of February stays its end.

    Raises `ValueError` for the calendar's first year.
    """
    first = date(start.year - 1, start.month, min(start.day, monthrange(start.year - 1, start.month)[1]))
    if whole_months(start, end) is not None:
        return first, _last_of_month(end.year - 1, end.month)
    return first, date(end.year - 1, end.month, min(end.day, monthrange(end.year - 1, end.month)[1]))


def _first_of_month(day: date, months_later: int) -> date:
    years, month = divmod(day.month - 1 + months_later, 12)
    return date(day.year + years, month + 1, 1)


def _last_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])

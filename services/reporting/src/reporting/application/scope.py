"""Who is spoken of, and when: members of a programme by date, the days that count, and who has reported them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from common.kernel.periods import Period, previous_span, year_before
from common.reference.pack import Pack
from reporting.application.questions import PERIODS, UNKNOWN, Filters, Question

Where: TypeAlias = tuple[tuple[str, date, date], ...]
"""Jurisdictions, each with the days (inclusive) within which the whole of an incident's date must lie."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both inclusive; None is open. It may be empty."""

    start: date | None = None
    end: date | None = None

    def within(self, other: Span) -> Span:
        """The days of both."""
        starts = [day for day in (self.start, other.start) if day is not None]
        ends = [day for day in (self.end, other.end) if day is not None]
        return Span(max(starts, default=None), min(ends, default=None))

    def closed(self, end: date | None) -> Span:
        """With an end, if any is known."""
        return Span(self.start, self.end or end)

    @property
    def previous(self) -> Span | None:
        """The span before it; None where that cannot be told."""
        return self._compared(previous_span)

    @property
    def year_before(self) -> Span | None:
        return self._compared(year_before)

    def _compared(self, shift: Callable[[date, date], tuple[date, date]]) -> Span | None:
        if self.start is None or self.end is None or self.start > self.end:
            return None
        try:
            return Span(*shift(self.start, self.end))
        except ValueError:  # before the calendar's first year
            return None


def of_period(period: Period) -> Span:
    return Span(period.start, period.end)


def selected(question: Question) -> tuple[Span, Filters]:
    """The days asked for and the filters that are left: one single period says the same as `from` and `to`."""
    span, left = Span(question.start, question.end), dict(question.filters)
    for name in PERIODS:
        if len(values := left.get(name, ())) == 1 and values[0] != UNKNOWN:
            span = span.within(of_period(Period.parse(values[0])))
            del left[name]
    left.pop("jurisdiction", None)
    return span, left


@dataclass(frozen=True, slots=True)
class Scope:
    """The members of a programme, or those of them that were asked for; and how far each is known to be complete."""

    pack: Pack
    programme: str
    only: Sequence[str]
    complete_through: Mapping[str, date]

    @property
    def latest(self) -> date | None:
        """The latest day that anyone declared: where an open span ends."""
        return max(self.complete_through.values(), default=None)

    def members(self, span: Span) -> tuple[str, ...]:
        """Those who were members on any day of the span, in the order of the pack."""
        return tuple(dict.fromkeys(code for code, _, _ in self.where(span)))

    def where(self, span: Span) -> Where:
        """The members, each with those days of the span on which it was one."""
        return tuple(self._where(span))

    def days_of_membership(self, span: Span, code: str | None) -> Span:
        """The days of the span from the first to the last on which the jurisdiction (None: anyone) was a member."""
        days = [(start, end) for member, start, end in self.where(span) if code in (None, member)]
        first = min((start for start, _ in days), default=date.min)
        last = max((end for _, end in days), default=date.max)
        return span.within(Span(None if first == date.min else first, None if last == date.max else last))

    def _where(self, span: Span) -> Iterator[tuple[str, date, date]]:
        for code, jurisdiction in self.pack.jurisdictions.items():
            if self.only and code not in self.only:
                continue
            for membership in jurisdiction.memberships:
                if membership.programme == self.programme:
                    days = span.within(Span(membership.since, membership.until))
                    start, end = days.start or date.min, days.end or date.max
                    if start <= end:
                        yield code, start, end

    def reported(self, span: Span) -> tuple[str, ...]:
        """The members whose incidents are declared complete through the end of the span, or of their membership."""
        closed = span.closed(self.latest)
        if closed.end is None:
            return ()
        ends = {code: end for code, _, end in self.where(closed)}
        return tuple(code for code, end in ends.items() if self.complete_through.get(code, date.min) >= end)

    def population(self, codes: Sequence[str], span: Span) -> int | None:
        """Of all of them together in the year in which the span ends; None where one is not known."""
        year = (span.end or self.latest or date.max).year
        found = [self.pack.jurisdictions[code].population(year) for code in codes]
        return sum(p.value for p in found if p) if found and all(found) else None

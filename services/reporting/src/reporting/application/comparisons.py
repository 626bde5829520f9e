"""The counts of an answer, and what each is compared with: the period before and the same one a year earlier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from common.kernel.periods import Grain, Period
from reporting.application.questions import PERIODS, UNKNOWN, Filters, Question
from reporting.application.scope import Scope, Span, Where, of_period

Key: TypeAlias = tuple[str, ...]
Counts: TypeAlias = Mapping[Key, Decimal]
Window: TypeAlias = tuple[Where, Filters]
"""Who counts when, and the periods in one of which a date must lie."""

Counted: TypeAlias = tuple[Counts, Decimal]
"""The measure by key, and in total: each incident or person once."""

Count: TypeAlias = Callable[[str, Sequence[str], Filters, Sequence[Window]], Awaitable[Sequence[Counted]]]
"""Measure, dimensions, filters without periods, and windows, to what each holds; keys that do not occur are missing."""

Comparison: TypeAlias = Literal["previous", "year_before"]


@dataclass(frozen=True, slots=True)
class Compared:
    """The count to compare with (None: none found), and the days it is of."""

    count: Decimal | None
    span: Span


@dataclass(frozen=True, slots=True)
class BySpan:
    """Without a period in the key every row is compared with the same two spans."""

    counts: Mapping[Comparison, tuple[Counts, Span]]

    def of(self, key: Key, comparison: Comparison) -> Compared | None:
        if comparison not in self.counts:
            return None
        counts, span = self.counts[comparison]
        return Compared(counts.get(key), span)


@dataclass(frozen=True, slots=True)
class ByPeriod:
    """With one, a row is compared with the rows of two other periods, whole ones whatever was asked for."""

    counts: Counts
    by: tuple[str, ...]
    finest: Grain

    def of(self, key: Key, comparison: Comparison) -> Compared | None:
        name = key[self.by.index(self.finest)]
        if name == UNKNOWN:
            return None
        try:
            period: Period = getattr(Period.parse(name), comparison)
            return Compared(self.counts.get(self._moved(key, period)), of_period(period))
        except ValueError:  # before the calendar's first year
            return None

    def _moved(self, key: Key, period: Period) -> Key:
        return tuple(
            str(Period.containing(period.start, name)) if name in PERIODS else part
            for name, part in zip(self.by, key, strict=True)
        )


async def counted(
    question: Question, scope: Scope, span: Span, filters: Filters, count: Count
) -> tuple[Counts, Decimal, BySpan | ByPeriod]:
    """Counts the rows, the total and what rows are compared with, all in one go. An open end is the latest day that
    anyone declared."""
    periods: Filters = {name: values for name, values in filters.items() if name in PERIODS}
    others: Filters = {name: values for name, values in filters.items() if name not in PERIODS}
    windows: list[Window] = [(scope.where(span), periods)]
    finest = question.finest_period
    if finest is not None:
        windows.append((scope.where(_widened(span, finest)), {}))
        (counts, total), (wider, _) = await count(question.measure, question.by, others, windows)
        return counts, total, ByPeriod(wider, question.by, finest)
    spans = _compared(span.closed(scope.latest))
    windows += [(scope.where(other), periods) for other in spans.values()]
    (counts, total), *found = await count(question.measure, question.by, others, windows)
    compared = {name: (of[0], other) for (name, other), of in zip(spans.items(), found, strict=True)}
    return counts, total, BySpan(compared)


def _compared(closed: Span) -> dict[Comparison, Span]:
    """The spans that can be told."""
    spans: dict[Comparison, Span | None] = {"previous": closed.previous, "year_before": closed.year_before}
    return {name: span for name, span in spans.items() if span is not None}


def _widened(span: Span, finest: Grain) -> Span:
    """Enough whole periods for every row's comparisons."""
    end = Period.containing(span.end, finest).end if span.end else None
    try:
        start = Period.containing(span.start, finest).year_before.start if span.start else None
    except ValueError:  # before the calendar's first year
        start = None
    return Span(start, end)

"""Which rows an answer has, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from common.kernel.errors import Violation
from common.kernel.periods import Grain, Period, periods_between
from reporting.application.comparisons import Counts, Key
from reporting.application.questions import PERIODS, UNKNOWN, BadQuestion
from reporting.application.scope import Scope, Span

MOST_FILLED = 20_000


def every_key(by: Sequence[str], counts: Counts, scope: Scope, span: Span) -> set[Key]:
    """What occurs; one row without `by`; and by jurisdiction, alone or with one period, every member's every row.

    Raises `BadQuestion` where that would be too many.
    """
    if not by:
        return {()}
    periods = [name for name in by if name in PERIODS]
    if "jurisdiction" not in by or len(by) != 1 + len(periods) or len(periods) > 1:
        return set(counts)
    if not periods:
        return set(counts) | {(code,) for code in scope.members(span)}
    return set(counts) | _filled(by, periods[0], counts, scope, span)


def in_order(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda key: tuple((part == UNKNOWN, part) for part in key))


def _filled(by: Sequence[str], grain: Grain, counts: Counts, scope: Scope, span: Span) -> set[Key]:
    """Every period for everyone who was a member on a day of it."""
    closed = _closed(by.index(grain), counts, scope, span)
    if closed is None:
        return set()
    periods = periods_between(*closed, grain)
    if len(periods) * len(scope.pack.jurisdictions) > MOST_FILLED:
        detail = f"These are {len(periods)} times a {grain}; narrow from and to, or ask for a coarser period."
        raise BadQuestion("", Violation("?from", "too_many_rows", detail))
    return {
        (code, str(period)) if by[0] == "jurisdiction" else (str(period), code)
        for period in periods
        for code in scope.members(Span(period.start, period.end).within(span))
    }


def _closed(at: int, counts: Counts, scope: Scope, span: Span) -> tuple[date, date] | None:
    """From the first period that occurs, where `from` is open, to the last one that occurs or was declared."""
    found = [Period.parse(key[at]) for key in counts if key[at] != UNKNOWN]
    start = span.start or min((period.start for period in found), default=None)
    ends = [period.end for period in found] + ([scope.latest] if scope.latest else [])
    end = span.end or max(ends, default=None)
    return (start, end) if start and end and start <= end else None

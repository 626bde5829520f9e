"""The days that a question is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from common.kernel.periods import Grain, Period
from reporting.application.questions import PERIODS

Span: TypeAlias = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` to `end`, inclusive, as far as in one of the periods of each kind that is named."""

    start: date = date.min
    end: date = date.max
    periods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end and all(
            str(Period.containing(day, grain)) in self.periods[grain] for grain in PERIODS if grain in self.periods
        )

    def spans(self) -> list[Span]:
        """In order and apart from each other."""
        found = [(self.start, self.end)]
        for names in self.periods.values():
            named = sorted((period.start, period.end) for period in map(Period.parse, set(names)))
            found = [both for span in found for period in named if (both := shared(span, period)) is not None]
        return sorted(found)

    @property
    def last(self) -> date | None:
        """The last day, None where there is none."""
        return max((end for _, end in self.spans()), default=None)


def shared(one: Span, other: Span) -> Span | None:
    """The days that both have."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start <= end else None


def named(day: date, name: str) -> str:
    """The period of that kind in which a day lies."""
    grain: Grain = name  # type: ignore[assignment]  # one of the names of periods
    return str(Period.containing(day, grain))

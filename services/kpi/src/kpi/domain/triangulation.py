"""The official figure beside what the incident feed says of the same jurisdiction and period. They are never added.

Media under-report, so an official figure above the feed's is as it should be; one below it is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kpi.domain.commands import History
from kpi.domain.derived import cell
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.values import Content, Dimensions

SETTING = "setting"
"""The dimension along which both tell seizures apart."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One official value and the feed's; either None where it is not known."""

    part: str
    dimensions: Dimensions
    official: Decimal | None
    feed: Decimal | None
    tolerance_percent: Decimal

    @property
    def discrepant(self) -> bool:
        """Official lies below the feed's by more than the tolerance."""
        if self.official is None or self.feed is None:
            return False
        return self.official * 100 < self.feed * (100 - self.tolerance_percent)


def compare(definitions: Definitions, content: Content, history: History) -> tuple[Comparison, ...]:
    """Every comparable part, in total and by setting where both know it; nothing where the feed says nothing."""
    return tuple(_comparisons(definitions, content, history)) if history.feed is not None else ()


def _comparisons(definitions: Definitions, content: Content, history: History) -> Iterator[Comparison]:
    figures = dict(content.figures)
    for number, part in definitions.parts.items():
        if part.comparable is None:
            continue
        figure = figures.get(number)
        for dimensions in compared(definitions, part):
            official = cell(definitions, part, figure, dimensions) if figure else None
            feed = (history.feed or {}).get((number, dimensions))
            yield Comparison(number, dimensions, official, feed, part.comparable.tolerance_percent)


def compared(definitions: Definitions, part: Part) -> list[Dimensions]:
    """The cells of a comparable part that the feed can also tell."""
    by_setting = part.comparable is not None and part.comparable.by_setting and SETTING in part.dimensions
    return [(), *(((SETTING, code),) for code in (definitions.codes(SETTING) if by_setting else ()))]

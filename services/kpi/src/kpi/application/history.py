"""What validation and comparison look up: a jurisdiction's earlier reports, and what the incident feed says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from kpi.domain.commands import History
from kpi.domain.derived import evaluate
from kpi.domain.lookups import Definitions
from kpi.domain.state import State
from kpi.domain.triangulation import compared
from kpi.domain.values import Content, Dimensions


class SeizedSum(Protocol):
    """What the feed says of one kind, unit and setting."""

    @property
    def kind(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def setting(self) -> str: ...
    @property
    def quantity(self) -> Decimal: ...


def earlier(
    definitions: Definitions,
    reports: Iterable[tuple[State, Definitions]],
    feed: Mapping[tuple[str, Dimensions], Decimal] | None = None,
) -> History:
    """Totals of the jurisdiction's earlier reports, each under its own version of the roadmap, oldest first.

    Where a report was made for an earlier version, its parts carry over as the newer version's mapping says.
    """
    periods = []
    for state, theirs in reports:
        content = settled(state)
        if content is None:
            continue
        names = carried_over(definitions, theirs)
        totals = {names.get(n, n): value for n, value in evaluate(theirs, content).items() if value is not None}
        periods.append((state.values_period, {n: v for n, v in totals.items() if n in definitions.parts}))
    return History(tuple(periods), feed)


def settled(state: State) -> Content | None:
    """What a jurisdiction's report said last that was published, or else accepted; None where nothing was."""
    if state.jurisdiction is None:
        return None
    if state.published:
        return dict(state.published[-1].contents).get(state.jurisdiction)
    return state.content(state.jurisdiction) if state.phase == "accepted" else None


def carried_over(definitions: Definitions, earlier_version: Definitions) -> Mapping[str, str]:
    """The newer numbers of an earlier version's parts, where they differ."""
    mappings = {mapping.version: dict(mapping.parts) for mapping in definitions.roadmap.mappings}
    return mappings.get(earlier_version.roadmap.version, {})


def in_terms_of(definitions: Definitions, earlier_version: Definitions, content: Content) -> Content:
    """A content that was made for an earlier version, its figures under the newer one's numbers; what does not go on in
    the newer version is left out."""
    if earlier_version.roadmap.version == definitions.roadmap.version:
        return content
    names = carried_over(definitions, earlier_version)
    renamed = [(names.get(number, number), figure) for number, figure in content.figures]
    figures = sorted(((n, f) for n, f in renamed if n in definitions.parts), key=lambda pair: pair[0])
    return Content(tuple(figures), content.narratives)


def feed_figures(
    definitions: Definitions, seized: Sequence[SeizedSum] | None
) -> dict[tuple[str, Dimensions], Decimal] | None:
    """What the feed says of every comparable part, in total and by setting; 0 where it tells of no such seizure."""
    if seized is None:
        return None
    figures: dict[tuple[str, Dimensions], Decimal] = {}
    for number, part in definitions.parts.items():
        if part.comparable is None:
            continue
        ours = [s for s in seized if s.kind in part.comparable.kinds and s.unit == part.comparable.unit]
        for dimensions in compared(definitions, part):
            settings = {code for _, code in dimensions}
            chosen = [s.quantity for s in ours if not settings or s.setting in settings]
            figures[number, dimensions] = sum(chosen, Decimal(0))
    return figures

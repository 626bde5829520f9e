"""Published figures as flat observations, one per part, cell, jurisdiction and period, with the edition they stand in.

Totals are always there: as they were reported, or as the cells make them. What a formula makes is there like the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kpi.domain import round as rounds
from kpi.domain.commands import History
from kpi.domain.derived import Lookup, cell
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.state import State
from kpi.domain.values import Content, Dimensions, Figure, Presence, Quality


@dataclass(frozen=True, slots=True)
class Frozen:
    """A report's content as an edition published it: valid until a later edition froze the report again."""

    round: UUID
    report: UUID
    edition: int
    period: str
    roadmap_version: str
    published_on: date
    valid_from: datetime
    valid_to: datetime | None
    contents: tuple[tuple[str, Content], ...]

    def valid_at(self, moment: datetime | None) -> bool:
        """Whether it is what held then; None: now."""
        if moment is None:
            return self.valid_to is None
        return self.valid_from <= moment and (self.valid_to is None or moment < self.valid_to)


def latest(frozen: Iterable[Frozen], moment: datetime | None = None, on: date | None = None) -> list[Frozen]:
    """Every report as the last edition had it; of the editions that were known then, and published by that day."""
    known = [f for f in frozen if moment is None or f.valid_from <= moment]
    there = [f for f in known if on is None or f.published_on <= on]
    return list({f.report: f for f in sorted(there, key=lambda f: f.valid_from)}.values())


@dataclass(frozen=True, slots=True)
class Observation:
    """`value` None: nothing is reported, and `presence` says why. `dimensions` name what is not at its total."""

    jurisdiction: str
    part: Part
    dimensions: Dimensions
    period: str
    value: Decimal | None
    presence: Presence
    quality: Quality | None
    frozen: Frozen | None = None


def frozen_reports(
    round_rows: Iterable[tuple[UUID, rounds.State]],
    reports: Mapping[UUID, State],
    published_at: Mapping[tuple[UUID, int], datetime],
) -> list[Frozen]:
    """Every content that any edition ever froze, oldest first; `published_at` by round and edition."""
    found: list[Frozen] = []
    for round_id, state in round_rows:
        newest: dict[UUID, Frozen] = {}
        for edition in state.editions:
            moment = published_at[round_id, edition.number]
            for listed in edition.reports:
                if listed.published_in != edition.number:
                    continue
                if listed.report in newest:
                    found.append(replace(newest[listed.report], valid_to=moment))
                newest[listed.report] = _frozen(round_id, state, edition, listed.report, reports, moment)
        found.extend(newest.values())
    return sorted(found, key=lambda frozen: (frozen.period, frozen.valid_from, frozen.report))


def _frozen(
    round_id: UUID,
    state: rounds.State,
    edition: rounds.Edition,
    report: UUID,
    reports: Mapping[UUID, State],
    moment: datetime,
) -> Frozen:
    contents = next(p.contents for p in reports[report].published if p.edition == edition.number)
    return Frozen(
        round_id,
        report,
        edition.number,
        state.values_period,
        state.roadmap_version,
        edition.on,
        moment,
        None,
        contents,
    )


def observed(definitions: Definitions, frozen: Frozen) -> Iterator[Observation]:
    for jurisdiction, content in frozen.contents:
        for observation in observations(definitions, jurisdiction, frozen.period, content):
            yield replace(observation, frozen=frozen)


def observations(definitions: Definitions, jurisdiction: str, period: str, content: Content) -> Iterator[Observation]:
    """The numeric parts of a content, each with its total first; then the cells in the order in which they stand."""
    lookup = Lookup(definitions, content, History())
    figures = dict(content.figures)
    for part in definitions.parts.values():
        if not part.numeric:
            continue
        figure = figures.get(part.number)
        if part.derived:
            yield from _derived(part, lookup, jurisdiction, period, figures, definitions)
        elif figure is not None:
            yield from _recorded(definitions, part, figure, jurisdiction, period)


def _recorded(
    definitions: Definitions, part: Part, figure: Figure, jurisdiction: str, period: str
) -> Iterator[Observation]:
    def one(dimensions: Dimensions, value: Decimal | None) -> Observation:
        return Observation(jurisdiction, part, dimensions, period, value, figure.presence, figure.quality)

    yield one((), cell(definitions, part, figure))
    for held in figure.cells:
        if held.dimensions:
            yield one(held.dimensions, held.value)


def _derived(
    part: Part,
    lookup: Lookup,
    jurisdiction: str,
    period: str,
    figures: Mapping[str, Figure],
    definitions: Definitions,
) -> Iterator[Observation]:
    """A derived part is there where what it follows from is; it is as good as the weakest of it."""
    sources = [figures[number] for number in sources_of(definitions, part) if number in figures]
    if not sources:
        return
    value = lookup.total(part)
    presence: Presence = "reported" if value is not None else _absence(sources)
    quality = _weakest(sources) if value is not None else None
    yield Observation(jurisdiction, part, (), period, value, presence, quality)


def sources_of(definitions: Definitions, part: Part) -> Sequence[str]:
    """The recorded parts that a formula rests on, at whatever depth."""
    found: dict[str, None] = {}
    for number in definitions.series_of(part):
        below = definitions.parts.get(number)
        if below is None:
            continue
        found |= dict.fromkeys(sources_of(definitions, below)) if below.derived else {number: None}
    return list(found)


def _absence(sources: Sequence[Figure]) -> Presence:
    return next((figure.presence for figure in sources if figure.presence != "reported"), "not_applicable")


def _weakest(sources: Sequence[Figure]) -> Quality:
    qualities = {figure.quality for figure in sources}
    if "estimated" in qualities:
        return "estimated"
    return "provisional" if "provisional" in qualities else "final"

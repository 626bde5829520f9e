"""Published figures looked up and added: by part, jurisdiction, period and dimensions.

Sums are over jurisdictions and, but for stocks, over periods. A share is worked out from the sums of what it is a share
of; where that is not reported there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from common.kernel.cells import Dimensions, value_at
from common.kernel.expressions import Reference
from reporting.application.kpi.model import Edition, Everything, Figure, Part, Roadmap, Round

Place = tuple[str, str, str]
"""Period, jurisdiction, part."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The figures to show of a roadmap, by place, and the editions that they stand in, by period. `awaited` are the
    periods of rounds without such an edition."""

    roadmap: Roadmap
    figures: Mapping[Place, Figure]
    editions: Mapping[str, tuple[Round, Edition]]
    awaited: Sequence[str] = ()

    @property
    def periods(self) -> list[str]:
        """Those of published rounds, oldest first."""
        return list(self.editions)

    def value(self, part: Part, jurisdiction: str, period: str, at: Dimensions = ()) -> Decimal | None:
        """What one jurisdiction reported of one part in one period."""
        return self.total(part, [jurisdiction], [period], at)

    def total(
        self, part: Part, jurisdictions: Sequence[str], periods: Sequence[str], at: Dimensions = ()
    ) -> Decimal | None:
        """Over those that reported; None where nobody did, and where adding means nothing."""
        places = [(period, jurisdiction) for period in periods for jurisdiction in jurisdictions]
        if part.stock and len(periods) > 1:
            return None
        if part.formula is not None:
            return self._of_sums(part, places, at)
        if part.kind == "percent" and len(places) > 1:
            return None
        return self._sum(part, places, at)

    def presence(self, part: Part, jurisdiction: str, period: str) -> str:
        """Of a derived part: that of what it follows from."""
        if part.formula is not None:
            sources = self._sources(part)
            found = [self.presence(source, jurisdiction, period) for source in sources]
            return next((each for each in found if each != "reported"), "reported")
        figure = self.figures.get((period, jurisdiction, part.number))
        if figure is not None:
            return figure.presence
        chosen = self.roadmap.kpi_of[part.number].members
        if chosen is not None and jurisdiction not in chosen:
            return "not_applicable"
        return "not_available_yet" if period in self.awaited else "not_reported"

    def quality(self, part: Part, jurisdiction: str, period: str) -> str | None:
        figure = self.figures.get((period, jurisdiction, part.number))
        return figure.quality if figure else None

    def _sum(self, part: Part, places: Iterable[tuple[str, str]], at: Dimensions) -> Decimal | None:
        found = [self._told(part, period, jurisdiction, at) for period, jurisdiction in places]
        known = [value for value in found if value is not None]
        return sum(known, Decimal(0)) if known else None

    def _told(self, part: Part, period: str, jurisdiction: str, at: Dimensions) -> Decimal | None:
        figure = self.figures.get((period, jurisdiction, part.number))
        if figure is None or figure.presence != "reported":
            return None
        if part.kind == "statuses":
            best = part.statuses[-1].code
            return Decimal(sum(held.status == best for held in figure.statuses))
        return value_at({cell.place: cell.value for cell in figure.cells}, at, self.roadmap.summable(part))

    def _of_sums(self, part: Part, places: Sequence[tuple[str, str]], at: Dimensions) -> Decimal | None:
        """Over the jurisdictions that told all of what the share is made of."""
        sources = self._sources(part)
        whole = [(p, j) for p, j in places if all(self._told(source, p, j, at) is not None for source in sources)]
        sums = {source.number: self._sum(source, whole, at) for source in sources}
        value = self._evaluated(part, sums)
        return None if value is None else value.quantize(Decimal(1).scaleb(-part.decimals), ROUND_HALF_UP)

    def _evaluated(self, part: Part, sums: Mapping[str, Decimal | None]) -> Decimal | None:
        def lookup(reference: Reference) -> Decimal | None:
            below = self.roadmap.parts.get(reference.series)
            if below is None or reference.when is not None or reference.dimensions:
                return None
            return self._evaluated(below, sums) if below.formula is not None else sums.get(below.number)

        assert part.expression is not None, "only a derived part is evaluated"
        return part.expression.evaluate(lookup)

    def _sources(self, part: Part) -> list[Part]:
        """The recorded parts that a derived one rests on."""
        found: dict[str, Part] = {}
        for reference in part.expression.references if part.expression else ():
            below = self.roadmap.parts.get(reference.series)
            if below is not None:
                found |= {p.number: p for p in (self._sources(below) if below.formula is not None else [below])}
        return list(found.values())


def shown(everything: Everything, roadmap: Roadmap, edition: int | None = None) -> Shown:
    """Of every round the edition that is asked for, or the latest; parts under the numbers of this version."""
    figures: dict[Place, Figure] = {}
    editions: dict[str, tuple[Round, Edition]] = {}
    awaited = []
    for round_ in everything.rounds_of(roadmap.code):
        found = everything.shown(round_, edition)
        if found is None:
            awaited.append(round_.values_period)
            continue
        editions[round_.values_period] = (round_, found)
        numbers = roadmap.renumbered(round_.roadmap_version)
        for figure in everything.figures(found):
            figures[round_.values_period, figure.jurisdiction, numbers.get(figure.part, figure.part)] = figure
    return Shown(roadmap, figures, editions, awaited)

"""A roadmap made quick to look into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

from common.kernel.expressions import Expression, parse
from kpi.domain.events import ReportKind
from kpi.domain.roadmap import CodeList, Kpi, Member, Objective, Part, Roadmap

SECTIONS = ("challenges", "needs", "plans")
"""What a narrative may be about besides the goals and targets."""


class Definitions:
    """Every look-up by its number or code; made once per roadmap version."""

    def __init__(self, roadmap: Roadmap) -> None:
        self.roadmap = roadmap

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """In the order of the roadmap."""
        return {part.number: part for kpi in self.roadmap.kpis for part in kpi.parts}

    @cached_property
    def kpi_of(self) -> Mapping[str, Kpi]:
        """By the number of a part."""
        return {part.number: kpi for kpi in self.roadmap.kpis for part in kpi.parts}

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """What a narrative may be about: goals and targets in order, then the rest."""
        return (*(objective.number for objective in _objectives(self.roadmap.goals)), *SECTIONS)

    @cached_property
    def objectives(self) -> Mapping[str, Objective]:
        return {objective.number: objective for objective in _objectives(self.roadmap.goals)}

    @cached_property
    def _code_lists(self) -> Mapping[str, CodeList]:
        return {entry.code: entry for entry in self.roadmap.code_lists}

    def code_list(self, dimension: str) -> CodeList:
        return self._code_lists[dimension]

    def codes(self, dimension: str) -> tuple[str, ...]:
        return tuple(code.code for code in self._code_lists[dimension].codes)

    def summable(self, part: Part) -> dict[str, tuple[str, ...]]:
        """The codes of those of its dimensions that add up; shares never do."""
        if part.kind == "percent":
            return {}
        lists = {name: self.code_list(name) for name in part.dimensions}
        return {name: self.codes(name) for name, entry in lists.items() if entry.parts_make_total}

    def named(self, kpi: str) -> tuple[Part, ...]:
        """The parts that a KPI's number, or a part's own, stands for; none where it is unknown."""
        if kpi in self.parts:
            return (self.parts[kpi],)
        return next((entry.parts for entry in self.roadmap.kpis if entry.number == kpi), ())

    def series_of(self, part: Part) -> tuple[str, ...]:
        """The parts that a formula names."""
        references = self.formula(part).references if part.derived else ()
        return tuple(dict.fromkeys(reference.series for reference in references))

    def formula(self, part: Part) -> Expression:
        """Of a derived part."""
        assert part.formula is not None, f"{part.number} is recorded"
        return parse(part.formula)

    def collects(self, kind: ReportKind, jurisdiction: str | None) -> tuple[Part, ...]:
        """The parts that a report of that kind records: a jurisdiction's what its commission collects of the KPIs that
        it reports on, the secretariat's everything else."""
        return tuple(
            part
            for kpi in self.roadmap.kpis
            if (kpi.collector == "commission") == (kind == "jurisdiction")
            and (kind == "secretariat" or kpi.members is None or jurisdiction in kpi.members)
            for part in kpi.parts
            if not part.derived
        )

    def members(self, start: date, end: date) -> tuple[str, ...]:
        """Jurisdictions that belong to the roadmap on any day of the span, in its order."""
        return tuple(m.jurisdiction for m in self.roadmap.members if _belongs(m, start, end))


def _belongs(member: Member, start: date, end: date) -> bool:
    return (member.start is None or member.start <= end) and (member.end is None or start <= member.end)


def _objectives(objectives: tuple[Objective, ...]) -> Iterator[Objective]:
    for objective in objectives:
        yield objective
        yield from _objectives(objective.targets)

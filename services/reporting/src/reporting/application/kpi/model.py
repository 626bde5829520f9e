"""What was published, as the questions need it: decoded from the read model's one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from common.kernel.cells import Dimensions
from common.kernel.expressions import Expression, parse
from common.kernel.periods import Period
from common.kernel.progress import ProgressBand


class Code(msgspec.Struct, frozen=True):
    code: str
    label: str


class CodeList(msgspec.Struct, frozen=True):
    code: str
    label: str
    codes: tuple[Code, ...]
    parts_make_total: bool


class Objective(msgspec.Struct, frozen=True):
    number: str
    title: str
    parent: str | None = None


class Target(msgspec.Struct, frozen=True):
    period: str
    value: Decimal


class Part(msgspec.Struct, frozen=True):
    """See `common.contracts.kpi.Part`."""

    number: str
    name: str
    kind: str
    unit: str | None = None
    decimals: int = 0
    dimensions: tuple[str, ...] = ()
    direction: str = "neutral"
    baseline: str | None = None
    targets: tuple[Target, ...] = ()
    formula: str | None = None
    stock: bool = False
    items: tuple[Code, ...] = ()
    statuses: tuple[Code, ...] = ()
    comparable_kinds: tuple[str, ...] = ()
    comparable_unit: str | None = None
    comparable_by_setting: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "quantity", "percent")

    @property
    def expression(self) -> Expression | None:
        return None if self.formula is None else parse(self.formula)


class Kpi(msgspec.Struct, frozen=True):
    number: str
    name: str
    goals: tuple[str, ...]
    collector: str
    level: str
    parts: tuple[Part, ...]
    members: tuple[str, ...] | None = None


class Band(msgspec.Struct, frozen=True):
    code: str
    label: str
    from_percent: Decimal


class Member(msgspec.Struct, frozen=True):
    jurisdiction: str
    start: date | None = None
    end: date | None = None


class Renumbered(msgspec.Struct, frozen=True):
    """How the parts of an earlier version go on: the number here by the number there."""

    version: str
    parts: dict[str, str]


class Roadmap(msgspec.Struct, frozen=True, dict=True):
    """A published version."""

    code: str
    version: str
    title: str
    goals: tuple[Objective, ...]
    code_lists: tuple[CodeList, ...]
    kpis: tuple[Kpi, ...]
    bands: tuple[Band, ...]
    members: tuple[Member, ...]
    mappings: tuple[Renumbered, ...] = ()

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        return {part.number: part for kpi in self.kpis for part in kpi.parts}

    @cached_property
    def kpi_of(self) -> Mapping[str, Kpi]:
        return {part.number: kpi for kpi in self.kpis for part in kpi.parts}

    @cached_property
    def lists(self) -> Mapping[str, CodeList]:
        return {entry.code: entry for entry in self.code_lists}

    @cached_property
    def progress_bands(self) -> tuple[ProgressBand, ...]:
        return tuple(ProgressBand(band.code, band.label, band.from_percent) for band in self.bands)

    def summable(self, part: Part) -> dict[str, tuple[str, ...]]:
        """Codes of those of a part's dimensions that add up."""
        lists = [self.lists[name] for name in part.dimensions]
        return {entry.code: tuple(c.code for c in entry.codes) for entry in lists if entry.parts_make_total}

    def renumbered(self, version: str) -> Mapping[str, str]:
        """The parts of another version that have another number here."""
        return next((mapping.parts for mapping in self.mappings if mapping.version == version), {})

    def named(self, kpi: str) -> tuple[Part, ...]:
        """The parts that a KPI's number, or a part's own, stands for."""
        if kpi in self.parts:
            return (self.parts[kpi],)
        return next((entry.parts for entry in self.kpis if entry.number == kpi), ())

    def members_in(self, period: str) -> tuple[str, ...]:
        """Who is a member on any day of a period, in the roadmap's order."""
        span = Period.parse(period)
        return tuple(
            member.jurisdiction
            for member in self.members
            if (member.start is None or member.start <= span.end) and (member.end is None or span.start <= member.end)
        )


class Listed(msgspec.Struct, frozen=True):
    report: UUID
    kind: str
    jurisdiction: str | None
    version: int
    published_in: int


class Edition(msgspec.Struct, frozen=True):
    edition: int
    reports: tuple[Listed, ...]
    missing: tuple[str, ...]
    on: date


class Round(msgspec.Struct, frozen=True):
    id: UUID
    roadmap: str
    roadmap_version: str
    number: int
    period: str
    values_period: str
    due: date
    members: tuple[str, ...]
    editions: tuple[Edition, ...]


class Report(msgspec.Struct, frozen=True):
    id: UUID
    round: UUID
    roadmap: str
    number: int
    period: str
    kind: str
    jurisdiction: str | None
    state: str
    due: date
    received_on: date | None


class Cell(msgspec.Struct, frozen=True):
    dimensions: dict[str, str]
    value: Decimal

    @property
    def place(self) -> Dimensions:
        return tuple(sorted(self.dimensions.items()))


class ItemStatus(msgspec.Struct, frozen=True):
    item: str
    status: str


class Figure(msgspec.Struct, frozen=True):
    jurisdiction: str
    part: str
    presence: str
    quality: str | None = None
    cells: tuple[Cell, ...] = ()
    statuses: tuple[ItemStatus, ...] = ()
    documents: tuple[dict[str, Any], ...] = ()


class Frozen(msgspec.Struct, frozen=True):
    report: UUID
    edition: int
    figures: tuple[Figure, ...]
    restates: int | None = None


class Discrepancy(msgspec.Struct, frozen=True):
    """`found_at` is the version of the report in which it was found."""

    report: UUID
    query: int
    part: str
    dimensions: dict[str, str]
    found_at: int
    state: str


class Everything(msgspec.Struct, frozen=True, dict=True):
    """All that `kpi` has published, of one moment."""

    roadmaps: tuple[Roadmap, ...]
    rounds: tuple[Round, ...]
    reports: tuple[Report, ...]
    frozen: tuple[Frozen, ...]
    discrepancies: tuple[Discrepancy, ...]

    @cached_property
    def frozen_in(self) -> Mapping[tuple[UUID, int], Frozen]:
        return {(frozen.report, frozen.edition): frozen for frozen in self.frozen}

    def codes(self) -> Sequence[str]:
        """The roadmaps' codes, each once, in the order in which they were first published."""
        return list(dict.fromkeys(roadmap.code for roadmap in self.roadmaps))

    def newest(self, code: str) -> Roadmap | None:
        return next((roadmap for roadmap in reversed(self.roadmaps) if roadmap.code == code), None)

    def version(self, code: str, version: str) -> Roadmap:
        return next(r for r in self.roadmaps if (r.code, r.version) == (code, version))

    def rounds_of(self, code: str) -> list[Round]:
        """In the order of their numbers."""
        return sorted((r for r in self.rounds if r.roadmap == code), key=lambda r: r.number)

    def shown(self, round_: Round, edition: int | None = None) -> Edition | None:
        """The edition to show: the one that is asked for, or the latest, of those whose reports have all arrived."""
        whole = [e for e in round_.editions if all(_key(listed) in self.frozen_in for listed in e.reports)]
        if edition is not None:
            return next((e for e in whole if e.edition == edition), None)
        return whole[-1] if whole else None

    def queries(self, edition: Edition) -> list[tuple[Listed, Discrepancy]]:
        """What was asked about figures of an edition; what was found in a draft since is not told."""
        listed = {report.report: report for report in edition.reports}
        found = [(listed[d.report], d) for d in self.discrepancies if d.report in listed]
        return [(report, discrepancy) for report, discrepancy in found if discrepancy.found_at <= report.version]

    def figures(self, edition: Edition) -> list[Figure]:
        """All that an edition holds."""
        frozen = [self.frozen_in[listed.report, listed.published_in] for listed in edition.reports]
        return [figure for each in frozen for figure in each.figures]


def decode(document: str) -> Everything:
    return msgspec.json.decode(document, type=Everything)


def _key(listed: Listed) -> tuple[UUID, int]:
    return listed.report, listed.published_in

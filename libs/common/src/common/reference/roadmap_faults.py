"""What entries of a roadmap's file must say of each other and of the pack they stand in, each fault at its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from common.kernel.expressions import Reference, parse
from common.reference.loading import Loaded
from common.reference.pack import Pack
from common.reference.roadmap_model import Comparable, Kpi, Objective, Part, Roadmap
from common.reference.yaml_nodes import Steps

SETTINGS = frozenset({"inland", "border"})


@dataclass(frozen=True, slots=True)
class _Known:
    """What the file names, by what it is referred to with; of what stands twice, the first."""

    lists: Mapping[str, frozenset[str]]
    parts: Mapping[str, tuple[Kpi, Part]]
    objectives: frozenset[str]

    @classmethod
    def of(cls, roadmap: Roadmap) -> _Known:
        return cls(
            {entry.code: frozenset(code.code for code in entry.codes) for entry in reversed(roadmap.code_lists)},
            {part.number: (kpi, part) for kpi in reversed(roadmap.kpis) for part in reversed(kpi.parts)},
            frozenset(number for _, number in _objectives(("goals",), roadmap.goals)),
        )


def faults(file: Loaded[Roadmap], pack: Pack) -> Iterator[str]:
    """Every one, as "<file>:<line>: <where>: <reason>"."""
    for steps, reason in _faults(file.model, pack):
        yield file.fault(steps, reason)


def _faults(roadmap: Roadmap, pack: Pack) -> Iterator[tuple[Steps, str]]:
    known = _Known.of(roadmap)
    yield from _repetitions(roadmap)
    yield from _member_faults(roadmap, pack)
    for n, kpi in enumerate(roadmap.kpis):
        yield from _kpi_faults(("kpis", n), kpi, known, roadmap)
        for m, part in enumerate(kpi.parts):
            yield from _part_faults(("kpis", n, "parts", m), kpi, part, known, pack)
    yield from _cycles(roadmap, known)
    yield from _rule_faults(roadmap, known)
    yield from _mapping_faults(roadmap, known)


def _repetitions(roadmap: Roadmap) -> Iterator[tuple[Steps, str]]:
    """Whatever is referred to by a number or a code has it alone."""
    yield from _twice(_objectives(("goals",), roadmap.goals), "number")
    yield from _twice(((("kpis", n), kpi.number) for n, kpi in enumerate(roadmap.kpis)), "number")
    parts = ((("kpis", n, "parts", m), p.number) for n, kpi in enumerate(roadmap.kpis) for m, p in enumerate(kpi.parts))
    yield from _twice(parts, "number")
    yield from _twice(((("custodians", n), entry.code) for n, entry in enumerate(roadmap.custodians)), "code")
    yield from _twice(((("code_lists", n), entry.code) for n, entry in enumerate(roadmap.code_lists)), "code")
    yield from _twice(((("bands", n), entry.code) for n, entry in enumerate(roadmap.bands)), "code")
    yield from _twice(((("rules", n), entry.id) for n, entry in enumerate(roadmap.rules)), "id")
    yield from _twice(((("members", n), entry.jurisdiction) for n, entry in enumerate(roadmap.members)), "jurisdiction")
    yield from _twice(((("mappings", n), entry.version) for n, entry in enumerate(roadmap.mappings)), "version")


def _twice(entries: Iterable[tuple[Steps, str]], field: str) -> Iterator[tuple[Steps, str]]:
    seen: set[str] = set()
    for steps, name in entries:
        if name in seen:
            yield (*steps, field), f"the {field} {name} stands in {steps[0]} twice"
        seen.add(name)


def _objectives(steps: Steps, objectives: Sequence[Objective]) -> Iterator[tuple[Steps, str]]:
    for n, objective in enumerate(objectives):
        yield (*steps, n), objective.number
        yield from _objectives((*steps, n, "targets"), objective.targets)


def _member_faults(roadmap: Roadmap, pack: Pack) -> Iterator[tuple[Steps, str]]:
    for n, member in enumerate(roadmap.members):
        if member.jurisdiction not in pack.jurisdictions:
            yield ("members", n, "jurisdiction"), f"{member.jurisdiction} is not a jurisdiction of the pack {pack.name}"


def _kpi_faults(steps: Steps, kpi: Kpi, known: _Known, roadmap: Roadmap) -> Iterator[tuple[Steps, str]]:
    for n, goal in enumerate(kpi.goals):
        if goal not in known.objectives:
            yield (*steps, "goals", n), f"{goal} is neither a goal nor a target"
    members = {member.jurisdiction for member in roadmap.members}
    for n, member in enumerate(kpi.members or ()):
        if member not in members:
            yield (*steps, "members", n), f"{member} is not a member of the roadmap"


def _part_faults(steps: Steps, kpi: Kpi, part: Part, known: _Known, pack: Pack) -> Iterator[tuple[Steps, str]]:
    for n, dimension in enumerate(part.dimensions):
        if dimension not in known.lists:
            yield (*steps, "dimensions", n), f"{dimension} is not one of the code_lists"
    if part.formula is not None:
        for reason in _expression_faults(part.formula, kpi, known):
            yield (*steps, "formula"), reason
    if part.comparable is not None:
        yield from _comparable_faults((*steps, "comparable"), part.comparable, part, known, pack)


def _comparable_faults(
    steps: Steps, comparable: Comparable, part: Part, known: _Known, pack: Pack
) -> Iterator[tuple[Steps, str]]:
    units = {kind.code: kind.units for kind in pack.code_lists.seized_kinds}
    for n, kind in enumerate(comparable.kinds):
        if kind not in units:
            yield (*steps, "kinds", n), f"{kind} is not one of the seized_kinds of the pack"
        elif comparable.unit not in units[kind]:
            yield (*steps, "unit"), f"{kind} is not counted in {comparable.unit}"
    if comparable.by_setting and not (
        "setting" in part.dimensions and known.lists.get("setting", SETTINGS) >= SETTINGS
    ):
        yield (*steps, "by_setting"), "needs the dimension setting with the codes inland and border"


def _expression_faults(text: str, kpi: Kpi | None, known: _Known) -> Iterator[str]:
    """`kpi`: whose formula it is; a rule belongs to that of its first reference."""
    for reference in parse(text).references:
        if (found := known.parts.get(reference.series)) is None:
            yield f"{reference}: there is no part {reference.series}"
            continue
        kpi = kpi or found[0]
        if (found[0].collector == "commission") != (kpi.collector == "commission"):
            yield f"{reference}: KPI {found[0].number} is not in the same report as KPI {kpi.number}"
        yield from _reference_faults(reference, found[1], known)


def _reference_faults(reference: Reference, part: Part, known: _Known) -> Iterator[str]:
    if not part.numeric:
        yield f"{reference}: the part {part.number} is not a number"
    if reference.when == "baseline" and part.baseline is None:
        yield f"{reference}: the part {part.number} has no baseline"
    for dimension, code in reference.dimensions:
        if dimension not in part.dimensions:
            yield f"{reference}: the part {part.number} has no dimension {dimension}"
        elif code not in known.lists.get(dimension, {code}):
            yield f"{reference}: {code} is not a code of {dimension}"


def _cycles(roadmap: Roadmap, known: _Known) -> Iterator[tuple[Steps, str]]:
    """A part must not need itself; its value of another period may be needed."""
    needs = {
        number: {r.series for r in parse(part.formula).references if r.when is None} & known.parts.keys()
        for number, (_, part) in known.parts.items()
        if part.formula is not None
    }
    for n, kpi in enumerate(roadmap.kpis):
        for m, part in enumerate(kpi.parts):
            if part.number in _needed(part.number, needs):
                yield ("kpis", n, "parts", m, "formula"), f"the part {part.number} is derived from itself"


def _needed(number: str, needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(needs.get(number, ()))
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting.extend(needs.get(one, ()))
    return found


def _rule_faults(roadmap: Roadmap, known: _Known) -> Iterator[tuple[Steps, str]]:
    for n, rule in enumerate(roadmap.rules):
        references = parse(rule.left).references + parse(rule.right).references
        first = next((known.parts[r.series][0] for r in references if r.series in known.parts), None)
        if not references:
            yield ("rules", n), "neither side refers to a part"
        for side in ("left", "right"):
            for reason in _expression_faults(getattr(rule, side), first, known):
                yield ("rules", n, side), reason


def _mapping_faults(roadmap: Roadmap, known: _Known) -> Iterator[tuple[Steps, str]]:
    for n, mapping in enumerate(roadmap.mappings):
        if mapping.version == roadmap.version:
            yield ("mappings", n, "version"), f"{mapping.version} is this version; map an earlier one"
        for old, new in mapping.parts:
            if new not in known.parts:
                yield ("mappings", n, "parts", old), f"there is no part {new}"

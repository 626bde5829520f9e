"""A question about published KPI figures, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.kernel.errors import Violation
from common.kernel.periods import Period
from reporting.application.kpi.model import Everything, Part, Roadmap
from reporting.application.questions import PERIODS, BadQuestion

PERIOD = "period"
NOTHING = Roadmap("", "", "", (), (), (), (), ())
"""Before the first roadmap is published."""
FIXED = ("kpi", "goal", "jurisdiction", PERIOD)
"""Keys that every roadmap has; periods by their length and a roadmap's own dimensions come besides."""


@dataclass(frozen=True, slots=True)
class KpiQuestion:
    """`parts` are asked for; `filters` are on jurisdictions and dimensions; `periods` None: by default."""

    roadmap: Roadmap
    parts: tuple[Part, ...]
    by: tuple[str, ...]
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    periods: tuple[str, ...] | None = None
    goals: tuple[str, ...] = ()
    edition: int | None = None

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions among the keys."""
        return tuple(name for name in self.by if name not in FIXED and name not in PERIODS)


def ask(
    everything: Everything,
    *,
    roadmap: str | None,
    kpi: Sequence[str],
    by: Sequence[str],
    filters: Mapping[str, Sequence[str]],
    periods: Sequence[str],
    edition: int | None,
) -> KpiQuestion:
    """Where several parts are asked for, `kpi` is among the keys, asked for or not. Raises `BadQuestion`."""
    chosen = _roadmap(everything, roadmap)
    wrong: list[Violation] = []
    goals = tuple(filters.get("goal", ()))
    parts = _parts(chosen, kpi, goals, wrong)
    keys = tuple(dict.fromkeys(by))
    known = (*FIXED, *PERIODS, *chosen.lists)
    wrong += [
        Violation("?by", "unknown_dimension", f"There is no {key[:40]!r}; there are: {', '.join(known)}.")
        for key in keys
        if key not in known
    ]
    wrong += _unmet(chosen, parts, [key for key in keys if key in chosen.lists], "?by")
    conditions = {name: tuple(values) for name, values in filters.items() if values and name != "goal"}
    wrong += _wrong_values(chosen, parts, conditions)
    wrong += _wrong_periods(periods)
    if edition is not None and not any(everything.shown(r, edition) for r in everything.rounds_of(chosen.code)):
        wrong.append(Violation("?edition", "unknown_edition", f"No round of {chosen.code} has an edition {edition}."))
    if len(parts) > 1 and "kpi" not in keys:
        keys = (*keys, "kpi")  # different KPIs are never added
    if wrong:
        raise BadQuestion("", *wrong)
    return KpiQuestion(chosen, parts, keys, conditions, tuple(periods) or None, goals, edition)


def _roadmap(everything: Everything, code: str | None) -> Roadmap:
    codes = everything.codes()
    if not codes and code is None:
        return NOTHING
    found = everything.newest(code or (codes[0] if codes else ""))
    if found is None:
        known = ", ".join(codes) or "none is published yet"
        raise BadQuestion("", Violation("?roadmap", "unknown_roadmap", f"The published roadmaps: {known}."))
    return found


def _parts(roadmap: Roadmap, kpi: Sequence[str], goals: Sequence[str], wrong: list[Violation]) -> tuple[Part, ...]:
    """Numeric parts: those that are named, those of the goals, or all."""
    found: dict[str, Part] = {}
    for name in kpi:
        named = roadmap.named(name)
        if not named:
            known = ", ".join(entry.number for entry in roadmap.kpis)
            wrong.append(Violation("?kpi", "unknown_kpi", f"There is no KPI {name[:40]!r}; there are: {known}."))
        found |= {part.number: part for part in named}
    if not kpi:
        found = dict(roadmap.parts)
    numbers = {objective.number for objective in roadmap.goals}
    wrong += [
        Violation("?goal", "unknown_goal", f"There is no goal {goal[:40]!r}; there are: {', '.join(sorted(numbers))}.")
        for goal in goals
        if goal not in numbers
    ]
    chosen = [part for part in found.values() if not goals or _serves(roadmap, part, goals)]
    numeric = tuple(part for part in chosen if part.numeric or part.kind == "statuses")
    if kpi and chosen and not numeric:
        detail = f"{chosen[0].number} is no quantity: GET /v1/compare of kpi tells how many reported what."
        wrong.append(Violation("?kpi", "not_a_quantity", detail))
    return numeric


def _serves(roadmap: Roadmap, part: Part, goals: Sequence[str]) -> bool:
    return any(n == goal or n.startswith(f"{goal}.") for n in roadmap.kpi_of[part.number].goals for goal in goals)


def _unmet(roadmap: Roadmap, parts: Sequence[Part], dimensions: Sequence[str], pointer: str) -> list[Violation]:
    """Dimensions that none of the parts has."""
    return [
        Violation(pointer, "not_broken_down", f"{', '.join(p.number for p in parts)}: not broken down by {name}.")
        for name in dimensions
        if parts and not any(name in part.dimensions for part in parts)
    ]


def _wrong_values(roadmap: Roadmap, parts: Sequence[Part], filters: Mapping[str, Sequence[str]]) -> list[Violation]:
    found = []
    for name, values in filters.items():
        if name == "jurisdiction":
            known = tuple(member.jurisdiction for member in roadmap.members)
        elif name in roadmap.lists:
            known = (*(code.code for code in roadmap.lists[name].codes), "_T")
            found += _unmet(roadmap, parts, [name], f"?{name}")
        else:
            found.append(Violation(f"?{name}", "not_broken_down", f"This roadmap knows no {name}."))
            continue
        found += [
            Violation(f"?{name}", "unknown_value", f"{value[:40]!r} is none of {', '.join(known[:60])}.")
            for value in values
            if value not in known
        ]
    return found


def _wrong_periods(periods: Sequence[str]) -> list[Violation]:
    found = []
    for name in periods:
        try:
            Period.parse(name)
        except ValueError as error:
            found.append(Violation(f"?{PERIOD}", "period_malformed", f"{error}."))
    return found

"""What a plan names beyond its own sums: jurisdictions of the pack, goals and KPIs of the fund's roadmap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from common.kernel.errors import InConflict, Violation
from funds.domain.roadmap import KnownRoadmap
from funds.domain.values import REGIONAL, Plan


class RoadmapNotKnown(InConflict):
    code = "roadmap_not_known"
    title = "The roadmap of the fund was not published yet, or has not arrived here"


def named(
    plan: Plan, roadmap: KnownRoadmap | None, jurisdictions: Collection[str], pointer: str
) -> Iterator[Violation]:
    """What the plan names that is not there. Raises `RoadmapNotKnown` where goals are named before any is known."""
    yield from places([share.code for share in plan.jurisdictions], jurisdictions, f"{pointer}/jurisdictions", "/code")
    goals = [share.code for share in plan.goals]
    yield from objectives(goals, plan.kpis, roadmap, pointer, "/code")


def places(codes: Sequence[str], known: Collection[str], pointer: str, below: str = "") -> Iterator[Violation]:
    for n, code in enumerate(codes):
        if code not in known and code != REGIONAL:
            detail = f"{code[:40]!r} is no jurisdiction of this region; they are {', '.join(known)} and {REGIONAL}."
            yield Violation(f"{pointer}/{n}{below}", "jurisdiction_unknown", detail)


def objectives(
    goals: Sequence[str], kpis: Sequence[str], roadmap: KnownRoadmap | None, pointer: str, below: str = ""
) -> Iterator[Violation]:
    if not goals and not kpis:
        return
    if roadmap is None:
        raise RoadmapNotKnown
    yield from known_goals(goals, roadmap, f"{pointer}/goals", below)
    for n, kpi in enumerate(kpis):
        if kpi not in roadmap.kpis:
            detail = f"{kpi[:40]!r} is no KPI of {roadmap.code}; they are {', '.join(roadmap.kpis)}."
            yield Violation(f"{pointer}/kpis/{n}", "kpi_unknown", detail)


def known_goals(named: Sequence[str], roadmap: KnownRoadmap, pointer: str, below: str = "") -> Iterator[Violation]:
    for n, goal in enumerate(named):
        if goal not in roadmap.goals:
            detail = f"{goal[:40]!r} is no goal of {roadmap.code}; they are {', '.join(roadmap.goals)}."
            yield Violation(f"{pointer}/{n}{below}", "goal_unknown", detail)

"""What a project may name of the roadmap of its fund."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownRoadmap:
    """Goals, the targets below them included, and KPIs of the version that was published last."""

    code: str
    goals: tuple[str, ...]
    kpis: tuple[str, ...]

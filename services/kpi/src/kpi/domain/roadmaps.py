"""A roadmap version: published once, as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from common.kernel.decider import Decider, Decision
from kpi.domain import errors, events
from kpi.domain.commands import RoadmapCommand
from kpi.domain.digest import roadmap_digest
from kpi.domain.events import RoadmapEvent
from kpi.domain.roadmap import Roadmap


@dataclass(frozen=True, slots=True)
class State:
    roadmap: Roadmap
    digest: str
    published_on: date
    version: int = 1


RoadmapDecider: TypeAlias = Decider[RoadmapCommand, State | None, RoadmapEvent]


def decider() -> RoadmapDecider:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def evolve(_: State | None, event: RoadmapEvent) -> State:
    return State(event.roadmap, event.digest, event.on)


def decide(command: RoadmapCommand, state: State | None) -> Decision[Any]:
    """The same content again changes nothing; other content needs another version."""
    digest = roadmap_digest(command.roadmap)
    if state is not None:
        if state.digest == digest:
            return Decision()
        detail = f"Version {command.roadmap.version} is published with other content; give the file a new version."
        raise errors.InvalidRoadmap(detail)
    return Decision((events.RoadmapPublished(command.roadmap, digest, command.on, command.reason),))

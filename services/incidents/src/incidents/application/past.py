"""What was known of an incident at some time, and what happened to it: folds of its stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from common.eventsourcing.log import EventLog, Recorded
from common.eventsourcing.past import AsOf
from incidents.domain.state import State, evolve


@dataclass(frozen=True, slots=True)
class Known:
    """An incident as it was known: its state after the event of that version, recorded then."""

    state: State
    version: int
    recorded_at: datetime


class Past:
    def __init__(self, log: EventLog[Any]) -> None:
        self._log = log

    async def known(self, incident: UUID, as_of: AsOf) -> Known | None:
        """None before the first event, and for what is no incident."""
        events = await self._log.load(incident, recorded_by=as_of.instant, up_to_position=as_of.position)
        state = _fold(events)
        return None if state is None else Known(state, events[-1].version, events[-1].recorded_at)

    async def events(self, incident: UUID) -> tuple[State, Sequence[Recorded[Any]]] | None:
        """The present state, and every event that led to it; None for what is no incident."""
        events = await self._log.load(incident)
        state = _fold(events)
        return None if state is None else (state, events)


def _fold(events: Sequence[Recorded[Any]]) -> State | None:
    state: State | None = None
    for recorded in events:
        state = evolve(state, recorded.event)
    return state

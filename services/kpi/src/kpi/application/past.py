"""A report or a round as it was: what was known then, and what held on a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from common.eventsourcing.log import EventLog
from common.eventsourcing.past import AsOf
from common.kernel.errors import NotFound
from kpi.domain import round as rounds
from kpi.domain.state import State

S = TypeVar("S", State, rounds.State)


class NotYetOpened(NotFound):
    code = "not_yet_opened"
    title = "It was not open then"


async def held(
    log: EventLog[Any],
    stream: UUID,
    evolve: Callable[[S | None, Any], S],
    opened: type,
    as_of: AsOf,
    on: date | None,
) -> S:
    """What was known then of what held that day. Raises `NotYetOpened`."""
    state: S | None = None
    for recorded in await log.load(stream, recorded_by=as_of.instant, up_to_position=as_of.position):
        if on is not None and recorded.event.on > on:
            continue
        if state is not None:
            state = evolve(replace(state, version=recorded.version - 1), recorded.event)  # some may lie between them
        elif isinstance(recorded.event, opened):
            state = evolve(None, recorded.event)
    if state is None:
        raise NotYetOpened
    return state

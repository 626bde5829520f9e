"""A place in the past of a log, and a stream's state there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from common.eventsourcing.log import EventLog
from common.kernel.errors import NotFound

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class AsOf:
    """A place in time: by the log's position, or by the instant of recording. Inclusive."""

    position: int | None = None
    instant: datetime | None = None


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
    """What was known then of what held that day: a fold of the events whose `on` had come. The state has a `version`;
    before an event of the type `opened` there is none. Raises `NotYetOpened`."""
    state: Any = None
    for recorded in await log.load(stream, recorded_by=as_of.instant, up_to_position=as_of.position):
        if on is not None and recorded.event.on > on:
            continue
        if state is not None:
            state = evolve(replace(state, version=recorded.version - 1), recorded.event)  # some may lie between them
        elif isinstance(recorded.event, opened):
            state = evolve(None, recorded.event)
    if state is None:
        raise NotYetOpened
    return cast("S", state)

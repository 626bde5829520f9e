"""The change feed `GET /v1/events`: a service's log as CloudEvents, in commit order, from any cursor on.

It is the transport where there is no broker, the source of every rebuild, the healer of gaps, and the partners' feed.
"""
# No `from __future__ import annotations`: FastAPI reads the guard out of the signature of a nested function.

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Query, Request, Response

from common.contracts.base import Contract
from common.contracts.registry import CONTRACTS
from common.eventsourcing.codec import Codec
from common.eventsourcing.cursor import Cursor
from common.eventsourcing.log import EventLog, Recorded
from common.eventsourcing.tail import Tail
from common.http.position import HEADER, LogPosition
from common.http.problems import invalid_parameter
from common.http.routing import Router
from common.messaging.envelope import Envelope
from common.messaging.published import HEADER as PUBLISHED_HEADER
from common.messaging.published import Published
from common.security.principal import Principal

Publish = Callable[[Recorded[Any]], tuple[str, Contract] | None]

MAX_LIMIT = 5_000
MAX_WAIT = 30
LOOK_UP_SECONDS = 0.5  # how often a waiting request looks whether the process is to stop
YIELD_EVERY = 100  # lines made before the event loop gets its turn


class Changes:
    """A service's log as the world may see it. `publish` tells an event's wire name and contract, None: private."""

    def __init__(
        self,
        service: str,
        log: EventLog[Any],
        codec: Codec[Any],
        publish: Publish,
        published: Callable[[], Awaitable[Published | None]] | None = None,
    ) -> None:
        """`published` tells where the events are on Kafka, as `common.messaging.relay.published` does."""
        self.service = service
        self.log = log
        self.published = published
        self._publish = publish
        public = {name for name in CONTRACTS if name.startswith(f"{service}.")}
        private = {name for name in codec.types if not any(wire.startswith(f"{name}.v") for wire in public)}
        self.types = frozenset(public | private)

    async def read(self, after: int, limit: int) -> list[Envelope]:
        """Up to `limit` events after a position, in order, none left out. Raises `LogBroken`."""
        head = await self.log.head()
        envelopes = []
        for n, recorded in enumerate(await self.log.read(after, limit), start=1):
            envelopes.append(self._envelope(head.log_id, recorded))
            if n % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return envelopes

    def _envelope(self, log_id: UUID, recorded: Recorded[Any]) -> Envelope:
        name, contract = self._publish(recorded) or (recorded.type, None)
        return Envelope(
            id=recorded.event_id,
            publisher=self.service,
            log_id=log_id,
            type=name,
            subject=recorded.stream,
            occurred_at=recorded.occurred_at,
            recorded_at=recorded.recorded_at,
            sequence=recorded.position,
            stream_version=recorded.version,
            data=None if contract is None else contract.json(),
            correlation_id=recorded.correlation_id,
            causation_id=recorded.causation_id,
            cursor=str(Cursor(log_id, recorded.position, recorded.event_id)),
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """What one answer holds: the events asked for, and the cursor after all that was looked at."""

    events: Sequence[Envelope]
    next_cursor: str
    moved: bool
    head: LogPosition


class _Waiting:
    """A caller's patience: `seconds` from now on, and none once the process is about to stop."""

    def __init__(self, tail: Tail, seconds: float, draining: asyncio.Event) -> None:
        self._tail = tail
        self._deadline = time.monotonic() + seconds
        self._draining = draining

    async def for_more(self, position: int) -> bool:
        """Whether there is more to read after `position` before the patience ends."""
        while (left := self._deadline - time.monotonic()) > 0 and not self._draining.is_set():
            if await self._tail.wait(position, min(left, LOOK_UP_SECONDS)):
                return True
        return False


def feed_router(changes: Changes, tail: Tail, guard: Any) -> Router:
    """The route, guarded by a permission, e.g. `requires("events:read")`."""
    router = Router(tags=["change feed"])

    @router.get("/v1/events", response_class=Response, responses={200: {"content": {"application/x-ndjson": {}}}})
    async def read_events(
        request: Request,
        principal: Annotated[Principal, guard],
        after: Annotated[str | None, Query(description="a cursor of this feed; without it, the beginning")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 500,
        wait: Annotated[float, Query(ge=0, le=MAX_WAIT, description="seconds to wait for the next event")] = 0,
        types: Annotated[list[str] | None, Query(description="only these, separated by commas")] = None,
    ) -> Response:
        """CloudEvents as NDJSON in commit order. Private events have no `data`; a filtered feed also has lines that
        hold a cursor only, so that its reader advances over what was left out."""
        wanted = _wanted(types, changes.types)
        waiting = _Waiting(tail, wait, request.app.state.health.draining)
        page = await _page(changes, await _start(changes, after), limit, wanted, waiting)
        headers = {"Next-Cursor": page.next_cursor, HEADER: str(page.head)}
        if changes.published and (published := await changes.published()):
            headers[PUBLISHED_HEADER] = str(published)
        return Response(await _lines(page), media_type="application/x-ndjson", headers=headers)

    return router


def _wanted(types: list[str] | None, known: frozenset[str]) -> frozenset[str] | None:
    """The types asked for; None: no filter."""
    if types is None:
        return None
    wanted = frozenset(name.strip() for names in types for name in names.split(","))
    if unknown := sorted(wanted - known):
        detail = f"There is no {', '.join(unknown)}; there are {', '.join(sorted(known))}."
        raise invalid_parameter("types", "unknown_event_type", detail)
    return wanted


async def _start(changes: Changes, after: str | None) -> Cursor:
    if after is None:
        return Cursor((await changes.log.head()).log_id, 0)
    try:
        cursor = Cursor.parse(after)
        await changes.log.check(cursor)  # ForeignCursor is 409
    except ValueError as error:  # unreadable, or a position that no database holds
        detail = "Use a cursor as this feed gave it out, or none to begin at the beginning."
        raise invalid_parameter("after", "cursor_unreadable", detail) from error
    return cursor


async def _page(changes: Changes, after: Cursor, limit: int, wanted: frozenset[str] | None, waiting: _Waiting) -> _Page:
    """Answers as soon as there is something wanted, or a whole page that was looked through in vain."""
    position, next_cursor = after.position, str(after)
    while True:
        head = await changes.log.head()  # before the events: who has read up to it has missed nothing until then
        events = await changes.read(position, limit)
        if events:
            position, next_cursor = events[-1].sequence, events[-1].cursor or next_cursor
        found = [event for event in events if wanted is None or event.type in wanted]
        if found or len(events) == limit or not await waiting.for_more(position):
            reached = LogPosition(changes.service, head.log_id, max(head.position, position))
            return _Page(found, next_cursor, position > after.position, reached)


async def _lines(page: _Page) -> bytes:
    lines = []
    for n, event in enumerate(page.events, start=1):
        lines.append(event.json())
        if n % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    if page.moved and (not page.events or page.events[-1].cursor != page.next_cursor):
        lines.append(msgspec.json.encode({"cursor": page.next_cursor}))
    return b"".join(line + b"\n" for line in lines)

"""The heart: load, decide, append, own read model, idempotency row, for one command and for thousands alike.

Requests queue as `Unit`s. Whenever a lane is free it takes what waits (no artificial delay), so that concurrent
requests commit together. Where many wait there are two batches on their way: while PostgreSQL appends one, the other
is loaded and decided.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import asyncpg

from common.eventsourcing.codec import Codec
from common.eventsourcing.lane import Lane, Waiting
from common.eventsourcing.units import (
    Actor,
    Aggregate,
    Intent,
    KeyReused,
    Outcome,
    Overloaded,
    Refusal,
    Unavailable,
    Unit,
    UnitResult,
)
from common.eventsourcing.writer import ANY_VERSION, NO_STREAM, Answer, IdempotencyKey
from common.kernel.clock import Clock, utc_now

__all__ = [
    "ANY_VERSION",
    "NO_STREAM",
    "Actor",
    "Aggregate",
    "Answer",
    "IdempotencyKey",
    "Intent",
    "KeyReused",
    "Outcome",
    "Overloaded",
    "Refusal",
    "Unavailable",
    "Unit",
    "UnitResult",
    "WriteSide",
]

LOOK_AHEAD = 1_000  # units that may stand aside while a batch is filled, so that a hot stream does not cost a full scan
LANES = 2  # one appends, the other prepares; the log's lock leaves nothing for a third
WORTH_A_LANE = 32  # intents: fewer wait for the next batch, since a batch of their own would cost more than it saves


class WriteSide:
    """`async with WriteSide(...) as write_side: result = await write_side.execute(unit)`.

    `connect` opens a plain asyncpg connection, of which this object then owns as many as `LANES`. The limits count
    intents.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[Any]]],
        codec: Codec[Any],
        *,
        clock: Clock = utc_now,
        queue_limit: int = 20_000,
        batch_limit: int = 500,
        attempts: int = 5,
    ) -> None:
        self._queue_limit = queue_limit
        self._batch_limit = batch_limit
        self._queue: deque[Waiting] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._lanes = [Lane(connect, codec, clock, attempts, self._enqueue) for _ in range(LANES)]
        self._free = list(self._lanes)
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_flight: set[Any] = set()
        self._blocked = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> WriteSide:
        self._task = asyncio.create_task(self._run(), name="write-side")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True  # what waits is still written
        self._wake.set()
        if self._task is not None:
            await self._task
        for lane in self._lanes:
            await lane.close()

    async def execute(self, unit: Unit) -> UnitResult:
        """The result once it is committed. A caller that is cancelled meanwhile changes nothing: the unit still lands.

        Raises `DomainError` (with `Refusal.RAISE`), `StaleVersion`, `KeyReused`, `Overloaded`, `Unavailable`.
        """
        if self._closing or (self._queue and self._queued + len(unit.intents) > self._queue_limit):
            raise Overloaded
        waiting = Waiting(unit, asyncio.get_running_loop().create_future())
        self._enqueue(waiting)
        return await waiting.future

    def _enqueue(self, waiting: Waiting) -> None:
        self._queue.append(waiting)
        self._queued += waiting.size
        self._wake.set()

    async def _run(self) -> None:
        while self._queue or self._busy or not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._free and (batch := self._drain()):
                names: set[Any] = set().union(*(waiting.names for waiting in batch))
                self._in_flight |= names
                task = asyncio.create_task(self._process(self._free.pop(), batch, names))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    @property
    def _busy(self) -> bool:
        return len(self._free) < len(self._lanes)

    def _drain(self) -> list[Waiting]:
        """The next batch, first come first served; a unit that shares a key or stream with an earlier one waits."""
        if self._busy and not self._worth_another():
            return []
        batch: list[Waiting] = []
        aside: list[Waiting] = []
        taken = set(self._in_flight)
        size, limit = 0, self._limit()
        while self._queue and size < limit and len(aside) < LOOK_AHEAD:
            waiting = self._queue.popleft()
            if taken.isdisjoint(waiting.names):
                batch.append(waiting)
                size += waiting.size
            else:
                aside.append(waiting)
            taken |= waiting.names
        self._queue.extendleft(reversed(aside))
        self._queued -= size
        self._blocked = bool(aside) and not batch  # until a lane comes free: looking again would find the same
        return batch

    def _worth_another(self) -> bool:
        """Many wait, or few would wait long: for a batch that fills the log's lock for a while."""
        return not self._blocked and (self._queued >= WORTH_A_LANE or len(self._in_flight) >= self._batch_limit)

    def _limit(self) -> int:
        """Intents of the next batch; where many wait, the lanes that are free share them."""
        shared = -(-self._queued // len(self._free))
        return min(self._batch_limit, shared if shared >= WORTH_A_LANE else self._queued)

    async def _process(self, lane: Lane, batch: list[Waiting], names: set[Any]) -> None:
        try:
            await lane.process(batch)
        finally:
            self._in_flight -= names
            self._free.append(lane)
            self._blocked = False
            self._wake.set()

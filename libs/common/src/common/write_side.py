"""The heart: load, decide, append, own read model, idempotency row, for one command and for thousands alike.

Requests queue as `Unit`s. One task per process drains what waits (no artificial delay) and, per batch: loads all its
streams in one statement, looks up its idempotency keys in one, folds and decides each, and appends all in one call.
The number of statements does not grow with the number of commands, and concurrent requests commit together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from common.eventsourcing.codec import Codec
from common.eventsourcing.deciding import YIELD_EVERY, LoadedStream, decide_unit
from common.eventsourcing.units import (
    Actor,
    Aggregate,
    Enrich,
    Intent,
    KeyReused,
    LostRace,
    Outcome,
    Overloaded,
    Refusal,
    Unavailable,
    Unit,
    UnitResult,
)
from common.eventsourcing.writer import (
    ANY_VERSION,
    NO_STREAM,
    Answer,
    Appended,
    AppendUnit,
    IdempotencyKey,
    append,
)
from common.kernel.clock import Clock, utc_now
from common.observability import metrics
from common.persistence.database import UNAVAILABLE

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

log = structlog.get_logger()

LOOK_AHEAD = 1_000  # units that may stand aside while a batch is filled, so that a hot stream does not cost a full scan


@dataclass(slots=True)
class _Waiting:
    unit: Unit
    future: asyncio.Future[UnitResult]
    attempts: int = 0
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def size(self) -> int:
        return max(1, len(self.unit.intents))

    @property
    def answered(self) -> bool:
        return self.future.done() and not self.future.cancelled()

    def resolve(self, result: UnitResult) -> None:
        if not self.future.done():  # a caller that was cancelled has nobody waiting
            self.future.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class WriteSide:
    """`async with WriteSide(...) as write_side: result = await write_side.execute(unit)`.

    `connect` opens a plain asyncpg connection that this object then owns. The limits count intents.
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
        self._connect = connect
        self._codec = codec
        self._clock = clock
        self._queue_limit = queue_limit
        self._batch_limit = batch_limit
        self._attempts = attempts
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._connection: asyncpg.Connection[Any] | None = None
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
        if self._connection is not None:
            await self._connection.close()

    async def execute(self, unit: Unit) -> UnitResult:
        """The result once it is committed. A caller that is cancelled meanwhile changes nothing: the unit still lands.

        Raises `DomainError` (with `Refusal.RAISE`), `StaleVersion`, `KeyReused`, `Overloaded`, `Unavailable`.
        """
        if self._closing or (self._queue and self._queued + len(unit.intents) > self._queue_limit):
            raise Overloaded
        waiting = _Waiting(unit, asyncio.get_running_loop().create_future())
        self._enqueue(waiting)
        return await waiting.future

    def _enqueue(self, waiting: _Waiting) -> None:
        self._queue.append(waiting)
        self._queued += waiting.size
        self._wake.set()

    async def _run(self) -> None:
        while self._queue or not self._closing:
            await self._wake.wait()
            if batch := self._drain():
                await self._process(batch)
            if not self._queue and not self._closing:
                self._wake.clear()

    def _drain(self) -> list[_Waiting]:
        """The next batch, first come first served; a unit that shares a key or stream with an earlier one waits."""
        batch: list[_Waiting] = []
        aside: list[_Waiting] = []
        taken: set[Any] = set()
        size = 0
        while self._queue and size < self._batch_limit and len(aside) < LOOK_AHEAD:
            waiting = self._queue.popleft()
            names = _names(waiting.unit)
            if taken.isdisjoint(names):
                batch.append(waiting)
                size += waiting.size
            else:
                aside.append(waiting)
            taken |= names
        self._queue.extendleft(reversed(aside))
        self._queued -= size
        return batch

    async def _process(self, batch: list[_Waiting]) -> None:
        """Handles a batch; what fails unexpectedly is found by halving, so that it never fails its neighbours."""
        try:
            await self._handle([waiting for waiting in batch if not waiting.answered])
        except Exception as error:  # whatever it is, it is told to those whom it concerns
            if self._no_writes_now(error):
                log.warning("write_side_unavailable", error=repr(error), units=len(batch))
                self._drop_connection()
                error = Unavailable(str(error))
            elif len(batch) > 1:
                middle = len(batch) // 2
                await self._process(batch[:middle])
                await self._process(batch[middle:])
                return
            for waiting in batch:
                waiting.fail(error)

    def _no_writes_now(self, error: Exception) -> bool:
        lost = self._connection is None or self._connection.is_closed()
        return isinstance(error, _NO_WRITES) or (lost and isinstance(error, asyncpg.InterfaceError))

    async def _handle(self, batch: list[_Waiting]) -> None:
        connection = await self._connected()
        batch = await self._answer_replays(connection, batch)
        if not batch:
            return
        streams = await self._load(connection, [i for w in batch for i in w.unit.intents])
        commands = await _enriched(connection, batch)
        decided: list[tuple[_Waiting, AppendUnit]] = []
        for waiting, unit_commands in zip(batch, commands, strict=True):
            try:
                waiting.outcomes, append_unit = await decide_unit(
                    waiting.unit, unit_commands, streams, self._codec, self._clock()
                )
                decided.append((waiting, append_unit))
            except Exception as error:
                waiting.fail(error)
        if decided:
            metrics.GROUP_COMMIT_SIZE.observe(len(decided))
            results = await append(connection, [unit for _, unit in decided])
            for (waiting, unit), appended in zip(decided, results, strict=True):
                self._settle(waiting, unit, appended)

    async def _answer_replays(self, connection: asyncpg.Connection[Any], batch: list[_Waiting]) -> list[_Waiting]:
        """Answers what a key has already answered; gives back the rest."""
        keys = [w.unit.key for w in batch if w.unit.key is not None]
        if not keys:
            return batch
        rows = await connection.fetch(
            "SELECT k.*, l.log_id FROM event_log l, idempotency_key k JOIN unnest($1::text[], $2::text[], $3::text[])"
            " AS x(credential, route, key) USING (credential, route, key)",
            [k.credential for k in keys],
            [k.route for k in keys],
            [k.key for k in keys],
        )
        known = {(row["credential"], row["route"], row["key"]): row for row in rows}
        rest = []
        for waiting in batch:
            key = waiting.unit.key
            row = known.get((key.credential, key.route, key.key)) if key else None
            if key is None or row is None:
                rest.append(waiting)
            elif row["digest"] != key.digest:
                waiting.fail(KeyReused())
            else:
                waiting.resolve(_replay(row))
        return rest

    async def _load(self, connection: asyncpg.Connection[Any], intents: Sequence[Intent]) -> dict[UUID, LoadedStream]:
        """Version and state of every stream of the batch, folded from its events (words stay in their own table)."""
        aggregates = {intent.stream: intent.aggregate for intent in intents}
        rows = await connection.fetch(
            "SELECT stream_id, version, type, schema_version, data::text AS data FROM event"
            " WHERE stream_id = ANY($1::uuid[]) ORDER BY stream_id, version",
            list(aggregates),
        )
        streams = {stream: LoadedStream(NO_STREAM, a.decider.initial) for stream, a in aggregates.items()}
        for n, row in enumerate(rows):
            stream = row["stream_id"]
            event = self._codec.decode(row["type"], row["schema_version"], row["data"])
            state = aggregates[stream].decider.evolve(streams[stream].state, event)
            streams[stream] = LoadedStream(row["version"], state)
            if n % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return streams

    def _settle(self, waiting: _Waiting, unit: AppendUnit, appended: Appended) -> None:
        if appended.status == "ok":
            for entry in unit.appends:
                for event in entry.events:
                    metrics.EVENTS_APPENDED.labels(event.encoded.type).inc()
            result = UnitResult(waiting.outcomes, appended.log_id, appended.position, appended.recorded_at)
            waiting.resolve(result)
        elif appended.status == "conflict" and waiting.attempts + 1 >= self._attempts:
            waiting.fail(LostRace())
        else:  # decided again on what is there now: a lost race, or a key that another process has just answered
            waiting.attempts += 1
            self._enqueue(waiting)

    async def _connected(self) -> asyncpg.Connection[Any]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.terminate()  # a farewell would only wait; a new one is opened for the next batch
            self._connection = None


_NO_WRITES = (
    *UNAVAILABLE,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
)


async def _enriched(connection: asyncpg.Connection[Any], batch: Sequence[_Waiting]) -> list[list[Any]]:
    """The commands of each unit, completed by their aggregates' look-ups: one call per kind of aggregate."""
    commands = [[intent.command for intent in waiting.unit.intents] for waiting in batch]
    places: dict[str, list[tuple[int, int]]] = {}
    look_ups: dict[str, Enrich] = {}
    for u, waiting in enumerate(batch):
        for i, intent in enumerate(waiting.unit.intents):
            if intent.aggregate.enrich is not None:
                look_ups[intent.aggregate.kind] = intent.aggregate.enrich
                places.setdefault(intent.aggregate.kind, []).append((u, i))
    for kind, where in places.items():
        completed = await look_ups[kind](connection, [commands[u][i] for u, i in where])
        for (u, i), command in zip(where, completed, strict=True):
            commands[u][i] = command
    return commands


def _names(unit: Unit) -> set[Any]:
    names: set[Any] = {intent.stream for intent in unit.intents}
    if unit.key is not None:
        names.add((unit.key.credential, unit.key.route, unit.key.key))
    return names


def _replay(row: asyncpg.Record) -> UnitResult:
    answer = Answer(row["status"], msgspec.json.decode(row["headers"]), row["body"])
    return UnitResult((), row["log_id"], row["position"], row["recorded_at"], answer)

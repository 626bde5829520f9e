"""One connection on which batches of units go from their streams' events to their answers.

The number of statements of a batch does not grow with the number of its commands: all streams are loaded in one, all
idempotency keys looked up in one, everything appended in one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from common.eventsourcing.codec import Codec
from common.eventsourcing.deciding import YIELD_EVERY, LoadedStream, decide_unit
from common.eventsourcing.units import Enrich, Intent, KeyReused, LostRace, Outcome, Unavailable, Unit, UnitResult
from common.eventsourcing.writer import NO_STREAM, Answer, Appended, AppendUnit, Status, append
from common.kernel.clock import Clock
from common.observability import metrics
from common.persistence.database import UNAVAILABLE

log = structlog.get_logger()

# One look into the index each, whatever the planner believes: of a table that was never analysed it expects a few
# streams of thousands of events, and would read all of it.
_LOAD = """SELECT e.* FROM unnest($1::uuid[]) s(stream_id) CROSS JOIN LATERAL (
    SELECT e.stream_id, version, type, schema_version, data::text AS data FROM event e
    WHERE e.stream_id = s.stream_id ORDER BY version OFFSET 0) e"""
_ANSWERS = """SELECT k.*, l.log_id
    FROM event_log l, unnest($1::text[], $2::text[], $3::text[]) x(credential, route, key) CROSS JOIN LATERAL (
        SELECT * FROM idempotency_key k
        WHERE k.credential = x.credential AND k.route = x.route AND k.key = x.key OFFSET 0) k"""


class Waiting:
    """A unit and the caller who waits for its result."""

    __slots__ = ("attempts", "future", "names", "outcomes", "size", "unit")

    def __init__(self, unit: Unit, future: asyncio.Future[UnitResult]) -> None:
        self.unit = unit
        self.future = future
        self.attempts = 0
        self.outcomes: list[Outcome] = []
        self.size = max(1, len(unit.intents))
        self.names: set[Any] = {intent.stream for intent in unit.intents}
        if unit.key is not None:
            self.names.add((unit.key.credential, unit.key.route, unit.key.key))

    @property
    def answered(self) -> bool:
        return self.future.done() and not self.future.cancelled()

    def resolve(self, result: UnitResult) -> None:
        if not self.future.done():  # a caller that was cancelled has nobody waiting
            self.future.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)


class Lane:
    """Handles one batch at a time. No two units of a batch may share a stream or a key.

    `connect` opens a plain asyncpg connection that this object then owns. A unit that is to be decided anew, on what
    is there by then, is given to `again`; at most `attempts` times it may lose a race.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[Any]]],
        codec: Codec[Any],
        clock: Clock,
        attempts: int,
        again: Callable[[Waiting], None],
    ) -> None:
        self._connect = connect
        self._codec = codec
        self._clock = clock
        self._attempts = attempts
        self._again = again
        self._connection: asyncpg.Connection[Any] | None = None

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def process(self, batch: list[Waiting]) -> None:
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
                await self.process(batch[:middle])
                await self.process(batch[middle:])
                return
            for waiting in batch:
                waiting.fail(error)

    def _no_writes_now(self, error: Exception) -> bool:
        lost = self._connection is None or self._connection.is_closed()
        return isinstance(error, _NO_WRITES) or (lost and isinstance(error, asyncpg.InterfaceError))

    async def _handle(self, batch: list[Waiting]) -> None:
        connection = await self._connected()
        batch = await self._answer_replays(connection, batch)
        if not batch:
            return
        streams = await self._load(connection, [i for w in batch for i in w.unit.intents])
        commands = await _enriched(connection, batch)
        decided: list[tuple[Waiting, AppendUnit]] = []
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
            appended = await append(connection, [unit for _, unit in decided])
            _count(unit for (_, unit), status in zip(decided, appended.statuses, strict=True) if status == "ok")
            for (waiting, _), status in zip(decided, appended.statuses, strict=True):
                self._settle(waiting, status, appended)

    async def _answer_replays(self, connection: asyncpg.Connection[Any], batch: list[Waiting]) -> list[Waiting]:
        """Answers what a key has already answered; gives back the rest."""
        keys = [w.unit.key for w in batch if w.unit.key is not None]
        if not keys:
            return batch
        rows = await connection.fetch(
            _ANSWERS,
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
        rows = await connection.fetch(_LOAD, list(aggregates))
        streams = {stream: LoadedStream(NO_STREAM, a.decider.initial) for stream, a in aggregates.items()}
        for n, row in enumerate(rows):
            stream = row["stream_id"]
            event = self._codec.decode(row["type"], row["schema_version"], row["data"])
            state = aggregates[stream].decider.evolve(streams[stream].state, event)
            streams[stream] = LoadedStream(row["version"], state)
            if n % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return streams

    def _settle(self, waiting: Waiting, status: Status, appended: Appended) -> None:
        if status == "ok":
            result = UnitResult(waiting.outcomes, appended.log_id, appended.position, appended.recorded_at)
            waiting.resolve(result)
        elif status == "conflict" and waiting.attempts + 1 >= self._attempts:
            waiting.fail(LostRace())
        else:  # decided again on what is there now: a lost race, or a key that another process has just answered
            waiting.attempts += 1
            self._again(waiting)

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


async def _enriched(connection: asyncpg.Connection[Any], batch: Sequence[Waiting]) -> list[list[Any]]:
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


def _count(units: Iterable[AppendUnit]) -> None:
    types = Counter(event.type for unit in units for entry in unit.appends for event in entry.events)
    for kind, count in types.items():
        metrics.EVENTS_APPENDED.labels(kind).inc(count)


def _replay(row: asyncpg.Record) -> UnitResult:
    answer = Answer(row["status"], msgspec.json.decode(row["headers"]), row["body"])
    return UnitResult((), row["log_id"], row["position"], row["recorded_at"], answer)

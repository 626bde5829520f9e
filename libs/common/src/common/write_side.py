"""The heart: load, decide, append, own read model, idempotency row, for one command and for thousands alike.

Requests queue as `Unit`s. One task per process drains what waits (no artificial delay) and, per batch: loads all its
streams in one statement, looks up its idempotency keys in one, folds and decides each, and appends all in one call.
The number of statements does not grow with the number of commands, and concurrent requests commit together.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import TracebackType
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from common.eventsourcing.codec import Codec
from common.eventsourcing.writer import (
    ANY_VERSION,
    NO_STREAM,
    Answer,
    Appended,
    AppendUnit,
    IdempotencyKey,
    NewEvent,
    Rows,
    StreamAppend,
    append,
)
from common.kernel.clock import Clock, utc_now
from common.kernel.decider import Decider
from common.kernel.errors import DomainError, InConflict, NotFound, StaleVersion, Violation
from common.kernel.ids import new_id
from common.observability import metrics

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

YIELD_EVERY = 50  # commands decided before the event loop gets its turn


class Overloaded(Exception):
    """The queue is full: nothing was taken on; try again in a second."""


class Unavailable(Exception):
    """The database does not take writes now. Whether the unit landed may be unknown; repeating it is safe."""


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


class LostRace(InConflict):
    code = "busy"
    title = "Others keep changing this; try again"


class MissingStream(NotFound):
    code = "not_found"


class Refusal(Enum):
    """What a refused command means for its unit."""

    RAISE = "raise"  # the unit fails with the first refusal
    KEEP_REST = "keep_rest"  # the others are appended; the refusal stands in its outcome
    KEEP_NONE = "keep_none"  # nothing is appended; all refusals stand in their outcomes


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as every event of the unit records it. `name` is a credential's or person's id, never a name."""

    name: str
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


Enrich = Callable[["asyncpg.Connection[Any]", Sequence[Any]], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A kind of stream: its decider, and the rows of the service's own read model that follow from a state.

    `rows(stream, version, state, events)` -> {"<table>": [row as JSON-able mapping]}; see `inline_read_model`.
    `enrich`, where commands need a look-up, takes a batch's commands and gives them back completed, in order,
    in a constant number of statements.
    """

    kind: str
    decider: Decider[Any, Any, Any]
    rows: Callable[[UUID, int, Any, Sequence[Any]], Rows] = lambda *_: {}
    enrich: Enrich | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A command for a stream. `expected`: a version the caller named (else 412), or ANY_VERSION: a lost race is decided
    again. `must_exist`: a command on a stream without events is `NotFound`."""

    aggregate: Aggregate
    stream: UUID
    command: Any
    expected: int = ANY_VERSION
    must_exist: bool = False
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an intent: the stream's version and state afterwards; or the `error` that refused it."""

    stream: UUID
    version: int
    created: bool = False
    state: Any = None
    events: tuple[Any, ...] = ()
    warnings: tuple[Violation, ...] = ()
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """What is accepted or refused as a whole and answered once.

    `answer` makes the answer stored with `key` (both or neither); `rows` adds rows that depend on the outcomes.
    Several intents of one stream are decided one after the other and appended as one.
    """

    intents: Sequence[Intent]
    actor: Actor
    refusal: Refusal = Refusal.RAISE
    key: IdempotencyKey | None = None
    answer: Callable[[Sequence[Outcome]], Answer] | None = None
    rows: Callable[[Sequence[Outcome]], Rows] = lambda _: {}
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class UnitResult:
    """Outcomes in the order of the intents, and the log after it. With `replayed` the key's first answer stands
    for everything else, and `outcomes` is empty."""

    outcomes: Sequence[Outcome]
    log_id: UUID
    position: int
    recorded_at: datetime
    replayed: Answer | None = None


@dataclass(slots=True)
class _Waiting:
    unit: Unit
    future: asyncio.Future[UnitResult]
    attempts: int = 0
    outcomes: list[Outcome] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stream:
    version: int
    state: Any


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
        if self._closing or self._queued + len(unit.intents) > max(self._queue_limit, len(unit.intents)):
            raise Overloaded
        waiting = _Waiting(unit, asyncio.get_running_loop().create_future())
        self._enqueue(waiting)
        return await waiting.future

    def _enqueue(self, waiting: _Waiting) -> None:
        self._queue.append(waiting)
        self._queued += max(1, len(waiting.unit.intents))
        self._wake.set()

    async def _run(self) -> None:
        while self._queue or not self._closing:
            await self._wake.wait()
            batch = self._drain()
            if batch:
                await self._process(batch)
            if not self._queue and not self._closing:
                self._wake.clear()

    def _drain(self) -> list[_Waiting]:
        """The next batch, first come first served; a unit that shares a key or stream with an earlier one waits."""
        batch: list[_Waiting] = []
        later: list[_Waiting] = []
        taken: set[Any] = set()
        size = 0
        while self._queue and size < self._batch_limit:
            waiting = self._queue.popleft()
            self._queued -= max(1, len(waiting.unit.intents))
            names = _names(waiting.unit)
            if taken.isdisjoint(names):
                batch.append(waiting)
                size += max(1, len(waiting.unit.intents))
            else:
                later.append(waiting)
            taken |= names
        for waiting in reversed(later):
            self._queue.appendleft(waiting)
            self._queued += max(1, len(waiting.unit.intents))
        return batch

    async def _process(self, batch: list[_Waiting]) -> None:
        """Handles a batch; whatever fails unexpectedly is found by halving, so that it never fails its neighbours."""
        try:
            await self._handle(batch)
        except (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, *_NO_WRITES) as error:
            log.warning("write_side_unavailable", error=str(error), units=len(batch))
            await self._drop_connection()
            _fail(batch, Unavailable(str(error)))
        except Exception as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            middle = len(batch) // 2
            await self._process(batch[:middle])
            await self._process(batch[middle:])

    async def _handle(self, batch: list[_Waiting]) -> None:
        connection = await self._connected()
        batch = await self._answer_replays(connection, batch)
        streams = await self._load(connection, [i for w in batch for i in w.unit.intents])
        commands = await _enriched(connection, batch)
        decided: list[tuple[_Waiting, AppendUnit]] = []
        for waiting, unit_commands in zip(batch, commands, strict=True):
            try:
                decided.append((waiting, await self._decide(waiting, unit_commands, streams)))
            except Exception as error:
                _fail([waiting], error)
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
                _fail([waiting], KeyReused())
            else:
                _resolve(waiting, _replay(row))
        return rest

    async def _load(self, connection: asyncpg.Connection[Any], intents: Sequence[Intent]) -> dict[UUID, _Stream]:
        """Version and state of every stream of the batch, folded from its events (words stay in their own table)."""
        aggregates = {intent.stream: intent.aggregate for intent in intents}
        rows = await connection.fetch(
            "SELECT stream_id, version, type, schema_version, data::text AS data FROM event"
            " WHERE stream_id = ANY($1::uuid[]) ORDER BY stream_id, version",
            list(aggregates),
        )
        streams = {stream: _Stream(NO_STREAM, a.decider.initial) for stream, a in aggregates.items()}
        for n, row in enumerate(rows):
            stream = row["stream_id"]
            event = self._codec.decode(row["type"], row["schema_version"], row["data"])
            state = aggregates[stream].decider.evolve(streams[stream].state, event)
            streams[stream] = _Stream(row["version"], state)
            if n % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        return streams

    async def _decide(self, waiting: _Waiting, commands: Sequence[Any], streams: Mapping[UUID, _Stream]) -> AppendUnit:
        unit = waiting.unit
        current = {intent.stream: streams[intent.stream] for intent in unit.intents}
        outcomes: list[Outcome] = []
        for n, (intent, command) in enumerate(zip(unit.intents, commands, strict=True)):
            before = current[intent.stream]
            try:
                outcome = _decide_one(intent, command, before)
            except DomainError as error:
                if unit.refusal is Refusal.RAISE:
                    raise
                outcome = Outcome(intent.stream, before.version, error=error)
            else:
                current[intent.stream] = _Stream(outcome.version, outcome.state)
            outcomes.append(outcome)
            if n % YIELD_EVERY == YIELD_EVERY - 1:
                await asyncio.sleep(0)
        waiting.outcomes = outcomes
        refused = any(outcome.error for outcome in outcomes)
        keep = not unit.dry_run and not (unit.refusal is Refusal.KEEP_NONE and refused)
        return self._append_unit(unit, outcomes, streams, keep=keep)

    def _append_unit(
        self, unit: Unit, outcomes: Sequence[Outcome], streams: Mapping[UUID, _Stream], *, keep: bool
    ) -> AppendUnit:
        now = self._clock()
        events: dict[UUID, list[NewEvent]] = {}
        last: dict[UUID, tuple[Intent, Outcome, list[Any]]] = {}
        for intent, outcome in zip(unit.intents, outcomes, strict=True):
            if outcome.error is None and keep:
                new = events.setdefault(intent.stream, [])
                new.extend(self._new_event(event, intent, unit.actor, now) for event in outcome.events)
                earlier = last[intent.stream][2] if intent.stream in last else []
                last[intent.stream] = (intent, outcome, [*earlier, *outcome.events])
        rows: dict[str, list[Mapping[str, Any]]] = {}
        for stream, (intent, outcome, happened) in last.items():
            if happened:
                _extend(rows, intent.aggregate.rows(stream, outcome.version, outcome.state, happened))
        _extend(rows, unit.rows(outcomes))
        return AppendUnit(
            [StreamAppend(s, last[s][0].aggregate.kind, streams[s].version, new) for s, new in events.items()],
            rows,
            unit.key if keep else None,
            unit.answer(outcomes) if unit.answer and unit.key and keep else None,
        )

    def _new_event(self, event: Any, intent: Intent, actor: Actor, now: datetime) -> NewEvent:
        return NewEvent(
            new_id(),
            self._codec.encode(event),
            intent.occurred_at or now,
            actor.name,
            actor.correlation_id,
            actor.causation_id,
        )

    def _settle(self, waiting: _Waiting, unit: AppendUnit, appended: Appended) -> None:
        if appended.status == "ok":
            for entry in unit.appends:
                for event in entry.events:
                    metrics.EVENTS_APPENDED.labels(event.encoded.type).inc()
            result = UnitResult(waiting.outcomes, appended.log_id, appended.position, appended.recorded_at)
            _resolve(waiting, result)
        elif appended.status == "conflict" and waiting.attempts + 1 >= self._attempts:
            _fail([waiting], LostRace())
        else:  # decided again on what is there now: a lost race, or a key that another process has just answered
            waiting.attempts += 1
            self._enqueue(waiting)

    async def _connected(self) -> asyncpg.Connection[Any]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):  # it is broken already; a new one is opened for the next batch
                await self._connection.close(timeout=1)
            self._connection = None


_NO_WRITES = (
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.QueryCanceledError,
    asyncpg.InvalidCatalogNameError,
)


def _decide_one(intent: Intent, command: Any, before: _Stream) -> Outcome:
    if intent.must_exist and before.version == NO_STREAM:
        raise MissingStream
    if intent.expected not in (ANY_VERSION, before.version):
        raise StaleVersion(f"You named version {intent.expected}; the present version is {before.version}.")
    decision = intent.aggregate.decider.decide(command, before.state)
    state = before.state
    for event in decision.events:
        state = intent.aggregate.decider.evolve(state, event)
    return Outcome(
        intent.stream,
        before.version + len(decision.events),
        created=before.version == NO_STREAM and bool(decision.events),
        state=state,
        events=decision.events,
        warnings=decision.warnings,
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


def _extend(rows: dict[str, list[Mapping[str, Any]]], more: Rows) -> None:
    for table, new in more.items():
        rows.setdefault(table, []).extend(new)


def _replay(row: asyncpg.Record) -> UnitResult:
    answer = Answer(row["status"], msgspec.json.decode(row["headers"]), row["body"])
    return UnitResult((), row["log_id"], row["position"], row["recorded_at"], answer)


def _resolve(waiting: _Waiting, result: UnitResult) -> None:
    if not waiting.future.done():  # a caller that was cancelled has nobody waiting
        waiting.future.set_result(result)


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.future.done():
            waiting.future.set_exception(error)

"""How far a consumer has come: the compare-and-set that makes it once, freshness, and waiting for a position."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from common.kernel.errors import InConflict
from common.messaging.envelope import Envelope
from common.messaging.partitioner import partition_of
from common.messaging.ports import Batch, Connection, Place

SILENCE = 5.0  # seconds without an answer of the publisher after which "up to date" is no longer believed


class SwapLost(Exception):
    """Another worker, or a rebuild, has moved the checkpoint: this batch is not ours to apply."""


class Moved(Exception):
    """The consumer reads elsewhere now: its checkpoints are those of the feed, or of another topic."""


class OtherLog(InConflict):
    code = "other_log"
    title = "The position belongs to another log"


class NotYetVisible(Exception):
    """The position was not reached in time; `visible` is how far the read model goes."""

    def __init__(self, visible: int) -> None:
        super().__init__(f"visible up to position {visible}")
        self.visible = visible


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A row of the table: where a consumer stands in a partition, and what it knew of the publisher then."""

    consumer: str
    publisher: str
    partition: str
    log_id: UUID | None
    position: int
    cursor: str | None
    generation: int
    head: int | None
    heard_at: datetime | None
    caught_up_at: datetime | None
    last_recorded_at: datetime | None
    next_offset: int | None

    @property
    def number(self) -> int:
        """The partition's number; 0 for the feed, which has no parts."""
        _, _, number = self.partition.rpartition("/")
        return int(number) if number.isdigit() else 0

    @property
    def place(self) -> Place:
        return Place(self.position, self.cursor, self.next_offset, self.last_recorded_at, self.log_id)

    @property
    def lag_events(self) -> int | None:
        """Events known to be there and not applied; None before the publisher was heard of."""
        return None if self.head is None else max(0, self.head - self.position)

    def lag_seconds(self, now: datetime) -> float | None:
        """At most how long ago the oldest event was recorded that is not applied; 0 when there is none.

        What came after the last event applied, and after the last time that all was applied, may be missing.
        """
        if self.heard_at is None:
            return None
        if self.lag_events == 0 and (now - self.heard_at).total_seconds() < SILENCE:
            return 0.0
        known = [instant for instant in (self.caught_up_at, self.last_recorded_at) if instant is not None]
        return max(0.0, (now - max(known)).total_seconds()) if known else None


_COLUMNS = ", ".join(field.name for field in fields(Checkpoint))  # never *: a process may meet a younger schema
_OF_CONSUMER = f"SELECT {_COLUMNS} FROM checkpoint WHERE (consumer, publisher) = ($1, $2)"  # noqa: S608  constants


async def begin(connection: Connection, consumer: str, publisher: str, partition: str) -> None:
    """A consumer that is new here begins at the beginning of `partition`; one that is not goes on as it was."""
    await connection.execute(
        "INSERT INTO checkpoint (consumer, publisher, partition) SELECT $1, $2, $3"
        " WHERE NOT EXISTS (SELECT FROM checkpoint WHERE (consumer, publisher) = ($1, $2)) ON CONFLICT DO NOTHING",
        consumer,
        publisher,
        partition,
    )


async def load(
    connection: Connection, consumer: str, publisher: str, partitions: Collection[str]
) -> dict[str, Checkpoint]:
    """Where to resume in each of the partitions. Raises `Moved` where one of them is not read any more."""
    found = await connection.fetch(f"{_OF_CONSUMER} AND partition = ANY($3)", consumer, publisher, list(partitions))
    if len(found) != len(partitions):
        raise Moved(f"{consumer} does not read all of {', '.join(sorted(partitions))}")
    return {row["partition"]: Checkpoint(**row) for row in found}


async def advance(
    connection: Connection, held: Mapping[str, Checkpoint], batch: Batch, places: Mapping[str, Place]
) -> dict[str, Checkpoint]:
    """Moves the checkpoints of the partitions that the batch is about to their new places, where they have one, and
    keeps what the batch says of the publisher.

    The first statement of a batch's transaction: it locks the rows until the commit. Raises `SwapLost` unless each row
    still is where `held` says.
    """
    moves = [_move(held[partition], places.get(partition), head) for partition, head in batch.heads.items()]
    rows = await connection.fetch(
        f"""
        UPDATE checkpoint c SET log_id = $3, position = n.position, cursor = n.cursor, next_offset = n.next_offset,
            head = n.head, heard_at = clock_timestamp(),
            caught_up_at = CASE WHEN n.position >= n.head THEN clock_timestamp() ELSE caught_up_at END,
            last_recorded_at = coalesce(n.recorded_at, last_recorded_at)
        FROM unnest($4::text[], $5::bigint[], $6::bigint[], $7::integer[], $8::bigint[], $9::text[], $10::bigint[],
                    $11::bigint[], $12::timestamptz[])
            n(partition, was, offset_was, generation, position, cursor, next_offset, head, recorded_at)
        WHERE (c.consumer, c.publisher, c.partition) = ($1, $2, n.partition)
          AND (c.position, c.generation) = (n.was, n.generation) AND c.next_offset IS NOT DISTINCT FROM n.offset_was
        RETURNING {", ".join(f"c.{name}" for name in _COLUMNS.split(", "))}
        """,  # noqa: S608  constants
        *_consumer_of(held),
        batch.log_id,
        *zip(*moves, strict=True),
    )
    if len(rows) != len(moves):
        raise SwapLost
    return {row["partition"]: Checkpoint(**row) for row in rows}


def _move(was: Checkpoint, place: Place | None, head: int) -> tuple[Any, ...]:
    """A row for the statement of `advance`."""
    to = place or was.place
    return (
        *(was.partition, was.position, was.next_offset, was.generation),
        *(to.position, to.cursor, to.offset, max(head, to.position), to.recorded_at),
    )


def _consumer_of(held: Mapping[str, Checkpoint]) -> tuple[str, str]:
    one = next(iter(held.values()))
    return one.consumer, one.publisher


async def standing(connection: Connection, consumer: str, publisher: str) -> Sequence[Checkpoint]:
    """Where a consumer is in every partition, by the partition's number."""
    rows = await connection.fetch(_OF_CONSUMER, consumer, publisher)
    return sorted((Checkpoint(**row) for row in rows), key=lambda checkpoint: checkpoint.number)


async def hold(connection: Connection, consumer: str, publisher: str) -> Sequence[Checkpoint]:
    """Locks a consumer's checkpoints until the transaction ends: meanwhile nobody applies anything."""
    statement = f"{_OF_CONSUMER} ORDER BY partition FOR UPDATE"
    rows = await connection.fetch(statement, consumer, publisher)
    if not rows:  # replaced while it waited for them
        rows = await connection.fetch(statement, consumer, publisher)
    return [Checkpoint(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Extent:
    """Which of a log's events a read model holds: up to a position, each partition up to its own."""

    log_id: UUID | None
    positions: Sequence[int]

    @classmethod
    async def of(cls, connection: Connection, consumer: str, publisher: str) -> Extent:
        found = await standing(connection, consumer, publisher)
        log_id = next((checkpoint.log_id for checkpoint in found), None)
        return cls(log_id, [checkpoint.position for checkpoint in found] or [0])

    @property
    def lowest(self) -> int:
        return min(self.positions)

    @property
    def highest(self) -> int:
        return max(self.positions)

    def covers(self, envelope: Envelope) -> bool:
        return envelope.sequence <= self.positions[partition_of(envelope.subject, len(self.positions))]


def building(consumer: str) -> str:
    """The consumer that a rebuild of its read model is meanwhile."""
    return f"{consumer}:rebuild"


async def freshness(connection: Connection, consumer: str, publisher: str | None = None) -> dict[str, dict[str, Any]]:
    """Per publisher, or of the one, {"position", "lag_events", "lag_seconds"}; of several partitions the worst, None is
    unknown yet. `"rebuilding": True` where what is told is of a log that was replaced,
    and the read model is being made anew from the one that is there now."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM checkpoint WHERE consumer IN ($1, $2)"  # noqa: S608  constants
        " AND ($3::text IS NULL OR publisher = $3) ORDER BY publisher",
        consumer,
        building(consumer),
        publisher,
    )
    now = await connection.fetchval("SELECT clock_timestamp()")
    by_publisher: dict[str, list[Checkpoint]] = {}
    for row in rows:
        by_publisher.setdefault(row["publisher"], []).append(Checkpoint(**row))
    return {
        publisher: _freshness(live, now) | _rebuilding(live, found)
        for publisher, found in by_publisher.items()
        if (live := [checkpoint for checkpoint in found if checkpoint.consumer == consumer])
    }


def _rebuilding(live: Sequence[Checkpoint], found: Sequence[Checkpoint]) -> dict[str, bool]:
    logs = {checkpoint.log_id for checkpoint in found} - {None}
    return {"rebuilding": True} if logs - {checkpoint.log_id for checkpoint in live} else {}


def lag_events(checkpoints: Sequence[Checkpoint]) -> int | None:
    """Events of the log known to be there and not applied, at most: from the partition that is furthest behind on.
    None before the publisher was heard of."""
    heads = [checkpoint.head for checkpoint in checkpoints if checkpoint.head is not None]
    if not heads:
        return None
    behind = any(checkpoint.lag_events for checkpoint in checkpoints)
    return max(heads) - min(checkpoint.position for checkpoint in checkpoints) if behind else 0


def _freshness(checkpoints: Sequence[Checkpoint], now: datetime) -> dict[str, Any]:
    seconds = [s for c in checkpoints if (s := c.lag_seconds(now)) is not None]
    return {
        "position": min(c.position for c in checkpoints),
        "lag_events": lag_events(checkpoints),
        "lag_seconds": round(max(seconds), 1) if seconds else None,
    }


async def wait_for(
    pool: asyncpg.Pool[Any], consumer: str, publisher: str, log_id: UUID, position: int, timeout: float = 10.0
) -> None:
    """Returns once every partition has reached `position`. Raises `OtherLog`, and `NotYetVisible` after the timeout."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while (visible := await _visible(pool, consumer, publisher, log_id)) < position:
        if loop.time() >= deadline:
            raise NotYetVisible(visible)
        await asyncio.sleep(0.02)


async def _visible(pool: asyncpg.Pool[Any], consumer: str, publisher: str, log_id: UUID) -> int:
    rows = await pool.fetch(
        "SELECT log_id, position FROM checkpoint WHERE (consumer, publisher) = ($1, $2)", consumer, publisher
    )
    if any(row["log_id"] not in (None, log_id) for row in rows):
        raise OtherLog(f"{publisher} has a log of another id here.")
    return min((row["position"] for row in rows), default=0)

"""How far a consumer has come: the compare-and-set that makes it once, freshness, and waiting for a position."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from common.kernel.errors import InConflict
from common.messaging.envelope import Envelope
from common.messaging.ports import Batch, Connection

SILENCE = 5.0  # seconds without an answer of the publisher after which "up to date" is no longer believed


class SwapLost(Exception):
    """Another worker, or a rebuild, has moved the checkpoint: this batch is not ours to apply."""


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
_FIND = f"SELECT {_COLUMNS} FROM checkpoint WHERE (consumer, publisher, partition) = ($1, $2, $3)"  # noqa: S608  constants
_BEGIN = "INSERT INTO checkpoint (consumer, publisher, partition) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


async def load(connection: Connection, consumer: str, publisher: str, partition: str) -> Checkpoint:
    """Where to resume; a consumer that is new here begins at the beginning."""
    key = (consumer, publisher, partition)
    while (row := await connection.fetchrow(_FIND, *key)) is None:
        await connection.execute(_BEGIN, *key)
    return Checkpoint(**row)


async def advance(connection: Connection, checkpoint: Checkpoint, batch: Batch, last: Envelope | None) -> Checkpoint:
    """Moves the checkpoint to `last` (None: it stays), and keeps what the batch says of the publisher.

    The first statement of a batch's transaction: it locks the row until the commit. Raises `SwapLost` unless the row
    still is where `checkpoint` says.
    """
    position = last.sequence if last else checkpoint.position
    row = await connection.fetchrow(
        f"""
        UPDATE checkpoint SET log_id = $6, position = $7::bigint, cursor = $8, head = $9::bigint,
            heard_at = clock_timestamp(),
            caught_up_at = CASE WHEN $7 >= $9 THEN clock_timestamp() ELSE caught_up_at END,
            last_recorded_at = coalesce($10, last_recorded_at)
        WHERE (consumer, publisher, partition, position, generation) = ($1, $2, $3, $4, $5)
        RETURNING {_COLUMNS}
        """,  # noqa: S608  constants
        checkpoint.consumer,
        checkpoint.publisher,
        checkpoint.partition,
        checkpoint.position,
        checkpoint.generation,
        batch.log_id,
        position,
        last.cursor if last else checkpoint.cursor,
        max(batch.head, position),
        last.recorded_at if last else None,
    )
    if row is None:
        raise SwapLost
    return Checkpoint(**row)


async def hold(connection: Connection, consumer: str, publisher: str) -> Sequence[Checkpoint]:
    """Locks a consumer's checkpoints until the transaction ends: meanwhile nobody applies anything."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM checkpoint WHERE (consumer, publisher) = ($1, $2) ORDER BY partition FOR UPDATE",  # noqa: S608  constants
        consumer,
        publisher,
    )
    return [Checkpoint(**row) for row in rows]


async def freshness(connection: Connection, consumer: str) -> dict[str, dict[str, Any]]:
    """Per publisher {"position", "lag_events", "lag_seconds"}; of several partitions the worst, None is unknown yet."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM checkpoint WHERE consumer = $1 ORDER BY publisher",  # noqa: S608  constants
        consumer,
    )
    now = await connection.fetchval("SELECT clock_timestamp()")
    by_publisher: dict[str, list[Checkpoint]] = {}
    for row in rows:
        by_publisher.setdefault(row["publisher"], []).append(Checkpoint(**row))
    return {publisher: _freshness(checkpoints, now) for publisher, checkpoints in by_publisher.items()}


def _freshness(checkpoints: Sequence[Checkpoint], now: datetime) -> dict[str, Any]:
    events = [c.lag_events for c in checkpoints if c.lag_events is not None]
    seconds = [s for c in checkpoints if (s := c.lag_seconds(now)) is not None]
    return {
        "position": min(c.position for c in checkpoints),
        "lag_events": max(events) if events else None,
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

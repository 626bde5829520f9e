"""Events that could not be applied wait here, with the later events of their streams, for someone to look at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from common.messaging import checkpoints
from common.messaging.envelope import Envelope
from common.messaging.faults import about_data
from common.messaging.ports import Connection, Projection, Received

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """A stream that is set aside: how many of its events wait, since which position, and why the first could not
    be applied."""

    publisher: str
    stream: UUID
    events: int
    first_position: int
    first_type: str
    reason: str


async def parked(connection: Connection, consumer: str) -> list[ParkedKey]:
    """All that waits, in the order in which it came to be set aside."""
    rows = await connection.fetch(
        """
        SELECT publisher, stream_id AS stream, count(*) AS events, min(position) AS first_position,
               (array_agg(type ORDER BY stream_version))[1] AS first_type,
               (array_agg(reason ORDER BY stream_version))[1] AS reason
        FROM parked_event WHERE consumer = $1 GROUP BY publisher, stream_id ORDER BY min(position)
        """,
        consumer,
    )
    return [ParkedKey(**row) for row in rows]


async def parked_streams(connection: Connection, consumer: str, publisher: str) -> Counter[UUID]:
    """How many events wait, by stream."""
    rows = await connection.fetch(
        "SELECT stream_id, count(*) AS events FROM parked_event WHERE (consumer, publisher) = ($1, $2) GROUP BY 1",
        consumer,
        publisher,
    )
    return Counter({row["stream_id"]: row["events"] for row in rows})


async def park(connection: Connection, consumer: str, envelope: Envelope, reason: str) -> None:
    """Sets an event aside; once is enough, however often it is delivered."""
    await connection.execute(
        "INSERT INTO parked_event (consumer, publisher, stream_id, stream_version, position, type, envelope, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        consumer,
        envelope.publisher,
        envelope.subject,
        envelope.stream_version,
        envelope.sequence,
        envelope.type,
        envelope.json().decode(),
        reason,
    )


async def replay(
    pool: asyncpg.Pool[Any], consumer: str, projection: Projection, publisher: str, stream: UUID
) -> str | None:
    """Applies a parked stream's events in order and unparks it, in one transaction.

    None when that went well; else why not, and all of them stay parked.
    """
    async with pool.acquire() as connection, connection.transaction():
        await checkpoints.hold(connection, consumer, publisher)
        return await _replay(connection, consumer, projection, publisher, stream)


async def skip(
    pool: asyncpg.Pool[Any], consumer: str, projection: Projection, publisher: str, stream: UUID
) -> str | None:
    """Gives up a parked stream's first event for good and replays the others; answers as `replay` does."""
    async with pool.acquire() as connection, connection.transaction():
        await checkpoints.hold(connection, consumer, publisher)
        skipped = await connection.fetchval(
            "DELETE FROM parked_event p WHERE (consumer, publisher, stream_id) = ($1, $2, $3) AND stream_version ="
            " (SELECT min(stream_version) FROM parked_event q"
            " WHERE (q.consumer, q.publisher, q.stream_id) = ($1, $2, $3)) RETURNING envelope::text",
            consumer,
            publisher,
            stream,
        )
        log.warning("parked_event_skipped", consumer=consumer, envelope=skipped)
        return await _replay(connection, consumer, projection, publisher, stream)


async def _replay(
    connection: Connection, consumer: str, projection: Projection, publisher: str, stream: UUID
) -> str | None:
    key = (consumer, publisher, stream)
    rows = await connection.fetch(
        "SELECT envelope::text AS envelope FROM parked_event WHERE (consumer, publisher, stream_id) = ($1, $2, $3)"
        " ORDER BY stream_version",
        *key,
    )
    try:
        async with connection.transaction():
            await _apply(connection, projection, stream, [Envelope.parse(row["envelope"]) for row in rows])
    except Exception as error:
        if not about_data(error):
            raise
        reason = reason_of(error)
        await connection.execute(
            "UPDATE parked_event SET reason = $4 WHERE (consumer, publisher, stream_id) = ($1, $2, $3)", *key, reason
        )
        return reason
    await connection.execute("DELETE FROM parked_event WHERE (consumer, publisher, stream_id) = ($1, $2, $3)", *key)
    return None


async def _apply(connection: Connection, projection: Projection, stream: UUID, envelopes: Sequence[Envelope]) -> None:
    applied = (await projection.seen(connection, [stream])).get(stream, 0)
    batch = [Received.of(envelope) for envelope in envelopes if envelope.stream_version > applied]
    if batch:
        await projection.apply(connection, batch)


def reason_of(error: Exception) -> str:
    """What is kept of an error: short enough for a table and a line of output."""
    return f"{type(error).__name__}: {error}"[:1_000]

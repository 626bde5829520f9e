"""Moves a consumer between the feed and a topic. Its checkpoints are those of one of them, never of both: so whoever
still reads where it was before loses the swap, and nothing is read past what is missing.

To the topic, each partition begins at the feed's position; back to the feed, it begins at the lowest of them.
"""

from __future__ import annotations

from typing import Any

import asyncpg

from common.messaging import checkpoints, feed
from common.messaging.binding import partition_name
from common.messaging.checkpoints import Checkpoint
from common.messaging.ports import Connection
from common.messaging.published import Published


async def topic_read(pool: asyncpg.Pool[Any], consumer: str, publisher: str) -> str | None:
    """The topic that the consumer reads; None: the feed, with which also a new one begins."""
    found: str | None = await pool.fetchval(
        "SELECT min(partition) FROM checkpoint WHERE (consumer, publisher) = ($1, $2)", consumer, publisher
    )
    return found.rpartition("/")[0] if found not in (None, feed.PARTITION) else None


async def silent(pool: asyncpg.Pool[Any], consumer: str, publisher: str, seconds: float) -> bool:
    """Whether no worker of the consumer has heard anything for so long."""
    found: bool = await pool.fetchval(
        "SELECT max(heard_at) < clock_timestamp() - $3 * interval '1 second' FROM checkpoint"
        " WHERE (consumer, publisher) = ($1, $2)",
        consumer,
        publisher,
        seconds,
    )
    return found


async def to_topic(pool: asyncpg.Pool[Any], consumer: str, publisher: str, published: Published) -> None:
    """From the feed, wherever it has come to; nothing happens where another worker was first."""
    async with pool.acquire() as connection, connection.transaction():
        held = await checkpoints.hold(connection, consumer, publisher)
        if [checkpoint.partition for checkpoint in held] == [feed.PARTITION]:
            names = [partition_name(published.topic, number) for number in range(published.partitions)]
            await _replace(connection, held[0], names)


async def to_feed(pool: asyncpg.Pool[Any], consumer: str, publisher: str) -> None:
    """From a topic; nothing happens where another worker was first."""
    async with pool.acquire() as connection, connection.transaction():
        held = await checkpoints.hold(connection, consumer, publisher)
        if held and held[0].partition != feed.PARTITION:
            await _replace(connection, min(held, key=lambda checkpoint: checkpoint.position), [feed.PARTITION])


async def _replace(connection: Connection, start: Checkpoint, partitions: list[str]) -> None:
    """All of the consumer's checkpoints by new ones, which begin where `start` is."""
    await connection.execute(
        "DELETE FROM checkpoint WHERE (consumer, publisher) = ($1, $2)", start.consumer, start.publisher
    )
    await connection.execute(
        "INSERT INTO checkpoint (consumer, publisher, partition, log_id, position, cursor, generation, head, heard_at,"
        " caught_up_at, last_recorded_at)"
        " SELECT $1, $2, unnest($3::text[]), $4, $5, $6, $7, $8, $9, $10, $11",
        start.consumer,
        start.publisher,
        partitions,
        start.log_id,
        start.position,
        start.cursor,
        start.generation,
        start.head,
        start.heard_at,
        start.caught_up_at,
        start.last_recorded_at,
    )

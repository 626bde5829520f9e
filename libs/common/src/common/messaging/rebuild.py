"""Makes a read model anew beside the live one, under live traffic, and switches in one transaction.

The tables lie in a PostgreSQL schema of their own. A rebuild is an ordinary subscriber whose `search_path` leads into
the next schema and whose checkpoint has a name of its own; the switch renames the schemas and replaces the checkpoint,
so that a batch which the old worker has begun fails its swap.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from common.messaging import checkpoints, feed, parking
from common.messaging.checkpoints import Checkpoint, Extent
from common.messaging.feed import FeedSource
from common.messaging.parking import ParkedKey
from common.messaging.ports import Connection, Projection
from common.messaging.subscriber import Subscriber

log = structlog.get_logger()

LITTLE = 500  # events; fewer at a time is as good as caught up


class RebuildRunning(Exception):
    """Another rebuild of the same read model is at work."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Digests of the old and the new read model at one position (None: the old one came from another log), and what
    was and is set aside. The position is that up to which nothing was missing."""

    position: int
    live_digest: str | None
    new_digest: str
    was_parked: Sequence[ParkedKey]
    parked: Sequence[ParkedKey]

    @property
    def equal(self) -> bool:
        return self.live_digest == self.new_digest

    @property
    def unparked(self) -> list[UUID]:
        """Streams that were set aside and now are applied: where digests may rightly differ."""
        still = {key.stream for key in self.parked}
        return [key.stream for key in self.was_parked if key.stream not in still]


class Rebuild:
    """`source` must be this rebuild's own. `create_tables` and `digest` get a connection whose search path leads to
    the tables and must name no schema; a digest leaves out what cannot be made again, e.g. erasable text."""

    def __init__(
        self,
        dsn: str,
        source: FeedSource,
        projection: Projection,
        consumer: str,
        *,
        create_tables: Callable[[Connection], Awaitable[None]],
        digest: Callable[[Connection], Awaitable[str]],
        schema: str = "readmodel",
    ) -> None:
        self._dsn = dsn
        self._source = source
        self._projection = projection
        self._consumer = consumer
        self._building = checkpoints.building(consumer)
        self._create_tables = create_tables
        self._digest = digest
        self._schema = schema

    async def run(self, *, switch: bool = True) -> Rebuilt:
        """Rebuilds, compares at one position, catches up and switches; without `switch` it only compares.

        Raises `RebuildRunning`, and what a subscriber raises; then the live read model is as it was.
        """
        async with self._alone(), self._pool(f"{self._schema}_next") as building:
            await self._prepare(building)
            subscriber = Subscriber(building, self._source, self._projection, self._building)
            await subscriber.step(up_to=0)  # learns the log's id
            rebuilt = await self._compare(building, subscriber)
            if switch:
                await self._catch_up(subscriber)
                await self._switch(building, subscriber)
            await self._clear(building)
        log.info("rebuilt", consumer=self._consumer, position=rebuilt.position, equal=rebuilt.equal, switched=switch)
        return rebuilt

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        connection = await asyncpg.connect(self._dsn)
        try:
            if not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", self._building):
                raise RebuildRunning(self._consumer)
            yield
        finally:
            await connection.close()

    @asynccontextmanager
    async def _pool(self, schema: str) -> AsyncIterator[asyncpg.Pool[Any]]:
        settings = {"search_path": f"{schema},public"}
        async with asyncpg.create_pool(self._dsn, min_size=1, max_size=4, server_settings=settings) as pool:
            yield pool

    async def _prepare(self, building: asyncpg.Pool[Any]) -> None:
        await self._clear(building)
        async with building.acquire() as connection, connection.transaction():
            await connection.execute(f"CREATE SCHEMA {self._schema}_next")
            await self._create_tables(connection)

    async def _clear(self, building: asyncpg.Pool[Any]) -> None:
        """Nothing is left of an earlier or a finished rebuild."""
        async with building.acquire() as connection, connection.transaction():
            await connection.execute(f"DROP SCHEMA IF EXISTS {self._schema}_next, {self._schema}_old CASCADE")
            await connection.execute("DELETE FROM checkpoint WHERE consumer = $1", self._building)
            await connection.execute("DELETE FROM parked_event WHERE consumer = $1", self._building)

    async def _compare(self, building: asyncpg.Pool[Any], subscriber: Subscriber) -> Rebuilt:
        async with self._pool(self._schema) as live, live.acquire() as connection:
            async with connection.transaction(isolation="repeatable_read"):  # position and tables of one moment
                extent = await Extent.of(connection, self._consumer, self._source.publisher)
                live_digest = await self._digest(connection)
            was_parked = await self._parked(connection, self._consumer)
        comparable = extent.log_id in (None, (await self._reached(building)).log_id)
        if comparable:
            await self._fill(building, subscriber, extent.lowest)
            await subscriber.ahead(extent)
        else:
            await self._catch_up(subscriber)
        async with building.acquire() as connection:
            return Rebuilt(
                position=(await self._reached(building)).position,
                live_digest=live_digest if comparable else None,
                new_digest=await self._digest(connection),
                was_parked=was_parked,
                parked=await self._parked(connection, self._building),
            )

    async def _parked(self, connection: Connection, consumer: str) -> list[ParkedKey]:
        """Of this publisher: a consumer may follow others besides."""
        found = await parking.parked(connection, consumer)
        return [key for key in found if key.publisher == self._source.publisher]

    async def _reached(self, building: asyncpg.Pool[Any]) -> Checkpoint:
        async with building.acquire() as connection:
            found = await checkpoints.load(connection, self._building, self._source.publisher, [feed.PARTITION])
        return found[feed.PARTITION]

    async def _fill(self, building: asyncpg.Pool[Any], subscriber: Subscriber, up_to: int) -> None:
        while (await self._reached(building)).position < up_to:
            await subscriber.step(up_to)

    async def _catch_up(self, subscriber: Subscriber) -> None:
        """Until a poll brings little: the rest comes while the live worker is held."""
        while await subscriber.step() > LITTLE:
            pass

    async def _switch(self, building: asyncpg.Pool[Any], subscriber: Subscriber) -> None:
        """While this holds the live checkpoint its worker stands still, so what is left to apply is bounded."""
        async with building.acquire() as connection, connection.transaction():
            await checkpoints.begin(connection, self._consumer, self._source.publisher, feed.PARTITION)
            live = await checkpoints.hold(connection, self._consumer, self._source.publisher)
            mine = await self._reached(building)
            await self._fill(
                building, subscriber, max((c.position for c in live if c.log_id == mine.log_id), default=0)
            )
            await connection.execute(f"ALTER SCHEMA {self._schema} RENAME TO {self._schema}_old")
            await connection.execute(f"ALTER SCHEMA {self._schema}_next RENAME TO {self._schema}")
            for table in ("parked_event", "checkpoint"):
                await self._hand_over(connection, table)
            await connection.execute(
                "UPDATE checkpoint SET generation = $3 WHERE (consumer, publisher) = ($1, $2)",
                self._consumer,
                self._source.publisher,
                max(c.generation for c in live) + 1,
            )

    async def _hand_over(self, connection: Connection, table: str) -> None:
        """What the rebuild knows replaces what the live consumer knew."""
        key = (self._source.publisher, self._consumer)
        await connection.execute(f"DELETE FROM {table} WHERE (publisher, consumer) = ($1, $2)", *key)  # noqa: S608
        await connection.execute(
            f"UPDATE {table} SET consumer = $2 WHERE (publisher, consumer) = ($1, $3)",  # noqa: S608  two constants
            *key,
            self._building,
        )

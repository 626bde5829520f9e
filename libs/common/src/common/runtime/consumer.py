"""A worker that follows one publisher, and what an operator does with its read model: the same in every service.

Each read model lies in a PostgreSQL schema of its own, so that one is made anew without the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from common.messaging import parking
from common.messaging.consuming import open_feed, topic_opener
from common.messaging.feed import FeedSource
from common.messaging.following import Follower
from common.messaging.parking import ParkedKey
from common.messaging.ports import Connection, ForeignLog, Projection
from common.messaging.rebuild import Rebuild, RebuildRunning, Rebuilt
from common.runtime.settings import ServiceSettings
from common.runtime.worker import until

log = structlog.get_logger()

REBUILD_LIMIT = 5_000  # events read at a time


@dataclass(frozen=True, slots=True)
class Consumer:
    """What of `publisher` becomes which read model. `name` is the durable identity of the checkpoints, never renamed;
    `url` and `credential` lead to its change feed; `schema` holds the tables."""

    name: str
    publisher: str
    url: str
    credential: str
    schema: str
    projection: Callable[[], Projection]
    create_tables: Callable[[Connection], Awaitable[None]]
    digest: Callable[[Connection], Awaitable[str]]
    parked_limit: int = 100

    async def follow(self, settings: ServiceSettings, stop: asyncio.Event) -> None:
        """Applies what is published until asked to stop. Where the publisher's log is another one than before, the read
        model is made anew from it."""
        opener = topic_opener(settings.kafka, self.publisher, self.name, settings.instance)
        async with self.feed() as feed, self.pool(settings) as pool:
            while not stop.is_set():
                follower = Follower(
                    pool,
                    feed,
                    self.projection(),
                    self.name,
                    open_topic=opener if settings.transport == "kafka" else None,
                    parked_limit=self.parked_limit,
                )
                try:
                    await until(stop, follower.run())
                except ForeignLog as error:
                    log.warning("rebuilding", publisher=self.publisher, reason=str(error))
                    try:
                        await self.rebuild(settings)
                    except RebuildRunning:  # another worker is at it
                        await asyncio.sleep(1)

    async def rebuild(self, settings: ServiceSettings) -> Rebuilt:
        """Makes the read model anew beside the live one and switches."""
        async with self.feed(REBUILD_LIMIT) as source:
            making = Rebuild(
                settings.database_url,
                source,
                self.projection(),
                self.name,
                create_tables=self.create_tables,
                digest=self.digest,
                schema=self.schema,
            )
            return await making.run()

    @asynccontextmanager
    async def parked(self, settings: ServiceSettings) -> AsyncIterator[Parked]:
        async with self.pool(settings) as pool:
            yield Parked(self, pool)

    def feed(self, limit: int = 2_000) -> AbstractAsyncContextManager[FeedSource]:
        return open_feed(self.publisher, self.url, self.credential, limit=limit)

    @asynccontextmanager
    async def pool(self, settings: ServiceSettings) -> AsyncIterator[asyncpg.Pool[Any]]:
        async with asyncpg.create_pool(
            settings.database_url,
            min_size=1,
            max_size=settings.pool_size,
            server_settings={"search_path": f"{self.schema},public"},
        ) as pool:
            yield pool


@dataclass(frozen=True, slots=True)
class Parked:
    """What was set aside of a publisher's events, for someone to look at."""

    consumer: Consumer
    pool: asyncpg.Pool[Any]

    async def all(self) -> Sequence[ParkedKey]:
        async with self.pool.acquire() as connection:
            found = await parking.parked(connection, self.consumer.name)
        return [key for key in found if key.publisher == self.consumer.publisher]

    async def replay(self, stream: UUID) -> str | None:
        """Why the stream stays parked; None when it was applied."""
        return await parking.replay(
            self.pool, self.consumer.name, self.consumer.projection(), self.consumer.publisher, stream
        )

    async def skip(self, stream: UUID) -> str | None:
        """Gives up its first event, and answers as `replay` does."""
        return await parking.skip(
            self.pool, self.consumer.name, self.consumer.projection(), self.consumer.publisher, stream
        )

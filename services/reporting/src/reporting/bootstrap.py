"""The composition root: settings in, a process out. The only place that reads settings and wires the layers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from fastapi import FastAPI

from common.http.health import Health, schema_at_head
from common.http.position import LogPosition
from common.messaging import checkpoints, parking
from common.messaging.feed import FeedSource
from common.messaging.following import Follower, OpenTopic
from common.messaging.parking import ParkedKey
from common.messaging.ports import ForeignLog
from common.messaging.rebuild import Rebuild, RebuildRunning, Rebuilt
from common.reference.pack import load_pack
from common.runtime.worker import until
from reporting.api.app import reporting_app
from reporting.application.aggregates import Aggregates, Figures, ReadModelReplaced
from reporting.dashboard.page import Page
from reporting.messaging.consumers import CONSUMER, PUBLISHER, incidents_feed, incidents_topic
from reporting.readmodel import tables, verifying
from reporting.readmodel.projection import IncidentsProjection
from reporting.readmodel.queries import Switched, snapshot
from reporting.readmodel.verifying import Verified
from reporting.settings import Settings

log = structlog.get_logger()

SEARCH_PATH = "readmodel,public"
READING = {
    "search_path": SEARCH_PATH,
    "work_mem": "64MB",  # what is counted is grouped in hash tables
    "parallel_tuple_cost": "0.05",  # a group is one tuple of a process, and there are few: see tables.sql
    "hash_mem_multiplier": "8",  # or some of them are still expected to need a sort
    "max_parallel_workers_per_gather": "2",
    "plan_cache_mode": "force_custom_plan",  # spans and values differ too much for one plan
    "jit": "off",  # compiling takes longer than most of these statements
    "statement_timeout": "30s",
}
REBUILD_LIMIT = 5_000  # events read at a time
WAIT_SECONDS = 10.0


@asynccontextmanager
async def api(settings: Settings) -> AsyncIterator[FastAPI]:
    """The process that answers."""
    pack = load_pack(settings.pack)
    async with _pool(settings, READING) as pool:

        async def wait_for(position: LogPosition) -> None:
            await checkpoints.wait_for(
                pool, CONSUMER, position.service, position.log_id, position.position, WAIT_SECONDS
            )

        aggregates = Aggregates(pack, lambda: figures(pool), settings.reader_url, settings.publishers, settings.note)
        page = Page.of(aggregates)
        warming = asyncio.create_task(page.drawing.warm_up())
        try:
            yield reporting_app(aggregates, page, (PUBLISHER,), wait_for, Health([schema_at_head(pool, "reporting")]))
        finally:
            warming.cancel()


@asynccontextmanager
async def figures(pool: asyncpg.Pool[Any]) -> AsyncIterator[Figures]:
    """What the read model tells at one moment, as the application asks it."""
    try:
        async with snapshot(pool, CONSUMER) as shot:
            yield Figures(shot.count, shot.complete_through, shot.freshness)
    except Switched as switched:
        raise ReadModelReplaced from switched


async def follow(settings: Settings, stop: asyncio.Event) -> None:
    """The process that listens: applies what `incidents` publishes until asked to stop.

    Where the publisher's log is another one than before, the read model is made anew from it.
    """
    async with _feed(settings) as feed, _pool(settings) as pool:
        while not stop.is_set():
            follower = Follower(
                pool,
                feed,
                IncidentsProjection(),
                CONSUMER,
                open_topic=_topic(settings),
                parked_limit=settings.parked_limit,
            )
            try:
                await until(stop, follower.run())
            except ForeignLog as error:
                log.warning("rebuilding", reason=str(error))
                try:
                    await rebuild(settings)
                except RebuildRunning:  # another worker is at it
                    await asyncio.sleep(1)


async def rebuild(settings: Settings) -> Rebuilt:
    """Makes the read model anew beside the live one and switches."""
    async with _feed(settings, REBUILD_LIMIT) as source:
        making = Rebuild(
            settings.database_url,
            source,
            IncidentsProjection(),
            CONSUMER,
            create_tables=tables.create,
            digest=tables.digest,
        )
        return await making.run()


async def verify(settings: Settings) -> Verified:
    """Compares the read model with a recount of the feed."""
    async with _feed(settings, REBUILD_LIMIT) as source, _pool(settings) as pool:
        return await verifying.verify(pool, source, CONSUMER)


@asynccontextmanager
async def parked_events(settings: Settings) -> AsyncIterator[ParkedEvents]:
    async with _pool(settings) as pool:
        yield ParkedEvents(pool)


@dataclass(frozen=True, slots=True)
class ParkedEvents:
    """What was set aside, for someone to look at."""

    pool: asyncpg.Pool[Any]

    async def all(self) -> Sequence[ParkedKey]:
        async with self.pool.acquire() as connection:
            return await parking.parked(connection, CONSUMER)

    async def replay(self, publisher: str, stream: UUID) -> str | None:
        """Why the stream stays parked; None when it was applied."""
        return await parking.replay(self.pool, CONSUMER, IncidentsProjection(), publisher, stream)

    async def skip(self, publisher: str, stream: UUID) -> str | None:
        """Gives up its first event, and answers as `replay` does."""
        return await parking.skip(self.pool, CONSUMER, IncidentsProjection(), publisher, stream)


@asynccontextmanager
async def _pool(settings: Settings, server_settings: dict[str, str] | None = None) -> AsyncIterator[asyncpg.Pool[Any]]:
    async with asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=settings.pool_size,
        server_settings=server_settings or {"search_path": SEARCH_PATH},
    ) as pool:
        yield pool


def _feed(settings: Settings, limit: int = 2_000) -> AbstractAsyncContextManager[FeedSource]:
    return incidents_feed(settings.incidents_url, settings.incidents_credential.get_secret_value(), limit=limit)


def _topic(settings: Settings) -> OpenTopic | None:
    return incidents_topic(settings.kafka, settings.instance) if settings.transport == "kafka" else None

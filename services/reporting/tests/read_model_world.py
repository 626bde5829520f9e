"""A read model in a database of its own, fed with events, and asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from feed_of_funds import FundsFeed
from feed_of_incidents import LOG, Feed
from feed_of_kpi import KpiFeed
from publisher_feed import PublisherFeed

from common.messaging.feed import PARTITION
from common.messaging.ports import Batch, Place, Received, Record, Source
from common.messaging.projecting import Projecting
from common.messaging.subscriber import Subscriber
from common.reference.pack import Pack
from reporting.application.aggregates import Aggregates, ask
from reporting.application.questions import Question
from reporting.bootstrap import figures
from reporting.readmodel import tables
from reporting.readmodel.funds.projection import FundsProjection
from reporting.readmodel.kpi.projection import KpiProjection
from reporting.readmodel.projection import IncidentsProjection


class FeedSource:
    """The change feed of a `Feed`: what is there, at once."""

    def __init__(self, feed: Feed | PublisherFeed) -> None:
        self.feed = feed
        self.publisher = feed.publisher
        self.after: int | None = None

    def unplaced(self) -> Collection[str]:
        return (PARTITION,) if self.after is None else ()

    async def seek(self, partition: str, place: Place) -> None:
        self.after = place.position

    async def poll(self) -> Batch:
        assert self.after is not None
        records = self.records(self.after, len(self.feed.received))
        self.after = len(self.feed.received)
        return Batch(LOG, {PARTITION: self.after}, records)

    def records(self, after: int, to: int) -> list[Record]:
        envelopes = [received.envelope for received in self.feed.received[after:to]]
        return [Record(PARTITION, Place(e.sequence, e.cursor), e.sequence - 1, LOG, e) for e in envelopes]


@dataclass
class World:
    """`feed` is written by a test, `tell` brings it into the read model, `ask` asks."""

    dsn: str
    pool: asyncpg.Pool[Any]
    aggregates: Aggregates
    feed: Feed = field(default_factory=Feed)
    kpi: KpiFeed = field(default_factory=KpiFeed)
    funds: FundsFeed = field(default_factory=FundsFeed)

    def __post_init__(self) -> None:
        self.subscriber = self.listen(self.source())
        self.kpi_subscriber = Subscriber(self.pool, FeedSource(self.kpi), KpiProjection(), "reporting")
        self.funds_subscriber = Subscriber(self.pool, FeedSource(self.funds), FundsProjection(), "reporting")

    def listen(self, source: Source) -> Subscriber:
        return Subscriber(self.pool, source, IncidentsProjection(), "reporting")

    async def tell(self) -> None:
        await self.subscriber.step()

    async def tell_kpi(self) -> None:
        """As `tell`, from the feed of `kpi`."""
        await self.kpi_subscriber.step()

    async def tell_funds(self) -> None:
        """As `tell`, from the feed of `funds`."""
        await self.funds_subscriber.step()

    async def apply_kpi(self, batch: Sequence[Received]) -> None:
        """Events of `kpi` as they stand, in whatever order, without a checkpoint."""
        async with self.pool.acquire() as connection, connection.transaction():
            await KpiProjection().apply(connection, batch)

    def source(self) -> FeedSource:
        """The feed, read by someone else."""
        return FeedSource(self.feed)

    async def apply(self, batch: Sequence[Received]) -> None:
        """One batch as it stands, without a checkpoint."""
        async with self.pool.acquire() as connection, connection.transaction():
            await IncidentsProjection().apply(connection, batch)

    async def redeliver(self, batch: Sequence[Received]) -> None:
        """Old events, as a transport may bring them again, in whatever order."""
        async with self.pool.acquire() as connection, connection.transaction():
            projecting = Projecting(IncidentsProjection(), "reporting", "incidents", 0)
            await projecting.apply(connection, [received.envelope for received in batch])

    async def empty(self) -> None:
        """As after the migration: nothing was ever told."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("DROP SCHEMA readmodel CASCADE")
            await connection.execute("CREATE SCHEMA readmodel")
            await tables.create(connection)
            await connection.execute("TRUNCATE checkpoint, parked_event")

    async def digest(self) -> str:
        async with self.pool.acquire() as connection:
            return await tables.digest(connection)

    def question(self, **parameters: Any) -> Question:
        return ask(self.aggregates.pack, **parameters)

    async def ask(self, measure: str = "incidents", by: str = "", **parameters: Any) -> dict[str, Any]:
        """The document of an answer made after everything was told; filters by name, one value or several."""
        await self.tell()
        named = {name: parameters.pop(name) for name in ("start", "end", "scope", "per") if name in parameters}
        filters = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
        question = self.question(measure=measure, by=by.split(",") if by else (), filters=filters, **named)
        return (await self.aggregates.answer(question)).document()

    async def values(self, measure: str = "incidents", by: str = "", **parameters: Any) -> dict[Any, Any]:
        """The values by key: the only part, or all parts."""
        answer = await self.ask(measure, by, **parameters)
        return {_key(row["key"]): row["value"] for row in answer["rows"]}


def _key(key: dict[str, str]) -> str | tuple[str, ...]:
    parts = tuple(key.values())
    return parts[0] if len(parts) == 1 else parts


@asynccontextmanager
async def open_world(dsn: str, pack: Pack) -> AsyncIterator[World]:
    """The database is migrated and empty."""
    settings = {"search_path": "readmodel,readmodel_kpi,readmodel_funds,public"}
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=settings) as pool:
        yield World(dsn, pool, Aggregates(pack, lambda: figures(pool), "http://incidents.test", ("undp",)))

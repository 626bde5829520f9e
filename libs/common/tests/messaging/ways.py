"""The ways from a publisher to a consumer, for the tests that each transport must pass."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, TypeAlias

import asyncpg
from harbour import Coverage, Harbour
from quay import CONSUMER, Quay

from common.messaging import moving
from common.messaging.ports import Batch, Place, Projection, Record, Source
from common.messaging.relay import published, set_back
from common.messaging.subscriber import Subscriber
from common.testing.eventually import eventually

Pool: TypeAlias = "asyncpg.Pool[Any]"
Tamper: TypeAlias = Callable[[Sequence[Record]], Sequence[Record]]

PATIENCE = 30.0  # seconds


class Tampered:
    """A transport on which something happens to the records on their way."""

    def __init__(self, source: Source, tamper: Tamper) -> None:
        self._source = source
        self._tamper = tamper
        self.publisher = source.publisher

    def unplaced(self) -> Collection[str]:
        return self._source.unplaced()

    async def seek(self, partition: str, place: Place) -> None:
        await self._source.seek(partition, place)

    async def poll(self) -> Batch:
        batch = await self._source.poll()
        return replace(batch, records=self._tamper(batch.records))


class Way(ABC):
    """How the events of `port` come to the consumer whose read model is in `pool`."""

    def __init__(self, port: Harbour, pool: Pool) -> None:
        self.port = port
        self.pool = pool

    @abstractmethod
    def source(self, *, rival: bool = False) -> AbstractAsyncContextManager[Source]:
        """A worker's. A `rival` knows nothing of the others: it reads what they read."""

    @abstractmethod
    async def again(self) -> None:
        """All that was delivered will be delivered once more, before anything newer."""

    @asynccontextmanager
    async def reading(
        self,
        projection: Projection | None = None,
        *,
        tamper: Tamper | None = None,
        rival: bool = False,
        **settings: Any,
    ) -> AsyncIterator[Subscriber]:
        async with self.source(rival=rival) as source:
            through = Tampered(source, tamper) if tamper else source
            yield Subscriber(self.pool, through, projection or Coverage(), CONSUMER, **settings)

    async def position(self) -> int:
        """That all partitions have reached."""
        found: int | None = await self.pool.fetchval("SELECT min(position) FROM checkpoint")
        return found or 0

    async def caught_up(self, reading: Subscriber) -> None:
        """Steps until all of the log has been read."""
        head = (await self.port.log.head()).position
        async with asyncio.timeout(PATIENCE):
            while await self.position() < head:
                await reading.step()


class FeedWay(Way):
    def __init__(self, port: Harbour, pool: Pool) -> None:
        super().__init__(port, pool)
        self._delivered: list[Record] = []
        self._due: list[Record] = []

    @asynccontextmanager
    async def source(self, *, rival: bool = False) -> AsyncIterator[Source]:
        yield Tampered(self.port.source(), self._deliver)

    async def again(self) -> None:
        self._due = list(self._delivered)

    def _deliver(self, records: Sequence[Record]) -> Sequence[Record]:
        self._delivered += records
        due, self._due = self._due, []
        return [*due, *records]


class KafkaWay(Way):
    """A relay must run meanwhile."""

    def __init__(self, quay: Quay, pool: Pool) -> None:
        super().__init__(quay.port, pool)
        self._quay = quay

    @asynccontextmanager
    async def source(self, *, rival: bool = False) -> AsyncIterator[Source]:
        await self.begin()
        async with self._quay.source(group=f"{self._quay.group}-rival" if rival else None) as source:
            yield source

    async def again(self) -> None:
        async with self.port.pool.acquire() as connection:
            await set_back(connection, self._quay.service, 0, None)

    async def begin(self) -> None:
        """The consumer reads the topic from its beginning, unless it has begun before."""

        async def is_there() -> bool:
            return await published(self.port.pool, self._quay.service) is not None

        await eventually(is_there, within=PATIENCE)
        topic = await published(self.port.pool, self._quay.service)
        assert topic is not None
        if not await self.pool.fetchval("SELECT count(*) FROM checkpoint"):
            await Subscriber(self.pool, self.port.source(), Coverage(), CONSUMER).step(up_to=0)
        await moving.to_topic(self.pool, CONSUMER, "incidents", topic)

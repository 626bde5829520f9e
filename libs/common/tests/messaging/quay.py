"""For the tests of messaging over Kafka: a topic of the test's own on the broker for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from harbour import Coverage, Harbour, covered, create_tables, digest, stream_of

from common.contracts.registry import topic_name
from common.messaging import relay
from common.messaging.following import Follower
from common.messaging.kafka import administration
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.publisher import KafkaPublisher
from common.messaging.kafka.source import KafkaSource
from common.messaging.rebuild import Rebuild
from common.messaging.relay import Relay
from common.messaging.topics import Declaration, ServiceTopic
from common.testing.eventually import eventually

CONSUMER = "reporting"
AGENCIES = [f"agency {n}" for n in range(10)]


class Quay:
    """Where `port`'s events lie on Kafka, and who reads them there."""

    def __init__(self, port: Harbour, bootstrap: str) -> None:
        self.port = port
        self.access = self.reading = KafkaAccess(bootstrap)
        self.service = f"t{uuid4().hex[:12]}"
        self.group = f"{self.service}-reading"
        self.partitions = 3
        self.replicas = 1
        self.config = {"cleanup.policy": "delete"}
        port.changes.published = partial(relay.published, port.pool, self.service)

    @property
    def declared(self) -> Declaration:
        return Declaration(
            services={self.service: ServiceTopic(partitions=self.partitions)},
            replicas=self.replicas,
            config=self.config,
        )

    def topic(self, generation: int = 1) -> str:
        return topic_name(self.service, generation)

    async def create(self, generation: int, partitions: int) -> None:
        await administration.create_generation(self.access, self.declared, self.service, generation, partitions)

    async def add_partitions(self, total: int) -> None:
        """As nobody should."""
        admin = AIOKafkaAdminClient(**self.access.client_options())
        await admin.start()
        await admin.create_partitions({self.topic(): NewPartitions(total)})
        await admin.close()

    async def delete(self, generation: int = 1) -> None:
        await administration.delete_topic(self.access, self.topic(generation))

    @asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """A relay runs meanwhile."""
        async with KafkaPublisher(self.access, self.declared, self.service) as publisher:
            read, wait = self.port.changes.read, self.port.tail.wait
            work = Relay(self.port.pool, read, wait, publisher, self.service, lease_seconds=1.0)
            async with running(work.run()):
                yield

    def source(self, topic: str | None = None, *, group: str | None = None) -> KafkaSource:
        quick = {
            "session_timeout_ms": 6_000,
            "metadata_max_age_ms": 2_000,
            "heartbeat_interval_ms": 300,
        }  # a member hears of others by its heartbeats
        return KafkaSource(self.reading, "incidents", topic or self.topic(), group or self.group, **quick)

    @asynccontextmanager
    async def following(self, *pools: asyncpg.Pool[Any], kafka: bool = True) -> AsyncIterator[list[asyncio.Task[None]]]:
        """A worker per pool follows meanwhile, over Kafka or over the feed."""
        open_topic = self.source if kafka else None
        followers = [Follower(p, self.port.source(), Coverage(), CONSUMER, open_topic=open_topic) for p in pools]
        async with running(*(follower.run() for follower in followers)) as tasks:
            yield tasks


async def published(quay: Quay, position: int) -> None:
    """Returns when the relay has published so far."""

    async def there() -> bool:
        found: bool = await quay.port.pool.fetchval("SELECT position >= $1 FROM relay", position)
        return found

    await eventually(there, within=40)


@asynccontextmanager
async def running(*work: Any) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield tasks
    finally:
        failed = [task for task in tasks if task.done() and not task.cancelled()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in failed:
            task.result()


async def read_from(pool: asyncpg.Pool[Any]) -> str | None:
    """The topic (or feed) that the checkpoints are of."""
    found: str | None = await pool.fetchval("SELECT min(split_part(partition, '/', 1)) FROM checkpoint")
    return found


async def visible(pool: asyncpg.Pool[Any], position: int, where: str | None = None) -> None:
    """Returns when every partition has reached the position, and the checkpoints are of that topic or feed."""

    async def reached() -> bool:
        lowest = await pool.fetchval("SELECT min(position) FROM checkpoint WHERE consumer = $1", CONSUMER)
        return lowest is not None and lowest >= position and where in (None, await read_from(pool))

    await eventually(reached, within=40)


async def declared(port: Harbour, *days: int) -> int:
    """A day of every agency, for each of the days; the head."""
    head = 0
    for n in days:
        for agency in AGENCIES:
            head = await port.declare(agency, n)
    return head


async def assert_once(pool: asyncpg.Pool[Any], days: int) -> None:
    """Each agency's days were applied, each once."""
    applied = await covered(pool)
    assert {applied[stream_of(agency)][1] for agency in AGENCIES} == {days}


def rebuild(dsn: str, port: Harbour) -> Rebuild:
    return Rebuild(dsn, port.source(), Coverage(), CONSUMER, create_tables=create_tables, digest=digest)


async def assert_equals_a_rebuild(dsn: str, port: Harbour) -> None:
    assert (await rebuild(dsn, port).run(switch=False)).equal

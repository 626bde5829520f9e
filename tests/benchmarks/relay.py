"""The relay from PostgreSQL to Kafka ÷ a bare producer that sends the same bytes, made before, by `send_batch`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import uvloop
from aiokafka import AIOKafkaProducer
from broker import DECLARED, broker
from bulk import push_lines
from rounds import Side, compare
from stage import stage

from common.eventsourcing.log import EventLog
from common.eventsourcing.tail import Tail
from common.http.changes import Changes
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.publisher import BATCH_BYTES, KafkaPublisher
from common.messaging.ports import Message, Topic
from common.messaging.progress import Progress
from common.messaging.relay import Relay, set_back
from common.persistence.database import Database, open_database
from common.runtime.garbage import look_for_garbage_seldom
from incidents.application.streams import codec
from incidents.bootstrap import SERVICE
from incidents.messaging.published import publish

LINES = 40_000
BATCH = 2_000
PARTITIONS = DECLARED.services[SERVICE].partitions


async def main() -> None:
    look_for_garbage_seldom()
    async with stage() as running:
        await push_lines(running, LINES)
        with broker() as bootstrap:
            async with open_database(running.postgres.dsn(SERVICE)) as database:
                await _compare(database, bootstrap)


async def _compare(database: Database, bootstrap: str) -> None:
    changes = Changes(SERVICE, EventLog(database.pool, codec()), codec(), publish)
    async with (
        Tail(database.connect) as tail,
        KafkaPublisher(KafkaAccess(bootstrap), DECLARED, SERVICE) as publisher,
        bare_producer(bootstrap) as producer,
    ):
        await publisher.create(1)
        batches = await made_before(changes)
        head = (await changes.log.head()).position

        async def relay() -> int:
            await set_back(database.pool, SERVICE, 0, None)
            running = asyncio.create_task(Relay(database.pool, changes.read, tail.wait, publisher, SERVICE).run())
            while await database.pool.fetchval("SELECT coalesce(max(position), 0) FROM relay") < head:
                await asyncio.sleep(0.02)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return head

        async def bare() -> int:
            for messages in batches:
                await asyncio.gather(*(send(producer, number, each) for number, each in messages.items()))
            return head

        sides = Side("relay", relay), Side("a bare producer, the same bytes by send_batch", bare)
        await compare("relay to Kafka", *sides, must_reach=">= 0.6")


async def made_before(changes: Changes) -> list[Mapping[int, Sequence[Message]]]:
    """What the relay sends, in its batches."""
    head = await changes.log.head()
    progress = Progress.beginning(head.log_id, Topic(1, PARTITIONS))
    batches = []
    while progress.position < head.position:
        messages, progress = progress.after(await changes.read(progress.position, BATCH), epoch=1)
        batches.append(messages)
    return batches


@asynccontextmanager
async def bare_producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=BATCH_BYTES,
        max_request_size=2 * BATCH_BYTES,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: AIOKafkaProducer, partition: int, messages: Sequence[Message]) -> None:
    batch = producer.create_batch()
    for message in messages:
        batch.append(key=message.key, value=message.value, timestamp=None, headers=message.headers)
    await (await producer.send_batch(batch, "incidents.events", partition=partition))


if __name__ == "__main__":
    uvloop.run(main())

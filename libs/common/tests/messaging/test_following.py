"""A consumer on Kafka, and on its way there and back: whatever the broker does, each event has its effect once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, TypeAlias
from unittest.mock import patch

import asyncpg
import pytest
from harbour import Coverage, covered, create_tables, digest, stream_of
from msgspec import structs
from quay import (
    AGENCIES,
    CONSUMER,
    Quay,
    assert_equals_a_rebuild,
    assert_once,
    declared,
    published,
    read_from,
    rebuild,
    running,
    visible,
)

from common.kernel.ids import new_id
from common.messaging import checkpoints
from common.messaging.binding import Mark, event_message
from common.messaging.following import Follower
from common.messaging.kafka.publisher import KafkaPublisher
from common.messaging.kafka.source import KafkaSource
from common.messaging.ports import Batch, ForeignLog, Place
from common.messaging.rebuild import Rebuild
from common.messaging.subscriber import Subscriber
from common.testing.eventually import eventually

Pool: TypeAlias = "asyncpg.Pool[Any]"


async def test_a_consumer_reads_the_topic_after_it_has_caught_up_by_the_feed(pool: Pool, quay: Quay) -> None:
    await declared(quay.port, 1)
    async with quay.relaying(), quay.following(pool):
        await visible(pool, len(AGENCIES), quay.topic())
        head = await declared(quay.port, 2, 3)
        await visible(pool, head, quay.topic())
    await assert_once(pool, 3)


async def test_a_worker_goes_on_where_the_last_one_stopped(pool: Pool, quay: Quay) -> None:
    async with quay.relaying():
        for n in range(1, 4):
            async with quay.following(pool):
                head = await declared(quay.port, n)
                await visible(pool, head, quay.topic())
    await assert_once(pool, 3)


async def test_to_kafka_and_back_and_to_more_partitions(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    """With partitions that never had an event: one agency declares at first."""
    quay.partitions = 12
    async with quay.following(pool, kafka=False):
        await visible(pool, await quay.port.declare(AGENCIES[0], 1), "feed")
    async with quay.relaying():
        async with quay.following(pool):
            await visible(pool, await quay.port.declare(AGENCIES[0], 2), quay.topic())
        async with quay.following(pool, kafka=False):
            await visible(pool, await quay.port.declare(AGENCIES[0], 3), "feed")
        async with quay.following(pool):
            await visible(pool, await declared(quay.port, 4), quay.topic())
            await quay.create(2, 24)
            await visible(pool, await declared(quay.port, 5), quay.topic(2))
            assert await pool.fetchval("SELECT count(*) FROM checkpoint") == 24
            await visible(pool, await declared(quay.port, 6), quay.topic(2))
    times = {stream: count for stream, (_, count) in (await covered(pool)).items()}
    assert times == {stream_of(agency): 3 for agency in AGENCIES} | {stream_of(AGENCIES[0]): 6}
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


async def test_a_topic_that_was_wiped_is_healed_from_the_feed(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    """While the consumer is away: the topic is then shorter than its offsets, and lacks what it has to read next."""
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1, 2), quay.topic())
    async with quay.relaying():
        head = await declared(quay.port, 3)
        await published(quay, head)
    await quay.delete()
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 4), quay.topic())
    await assert_once(pool, 4)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


async def test_a_topic_made_anew_and_longer_than_the_offsets_is_healed(
    pool: Pool, consumer_dsn: str, quay: Quay
) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
    async with quay.relaying():
        await published(quay, await declared(quay.port, 2))
    await quay.delete()
    async with quay.relaying():
        head = await declared(quay.port, *range(3, 13))
        await published(quay, head)
        async with quay.following(pool):
            await visible(pool, head, quay.topic())
    await assert_once(pool, 12)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


async def test_three_workers_share_the_partitions_and_one_may_go(pool: Pool, quay: Quay) -> None:
    async with quay.relaying(), quay.following(pool):
        async with quay.following(pool, pool):
            await visible(pool, await declared(quay.port, 1, 2, 3), quay.topic())
            await asyncio.sleep(3)  # a rebalance or two
            await visible(pool, await declared(quay.port, 4, 5), quay.topic())
        await visible(pool, await declared(quay.port, 6), quay.topic())
    await assert_once(pool, 6)


async def test_a_rebuild_compares_partitions_that_are_not_at_one_position(
    pool: Pool, consumer_dsn: str, quay: Quay
) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
    await declared(quay.port, 2)
    async with quay.relaying(), quay.source() as source:  # of which one partition alone is applied
        await published(quay, 20)
        subscriber = Subscriber(pool, Only(f"{quay.topic()}/0", source), Coverage(), CONSUMER)
        while not await subscriber.step():
            pass
    positions = {row[0] for row in await pool.fetch("SELECT position FROM checkpoint")}
    assert len(positions) > 1
    await assert_equals_a_rebuild(consumer_dsn, quay.port)
    rebuild = Rebuild(
        consumer_dsn, quay.port.source(), Coverage(), CONSUMER, create_tables=create_tables, digest=digest
    )
    assert (await rebuild.run()).equal
    assert await read_from(pool) == "feed"
    await assert_once(pool, 2)


async def test_a_rebuild_is_switched_under_live_traffic_from_kafka(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
        pushing = asyncio.create_task(declared(quay.port, *range(2, 8)))
        for _ in range(2):
            assert (await rebuild(consumer_dsn, quay.port).run()).equal
        await visible(pool, await pushing, quay.topic())
    await assert_once(pool, 7)


async def test_a_restored_log_is_noticed_on_kafka_too(pool: Pool, quay: Quay) -> None:
    async def follow() -> None:
        async with quay.relaying(), quay.following(pool) as [following]:
            await visible(pool, await declared(quay.port, 1), quay.topic())
            await quay.port.log.restored()
            await declared(quay.port, 2)
            await asyncio.wait([following], timeout=30)

    with pytest.raises(ForeignLog):
        await follow()


async def test_of_two_workers_one_reads_the_feed_until_it_goes(pool: Pool, quay: Quay) -> None:
    async with quay.following(pool, kafka=False):
        await visible(pool, await declared(quay.port, 1), "feed")
        standby = quay.port.source()
        with patch.object(standby, "anew", wraps=standby.anew) as reads:
            async with running(Follower(pool, standby, Coverage(), CONSUMER).run()):
                await visible(pool, await declared(quay.port, 2), "feed")
                assert not reads.called
    with patch.object(standby, "anew", wraps=standby.anew) as reads:
        async with running(Follower(pool, standby, Coverage(), CONSUMER).run()):
            await visible(pool, await declared(quay.port, 3), "feed")
            assert reads.called
    await assert_once(pool, 3)


async def test_a_topic_that_was_closed_and_deleted_meanwhile_is_left(pool: Pool, quay: Quay) -> None:
    with patch("common.messaging.following.SILENCE_SECONDS", 2.0):
        async with quay.relaying(), quay.following(pool):
            await visible(pool, await declared(quay.port, 1), quay.topic())
        await quay.create(2, 2)
        async with quay.relaying():
            head = await declared(quay.port, 2)
            await published(quay, head)
            await quay.delete()
            async with quay.following(pool):
                await visible(pool, head, quay.topic(2))
    await assert_once(pool, 2)


async def test_partitions_added_by_hand_to_the_topic_are_taken_up(pool: Pool, quay: Quay) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
        await quay.add_partitions(5)

        async def taken_up() -> bool:
            return await pool.fetchval("SELECT count(*) FROM checkpoint") == 5

        await eventually(taken_up, within=60)
        await visible(pool, await declared(quay.port, 2), quay.topic())
    await assert_once(pool, 2)


async def test_whoever_reads_a_topic_knows_that_its_relay_is_behind(pool: Pool, quay: Quay) -> None:
    async with quay.following(pool):
        async with quay.relaying():
            await visible(pool, head := await declared(quay.port, 1), quay.topic())
        [last] = await quay.port.changes.read(head - 1, 1)
        mark = Mark("incidents", last.log_id, head, head + 5_000, last.cursor)
        async with KafkaPublisher(quay.access, quay.declared, quay.service) as publisher:
            await publisher.publish(1, {1: [mark.message(0, 1)]})

        async def known() -> bool:
            async with pool.acquire() as connection:
                fresh = (await checkpoints.freshness(connection, CONSUMER))["incidents"]
            return bool(fresh["lag_events"] == 5_000 and fresh["lag_seconds"] > 0)

        await eventually(known)


async def test_without_its_relay_a_consumer_is_served_by_the_feed(pool: Pool, quay: Quay) -> None:
    with patch("common.messaging.following.SILENCE_SECONDS", 2.0):
        async with quay.following(pool):
            async with quay.relaying():
                await visible(pool, await declared(quay.port, 1), quay.topic())
            await visible(pool, await declared(quay.port, 2))
            async with quay.relaying():
                await visible(pool, await declared(quay.port, 3), quay.topic())
    await assert_once(pool, 3)


async def test_records_of_another_log_are_ignored(pool: Pool, quay: Quay) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
        [envelope] = await quay.port.changes.read(0, 1)
        foreign = structs.replace(envelope, log_id=new_id(), subject=new_id(), sequence=1_000)
        async with KafkaPublisher(quay.access, quay.declared, quay.service) as publisher:
            await publisher.publish(1, {0: [event_message(foreign, 999, 1)]})
        await visible(pool, await declared(quay.port, 2), quay.topic())
    await assert_once(pool, 2)


class Only:
    """One partition of a source."""

    def __init__(self, partition: str, source: KafkaSource) -> None:
        self._partition = partition
        self._source = source
        self.publisher = source.publisher

    def unplaced(self) -> Collection[str]:
        return [partition for partition in self._source.unplaced() if partition == self._partition]

    async def seek(self, partition: str, place: Place) -> None:
        await self._source.seek(partition, place)

    async def poll(self) -> Batch:
        return await self._source.poll()

"""A consumer on Kafka, and what may go wrong there: every event has its effect once all the same."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias
from unittest.mock import patch
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from harbour import WIRE_NAME, Coverage, Harbour, covered, stream_of
from quay import CONSUMER, Quay, assert_equals_a_rebuild, assert_once, declared, published, running, visible

from common.messaging import parking
from common.messaging.following import Follower
from common.messaging.kafka.watchdog import StuckConsumer, Watchdog
from common.messaging.ports import Connection, Received
from common.observability import metrics
from common.testing.eventually import eventually
from common.testing.kafka import EmbeddedKafka

Pool: TypeAlias = "asyncpg.Pool[Any]"


class Slow(Coverage):
    """Takes that time for an event; `begun` tells that it is in the middle of a batch."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.begun = asyncio.Event()

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        self.begun.set()
        await super().apply(connection, batch)
        await asyncio.sleep(self.seconds * len(batch))


def follower(pool: Pool, quay: Quay, projection: Coverage) -> Follower:
    return Follower(pool, quay.port.source(), projection, CONSUMER, open_topic=quay.source)


async def test_a_rebalance_in_the_middle_of_a_batch(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    """Partitions go to another worker while the first applies what it read of them; and back, when that one goes."""
    slow, quick = Slow(0.2), Slow(0.0)
    async with quay.relaying(), running(follower(pool, quay, slow).run()):
        await visible(pool, await declared(quay.port, days := 1), quay.topic())
        async with running(follower(pool, quay, quick).run()):
            while not quick.begun.is_set():
                await declared(quay.port, days := days + 1)
                await asyncio.sleep(0.5)
            await declared(quay.port, days := days + 1)
        await visible(pool, await declared(quay.port, days := days + 1), quay.topic())
    await assert_once(pool, days)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


@pytest.fixture
def watchful() -> Iterator[None]:
    """The watchdog looks often."""
    with patch("common.messaging.kafka.source.Watchdog", partial(Watchdog, every_seconds=0.5)):
        yield


@pytest.mark.usefixtures("watchful")
async def test_a_slow_consumer_falls_behind_and_is_not_taken_for_stuck(pool: Pool, quay: Quay) -> None:
    async with quay.relaying(), running(follower(pool, quay, Slow(0.05)).run()) as [task]:
        await visible(pool, await declared(quay.port, 1), quay.topic())
        head = await declared(quay.port, *range(2, 8))
        await published(quay, head)
        assert await pool.fetchval("SELECT min(position) FROM checkpoint") < head
        await visible(pool, head, quay.topic())
        assert not task.done()
    await assert_once(pool, 7)


@pytest.mark.usefixtures("watchful")
async def test_a_consumer_that_is_stuck_is_left(pool: Pool, quay: Quay) -> None:
    """As aiokafka's can be: there is more, and it brings nothing."""

    async def follow() -> None:
        async with quay.relaying(), running(follower(pool, quay, Coverage()).run()) as [task]:
            await visible(pool, await declared(quay.port, 1), quay.topic())
            with patch.object(AIOKafkaConsumer, "getmany", _nothing):
                await declared(quay.port, 2)
                await asyncio.wait([task], timeout=30)

    with pytest.raises(StuckConsumer):
        await follow()


async def _nothing(*_: Any, **__: Any) -> dict[Any, Any]:
    await asyncio.sleep(0.1)
    return {}


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), timedelta(minutes=-10)])
async def test_clocks_that_differ_cost_a_way_round_at_most(
    pool: Pool, consumer_dsn: str, quay: Quay, ahead: timedelta
) -> None:
    """The publisher's clock is before or behind the broker's by far more than is reckoned with."""
    with patch("common.messaging.kafka.source.SKEW", -ahead):
        async with quay.relaying(), quay.following(pool):
            for n in range(1, 4):
                head = await declared(quay.port, n)
                await visible(pool, head)
            await visible(pool, head, quay.topic())
            await visible(pool, await declared(quay.port, 4), quay.topic())
    await assert_once(pool, 4)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


async def test_what_is_too_large_for_the_topic_comes_by_the_feed(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
        with patch("common.messaging.progress.LARGEST", 1_000):
            large = "L" * 2_000
            await quay.port.declare(large, 2)
            head = await declared(quay.port, 2, 3)
            await visible(pool, head)
        await visible(pool, await declared(quay.port, 4), quay.topic())
    assert (await covered(pool))[stream_of(large)][1] == 1
    await assert_once(pool, 4)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


async def test_poison_on_the_topic_harms_nobody(pool: Pool, quay: Quay) -> None:
    """What is no CloudEvent is passed over; one of a version that is unknown waits, with its stream."""
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
        [envelope] = await quay.port.changes.read(0, 1)
        event = json.loads(envelope.json())
        strange = {**event, "id": str(uuid4()), "subject": str(stream_of("strange")), "streamversion": 1}
        strange.pop("cursor")
        await _send(
            quay,
            (b"\xff\xfe garbage", []),
            (None, []),
            (b"{}", [("ce_type", b"\xff"), ("ce_source", b"nowhere")]),
            (b"{}", [("ce_specversion", b"1.0"), ("ce_type", WIRE_NAME.encode()), ("ce_sequence", b"the first")]),
            _structured({**strange, "type": "incidents.unheard-of.v1", "subject": str(uuid4())}),
            _structured({**strange, "type": WIRE_NAME.replace("v1", "v9")}),
            _structured({**strange, "subject": str(stream_of("structured"))}),
        )
        head = await declared(quay.port, 2)
        await visible(pool, head, quay.topic())
        await eventually(lambda: _structured_was_applied(pool), within=20)
        async with pool.acquire() as connection:
            [waiting] = await parking.parked(connection, CONSUMER)
    assert (waiting.stream, waiting.events) == (stream_of("strange"), 1)
    assert metrics.RECORDS_IGNORED.labels(quay.topic())._value.get() >= 4
    await assert_once(pool, 2)


async def _structured_was_applied(pool: Pool) -> bool:
    return stream_of("structured") in await covered(pool)


def _structured(event: dict[str, Any]) -> tuple[bytes, list[tuple[str, bytes]]]:
    return json.dumps(event).encode(), [("content-type", b"application/cloudevents+json; charset=UTF-8")]


async def _send(quay: Quay, *records: tuple[bytes | None, list[tuple[str, bytes]]]) -> None:
    async with AIOKafkaProducer(**quay.access.client_options()) as producer:
        for value, headers in records:
            await producer.send_and_wait(quay.topic(), value, key=b"key", partition=0, headers=headers)


async def test_what_expired_before_it_was_read_comes_by_the_feed(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    async with quay.relaying():
        async with quay.following(pool):
            await visible(pool, await declared(quay.port, 1), quay.topic())
        head = await declared(quay.port, 2, 3)
        await published(quay, head)
        await _expire(quay)
        async with quay.following(pool):
            await visible(pool, await declared(quay.port, 4), quay.topic())
    await assert_once(pool, 4)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


async def _expire(quay: Quay) -> None:
    """As retention does, at once: everything that is there now."""
    admin = AIOKafkaAdminClient(**quay.access.client_options())
    await admin.start()
    await admin.delete_records({TopicPartition(quay.topic(), n): RecordsToDelete(-1) for n in range(quay.partitions)})
    await admin.close()


async def test_a_topic_that_is_deleted_under_the_relay_is_made_again(pool: Pool, consumer_dsn: str, quay: Quay) -> None:
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(quay.port, 1), quay.topic())
        await quay.delete()
        head = await declared(quay.port, 2, 3)
        with patch("common.messaging.following.SILENCE_SECONDS", 3.0):
            await visible(pool, head)
        await visible(pool, await declared(quay.port, 4), quay.topic())
    await assert_once(pool, 4)
    await assert_equals_a_rebuild(consumer_dsn, quay.port)


@pytest.mark.usefixtures("watchful")
async def test_while_the_broker_is_away_writes_go_on_and_the_lag_is_told(
    pool: Pool, consumer_dsn: str, port: Harbour, own_kafka: EmbeddedKafka
) -> None:
    quay = Quay(port, own_kafka.bootstrap)
    async with quay.relaying(), quay.following(pool):
        head = await declared(port, 1)
        await visible(pool, head, quay.topic())
        await published(quay, head)
        own_kafka.kill()
        head = await declared(port, 2, 3)
        await eventually(lambda: _lags(quay, 20), within=30)
        await asyncio.to_thread(own_kafka.revive)
        await visible(pool, head)
        await visible(pool, await declared(port, 4), quay.topic())
        await eventually(lambda: _lags(quay, 0), within=30)
    await assert_once(pool, 4)
    await assert_equals_a_rebuild(consumer_dsn, port)


async def test_a_relay_ends_at_once_while_the_broker_is_away(port: Harbour, own_kafka: EmbeddedKafka) -> None:
    quay = Quay(port, own_kafka.bootstrap)
    async with quay.relaying():
        await published(quay, await declared(port, 1))
        own_kafka.kill()
        await declared(port, 2)
        await asyncio.sleep(1)
        ending = time.monotonic()
    assert time.monotonic() - ending < 5


async def test_a_producer_that_knows_no_broker_any_more_is_given_up(port: Harbour, quay: Quay) -> None:
    """It met a broker that had just started and named none, and then lost that one connection."""
    real, forgetful = AIOKafkaClient.fetch_all_metadata, set[int]()

    async def fetch(client: AIOKafkaClient) -> Any:
        if not forgetful or id(client) in forgetful:
            forgetful.add(id(client))
            kept.append(client)  # so that its number is not used again
            raise KafkaError("Unable to get cluster metadata over all known brokers")
        return await real(client)

    kept: list[AIOKafkaClient] = []
    await port.declare("A", 1)
    with patch.object(AIOKafkaClient, "fetch_all_metadata", fetch):
        async with quay.relaying():
            await published(quay, 1)


async def _lags(quay: Quay, events: int) -> bool:
    labels = (f"{quay.service}-relay", quay.service)
    assert metrics.TAIL_LAG_EVENTS.labels(*labels)._value.get() == events
    assert (metrics.TAIL_LAG_SECONDS.labels(*labels)._value.get() > 0) == (events > 0)
    return True

"""Workers of one group: who has which partition, and what one may still do that has lost its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any, TypeAlias
from unittest.mock import patch

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from harbour import Coverage, Harbour, covered
from prometheus_client import REGISTRY
from quay import CONSUMER, Quay, visible
from structlog.testing import capture_logs
from ways import KafkaWay, Tampered

from common.messaging.kafka.source import KafkaSource
from common.messaging.ports import Place, Record, Source
from common.messaging.subscriber import Subscriber
from common.testing.eventually import eventually

Pool: TypeAlias = "asyncpg.Pool[Any]"
SHORT_MS = 1_500  # soon noticed


def member(quay: Quay, instance: str | None = None, session_ms: int = 10_000) -> KafkaSource:
    return KafkaSource(
        quay.access,
        "incidents",
        quay.topic(),
        quay.group,
        instance=instance,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=200,
    )


async def placed(sources: Sequence[Source], partitions: int) -> None:
    """Until each has its share, and reads it from the beginning."""
    shares: dict[int, set[str]] = {}
    async with asyncio.timeout(20):
        while sum(map(len, shares.values())) < partitions or len(shares) < len(sources):
            for n, source in enumerate(sources):
                if fresh := set(source.unplaced()):
                    shares[n] = fresh
                    for partition in fresh:
                        await source.seek(partition, Place())
                await source.poll()


@pytest.mark.parametrize("named", [True, False])
async def test_a_restart_under_the_same_name_moves_no_partitions(quay: Quay, named: bool) -> None:
    """Whoever has no name leaves the group, and the others must be placed anew."""
    quay.partitions = 2
    await quay.create(1, 2)
    async with member(quay, "stays") as stays:
        async with member(quay, "restarted" if named else None) as first:
            await placed([stays, first], 2)
        moved = bool(stays.unplaced())
        async with member(quay, "restarted" if named else None) as again:
            async with asyncio.timeout(20):
                while not again.unplaced():
                    await again.poll()
                    moved = moved or bool(stays.unplaced())
        moved = moved or bool(stays.unplaced())
    assert moved is not named


async def test_nothing_is_read_from_the_offsets_that_kafka_keeps(port: Harbour, pool: Pool, quay: Quay) -> None:
    """They are behind the checkpoints, and the client begins there before it is told otherwise."""
    way = KafkaWay(quay, pool)
    seen: list[int] = []

    def watched(records: Sequence[Record]) -> Sequence[Record]:
        seen.extend(record.envelope.sequence for record in records if record.envelope)
        return records

    async with quay.relaying():
        old = await port.declare("A", *range(1, 31))
        async with way.reading() as reading:
            await way.caught_up(reading)
        async with AIOKafkaConsumer(**quay.access.client_options(), group_id=quay.group) as consumer:
            partitions = [TopicPartition(quay.topic(), number) for number in range(quay.partitions)]
            consumer.assign(partitions)
            await consumer.commit(dict.fromkeys(partitions, 0))
        async with way.source() as source:
            await eventually(lambda: _is_assigned(source))
            await asyncio.sleep(0.5)  # so that it has fetched what it should not
            reading = Subscriber(pool, Tampered(source, watched), Coverage(), CONSUMER)
            new = await port.declare("A", 31)
            await way.caught_up(reading)
    assert (old, seen) == (30, [new])


async def _is_assigned(source: Source) -> bool:
    return bool(source.unplaced())


class Zombie(threading.Thread):
    """A worker with a loop of its own, which stands still after it has polled what came with `pause` set."""

    def __init__(self, dsn: str, quay: Quay) -> None:
        super().__init__()
        self._dsn = dsn
        self._quay = quay
        self.pause, self.stands, self.ended = threading.Event(), threading.Event(), threading.Event()

    def run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        settings = {"search_path": "readmodel,public"}
        async with (
            asyncpg.create_pool(self._dsn, min_size=1, max_size=1, server_settings=settings) as pool,
            member(self._quay, session_ms=SHORT_MS) as source,
        ):
            worker = Subscriber(pool, Tampered(source, self._stand_still), Coverage(), CONSUMER)
            while not self.ended.is_set():
                await worker.step()

    def _stand_still(self, records: Sequence[Record]) -> Sequence[Record]:
        if self.pause.is_set() and any(record.envelope for record in records):
            self.pause.clear()
            self.stands.set()
            time.sleep(2.5 * SHORT_MS / 1000)  # the loop as well: no heartbeat
        return records


async def test_a_worker_that_was_given_up_loses_the_swap(
    port: Harbour, pool: Pool, consumer_dsn: str, quay: Quay
) -> None:
    way = KafkaWay(quay, pool)
    zombie = Zombie(consumer_dsn, quay)
    async with quay.relaying():
        await way.begin()
        with capture_logs() as logs:
            zombie.start()
            try:
                await visible(pool, await port.declare("A", 1, 2))
                zombie.pause.set()
                head = await port.declare("A", 3, 4)
                await asyncio.to_thread(zombie.stands.wait, 20)
                async with member(quay) as source:
                    await way.caught_up(Subscriber(pool, source, Coverage(), CONSUMER))
                await eventually(lambda: _dropped(logs), within=20)
                head = await port.declare("A", 5)
                await visible(pool, head)
            finally:
                zombie.ended.set()
                await asyncio.to_thread(zombie.join)
    assert [times for _, times in (await covered(pool)).values()] == [5]


async def _dropped(logs: Sequence[Any]) -> bool:
    return any(entry["event"] == "batch_dropped" for entry in logs)


async def test_the_lag_is_that_of_all_partitions_whoever_has_them(port: Harbour, pool: Pool, quay: Quay) -> None:
    """A worker that had to give partitions away knows nothing of them any more."""
    with (
        patch("common.messaging.relay.IDLE_SECONDS", 0.2),
        patch("common.messaging.checkpoints.SILENCE", 1.0),
        patch("common.messaging.following.MEASURE_SECONDS", 0.1),
    ):
        async with quay.relaying(), quay.following(pool):
            await visible(pool, await port.declare("A", 1), quay.topic())
            await asyncio.sleep(1.0)  # until the first has all partitions
            async with quay.following(pool):
                await asyncio.sleep(2.5)  # a rebalance, and longer than a silence
                await visible(pool, await port.declare("A", 2), quay.topic())
                lags = []
                for _ in range(10):
                    lags.append(told("seconds"))
                    await asyncio.sleep(0.1)
            assert max(lags) < 1.0
            assert told("events") == 0


def told(unit: str) -> float:
    lag = REGISTRY.get_sample_value(f"salwatch_tail_lag_{unit}", {"reader": CONSUMER, "publisher": "incidents"})
    assert lag is not None
    return lag

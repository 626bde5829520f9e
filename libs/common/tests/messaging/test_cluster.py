"""Three brokers: with one of them gone everything goes on, and nothing that was acknowledged is missing."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from harbour import Harbour, covered
from quay import Quay, published, visible

from common.messaging.binding import read_record
from common.messaging.ports import Message
from common.testing.kafka import EmbeddedKafka

AGENCIES = [f"agency {n}" for n in range(10)]


@pytest.mark.slow
async def test_of_three_brokers_one_may_be_killed(
    port: Harbour, pool: asyncpg.Pool[Any], kafka_cluster: EmbeddedKafka
) -> None:
    """While events are published, to partitions of which it leads one."""
    quay = Quay(port, kafka_cluster.bootstrap)
    quay.replicas = 3
    quay.config = {"min.insync.replicas": "2"}
    async with quay.relaying(), quay.following(pool):
        await visible(pool, await declared(port, 1), quay.topic())
        await declared(port, 2)
        kafka_cluster.kill()
        await published(quay, await declared(port, 3))
        await asyncio.to_thread(kafka_cluster.revive)
        await visible(pool, await declared(port, 4), quay.topic())
    assert {times for _, times in (await covered(pool)).values()} == {4}
    assert await positions(quay) == set(range(1, 41))


async def declared(port: Harbour, n: int) -> int:
    for agency in AGENCIES:
        head = await port.declare(agency, n)
    return head


async def positions(quay: Quay) -> set[int]:
    """Of the events in the topic."""
    found = set()
    partitions = [TopicPartition(quay.topic(), number) for number in range(quay.partitions)]
    async with AIOKafkaConsumer(**quay.access.client_options(), auto_offset_reset="earliest") as consumer:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for here in partitions:
            while await consumer.position(here) < ends[here]:
                record = await consumer.getone(here)
                read = read_record(Message(record.key, record.value, record.headers), "", 0)
                found |= {read.envelope.sequence} if read.envelope else set()
    return found

"""What the relay needs of a publisher: real Kafka gives it, and so must the double that stands for it elsewhere."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from recording import Recording

from common.contracts.registry import topic_name
from common.messaging.binding import Mark
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.administration import create_generation
from common.messaging.kafka.publisher import BATCH_BYTES, KafkaPublisher
from common.messaging.ports import Message, Publisher, Topic
from common.messaging.topics import Declaration, ServiceTopic

PARTITIONS = 3


class Bench(Protocol):
    """A publisher, and what shows what it did."""

    publisher: Publisher

    async def create(self, generation: int, partitions: int) -> None:
        """A topic that somebody else has made."""

    async def read(self, generation: int, partition: int) -> Sequence[Message]:
        """All that is there now."""

    async def fail(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        """Publishes that, and something that makes it raise."""


class RecordingBench:
    def __init__(self) -> None:
        self.publisher = Recording(partitions=PARTITIONS)

    async def create(self, generation: int, partitions: int) -> None:
        self.publisher.topics[generation] = {number: [] for number in range(partitions)}

    async def read(self, generation: int, partition: int) -> Sequence[Message]:
        return self.publisher.topics[generation][partition]

    async def fail(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        self.publisher.failures = 1
        await self.publisher.publish(generation, messages)


class KafkaBench:
    def __init__(self, access: KafkaAccess, declared: Declaration, publisher: KafkaPublisher) -> None:
        self._access = access
        self._declared = declared
        [self._service] = declared.services
        self.publisher = publisher

    async def create(self, generation: int, partitions: int) -> None:
        await create_generation(self._access, self._declared, self._service, generation, partitions)

    async def read(self, generation: int, partition: int) -> Sequence[Message]:
        here = TopicPartition(topic_name(self._service, generation), partition)
        async with AIOKafkaConsumer(**self._access.client_options(), auto_offset_reset="earliest") as consumer:
            consumer.assign([here])
            end = (await consumer.end_offsets([here]))[here]
            found = [await consumer.getone() for _ in range(end)]
        return [Message(record.key, record.value, record.headers) for record in found]

    async def fail(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        too_large = Message(b"key", secrets.token_bytes(2_000_000), [])
        await self.publisher.publish(generation, {**messages, PARTITIONS - 1: [too_large]})


@pytest.fixture(params=["recording", pytest.param("kafka", marks=pytest.mark.kafka)])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    if request.param == "recording":
        yield RecordingBench()
        return
    access, service = KafkaAccess(request.getfixturevalue("kafka")), f"t{uuid4().hex[:12]}"
    declared = Declaration(services={service: ServiceTopic(partitions=PARTITIONS)}, replicas=1, config={})
    async with KafkaPublisher(access, declared, service) as publisher:
        yield KafkaBench(access, declared, publisher)


def event(sequence: int, size: int = 10) -> Message:
    """What the partitions keep of it is compared; the relay's headers are those that the double reads."""
    value = b"%d:" % sequence + secrets.token_bytes(size)
    return Message(b"key", value, [("ce_epoch", b"1"), ("ce_sequence", b"%020d" % sequence)])


def values(messages: Sequence[Message]) -> list[bytes | None]:
    return [message.value for message in messages]


async def test_generations_are_made_once_and_the_newest_is_told(bench: Bench) -> None:
    assert await bench.publisher.newest() is None
    assert await bench.publisher.create(1) == Topic(1, PARTITIONS)
    assert await bench.publisher.create(2) == Topic(2, PARTITIONS)
    await bench.publisher.publish(2, {0: [event(1)]})
    assert await bench.publisher.create(2) == Topic(2, PARTITIONS)
    assert await bench.publisher.newest() == Topic(2, PARTITIONS)
    assert len(await bench.read(2, 0)) == 1, "it was left as it is"


@pytest.mark.parametrize("partitions", [PARTITIONS - 1, PARTITIONS + 1])
async def test_a_topic_that_somebody_else_has_made_is_told_as_it_is(bench: Bench, partitions: int) -> None:
    await bench.create(1, partitions)
    assert await bench.publisher.create(1) == await bench.publisher.newest() == Topic(1, partitions)


async def test_a_topic_is_used_once_anything_was_published_to_it(bench: Bench) -> None:
    assert not await bench.publisher.used(1), "there is none"
    await bench.publisher.create(1)
    assert not await bench.publisher.used(1)
    await bench.publisher.publish(1, {PARTITIONS - 1: [event(1)]})
    assert await bench.publisher.used(1)


async def test_all_of_it_is_there_and_in_order_when_it_returns(bench: Bench) -> None:
    """In several batches of each partition."""
    await bench.publisher.create(1)
    wanted = {partition: [event(n, 2_000) for n in range(600)] for partition in (0, 1)}
    assert 2 * BATCH_BYTES < 600 * 2_000
    await bench.publisher.publish(1, wanted)
    for partition, messages in {**wanted, 2: []}.items():
        assert values(await bench.read(1, partition)) == values(messages)


async def test_a_record_larger_than_a_batch_goes_out_between_its_neighbours(bench: Bench) -> None:
    await bench.publisher.create(1)
    wanted = [event(1), event(2, BATCH_BYTES + 100_000), event(3)]
    await bench.publisher.publish(1, {0: wanted})
    assert values(await bench.read(1, 0)) == values(wanted)


async def test_a_record_is_kept_as_it_is_given(bench: Bench) -> None:
    """Also a mark, which has neither key nor value, and text beyond ASCII."""
    await bench.publisher.create(1)
    headers = [("ce_epoch", b"1"), ("ce_sequence", b"1"), ("x", "Čačak".encode()), ("empty", b"")]
    given = [
        Message(b"key", "Ђурђевдан".encode(), headers),
        Mark("incidents", UUID(int=1), 7, 7, None).message(predecessor=5, epoch=1),
    ]
    await bench.publisher.publish(1, {0: given})
    kept = [Message(each.key, each.value, list(each.headers)) for each in await bench.read(1, 0)]
    assert kept == given


async def test_after_a_failure_the_same_may_be_published_again(bench: Bench) -> None:
    await bench.publisher.create(1)
    wanted = [event(n) for n in range(5)]
    with pytest.raises(Exception):  # noqa: B017  whatever a client raises
        await bench.fail(1, {0: wanted})
    await bench.publisher.publish(1, {0: wanted, 1: [event(5)]})
    kept = values(await bench.read(1, 0))
    assert kept[-5:] == values(wanted)
    assert set(kept) == set(values(wanted))
    assert len(await bench.read(1, 1)) == 1


async def test_after_it_was_cancelled_it_may_be_called_again(bench: Bench) -> None:
    await bench.publisher.create(1)
    wanted = [event(n, 1_000) for n in range(500)]
    publishing = asyncio.create_task(bench.publisher.publish(1, {0: wanted}))
    await asyncio.sleep(0)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    await bench.publisher.publish(1, {0: wanted})
    assert set(values(await bench.read(1, 0))) == set(values(wanted))
    assert await bench.publisher.newest() == Topic(1, PARTITIONS)

"""A consumer of another make reads our topic: confluent-kafka and the CloudEvents SDK, with the published document."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncapi_document import Document
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import Consumer
from harbour import Checked, CoverageDeclared, Harbour, day

from common.contracts.attributes import GENERATION_END, WATERMARK
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.publisher import KafkaPublisher
from common.messaging.relay import Relay
from common.messaging.topics import declaration
from common.testing.kafka import EmbeddedKafka

TOPIC = "incidents.events"
AGENCIES = 20
DECLARATION = declaration(Path(__file__).parents[4] / "deploy" / "kafka" / "topics.yaml")
PATIENCE = 60.0  # seconds until a mark has come in every partition


@dataclass(frozen=True, slots=True)
class Read:
    """A record as the foreign libraries understand it."""

    partition: int
    key: bytes | None
    headers: dict[str, str]
    event: BaseCloudEvent

    @property
    def type(self) -> str:
        return self.event.get_type()

    def number(self, extension: str) -> int:
        return int(self.event.get_extension(extension))


@contextmanager
def subscribed(bootstrap: str, topic: str) -> Iterator[Consumer]:
    settings = {"bootstrap.servers": bootstrap, "group.id": "partner", "auto.offset.reset": "earliest"}
    consumer = Consumer({**settings, "enable.auto.commit": False})
    consumer.subscribe([topic])
    try:
        yield consumer
    finally:
        consumer.close()


def read_until_marked(bootstrap: str, mark: str, position: int, partitions: int) -> list[Read]:
    """Every record up to the first mark of that type in each partition that has reached the position."""
    read: list[Read] = []
    marked: set[int] = set()
    deadline = time.monotonic() + PATIENCE
    with subscribed(bootstrap, TOPIC) as consumer:
        while len(marked) < partitions:
            assert time.monotonic() < deadline, f"{mark} at {position} came in {sorted(marked)} alone"
            for message in consumer.consume(500, timeout=0.2):
                assert message.error() is None
                if message.partition() not in marked:
                    read.append(understood(message))
                    if read[-1].type == mark and read[-1].number("sequence") >= position:
                        marked.add(read[-1].partition)
    return read


def understood(message: Any) -> Read:
    pairs = message.headers()
    headers = dict(pairs)
    assert len(headers) == len(pairs), "no header comes twice"
    event = from_kafka(KafkaMessage(headers, message.key(), message.value()), JSONFormat())
    return Read(message.partition(), message.key(), {name: value.decode() for name, value in headers.items()}, event)


@asynccontextmanager
async def published(port: Harbour, bootstrap: str) -> AsyncIterator[KafkaPublisher]:
    """A relay runs meanwhile."""
    async with KafkaPublisher(KafkaAccess(bootstrap), DECLARATION, "incidents") as publisher:
        relay = Relay(port.pool, port.changes.read, port.tail.wait, publisher, "incidents")
        running = asyncio.create_task(relay.run())
        try:
            yield publisher
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def filled(port: Harbour) -> int:
    """Three declarations of each agency, a private event between them; the head."""
    agencies = [f"agency-{n}" for n in range(AGENCIES)]
    await port.record(*(CoverageDeclared(agency, day(n)) for n in (1, 2) for agency in agencies))
    await port.record(*map(Checked, agencies))
    return await port.record(*(CoverageDeclared(agency, day(3)) for agency in agencies))


async def test_a_foreign_consumer_understands_every_record(port: Harbour, own_kafka: EmbeddedKafka) -> None:
    document = Document()
    head = await filled(port)
    async with published(port, own_kafka.bootstrap):
        read = await asyncio.to_thread(
            read_until_marked, own_kafka.bootstrap, WATERMARK, head, document.partitions(TOPIC)
        )

    for record in read:
        described = document.message(TOPIC, record.type)
        assert document.objections(described["headers"], record.headers) == []
        if "payload" in described:
            assert document.objections(described["payload"], record.event.get_data()) == []
            assert record.key == str(record.event.get_subject()).encode()
        else:
            assert (record.key, record.event.get_data()) == (None, None)

    events = [record for record in read if record.type != WATERMARK]
    fed = [envelope for envelope in await port.changes.read(0, head) if envelope.data is not None]
    assert {(e.event.get_id(), e.number("sequence")) for e in events} == {(str(e.id), e.sequence) for e in fed}
    assert_ordered_and_whole(read)


def assert_ordered_and_whole(read: list[Read]) -> None:
    """As `docs/events.md` says it: in a stream's order, and no predecessor beyond what was read of the partition."""
    versions: dict[str, list[int]] = {}
    reached: dict[int, int] = {}
    for record in read:
        assert record.number("predecessor") <= reached.get(record.partition, 0)
        reached[record.partition] = record.number("sequence")
        if record.key is not None:
            versions.setdefault(str(record.event.get_subject()), []).append(record.number("streamversion"))
    assert set(map(tuple, versions.values())) == {(1, 2, 4)}  # the third is private
    assert len(versions) == AGENCIES


async def test_a_foreign_consumer_is_told_where_a_closed_topic_goes_on(port: Harbour, own_kafka: EmbeddedKafka) -> None:
    document = Document()
    head = await filled(port)
    async with published(port, own_kafka.bootstrap) as publisher:
        await asyncio.to_thread(read_until_marked, own_kafka.bootstrap, WATERMARK, head, document.partitions(TOPIC))
        await publisher.create(2)
        read = await asyncio.to_thread(
            read_until_marked, own_kafka.bootstrap, GENERATION_END, head, document.partitions(TOPIC)
        )
    for end in (record for record in read if record.type == GENERATION_END):
        assert document.objections(document.message(TOPIC, GENERATION_END)["headers"], end.headers) == []
        assert end.event.get_extension("nexttopic") == "incidents.events.g2"

"""Publishes a relay's messages: one batch per partition, acknowledged by all replicas in sync."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from common.contracts.registry import topic_name
from common.messaging.kafka import administration
from common.messaging.kafka.access import KafkaAccess
from common.messaging.ports import Message, Topic
from common.messaging.topics import Declaration, generation_of

log = structlog.get_logger()

BATCH_BYTES = 512 * 1024  # before compression; what is in flight grows with it, as one request per broker is
REQUEST_MS = 10_000
PATIENCE = 30.0  # seconds for what is published together; an idempotent producer itself would try for ever


class KafkaPublisher:
    """`async with KafkaPublisher(...) as publisher`. Opens no connection before it is first used.

    After a failure it begins anew with another producer: an idempotent one may never recover (aiokafka #1017).
    """

    def __init__(self, access: KafkaAccess, declared: Declaration, service: str) -> None:
        self._access = access
        self._declared = declared
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._discarded: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> KafkaPublisher:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()
        await asyncio.gather(*self._discarded)

    async def newest(self) -> Topic | None:
        with self._anew_after_failure():
            known = await (await self._started()).client.fetch_all_metadata()
        generations = {
            generation: name for name in known.topics() if (generation := generation_of(self._service, name))
        }
        if not generations:
            return None
        latest = max(generations)
        return Topic(latest, len(known.partitions_for_topic(generations[latest])))

    async def create(self, generation: int) -> Topic:
        declared = self._declared.services[self._service].partitions
        return Topic(
            generation,
            await administration.create_generation(self._access, self._declared, self._service, generation, declared),
        )

    async def used(self, generation: int) -> bool:
        return await administration.used(self._access, topic_name(self._service, generation))

    async def publish(self, generation: int, messages: Mapping[int, Sequence[Message]]) -> None:
        with self._anew_after_failure():
            producer = await self._started()
            name = topic_name(self._service, generation)
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as sending:
                for partition, batch in messages.items():
                    sending.create_task(_send(producer, name, partition, batch))

    @contextmanager
    def _anew_after_failure(self) -> Iterator[None]:
        """Also where nothing was sent: one that met a broker at its start, before it knew of any, finds none again."""
        try:
            yield
        except BaseException:
            self._discard()
            raise

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                **self._access.client_options(),
                client_id=f"{self._service}-relay",
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                max_batch_size=BATCH_BYTES,
                max_request_size=2 * BATCH_BYTES,
                request_timeout_ms=REQUEST_MS,
            )
            await self._producer.start()
        return self._producer

    def _discard(self) -> None:
        """What it still holds is sent again by another one."""
        if self._producer is not None:
            ending = asyncio.create_task(_abandon(self._producer), name="discarded-producer")
            self._discarded.add(ending)
            ending.add_done_callback(self._discarded.discard)
            self._producer = None


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Ends it at once: its own `stop` first delivers what it holds, for which it waits as long as a broker is away."""
    try:
        await producer._sender.close()
        await producer.client.close()
    except Exception as error:  # whatever it may be; nobody needs it any more
        log.info("producer_given_up", error=repr(error))
    producer._closed = True


async def _send(producer: AIOKafkaProducer, topic: str, partition: int, messages: Sequence[Message]) -> None:
    """One batch after another: while one is on its way, those behind it wait, so that none overtakes."""
    for batch in _batches(producer, messages):
        await (await producer.send_batch(batch, topic, partition=partition))


def _batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> Iterator[BatchBuilder]:
    batch = producer.create_batch()
    for message in messages:
        while batch.append(key=message.key, value=message.value, timestamp=None, headers=message.headers) is None:
            yield batch  # full
            batch = producer.create_batch()
    yield batch

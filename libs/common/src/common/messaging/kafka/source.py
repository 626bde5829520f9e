"""A worker's share of a topic's partitions: the group deals them out, the checkpoints say where each goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    AuthenticationFailedError,
    CommitFailedError,
    GroupAuthorizationFailedError,
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)

from common.messaging.binding import EndOfTopic, NotOurs, partition_name, read_record
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.watchdog import Watchdog
from common.messaging.ports import Batch, Message, Place, Record, TopicLeft
from common.observability import metrics

log = structlog.get_logger()

POLL_MS = 500
NOTE_SECONDS = 5.0  # how often the offsets are told to Kafka, whose tools show the lag by them
SKEW = timedelta(minutes=1)  # by which the broker's clock may differ from the publisher's


REFUSALS = (AuthenticationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError)


class BrokerAway(ConnectionError):
    """The broker cannot be had now: it passes."""


class KafkaSource:
    """`async with KafkaSource(...) as source`. `group` is the consumer's durable identity; `instance` that of the
    process among its like, so that a restart moves no partitions (None: it does)."""

    def __init__(
        self,
        access: KafkaAccess,
        publisher: str,
        topic: str,
        group: str,
        *,
        instance: str | None = None,
        limit: int = 2_000,
        **client: Any,
    ) -> None:
        self.publisher = publisher
        self._topic = topic
        self._limit = limit
        self._next: dict[TopicPartition, int] = {}  # of the partitions that are placed, the next offset
        self._log_id: UUID | None = None
        self._log_head = 0  # as the last watermark said, which says more than the partition where the relay is behind
        self._ended = False
        self._noted = time.monotonic()
        self._consumer = AIOKafkaConsumer(
            **access.client_options(),
            group_id=group,
            group_instance_id=instance,
            client_id=instance or group,
            enable_auto_commit=False,
            auto_offset_reset="none",  # nothing is ever skipped in silence
            isolation_level="read_committed",
            fetch_max_wait_ms=250,
            **{"metadata_max_age_ms": 30_000, **client},
        )
        self._watchdog = Watchdog(self._consumer, topic)

    async def __aenter__(self) -> KafkaSource:
        self._consumer.subscribe([self._topic], listener=_Forgetting(self._next))
        try:
            with _reaching():
                await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    def unplaced(self) -> Collection[str]:
        return [self._name(each) for each in self._consumer.assignment() if each not in self._next]

    async def seek(self, partition: str, place: Place) -> None:
        here = TopicPartition(self._topic, int(partition.rpartition("/")[2]))
        with _reaching():
            offset = await self._offset(here, place) if place.offset is None else place.offset
        if here in self._consumer.assignment():  # else it was taken away meanwhile
            self._consumer.seek(here, offset)
            self._next[here] = offset
            self._log_id = place.log_id

    async def poll(self) -> Batch:
        """Raises `TopicLeft`, `StuckConsumer`, `BrokerAway`, and `REFUSALS`, which do not pass."""
        if self._ended:
            raise TopicLeft(f"{self._topic} ends here")
        await self._watchdog.look(self._next)
        with _reaching():
            await self._note()
            return await self._poll()

    async def _poll(self) -> Batch:
        if not self._next:
            await asyncio.sleep(POLL_MS / 1000)
            return Batch()
        try:
            found = await self._consumer.getmany(*self._next, timeout_ms=POLL_MS, max_records=self._limit)
        except OffsetOutOfRangeError as error:
            await self._begin_again(error.args[0])
            return Batch()
        except (NoOffsetForPartitionError, IllegalStateError):  # assigned or taken away in this very moment
            return Batch()
        return self._batch(found)

    def _batch(self, found: Mapping[TopicPartition, Sequence[ConsumerRecord[bytes, bytes]]]) -> Batch:
        records, heads = [], {}
        for here, messages in found.items():
            fresh = [message for message in messages if message.offset >= self._next.get(here, message.offset + 1)]
            if not fresh:  # fetched before a seek, or not ours any more
                continue
            read = self._read(here, fresh)
            self._next[here] = fresh[-1].offset + 1
            if read:
                records += read
                left = (self._consumer.highwater(here) or 0) - self._next[here]
                self._log_head = max(self._log_head, *(record.head for record in read))
                reached = max(record.place.position for record in read) + max(0, left)
                heads[read[-1].partition] = max(reached, self._log_head)
        return Batch(records[0].log_id if records else None, heads, records)

    def _read(self, here: TopicPartition, messages: Sequence[ConsumerRecord[bytes, bytes]]) -> list[Record]:
        """What can be read and is of our log. An event that was spoilt is missed by its successor; and were the log
        another one now, so would be its topic."""
        read = []
        for message in messages:
            try:
                stored = Message(message.key, message.value, message.headers)
                record = read_record(stored, self._name(here), message.offset + 1)
            except NotOurs as error:
                self._ignore(here, message.offset, str(error))
            except EndOfTopic:
                self._ended = True
                break
            else:
                if record.log_id == self._log_id:
                    read.append(record)
                else:
                    self._ignore(here, message.offset, f"of log {record.log_id}")
        return read

    def _ignore(self, here: TopicPartition, offset: int, reason: str) -> None:
        metrics.RECORDS_IGNORED.labels(self._topic).inc()
        log.warning("record_ignored", partition=self._name(here), offset=offset, reason=reason)

    async def _offset(self, here: TopicPartition, place: Place) -> int:
        """Where to begin without an offset: before everything published since the last event was recorded."""
        if place.recorded_at is None:
            return int((await self._consumer.beginning_offsets([here]))[here])
        since = int((place.recorded_at - SKEW).timestamp() * 1000)
        found = (await self._consumer.offsets_for_times({here: since}))[here]
        return int((await self._consumer.end_offsets([here]))[here] if found is None else found.offset)

    async def _begin_again(self, out_of_range: Mapping[TopicPartition, int]) -> None:
        """What has expired, or was lost with the broker, is missed by the first record that is still there."""
        log.warning("offset_out_of_range", topic=self._topic, offsets={k.partition: v for k, v in out_of_range.items()})
        beginnings = await self._consumer.beginning_offsets(list(out_of_range))
        for here, offset in beginnings.items():
            if here in self._next:
                self._consumer.seek(here, offset)
                self._next[here] = offset

    async def _note(self) -> None:
        if not self._next or time.monotonic() - self._noted < NOTE_SECONDS:
            return
        self._noted = time.monotonic()
        try:
            await self._consumer.commit(dict(self._next))
        except (CommitFailedError, IllegalStateError) as error:  # a rebalance was quicker; nothing depends on it
            log.info("offsets_not_noted", topic=self._topic, error=repr(error))
        except KafkaError as error:
            log.warning("offsets_not_noted", topic=self._topic, error=repr(error))

    def _name(self, here: TopicPartition) -> str:
        return partition_name(self._topic, here.partition)


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except REFUSALS:
        raise
    except KafkaError as error:
        raise BrokerAway(repr(error)) from error


class _Forgetting(ConsumerRebalanceListener):  # type: ignore[misc]  # it is not typed
    """A partition taken away must be placed anew when it comes back. What is being applied is finished: whoever gets
    the partition finds its checkpoint locked until then. Nothing here may wait, or records would overtake the seek."""

    def __init__(self, placed: dict[TopicPartition, int]) -> None:
        self._placed = placed

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._placed.clear()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._placed.clear()

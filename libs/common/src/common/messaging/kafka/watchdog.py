"""Leaves a consumer that is stuck, so that its process is started again: aiokafka's can be (#1154, #1037, #847)."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

LOOK_SECONDS = 30.0
POLLS = 3  # at least between two looks; else something other than the client has held us up, such as the database


class StuckConsumer(Exception):
    """There is more to read and the position has not moved: for so long that waiting will not help."""


class Watchdog:
    """Looks now and then whether partitions have records that were not read at the look before and still are not.

    It looks at the partitions that are ours; at all of them where we have none, for that may be the very fault.
    """

    def __init__(self, consumer: AIOKafkaConsumer, topic: str, every_seconds: float = LOOK_SECONDS) -> None:
        self._consumer = consumer
        self._topic = topic
        self._every = every_seconds
        self._looked = time.monotonic()
        self._waiting: Mapping[TopicPartition, int] = {}
        self._polls = 0

    async def look(self, placed: Mapping[TopicPartition, int]) -> None:
        """Before each poll. `placed` has the next offset of each partition that is ours. Raises `StuckConsumer`."""
        self._polls += 1
        if time.monotonic() - self._looked < self._every:
            return
        self._looked = time.monotonic()
        try:
            waiting = await self._behind(placed)
        except KafkaError:  # the broker is away: not our fault, and it passes
            waiting = {}
        stuck = {here: offset for here, offset in waiting.items() if self._waiting.get(here) == offset}
        enough = self._polls >= POLLS
        self._waiting, self._polls = waiting, 0
        if stuck and enough:
            raise StuckConsumer(f"{self._topic} was not read on: {sorted((p.partition, o) for p, o in stuck.items())}")

    async def _behind(self, placed: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """The partitions in which something is to be read, and their next offset."""
        offsets = dict(placed) or await self._noted(self._partitions())
        ends = await self._consumer.end_offsets(list(offsets)) if offsets else {}
        return {here: offset for here, offset in offsets.items() if ends[here] > offset}

    def _partitions(self) -> Collection[TopicPartition]:
        return [
            TopicPartition(self._topic, number) for number in self._consumer.partitions_for_topic(self._topic) or ()
        ]

    async def _noted(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """What the group told Kafka last; it does so while it reads."""
        noted = {here: await self._consumer.committed(here) for here in partitions}
        return {here: offset for here, offset in noted.items() if offset is not None}

"""A consumer's loop: a batch, its effects and the checkpoints in one transaction; so in effect each event once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import structlog

from common.messaging import checkpoints
from common.messaging.checkpoints import Checkpoint, Extent, SwapLost
from common.messaging.envelope import Envelope
from common.messaging.faults import TRANSIENT, backoff
from common.messaging.ports import Batch, ForeignLog, Gap, Place, Projection, Source
from common.messaging.projecting import Projecting, TooManyParked

__all__ = ["Subscriber", "TooManyParked"]

log = structlog.get_logger()


class Subscriber:
    """Brings a publisher's events into one consumer's read model: those of all partitions that its source has.

    It may be cancelled or killed at any moment, and run twice at a time: the checkpoints' swap lets one of them win.
    `consumer` is a durable identity, never renamed.
    """

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        source: Source,
        projection: Projection,
        consumer: str,
        *,
        parked_limit: int = 100,
    ) -> None:
        self._pool = pool
        self._source = source
        self._projecting = Projecting(projection, consumer, source.publisher, parked_limit)
        self._consumer = consumer
        self._held: dict[str, Checkpoint] = {}
        self._astray: set[str] = set()  # whose checkpoints are to be read again, and the source to be set to them

    async def run(self) -> None:
        """For ever. What passes by itself is waited out; the rest is raised: see `step` and `Projecting.apply`."""
        failures = 0
        while True:
            try:
                await self.step()
                failures = 0
            except TRANSIENT as error:
                log.warning("subscriber_waits", consumer=self._consumer, error=repr(error))
                await asyncio.sleep(backoff(failures))
                failures += 1

    async def step(self, up_to: int | None = None) -> int:
        """One poll, applied, but nothing beyond position `up_to`: how many positions it went on, all partitions
        together. A batch that another worker applied first is dropped, and counts 0.

        Raises `Gap`, `ForeignLog`, `TopicLeft`, `Moved`, `FeedRefused`, `TooManyParked`."""
        await self._place()
        batch = await self._source.poll()
        if not batch.heads:
            return 0
        held = {partition: self._held[partition] for partition in batch.heads}
        self._astray |= held.keys()  # until all of it went well
        try:
            reached = await self._take(held, _limited(batch, up_to))
        except SwapLost:
            log.info("batch_dropped", consumer=self._consumer, partitions=sorted(held))
            return 0
        if up_to is None:
            self._held |= reached
            self._astray -= reached.keys()
        return sum(checkpoint.position - held[partition].position for partition, checkpoint in reached.items())

    async def ahead(self, extent: Extent) -> None:
        """Applies what `extent` covers beyond its lowest position, where the checkpoint stands, and stays there."""
        await self._place()
        held, reached = dict(self._held), extent.lowest
        self._astray |= held.keys()
        while reached < extent.highest:
            batch = await self._source.poll()
            covered = [envelope for envelope in batch.envelopes if extent.covers(envelope)]
            await self._commit(held, Batch(batch.log_id, batch.heads), covered, {})
            reached = max((record.place.position for record in batch.records), default=reached)

    async def _place(self) -> None:
        """Reads the checkpoints that it does not hold and sets the source to them."""
        partitions = self._astray.union(self._source.unplaced())
        if not partitions:
            return
        async with self._pool.acquire() as connection:
            await checkpoints.begin(connection, self._consumer, self._source.publisher, min(partitions))
            found = await checkpoints.load(connection, self._consumer, self._source.publisher, partitions)
        for partition, checkpoint in found.items():
            await self._source.seek(partition, checkpoint.place)
        self._held |= found
        self._astray.clear()

    async def _take(self, held: Mapping[str, Checkpoint], batch: Batch) -> dict[str, Checkpoint]:
        """Applies a batch whose records follow on what was seen."""
        logs = {batch.log_id, *(record.log_id for record in batch.records)}
        logs |= {checkpoint.log_id for checkpoint in held.values()} - {None}
        if len(logs) > 1:
            raise ForeignLog(f"{self._source.publisher} has a log of another id; rebuild {self._consumer}")
        return await self._commit(held, batch, batch.envelopes, _reached(held, batch))

    async def _commit(
        self, held: Mapping[str, Checkpoint], batch: Batch, envelopes: Sequence[Envelope], places: Mapping[str, Place]
    ) -> dict[str, Checkpoint]:
        """One transaction: the swap first, for it keeps others out until the commit, then the read model."""
        async with self._pool.acquire() as connection, connection.transaction():
            advanced = await checkpoints.advance(connection, held, batch, places)
            await self._projecting.apply(connection, envelopes)
        return advanced


def _limited(batch: Batch, up_to: int | None) -> Batch:
    if up_to is None:
        return batch
    return Batch(batch.log_id, batch.heads, [r for r in batch.records if r.place.position <= up_to])


def _reached(held: Mapping[str, Checkpoint], batch: Batch) -> dict[str, Place]:
    """The place of each partition after the batch. Raises `Gap`."""
    places: dict[str, Place] = {}
    for record in batch.records:
        was = places.get(record.partition, held[record.partition].place)
        if record.predecessor > was.position:
            raise Gap(f"{record.partition}: position {record.predecessor} was not delivered after {was.position}")
        places[record.partition] = was.after(record.place)
    return places

"""A consumer's loop: a batch, its effects and the checkpoint in one transaction; so in effect each event once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog

from common.kernel.clock import utc_now
from common.messaging import checkpoints
from common.messaging.checkpoints import Checkpoint, SwapLost
from common.messaging.envelope import Envelope
from common.messaging.faults import TRANSIENT, backoff
from common.messaging.feed import ForeignLog
from common.messaging.ports import Batch, Projection, Source
from common.messaging.projecting import Projecting, TooManyParked
from common.observability import metrics

__all__ = ["Subscriber", "TooManyParked"]

log = structlog.get_logger()


class Subscriber:
    """Brings one partition of a publisher's events into one consumer's read model.

    It may be cancelled or killed at any moment, and run twice at a time: the checkpoint's swap lets one of them win.
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
        self._checkpoint: Checkpoint | None = None  # None: to be read again, and the source to be set back to it

    async def run(self) -> None:
        """For ever. What passes by itself is waited out; raises `ForeignLog`, `TooManyParked`, `FeedRefused`,
        `GapInFeed` and the errors of a projection that is not at fault with one event alone."""
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
        """One poll, applied, but nothing beyond position `up_to`: how many positions it went on. A batch that
        another worker applied first is dropped, and counts 0."""
        checkpoint = self._checkpoint or await self._resume()
        self._checkpoint = None
        batch = await self._source.poll()
        if checkpoint.log_id not in (None, batch.log_id):
            raise ForeignLog(f"{self._source.publisher} has a log of another id; rebuild {self._consumer}")
        try:
            reached = await self._take(checkpoint, _limited(batch, up_to))
        except SwapLost:
            log.info("batch_dropped", consumer=self._consumer, position=checkpoint.position)
            return 0
        if up_to is None:
            self._checkpoint = reached
        self._measure(reached)
        return reached.position - checkpoint.position

    async def _resume(self) -> Checkpoint:
        async with self._pool.acquire() as connection:
            checkpoint = await checkpoints.load(
                connection, self._consumer, self._source.publisher, self._source.partition
            )
        self._source.seek(checkpoint.cursor)
        return checkpoint

    async def _take(self, checkpoint: Checkpoint, batch: Batch) -> Checkpoint:
        """Applies a batch; where a record's predecessor was not seen, what is missing comes from the feed first."""
        waiting: list[Envelope] = []
        position = checkpoint.position
        for record in batch.records:
            if record.predecessor > position:
                checkpoint = await self._commit(checkpoint, batch, waiting)
                checkpoint = await self._heal(checkpoint, batch, record.predecessor)
                waiting = []
            waiting.append(record.envelope)
            position = max(position, checkpoint.position, record.envelope.sequence)
        return await self._commit(checkpoint, batch, waiting)

    async def _heal(self, checkpoint: Checkpoint, batch: Batch, up_to: int) -> Checkpoint:
        log.warning("gap_healed", consumer=self._consumer, after=checkpoint.position, up_to=up_to)
        while checkpoint.position < up_to:
            missing = await self._source.between(checkpoint.cursor, checkpoint.position)
            checkpoint = await self._commit(checkpoint, batch, missing)
        return checkpoint

    async def _commit(self, checkpoint: Checkpoint, batch: Batch, envelopes: Sequence[Envelope]) -> Checkpoint:
        """One transaction: the swap first, for it keeps others out until the commit, then the read model."""
        last = max(envelopes, key=lambda envelope: envelope.sequence, default=None)
        if last is not None and last.sequence <= checkpoint.position:
            last = None  # all of it came before
        async with self._pool.acquire() as connection, connection.transaction():
            advanced = await checkpoints.advance(connection, checkpoint, batch, last)
            await self._projecting.apply(connection, envelopes)
        return advanced

    def _measure(self, checkpoint: Checkpoint) -> None:
        """The age is worked out when it is asked for, so that it also grows while nothing comes."""
        metrics.TAIL_LAG_EVENTS.labels(self._consumer).set(checkpoint.lag_events or 0)
        metrics.TAIL_LAG_SECONDS.labels(self._consumer).set_function(lambda: checkpoint.lag_seconds(utc_now()) or 0)


def _limited(batch: Batch, up_to: int | None) -> Batch:
    if up_to is None:
        return batch
    return Batch(batch.log_id, batch.head, [r for r in batch.records if r.envelope.sequence <= up_to])

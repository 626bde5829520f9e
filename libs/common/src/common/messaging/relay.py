"""Publishes the log: one leader at a time reads on from the cursor, publishes, and saves the cursor afterwards.

A crash in between publishes again; nothing is lost and nothing overtakes. Each event goes out with the position of the
one before it in its partition, and every partition is told how far the log was published: so whoever reads one knows
whether anything is missing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import structlog

from common.contracts.registry import topic_name
from common.messaging.envelope import Envelope
from common.messaging.faults import TRANSIENT, backoff
from common.messaging.lease import Deposed, Lease
from common.messaging.ports import Connection, Publisher, Topic
from common.messaging.progress import COLUMNS, Progress, missing
from common.messaging.published import Published
from common.observability import metrics

log = structlog.get_logger()

Read: TypeAlias = Callable[[int, int], Awaitable[Sequence[Envelope]]]
Wait: TypeAlias = Callable[[int, float], Awaitable[bool]]

_SET_PROGRESS = ", ".join(f"{name} = ${n}" for n, name in enumerate(COLUMNS, start=3))

IDLE_SECONDS = 1.0  # without anything new, after which the partitions are told again
MARK_SECONDS = 0.2  # at least between two rounds of watermarks
WELL_SECONDS = 30.0  # of publishing, after which a failure is the first one again
LOOK_SECONDS = 5.0  # between two looks whether there is a newer generation of the topic


async def published(pool: asyncpg.Pool[Any], service: str) -> Published | None:
    """Where this service's log is on Kafka, and how far; None where it is not."""
    row = await pool.fetchrow(
        "SELECT r.generation, cardinality(r.predecessors) AS partitions, r.position FROM relay r"
        " JOIN event_log l USING (log_id) WHERE r.name = $1",
        service,
    )
    return row and Published(topic_name(service, row["generation"]), row["partitions"], row["position"])


async def set_back(connection: Connection, service: str, position: int, cursor: str | None) -> None:
    """Everything after the position, whose cursor is given, is published again into the present topic. Deposes the
    leader that may be."""
    await connection.execute(
        "UPDATE relay SET position = $2, epoch = epoch + 1, held_until = '-infinity',"
        " cursor = $3, predecessors = array_fill($2::bigint, ARRAY[cardinality(predecessors)]) WHERE name = $1",
        service,
        position,
        cursor,
    )


class LogGap(Exception):
    """The log lacks a position: publishing on would lose an event for good."""


class Relay:
    """`read(after, limit)` gives the log's events in order, private ones without data; `wait(after, seconds)` returns
    when there may be more. Both as `common.http.changes.Changes` and `common.eventsourcing.tail.Tail` have them.
    `service` is the publisher's name."""

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        read: Read,
        wait: Wait,
        publisher: Publisher,
        service: str,
        *,
        batch_size: int = 2_000,
        lease_seconds: float = 5.0,
    ) -> None:
        self._pool = pool
        self._read = read
        self._wait = wait
        self._publisher = publisher
        self._service = service
        self._batch_size = batch_size
        self._reader = f"{service}-relay"
        self._lease = Lease(pool, service, lease_seconds)

    async def run(self) -> None:
        """For ever, as leader or standing by. Raises `LogGap`; what else fails is tried again."""
        await self._pool.execute("INSERT INTO relay (name) VALUES ($1) ON CONFLICT DO NOTHING", self._service)
        measuring = asyncio.create_task(self._measure_always(), name=f"relay-lag-{self._service}")
        try:
            while True:
                try:
                    if (epoch := await self._lease.take()) is not None:
                        await self._lease.hold_while(epoch, self._lead(epoch))
                except (Deposed, *TRANSIENT) as error:
                    log.warning("relay_stands_by", relay=self._service, error=repr(error))
                await asyncio.sleep(self._lease.seconds / 4)
        finally:
            measuring.cancel()

    async def _lead(self, epoch: int) -> None:
        """Publishes until the lease is lost. After a failure of the broker it begins anew where it saved."""
        failures = 0
        while True:
            begun = time.monotonic()
            try:
                progress = await self._open(epoch)
                log.info("relay_leads", relay=self._service, epoch=epoch, position=progress.position)
                await self._pump(progress, epoch)
            except (LogGap, Deposed):
                raise
            except Exception as error:  # whatever a broker's client raises; the lag tells how long it lasts
                failures = 0 if time.monotonic() - begun > WELL_SECONDS else failures + 1
                log.warning("relay_cannot_publish", relay=self._service, error=repr(error), failures=failures)
                await asyncio.sleep(backoff(failures))

    async def _open(self, epoch: int) -> Progress:
        """Where to go on, in a topic that is there. What it leaves it closes."""
        stored, log_id = await self._stored()
        newest = await self._publisher.newest()
        progress = await self._succeeding(stored, log_id, newest)
        if stored and newest and newest.generation >= stored.generation != progress.generation:
            log.warning("topic_closed", relay=self._service, generation=stored.generation, next=progress.generation)
            ends = stored.marks(self._service, epoch, stored.position, progress.generation)
            await self._publisher.publish(stored.generation, ends)
        await self._save(progress, epoch)
        return progress

    async def _succeeding(self, stored: Progress | None, log_id: UUID, newest: Topic | None) -> Progress:
        if stored is None:
            used = newest is not None and await self._publisher.used(newest.generation)
            generation = newest.generation + used if newest else 1
            return Progress.beginning(log_id, await self._publisher.create(generation))
        if stored.log_id != log_id:  # restored: what the old topics hold is not of this log
            generation = max(stored.generation, newest.generation if newest else 0) + 1
            return Progress.beginning(log_id, await self._publisher.create(generation))
        if newest is None or newest.generation < stored.generation:  # the broker has lost it
            return stored.moved_to(await self._publisher.create(stored.generation))
        return stored.moved_to(newest)

    async def _pump(self, progress: Progress, epoch: int) -> None:
        """Until the topic or the log is another one. What follows is read while a batch is published."""
        marked = looked = time.monotonic()
        told = -1  # the position that all partitions were told
        reading = asyncio.create_task(self._next(progress.position, 0))
        try:
            while (batch := await reading) == [] or batch[0].log_id == progress.log_id:
                messages, progress = progress.after(batch, epoch)
                due = MARK_SECONDS if told < progress.position else IDLE_SECONDS
                reading = asyncio.create_task(self._next(progress.position, due))
                if batch:
                    await self._publisher.publish(progress.generation, messages)
                    await self._save(progress, epoch)
                if time.monotonic() - marked >= due:
                    marks = progress.marks(self._service, epoch, await self._head(progress))
                    await self._publisher.publish(progress.generation, marks)
                    marked, told = time.monotonic(), progress.position
                if time.monotonic() - looked >= LOOK_SECONDS:
                    looked = time.monotonic()
                    if await self._is_elsewhere(progress):
                        return
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _head(self, progress: Progress) -> int:
        """How far the log goes, for those who read the topic: who is less than a batch behind is not behind."""
        head: int = await self._pool.fetchval("SELECT head FROM event_log")
        return head if head - progress.position > self._batch_size else progress.position

    async def _next(self, after: int, patience: float) -> Sequence[Envelope]:
        """What follows in the log; none where nothing does within `patience` seconds. Raises `LogGap`."""
        batch = await self._read(after, self._batch_size)
        if not batch and await self._wait(after, patience):
            batch = await self._read(after, self._batch_size)
        if gap := missing(after, batch):
            raise LogGap(f"position {gap} is missing")
        return batch

    async def _is_elsewhere(self, progress: Progress) -> bool:
        """Whether the log was restored, or the topic is another one: a later generation, none any more, or the same
        with partitions that somebody has added by hand."""
        _, log_id = await self._stored()
        topic = Topic(progress.generation, len(progress.predecessors))
        return log_id != progress.log_id or await self._publisher.newest() != topic

    async def _stored(self) -> tuple[Progress | None, UUID]:
        """What was saved last, and the log as it is now."""
        row = await self._pool.fetchrow(
            f"SELECT l.log_id AS present, {', '.join(f'r.{name}' for name in COLUMNS)}"  # noqa: S608  constants
            " FROM event_log l, relay r WHERE r.name = $1",
            self._service,
        )
        assert row is not None, "run inserts it"
        present, *values = row
        return (Progress(*values) if values[0] else None), present

    async def _save(self, progress: Progress, epoch: int) -> None:
        await self._lease.save(epoch, _SET_PROGRESS, *progress.values())

    async def _measure_always(self) -> None:
        """By whoever runs, leader or not: a log that nobody publishes must not look healthy."""
        while True:
            try:
                await self._measure()
            except TRANSIENT as error:
                log.warning("relay_lag_unknown", relay=self._service, error=repr(error))
            await asyncio.sleep(self._lease.seconds / 4)

    async def _measure(self) -> None:
        row = await self._pool.fetchrow(
            "SELECT l.head - r.position AS events,"
            " coalesce(extract(epoch FROM clock_timestamp() - e.recorded_at), 0)::float8 AS seconds"
            " FROM event_log l, relay r LEFT JOIN event e ON e.position = r.position + 1 WHERE r.name = $1",
            self._service,
        )
        assert row is not None, "run inserts it"
        metrics.TAIL_LAG_EVENTS.labels(self._reader, self._service).set(row["events"])
        metrics.TAIL_LAG_SECONDS.labels(self._reader, self._service).set(row["seconds"])

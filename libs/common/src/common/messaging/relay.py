"""Publishes the log: one leader at a time reads on from the cursor, publishes, and saves the cursor afterwards.

A crash in between publishes again; nothing is lost and nothing overtakes. The leader's lease has a rising epoch, and
the cursor is only saved under it, so that a leader that was paused for too long finds itself deposed.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from common.messaging.envelope import Envelope
from common.messaging.faults import TRANSIENT, backoff
from common.messaging.ports import Publisher
from common.observability import metrics

log = structlog.get_logger()

IDLE_SECONDS = 1.0


class Deposed(Exception):
    """Another relay took the lease over."""


class LogReplaced(Exception):
    """The log was restored and has another id: what follows belongs into a new generation of topics."""


class LogGap(Exception):
    """The log lacks a position: publishing on would lose an event for good."""


@dataclass(frozen=True, slots=True)
class Term:
    """A leader's time in office, and how far the log was published by then."""

    epoch: int
    log_id: UUID | None
    position: int


class Relay:
    """`read(after, limit)` gives the log's events in order, private ones without data; `wait(after, seconds)` returns
    when there may be more. Both as `common.http.changes.Changes` and `common.eventsourcing.tail.Tail` have them."""

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        read: Callable[[int, int], Awaitable[Sequence[Envelope]]],
        wait: Callable[[int, float], Awaitable[bool]],
        publisher: Publisher,
        name: str,
        *,
        batch_size: int = 1_000,
        lease_seconds: float = 5.0,
    ) -> None:
        self._pool = pool
        self._read = read
        self._wait = wait
        self._publisher = publisher
        self._name = name
        self._batch_size = batch_size
        self._lease = lease_seconds

    async def run(self) -> None:
        """For ever, as leader or standing by. Raises `LogGap` and `LogReplaced`; what else fails is tried again."""
        await self._pool.execute("INSERT INTO relay (name) VALUES ($1) ON CONFLICT DO NOTHING", self._name)
        while True:
            try:
                await self._measure()
                if term := await self._take_over():
                    log.info("relay_leads", relay=self._name, epoch=term.epoch, position=term.position)
                    await self._lead(term)
            except (Deposed, *TRANSIENT) as error:
                log.warning("relay_stands_by", relay=self._name, error=repr(error))
            await asyncio.sleep(self._lease / 4)

    async def _take_over(self) -> Term | None:
        """The lease, where nobody holds it any more."""
        row = await self._pool.fetchrow(
            "UPDATE relay SET epoch = epoch + 1, held_until = clock_timestamp() + $2 * interval '1 second'"
            " WHERE name = $1 AND held_until < clock_timestamp() RETURNING epoch, log_id, position",
            self._name,
            self._lease,
        )
        return Term(**row) if row else None

    async def _lead(self, term: Term) -> None:
        """Publishes until the lease is lost, keeping it meanwhile; gives it back where it ends otherwise."""
        keeping = asyncio.create_task(self._keep(term), name=f"relay-lease-{self._name}")
        pumping = asyncio.create_task(self._pump(term), name=f"relay-{self._name}")
        try:
            done, _ = await asyncio.wait({keeping, pumping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            keeping.cancel()
            pumping.cancel()
            await asyncio.gather(keeping, pumping, return_exceptions=True)
            await self._give_back(term)

    async def _keep(self, term: Term) -> None:
        while True:
            await asyncio.sleep(self._lease / 4)
            await self._update("held_until = clock_timestamp() + $3 * interval '1 second'", term, self._lease)
            await self._measure()

    async def _pump(self, term: Term) -> None:
        position = term.position
        while True:
            batch = await self._read(position, self._batch_size)
            _check(term, position, batch)
            if batch:
                if public := [envelope for envelope in batch if envelope.data is not None]:
                    await self._publish(public, term)
                await self._update("log_id = $3, position = $4", term, batch[-1].log_id, batch[-1].sequence)
                position = batch[-1].sequence
            else:
                await self._wait(position, IDLE_SECONDS)

    async def _publish(self, batch: Sequence[Envelope], term: Term) -> None:
        """Until it is acknowledged: nothing newer may go out before it."""
        for attempt in itertools.count():
            try:
                await self._publisher.publish(batch, term.epoch)
            except Exception as error:  # whatever a broker's client raises; the lag tells how long it lasts
                log.warning("relay_cannot_publish", relay=self._name, error=repr(error), attempt=attempt)
                await asyncio.sleep(backoff(attempt))
            else:
                return

    async def _update(self, what: str, term: Term, *values: Any) -> None:
        status = await self._pool.execute(
            f"UPDATE relay SET {what} WHERE name = $1 AND epoch = $2",  # noqa: S608  constants of this class
            self._name,
            term.epoch,
            *values,
        )
        if status != "UPDATE 1":
            raise Deposed(f"epoch {term.epoch} of {self._name} is over")

    async def _give_back(self, term: Term) -> None:
        """So that a standby need not wait for the lease to end; where that fails, it waits."""
        try:
            await self._update("held_until = '-infinity'", term)
        except (Deposed, *TRANSIENT) as error:
            log.info("relay_lease_not_given_back", relay=self._name, error=repr(error))

    async def _measure(self) -> None:
        """Measured by whoever runs, leader or not: a log that nobody publishes must not look healthy."""
        row = await self._pool.fetchrow(
            "SELECT l.head - r.position AS events,"
            " coalesce(extract(epoch FROM clock_timestamp() - e.recorded_at), 0)::float8 AS seconds"
            " FROM event_log l, relay r LEFT JOIN event e ON e.position = r.position + 1 WHERE r.name = $1",
            self._name,
        )
        assert row is not None, "run inserts it"
        metrics.TAIL_LAG_EVENTS.labels(self._name).set(row["events"])
        metrics.TAIL_LAG_SECONDS.labels(self._name).set(row["seconds"])


def _check(term: Term, position: int, batch: Sequence[Envelope]) -> None:
    for expected, envelope in enumerate(batch, start=position + 1):
        if envelope.sequence != expected:
            raise LogGap(f"position {expected} is missing")
        if term.log_id not in (None, envelope.log_id):
            raise LogReplaced(f"published so far: log {term.log_id}; now: {envelope.log_id}")

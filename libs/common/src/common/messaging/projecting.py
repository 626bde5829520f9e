"""Applies a batch of events to a projection, in the caller's transaction, and sets aside what cannot be applied."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import structlog

from common.messaging import parking
from common.messaging.envelope import Envelope
from common.messaging.faults import about_data
from common.messaging.ports import Connection, Projection, Received
from common.observability import metrics

log = structlog.get_logger()


class TooManyParked(Exception):
    """So many streams are set aside that something else must be wrong: the consumer stops and loses nothing."""


class Projecting:
    """What a consumer does with a batch. At most `parked_limit` streams may be set aside at a time."""

    def __init__(self, projection: Projection, consumer: str, publisher: str, parked_limit: int) -> None:
        self._projection = projection
        self._kinds = {_kind(name) for name in projection.types}
        self._consumer = consumer
        self._publisher = publisher
        self._parked_limit = parked_limit

    async def apply(self, connection: Connection, envelopes: Sequence[Envelope]) -> None:
        """Applies what is ours and was not applied before. Raises `TooManyParked`, and what is not about the data."""
        parked = await parking.parked_streams(connection, self._consumer, self._publisher)
        await self._apply(connection, await self._fresh(connection, envelopes), parked)
        metrics.PARKED_EVENTS.labels(self._consumer, self._publisher).set(parked.total())

    async def _fresh(self, connection: Connection, envelopes: Sequence[Envelope]) -> list[Envelope]:
        """What was not applied yet, each once: a transport may deliver an old event in a new place."""
        ours = [envelope for envelope in envelopes if _kind(envelope.type) in self._kinds]
        if not ours:
            return []
        seen = dict(await self._projection.seen(connection, sorted({envelope.subject for envelope in ours})))
        fresh = []
        for envelope in ours:
            if envelope.stream_version > seen.get(envelope.subject, 0):
                seen[envelope.subject] = envelope.stream_version
                fresh.append(envelope)
        return fresh

    async def _apply(self, connection: Connection, envelopes: Sequence[Envelope], parked: Counter[UUID]) -> None:
        """Halves a batch that fails, until the event at fault is alone; what follows it in its stream joins it."""
        batch = await self._without_parked(connection, envelopes, parked)
        if not batch:
            return
        try:
            async with connection.transaction():
                await self._projection.apply(connection, [Received.of(envelope) for envelope in batch])
        except Exception as error:
            if not about_data(error):
                raise
            if len(batch) == 1:
                await self._park(connection, batch[0], parking.reason_of(error), parked)
                return
            middle = len(batch) // 2
            await self._apply(connection, batch[:middle], parked)
            await self._apply(connection, batch[middle:], parked)

    async def _without_parked(
        self, connection: Connection, envelopes: Sequence[Envelope], parked: Counter[UUID]
    ) -> list[Envelope]:
        batch = []
        for envelope in envelopes:
            if envelope.subject in parked:
                await self._park(connection, envelope, "waits behind an earlier event of its stream", parked)
            else:
                batch.append(envelope)
        return batch

    async def _park(self, connection: Connection, envelope: Envelope, reason: str, parked: Counter[UUID]) -> None:
        await parking.park(connection, self._consumer, envelope, reason)
        parked[envelope.subject] += 1
        log.warning("event_parked", consumer=self._consumer, position=envelope.sequence, reason=reason)
        if len(parked) > self._parked_limit:
            raise TooManyParked(f"{self._consumer}: more than {self._parked_limit} streams; the last: {reason}")


def _kind(wire_name: str) -> str:
    """The name without its version."""
    return re.sub(r"\.v\d+$", "", wire_name)

"""Reads a publisher's change feed over HTTP: the transport of one machine, the healer, the source of a rebuild."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx
import structlog

from common.messaging import published
from common.messaging.envelope import Envelope
from common.messaging.faults import backoff
from common.messaging.ports import Batch, ForeignLog, Place, Record
from common.messaging.published import Published

log = structlog.get_logger()


class FeedRefused(Exception):
    """The publisher does not let us read, or what answers is not a change feed: nothing that passes by itself."""


PARTITION = "feed"
"""The feed as checkpoints name it: it has no parts."""


@dataclass(frozen=True, slots=True)
class _Answer:
    log_id: UUID
    head: int
    events: Sequence[Envelope]
    next_cursor: str
    published: Published | None


class FeedSource:
    """`client` carries the credential; its read timeout must exceed `wait`.

    `wait` is how long an empty poll lasts; below `checkpoints.SILENCE` an idle reader counts as up to date.
    """

    def __init__(
        self, client: httpx.AsyncClient, publisher: str, url: str, *, limit: int = 2_000, wait: float = 2.0
    ) -> None:
        self.publisher = publisher
        self.published: Published | None = None
        """What the last answer said of the topic."""
        self._client = client
        self._url = url
        self._limit = limit
        self._wait = wait
        self._placed = False
        self._cursor: str | None = None

    def anew(self) -> FeedSource:
        """Another reader of the same feed, that is to be placed first."""
        return FeedSource(self._client, self.publisher, self._url, limit=self._limit, wait=self._wait)

    def unplaced(self) -> Collection[str]:
        return () if self._placed else (PARTITION,)

    async def seek(self, partition: str, place: Place) -> None:
        self._placed = True
        self._cursor = place.cursor

    async def poll(self) -> Batch:
        """Raises `ForeignLog`, `FeedRefused`; a publisher that is away is waited for."""
        answer = await self._read(self._cursor, self._wait)
        self._cursor = answer.next_cursor
        self.published = answer.published
        return Batch(answer.log_id, {PARTITION: answer.head}, [_record(event) for event in answer.events])

    async def _read(self, cursor: str | None, wait: float) -> _Answer:
        parameters = {"limit": str(self._limit), "wait": str(wait)} | ({"after": cursor} if cursor else {})
        for attempt in itertools.count():
            pause = backoff(attempt)
            try:
                response = await self._client.get(self._url, params=parameters)
            except httpx.TransportError as error:
                reason = repr(error)
            else:
                if not _passes_by_itself(response.status_code):
                    return self._understood(response)
                reason = f"status {response.status_code}"
                pause = max(pause, _retry_after(response))
            log.warning("feed_unreachable", publisher=self.publisher, reason=reason, retry_in=round(pause, 1))
            await asyncio.sleep(pause)
        raise AssertionError("counting never ends")

    def _understood(self, response: httpx.Response) -> _Answer:
        if response.status_code == httpx.codes.CONFLICT:
            raise ForeignLog(f"the log of {self.publisher} is not the one read before; rebuild from its beginning")
        if response.status_code != httpx.codes.OK:
            raise FeedRefused(f"{self.publisher} answered {response.status_code}: {response.text[:500]}")
        try:
            _, log_id, head = response.headers["SALWatch-Position"].split(":")
            events = [Envelope.parse(line) for line in response.content.splitlines()]
            topic = response.headers.get(published.HEADER)
            return _Answer(
                UUID(log_id), int(head), events, response.headers["Next-Cursor"], topic and Published.parse(topic)
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise FeedRefused(f"{self.publisher} answered what is not a change feed: {error!r}") from error


def _record(event: Envelope) -> Record:
    place = Place(event.sequence, event.cursor, recorded_at=event.recorded_at)
    return Record(PARTITION, place, event.sequence - 1, event.log_id, event)


def _passes_by_itself(status: int) -> bool:
    return status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR


def _retry_after(response: httpx.Response) -> float:
    seconds = response.headers.get("Retry-After", "")
    return min(float(seconds), 30.0) if seconds.isascii() and seconds.isdigit() else 0.0

"""Reading the event log: by stream, up to a version, a time or a position, and from a position on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from common.eventsourcing.codec import Codec
from common.eventsourcing.cursor import Cursor

E = TypeVar("E")

_COLUMNS = """e.position, e.event_id, e.stream_id, e.version, e.type, e.schema_version, e.data::text AS data,
    e.occurred_at, e.recorded_at, e.actor, e.correlation_id, e.causation_id"""


class Recorded(msgspec.Struct, Generic[E], frozen=True):
    """An event with all that the log knows of it. A struct and not a dataclass: hundred thousands are made in a row."""

    position: int
    event_id: UUID
    stream: UUID
    version: int
    type: str
    event: E
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    correlation_id: UUID | None
    causation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Head:
    """Which log this is and how far it goes; `generation` rises with every restore."""

    log_id: UUID
    position: int
    generation: int


class LogBroken(Exception):
    """Positions are not contiguous: an event is missing. Never to be waited out; see docs/operations.md."""


class ForeignCursor(Exception):
    """The cursor belongs to another log, or to this one before it was restored."""


class EventLog(Generic[E]):
    """Reads over a pool (or one connection); every method is one or two statements in no transaction of its own."""

    def __init__(self, database: asyncpg.Pool[Any] | asyncpg.Connection[Any], codec: Codec[E]) -> None:
        self._database = database
        self._codec = codec

    async def head(self) -> Head:
        row = await self._database.fetchrow("SELECT log_id, head, generation FROM event_log")
        assert row is not None, "the first migration inserts the only row"
        return Head(row["log_id"], row["head"], row["generation"])

    async def load(
        self,
        stream: UUID,
        *,
        up_to_version: int | None = None,
        recorded_by: datetime | None = None,
        up_to_position: int | None = None,
    ) -> list[Recorded[E]]:
        """A stream's events in order, words included; each bound is inclusive, None is no bound."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM event e WHERE e.stream_id = $1 AND ($2::int IS NULL OR e.version <= $2)"  # noqa: S608  constant columns
            " AND ($3::timestamptz IS NULL OR e.recorded_at <= $3) AND ($4::bigint IS NULL OR e.position <= $4)"
            " ORDER BY e.version",
            stream,
            up_to_version,
            recorded_by,
            up_to_position,
        )
        texts = await self._database.fetch("SELECT digest, body FROM event_text WHERE stream_id = $1", stream)
        words = {row["digest"]: row["body"] for row in texts}
        return [self._recorded(row, words) for row in rows]

    async def read(self, after: int, limit: int) -> list[Recorded[E]]:
        """Up to `limit` events with positions after `after`, in order, words left out. Raises `LogBroken`."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM event e WHERE e.position > $1 ORDER BY e.position LIMIT $2",  # noqa: S608  constant columns
            after,
            limit,
        )
        events = [self._recorded(row, {}) for row in rows]
        assert_contiguous(after, [event.position for event in events])
        return events

    async def check(self, cursor: Cursor) -> None:
        """Raises `ForeignCursor` unless the cursor was given out by this log as it stands."""
        row = await self._database.fetchrow(
            "SELECT l.log_id, l.head, e.event_id FROM event_log l LEFT JOIN event e ON e.position = $1",
            cursor.position,
        )
        assert row is not None, "the first migration inserts the only row"
        if row["log_id"] != cursor.log_id or row["event_id"] != cursor.event_id:
            raise ForeignCursor

    async def erase_texts(self, stream: UUID) -> int:
        """Erases all free text of a stream for good; the events stay. How many texts there were."""
        status = await self._database.execute("DELETE FROM event_text WHERE stream_id = $1", stream)
        return int(status.split()[-1])

    async def restored(self) -> Head:
        """To be called once after the database was restored from a copy: mints a new log id, so that nobody goes on
        from a cursor into events that no longer exist."""
        await self._database.execute("UPDATE event_log SET log_id = gen_random_uuid(), generation = generation + 1")
        return await self.head()

    def _recorded(self, row: asyncpg.Record, words: Mapping[str, str]) -> Recorded[E]:
        position, event_id, stream, version, name, schema, data, *rest = row
        event = self._codec.decode(name, schema, data, words)
        return Recorded(position, event_id, stream, version, name, event, *rest)


def assert_contiguous(after: int, positions: Sequence[int]) -> None:
    """Raises `LogBroken` unless positions are after + 1, after + 2, …: so nothing is missing."""
    for expected, position in enumerate(positions, start=after + 1):
        if position != expected:
            raise LogBroken(f"position {expected} is missing: {position} follows {expected - 1}")

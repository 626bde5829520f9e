"""The tables that appends write in their own transaction, made again from the log alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from common.eventsourcing.codec import Codec
from common.eventsourcing.writer import Rows

Connection: TypeAlias = "asyncpg.Connection[Any]"  # generic to the type checker only

AT_A_TIME = 1_000  # rows that are held in memory

_EVENTS = """
    SELECT e.stream_id, e.version, e.type, e.schema_version, e.data::text AS data, e.recorded_at
    FROM event e JOIN stream s USING (stream_id)
    WHERE s.kind = $1 AND ($2 < 0 OR e.stream_id IN (SELECT c.stream_id FROM event c WHERE c.position > $2))
    ORDER BY e.stream_id, e.version"""


@dataclass(frozen=True, slots=True)
class InlineTable:
    """A table that appends write in their own transaction; its name is also the kind of its streams.

    `columns` follow from a stream's events, `stamps` from when the last and the first of them were recorded.
    """

    name: str
    columns: tuple[str, ...]
    stamps: tuple[str, ...]
    initial: Any
    evolve: Callable[[Any, Any], Any]
    rows: Callable[[UUID, int, Any, Sequence[Any]], Rows]


async def fill(
    connection: Connection, table: InlineTable, into: str, codec: Codec[Any], changed_since: int = -1
) -> int:
    """Copies the row of every stream, or of those with an event after a position, into the table called `into`.

    Runs in the caller's transaction and sees what that sees. How many rows there were.
    """
    count = 0
    records: list[tuple[Any, ...]] = []

    async def copy() -> None:
        nonlocal count
        await connection.copy_records_to_table(into, records=records, columns=(*table.columns, *table.stamps))
        count += len(records)
        records.clear()

    async for events in _streams(connection, table, changed_since):
        records.append(_record(table, events, codec))
        if len(records) == AT_A_TIME:
            await copy()
    await copy()
    return count


async def _streams(connection: Connection, table: InlineTable, after: int) -> AsyncIterator[list[asyncpg.Record]]:
    """The events of one stream after the other."""
    stream: list[asyncpg.Record] = []
    async for row in connection.cursor(_EVENTS, table.name, after, prefetch=AT_A_TIME):
        if stream and row["stream_id"] != stream[0]["stream_id"]:
            yield stream
            stream = []
        stream.append(row)
    if stream:
        yield stream


def _record(table: InlineTable, stored: Sequence[asyncpg.Record], codec: Codec[Any]) -> tuple[Any, ...]:
    state = table.initial
    events = [codec.decode(row["type"], row["schema_version"], row["data"]) for row in stored]
    for event in events:
        state = table.evolve(state, event)
    last = stored[-1]
    (row,) = table.rows(last["stream_id"], last["version"], state, events)[table.name]
    stamps: tuple[datetime, ...] = (last["recorded_at"], stored[0]["recorded_at"])[: len(table.stamps)]
    return (*(_plain(row[column]) for column in table.columns), *stamps)


def _plain(value: Any) -> Any:
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else value

"""Makes an inline table anew beside the live one and switches under the append lock; or only compares the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.eventsourcing.codec import Codec
from common.eventsourcing.inline import Connection, InlineTable, fill
from common.kernel.errors import InConflict

_APPENDS = 7301001  # the lock that every append takes; see schema.sql
_REBUILDS = 7301003
MOST_NAMED = 20


class RebuildRunning(InConflict):
    code = "rebuild_running"
    title = "Another rebuild is at work"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Digests of the live table and of its recount from the log at one moment; `differing` names some rows."""

    rows: int
    live: str
    recounted: str
    differing: Sequence[UUID]

    @property
    def equal(self) -> bool:
        return self.live == self.recounted


async def verify(connection: Connection, table: InlineTable, codec: Codec[Any]) -> Comparison:
    """Recounts the table from the log in one snapshot. Nothing is kept."""
    recount = f"{table.name}_recount"
    transaction = connection.transaction(isolation="repeatable_read")
    await transaction.start()
    try:
        await connection.execute(f"CREATE TEMPORARY TABLE {recount} (LIKE {table.name}) ON COMMIT DROP")
        rows = await fill(connection, table, recount, codec)
        return Comparison(
            rows,
            await _digest(connection, table.name),
            await _digest(connection, recount),
            await _differing(connection, table.name, recount),
        )
    finally:
        await transaction.rollback()


async def rebuild(connection: Connection, table: InlineTable, codec: Codec[Any]) -> int:
    """Fills a new table under live traffic, applies what came meanwhile and switches while appends wait.

    How many rows it holds. Raises `RebuildRunning`. Columns and indexes are those of the live table.
    """
    fresh = f"{table.name}_next"
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _REBUILDS):
        raise RebuildRunning
    try:
        await connection.execute(
            f"DROP TABLE IF EXISTS {fresh}; CREATE TABLE {fresh} (LIKE {table.name} INCLUDING ALL)"
        )
        async with connection.transaction(isolation="repeatable_read"):
            head = await connection.fetchval("SELECT head FROM event_log")
            await fill(connection, table, fresh, codec)
        async with connection.transaction():
            await connection.execute(f"SELECT pg_advisory_xact_lock({_APPENDS})")
            await _catch_up(connection, table, fresh, codec, head)
            await _switch(connection, table.name, fresh)
            return int(await connection.fetchval(f"SELECT count(*) FROM {table.name}"))  # noqa: S608  constants
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _REBUILDS)


async def _catch_up(connection: Connection, table: InlineTable, fresh: str, codec: Codec[Any], head: int) -> None:
    await connection.execute(
        f"DELETE FROM {fresh} WHERE id IN (SELECT stream_id FROM event WHERE position > $1)",  # noqa: S608  constants
        head,
    )
    if await connection.fetchval("SELECT head > $1 FROM event_log", head):
        await fill(connection, table, fresh, codec, changed_since=head)


async def _switch(connection: Connection, live: str, fresh: str) -> None:
    """The new table takes the old one's place and its indexes the old ones' names, which migrations know."""
    names = await _indexes(connection, live)
    found = await _indexes(connection, fresh)
    await connection.execute(f"DROP TABLE {live}; ALTER TABLE {fresh} RENAME TO {live}")
    for definition, name in names.items():
        await connection.execute(f"ALTER INDEX {found[definition]} RENAME TO {name}")


async def _indexes(connection: Connection, table: str) -> dict[str, str]:
    """Names by what the index is on."""
    rows = await connection.fetch(
        "SELECT c.relname, split_part(pg_get_indexdef(i.indexrelid), ' USING ', 2) AS definition"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = $1::text::regclass",
        table,
    )
    return {row["definition"]: row["relname"] for row in rows}


async def _digest(connection: Connection, table: str) -> str:
    digest = await connection.fetchval(
        f"SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY t.id), '')) FROM {table} t"  # noqa: S608  constants
    )
    return str(digest)


async def _differing(connection: Connection, one: str, other: str) -> list[UUID]:
    rows = await connection.fetch(
        f"SELECT coalesce(a.id, b.id) AS id FROM {one} a FULL JOIN {other} b ON a.id = b.id"  # noqa: S608  constants
        " WHERE a::text IS DISTINCT FROM b::text ORDER BY 1 LIMIT $1",
        MOST_NAMED,
    )
    return [row["id"] for row in rows]

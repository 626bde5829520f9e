"""What the read model tells, all of it at one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import asyncpg

from common.messaging import checkpoints
from common.messaging.ports import Connection
from reporting.readmodel import statements
from reporting.readmodel.conditions import Filters, Where, period_name
from reporting.readmodel.dimensions import MONTHS_PER

Counts: TypeAlias = Mapping[tuple[str, ...], Decimal]


class Snapshot:
    """Answers from one moment: a repeatable-read transaction is open on its connection."""

    def __init__(self, connection: Connection, consumer: str, newest: int) -> None:
        self._connection = connection
        self._consumer = consumer
        self._newest = newest  # the greatest key of an incident
        self._merging = False
        self._counted: dict[tuple[str, str], Counts] = {}

    async def count(self, measure: str, by: Sequence[str], filters: Filters, where: Where) -> Counts:
        """The measure by key, its parts in the order of `by`; keys that do not occur are missing."""
        statement = statements.count(measure, by, filters, where, self._newest)
        asked = statement.text, repr(statement.values)
        if asked not in self._counted:  # what rows are compared with is often among themselves
            await self._plan(merging=statement.merged)
            rows = await self._connection.fetch(statement.text, *statement.values)
            self._counted[asked] = {_key(by, row): Decimal(row["value"]) for row in rows if row["value"] is not None}
        return self._counted[asked]

    async def complete_through(self) -> Mapping[str, date]:
        """Per jurisdiction the latest day that any of its agencies has declared."""
        query = "SELECT jurisdiction, max(complete_through) AS day FROM coverage GROUP BY jurisdiction"
        return {row["jurisdiction"]: row["day"] for row in await self._connection.fetch(query)}

    async def freshness(self) -> Mapping[str, Mapping[str, Any]]:
        return await checkpoints.freshness(self._connection, self._consumer)

    async def _plan(self, *, merging: bool) -> None:
        """Settings of the planner for the statements that follow."""
        if merging != self._merging:
            settings = _MERGING.items()
            await self._connection.execute(
                ";".join(f"SET LOCAL {name} TO {value if merging else 'DEFAULT'}" for name, value in settings)
            )
            self._merging = merging


_MERGING = {
    # ranges side by side instead of several processes in one
    "min_parallel_table_scan_size": "'1TB'",
    "min_parallel_index_scan_size": "'1TB'",
    "parallel_setup_cost": "0",
    # rows in the order of their keys
    "enable_hashjoin": "off",
    "enable_nestloop": "off",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
}


def _key(by: Sequence[str], row: Mapping[str, Any]) -> tuple[str, ...]:
    parts = ((name, row[f"k{n}"]) for n, name in enumerate(by))
    return tuple(period_name(name, part) if name in MONTHS_PER else part for name, part in parts)


class Switched(Exception):
    """A rebuild replaced the tables while they were read: what was read may be of both, so it must be read again."""


@asynccontextmanager
async def snapshot(pool: asyncpg.Pool[Any], consumer: str) -> AsyncIterator[Snapshot]:
    """Raises `Switched` on leaving, also in place of the error that a switch led to."""
    async with pool.acquire() as connection:
        before = await connection.fetchval(_TABLES)
        failure: asyncpg.PostgresError | None = None
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                newest = await connection.fetchval("SELECT max(seq) FROM incident")
                yield Snapshot(connection, consumer, newest or 0)
        except asyncpg.PostgresError as error:
            failure = error
        if await connection.fetchval(_TABLES) != before:
            raise Switched from failure
        if failure is not None:
            raise failure


_TABLES = "SELECT to_regclass('incident')::oid"  # catalogues are read as they are now, whatever the snapshot

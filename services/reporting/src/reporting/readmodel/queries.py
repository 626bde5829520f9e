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

    def __init__(self, connection: Connection, consumer: str) -> None:
        self._connection = connection
        self._consumer = consumer

    async def count(self, measure: str, by: Sequence[str], filters: Filters, where: Where) -> Counts:
        """The measure by key, its parts in the order of `by`; keys that do not occur are missing."""
        statement = statements.count(measure, by, filters, where)
        rows = await self._connection.fetch(statement.text, *statement.values)
        return {_key(by, row): Decimal(row["value"]) for row in rows if row["value"] is not None}

    async def complete_through(self) -> Mapping[str, date]:
        """Per jurisdiction the latest day that any of its agencies has declared."""
        query = "SELECT jurisdiction, max(complete_through) AS day FROM coverage GROUP BY jurisdiction"
        return {row["jurisdiction"]: row["day"] for row in await self._connection.fetch(query)}

    async def freshness(self) -> Mapping[str, Mapping[str, Any]]:
        return await checkpoints.freshness(self._connection, self._consumer)


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
                yield Snapshot(connection, consumer)
        except asyncpg.PostgresError as error:
            failure = error
        if await connection.fetchval(_TABLES) != before:
            raise Switched from failure
        if failure is not None:
            raise failure


_TABLES = "SELECT to_regclass('incident')::oid"  # catalogues are read as they are now, whatever the snapshot

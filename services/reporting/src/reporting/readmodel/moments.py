"""One moment of a read model: everything asked of it is of the same tables and the same position."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from common.messaging import checkpoints
from common.messaging.ports import Connection


class Switched(Exception):
    """A rebuild replaced the tables while they were read: what was read may be of both, so it must be read again."""


@asynccontextmanager
async def moment(pool: asyncpg.Pool[Any], table: str) -> AsyncIterator[Connection]:
    """A connection with a repeatable-read transaction; `table` is one of those that are read.

    Raises `Switched` on leaving, also in place of the error that a switch led to.
    """
    async with pool.acquire() as connection:
        before = await connection.fetchval(_TABLE, table)
        failure: asyncpg.PostgresError | None = None
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield connection
        except asyncpg.PostgresError as error:
            failure = error
        if await connection.fetchval(_TABLE, table) != before:
            raise Switched from failure
        if failure is not None:
            raise failure


async def freshness(connection: Connection, consumer: str, publisher: str) -> Mapping[str, Mapping[str, Any]]:
    """Of that publisher's events alone, by its name; nothing before the first were read."""
    found = await checkpoints.freshness(connection, consumer)
    return {name: fresh for name, fresh in found.items() if name == publisher}


_TABLE = "SELECT to_regclass($1)::oid"  # catalogues are read as they are now, whatever the snapshot

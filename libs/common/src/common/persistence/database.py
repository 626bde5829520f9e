"""One service database: a pool for what is asked together, and connections that somebody owns alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

_SCHEME = "postgresql://"
STATEMENT_TIMEOUT = "30s"  # then its caller gets a 503, and nobody else waits for the connection any longer
FAILURES = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # when the server goes away in mid-operation; a child of none of the others
)
"""All that using a database can raise: for who notes it and goes on, and for who looks closer."""

UNAVAILABLE = (
    OSError,  # no server there, or not in time
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # too many connections, no memory, the disk is full
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or somebody has set it so
    asyncpg.QueryCanceledError,
    asyncpg.InvalidCatalogNameError,
)
"""What says that the database cannot be had now, or not be written to."""


@dataclass(frozen=True, slots=True)
class Database:
    """What a process holds of its database. JSON columns are text, as asyncpg has it."""

    dsn: str
    pool: asyncpg.Pool[Any]

    async def connect(self) -> asyncpg.Connection[Any]:
        """A connection outside the pool, which the caller owns and closes."""
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self.dsn)
        return connection


@asynccontextmanager
async def open_database(dsn: str, *, pool_size: int = 10) -> AsyncIterator[Database]:
    """Opens the pool and closes it. The DSN is `postgresql://…`. Raises `OSError` or `asyncpg.PostgresError` where the
    server cannot be reached. A statement of the pool that takes longer than `STATEMENT_TIMEOUT` is cancelled."""
    patience = {"statement_timeout": STATEMENT_TIMEOUT}
    async with asyncpg.create_pool(dsn, min_size=1, max_size=pool_size, server_settings=patience) as pool:
        yield Database(dsn, pool)


def is_unavailable(error: Exception) -> bool:
    """Whether an error says that the database cannot be had now, rather than that a statement is wrong."""
    closed = isinstance(error, asyncpg.InterfaceError) and not isinstance(error, asyncpg.DataError)
    return closed or isinstance(error, UNAVAILABLE)


def psycopg_url(dsn: str) -> str:
    """The DSN as SQLAlchemy, and so alembic, reads it."""
    if not dsn.startswith(_SCHEME):
        raise ValueError(f"a database URL starts with {_SCHEME}")
    return f"postgresql+psycopg://{dsn.removeprefix(_SCHEME)}"

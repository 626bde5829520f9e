"""One service database: an asyncpg pool for hot paths and a SQLAlchemy engine for reading, from one DSN."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_SCHEME = "postgresql://"
_UNAVAILABLE = (
    OSError,  # no server there, or not in time
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.InvalidCatalogNameError,
)


@dataclass(frozen=True, slots=True)
class Database:
    """What a process holds of its database. Over the pool JSON columns are text, as asyncpg has it."""

    dsn: str
    pool: asyncpg.Pool[Any]
    engine: AsyncEngine

    async def connect(self) -> asyncpg.Connection[Any]:
        """A connection outside the pool, which the caller owns and closes."""
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self.dsn)
        return connection


@asynccontextmanager
async def open_database(dsn: str, *, pool_size: int = 10, engine_size: int = 10) -> AsyncIterator[Database]:
    """Opens both and closes both. The DSN is `postgresql://…`. Raises `OSError` or `asyncpg.PostgresError` where the
    server cannot be reached."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=pool_size) as pool:
        engine = create_async_engine(sqlalchemy_url(dsn, "asyncpg"), pool_size=engine_size, pool_pre_ping=True)
        try:
            yield Database(dsn, pool, engine)
        finally:
            await engine.dispose()


def is_unavailable(error: BaseException | None) -> bool:
    """Whether an error says that the database cannot be had now, rather than that a statement is wrong."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or is_unavailable(error.orig and error.orig.__cause__)
    closed = isinstance(error, asyncpg.InterfaceError) and not isinstance(error, asyncpg.DataError)
    return closed or isinstance(error, _UNAVAILABLE)


def sqlalchemy_url(dsn: str, driver: str) -> str:
    """The DSN as SQLAlchemy reads it, for "asyncpg" or "psycopg"."""
    if not dsn.startswith(_SCHEME):
        raise ValueError(f"a database URL starts with {_SCHEME}")
    return f"postgresql+{driver}://{dsn.removeprefix(_SCHEME)}"

"""Reading incidents and coverage as they stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from incidents.domain.body import IncidentBody
from incidents.readmodel.filters import Conditions
from incidents.readmodel.projections import decode_body

Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"

_COLUMNS = """i.id, i.version, i.agency, i.status, i.verification, i.duplicate_of, i.recorded_at, i.body::text AS body,
    t.body AS narrative"""
_FROM = "incident i LEFT JOIN event_text t ON t.stream_id = i.id AND t.digest = i.narrative_digest"
_NEWEST_FIRST = "ORDER BY i.occurred_on DESC, i.id DESC"
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as it stands, or stood; the narrative's words are there unless they were erased."""

    id: UUID
    version: int
    agency: str
    status: str
    verification: str
    duplicate_of: UUID | None
    recorded_at: datetime
    body: IncidentBody


@dataclass(frozen=True, slots=True)
class Coverage:
    agency: str
    jurisdiction: str
    complete_through: date
    recorded_at: datetime
    version: int


class Owner(NamedTuple):
    """Whose incident it is, and where it happened."""

    agency: str
    jurisdiction: str


class Widths(NamedTuple):
    """The longest list of each repeated group."""

    weapons: int
    persons: int
    items: int
    sources: int


class Queries:
    """Reads over a pool. A statement that a rebuild's switch made stale is prepared again by the driver, for it only
    reads outside of a transaction."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def find(self, incident: UUID) -> IncidentView | None:
        row = await self._pool.fetchrow(f"SELECT {_COLUMNS} FROM {_FROM} WHERE i.id = $1", incident)  # noqa: S608  constants
        return None if row is None else _view(row)

    async def words(self, incident: UUID, digest: str) -> str | None:
        """The words of a text of that incident; None once they were erased."""
        words: str | None = await self._pool.fetchval(
            "SELECT body FROM event_text WHERE stream_id = $1 AND digest = $2", incident, digest
        )
        return words

    async def owner(self, incident: UUID) -> Owner | None:
        row = await self._pool.fetchrow("SELECT agency, jurisdiction FROM incident WHERE id = $1", incident)
        return None if row is None else Owner(row["agency"], row["jurisdiction"])

    async def page(self, asked: Conditions, limit: int, after: tuple[date, UUID] | None = None) -> list[IncidentView]:
        """Up to `limit` incidents, newest first, after the one with that date and id."""
        where, arguments = asked.where, list(asked.arguments)
        if after is not None:
            arguments += after
            where += f" AND (i.occurred_on, i.id) < (${len(arguments) - 1}, ${len(arguments)})"
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where} {_NEWEST_FIRST} LIMIT ${len(arguments) + 1}",  # noqa: S608  built from constants
            *arguments,
            limit,
        )
        return [_view(row) for row in rows]

    async def count(self, asked: Conditions) -> int:
        counted = await self._pool.fetchval(
            f"SELECT count(*) FROM incident i WHERE {asked.where}",  # noqa: S608  built from constants
            *asked.arguments,
        )
        return int(counted)

    async def coverage(self) -> list[Coverage]:
        """Every declaration, by jurisdiction and agency."""
        rows = await self._pool.fetch("SELECT * FROM coverage ORDER BY jurisdiction, agency")
        return [_coverage(row) for row in rows]

    async def coverage_of(self, agency: str, jurisdiction: str) -> Coverage | None:
        row = await self._pool.fetchrow(
            "SELECT * FROM coverage WHERE agency = $1 AND jurisdiction = $2", agency, jurisdiction
        )
        return None if row is None else _coverage(row)

    @asynccontextmanager
    async def snapshot(self, asked: Conditions) -> AsyncIterator[Snapshot]:
        """Holds a connection of the pool meanwhile."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Snapshot(connection, asked)


class Snapshot:
    """All that matches, as it stood at one moment; read over one connection, in bounded memory."""

    def __init__(self, connection: Connection, asked: Conditions) -> None:
        self._connection = connection
        self._asked = asked

    async def widths(self) -> Widths:
        lengths = ", ".join(
            f"coalesce(max(jsonb_array_length(nullif(i.body #> '{path}', 'null'))), 0)"
            for path in ("{weapons}", "{persons}", "{seizure,items}", "{sources}")
        )
        row = await self._connection.fetchrow(
            f"SELECT {lengths} FROM incident i WHERE {self._asked.where}",  # noqa: S608  built from constants
            *self._asked.arguments,
        )
        assert row is not None, "an aggregate has a row"
        return Widths(*row)

    async def rows(self) -> AsyncIterator[IncidentView]:
        """Newest first."""
        statement = f"SELECT {_COLUMNS} FROM {_FROM} WHERE {self._asked.where} {_NEWEST_FIRST}"  # noqa: S608  built from constants
        async for row in self._connection.cursor(statement, *self._asked.arguments, prefetch=_AT_A_TIME):
            yield _view(row)


def _view(row: asyncpg.Record) -> IncidentView:
    return IncidentView(
        row["id"],
        row["version"],
        row["agency"],
        row["status"],
        row["verification"],
        row["duplicate_of"],
        row["recorded_at"],
        decode_body(row["body"], row["narrative"]),
    )


def _coverage(row: asyncpg.Record) -> Coverage:
    return Coverage(row["agency"], row["jurisdiction"], row["complete_through"], row["recorded_at"], row["version"])

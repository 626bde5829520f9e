"""Reads a whole read model back, and compares it with a recount of its publisher's feed up to the same position."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import asyncpg

from common.messaging.checkpoints import Extent
from common.messaging.envelope import Envelope
from common.messaging.feed import PARTITION
from common.messaging.ports import Connection, ForeignLog, Place, Source
from reporting.readmodel import tables
from reporting.readmodel.kinds import decoded
from reporting.readmodel.recount import Recount, Totals, differences

_CELL = "jurisdiction, first_month, last_month, counted"
_INCIDENT = """
    SELECT t.id::text, version, span_start, span_end, first_month, last_month, own.names, listed.names, around.names, 1
    FROM incident t
    JOIN kind own ON own.code = t.kind AND own.of = 'incident'
    JOIN kind listed ON listed.code = t.tags AND listed.of = 'tags'
    JOIN kind around ON around.code = t.admin AND around.of = 'admin'"""
_TABLES: Mapping[str, str] = {
    "incident_cube": f"SELECT {_CELL}, category, verification, incidents FROM incident_cube",  # noqa: S608
    "person_cube": f"SELECT {_CELL}, role, sex, outcome, persons FROM person_cube",  # noqa: S608
    "weapon_cube": f"SELECT {_CELL}, weapon_type, possession, weapons FROM weapon_cube",  # noqa: S608
    "item_cube": f"SELECT {_CELL}, seizure_setting, kind, unit, quantity FROM item_cube",  # noqa: S608
    "coverage": "SELECT id::text, version, agency, jurisdiction, complete_through, 1 FROM coverage",
}


def _details(grain: tables.Grain) -> str:
    """What the incidents have of it, a row for each kind; without a kind where numbers and kinds do not match."""
    return f"""
        SELECT t.id::text, k.names, coalesce(number, 1)
        FROM incident t CROSS JOIN unnest(t.{grain.kinds}, t.{grain.numbers}) AS each (code, number)
        LEFT JOIN kind k ON k.code = each.code AND k.of = '{grain.name}'"""  # noqa: S608  our own names


@dataclass(frozen=True, slots=True)
class Verified:
    """What differs between the read model and a recount of the log, the first of it; nothing was missing up to
    `position`."""

    position: int
    differences: Sequence[str]


class Recounting(Protocol):
    """A second opinion on a projection, see `recount` and `kpi.recount`."""

    def take(self, envelope: Envelope) -> None: ...

    def tables(self) -> Mapping[str, Totals]: ...


@dataclass(frozen=True, slots=True)
class Verifiable:
    """How what a publisher's events became is read back, and counted again."""

    read: Callable[[Connection], Awaitable[Mapping[str, Totals]]]
    recount: Callable[[], Recounting]


async def read_incidents(connection: Connection) -> Mapping[str, Totals]:
    found = {name: await _read(connection, query, _plain) for name, query in _TABLES.items()}
    found["incident"] = await _read(connection, _INCIDENT, _named_last)
    return found | {grain.name: await _read(connection, _details(grain), _named) for grain in tables.DETAILS}


INCIDENTS = Verifiable(read_incidents, Recount)


async def verify(
    pool: asyncpg.Pool[Any], source: Source, consumer: str, of: Verifiable = INCIDENTS, *, most: int = 50
) -> Verified:
    """`source` must be this call's own. What is parked is left out of the recount, as it is of the read model."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        extent = await Extent.of(connection, consumer, source.publisher)
        parked = await _parked(connection, consumer, source.publisher)
        found = await of.read(connection)
    recount = await _recounted(source, extent, parked, of.recount())
    return Verified(extent.lowest, list(islice(differences(recount.tables(), found), most)))


async def _recounted(source: Source, extent: Extent, parked: set[tuple[Any, int]], recount: Recounting) -> Recounting:
    reached = 0
    await source.seek(PARTITION, Place())
    while reached < extent.highest:
        batch = await source.poll()
        if batch.log_id != extent.log_id:
            raise ForeignLog(f"{source.publisher} has a log of another id; rebuild first")
        for envelope in batch.envelopes:
            reached = envelope.sequence
            if extent.covers(envelope) and (envelope.subject, envelope.stream_version) not in parked:
                recount.take(envelope)
    return recount


async def _read(connection: Connection, query: str, key: Callable[[Sequence[Any]], tuple[Any, ...]]) -> Totals:
    """The last column by all others; nothing may stand twice."""
    found: Totals = {}
    async for row in connection.cursor(query, prefetch=10_000):
        *others, value = row
        found[key(others)] = value if key(others) not in found else None
    return found


def _plain(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(values)


def _named_last(values: Sequence[Any]) -> tuple[Any, ...]:
    """The last three are names of kinds."""
    return (*values[:-3], *map(decoded, values[-3:]))


def _named(values: Sequence[Any]) -> tuple[Any, ...]:
    stream, names = values
    return (stream, *(decoded(names) if names else ()))


async def _parked(connection: Connection, consumer: str, publisher: str) -> set[tuple[Any, int]]:
    rows = await connection.fetch(
        "SELECT stream_id, stream_version FROM parked_event WHERE (consumer, publisher) = ($1, $2)", consumer, publisher
    )
    return {(row["stream_id"], row["stream_version"]) for row in rows}

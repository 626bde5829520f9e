"""What the incident feed says of seizures, made from the events of `incidents`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from common.contracts import incidents as published
from common.contracts.registry import WIRE_NAMES
from common.kernel.periods import span
from common.messaging import checkpoints
from common.messaging.ports import Connection, Received

PUBLISHER = "incidents"
CONSUMER = "kpi"
"""The durable identity of our checkpoints; never renamed."""
SCHEMA = "incident_feed"

_COLUMNS = ("id", "version", "jurisdiction", "first_day", "last_day", "duplicate", "retracted", "setting", "items")


@dataclass(frozen=True, slots=True)
class Fact:
    """An incident, as far as it is compared. `items` is a JSON text."""

    id: UUID
    version: int
    jurisdiction: str
    first_day: date
    last_day: date
    duplicate: bool
    retracted: bool
    setting: str | None
    items: str


class IncidentFeed:
    """One row per incident. A batch is folded in memory and written by two statements."""

    types = frozenset(
        name
        for model, name in WIRE_NAMES.items()
        if name.startswith("incidents.") and model is not published.CoverageDeclared
    )

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await connection.fetch("SELECT id, version FROM incident WHERE id = ANY($1)", streams)
        return {row["id"]: row["version"] for row in rows}

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        streams = sorted({received.envelope.subject for received in batch})
        rows = await connection.fetch(f"SELECT {', '.join(_COLUMNS)} FROM incident WHERE id = ANY($1)", streams)  # noqa: S608
        facts = {row["id"]: Fact(*row) for row in rows}
        for received in batch:
            stream = received.envelope.subject
            facts[stream] = _evolve(facts.get(stream), stream, received)
        await connection.execute("DELETE FROM incident WHERE id = ANY($1)", streams)
        records = [tuple(getattr(fact, column) for column in _COLUMNS) for fact in facts.values()]
        await connection.copy_records_to_table("incident", records=records, columns=_COLUMNS)


def _evolve(fact: Fact | None, stream: UUID, received: Received) -> Fact:
    version = received.envelope.stream_version
    match received.contract:
        case (
            published.IncidentReported() | published.IncidentCorrected() | published.IncidentReclassified() as contract
        ):
            return _stated(fact, stream, version, contract.incident)
    assert fact is not None, "an incident is reported first"
    match received.contract:
        case published.IncidentMarkedDuplicate():
            return replace(fact, version=version, duplicate=True)
        case published.IncidentUnmarkedDuplicate():
            return replace(fact, version=version, duplicate=False)
        case published.IncidentRetracted():
            return replace(fact, version=version, retracted=True)
        case _:
            return replace(fact, version=version)


def _stated(fact: Fact | None, stream: UUID, version: int, incident: published.Incident) -> Fact:
    first, last = span(incident.occurred_on, incident.date_precision)
    seized = incident.seizure
    items = [{"kind": i.kind, "unit": i.unit, "quantity": str(i.quantity)} for i in seized.items] if seized else []
    return Fact(
        stream,
        version,
        incident.jurisdiction,
        first,
        last,
        duplicate=fact.duplicate if fact else False,
        retracted=fact.retracted if fact else False,
        setting=seized.setting if seized else None,
        items=msgspec.json.encode(items).decode(),
    )


async def create_tables(connection: Connection) -> None:
    await connection.execute(files("kpi.migrations").joinpath("incident_feed.sql").read_text(encoding="utf-8"))


async def digest(connection: Connection) -> str:
    found: str = await connection.fetchval(
        "SELECT md5(coalesce(string_agg(md5(i::text), '' ORDER BY i.id), '')) FROM incident i"
    )
    return found


@dataclass(frozen=True, slots=True)
class Seized:
    """A sum of quantities of one kind and unit, in one setting."""

    kind: str
    unit: str
    setting: str
    quantity: Decimal


class FeedFigures:
    """What the feed says of a jurisdiction and a span."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def seized(self, jurisdiction: str, start: date, end: date) -> Sequence[Seized] | None:
        """By kind, unit and setting; incidents whose whole span lies within. None as long as nothing was ever read."""
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM incident_feed.incident)"):
                return None
            rows = await connection.fetch(
                "SELECT i.kind, i.unit, incident.setting, sum(i.quantity) AS quantity"
                " FROM incident_feed.incident,"
                " jsonb_to_recordset(items) AS i(kind text, unit text, quantity numeric)"
                " WHERE jurisdiction = $1 AND first_day >= $2 AND last_day <= $3 AND items <> '[]'"
                " AND NOT duplicate AND NOT retracted GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                jurisdiction,
                start,
                end,
            )
        return [Seized(row["kind"], row["unit"], row["setting"], row["quantity"]) for row in rows]

    async def freshness(self) -> dict[str, dict[str, Any]]:
        """How far the feed was read, as every answer made from it says."""
        async with self._pool.acquire() as connection:
            return await checkpoints.freshness(connection, CONSUMER)

"""Reads the whole read model back, and compares it with a recount of the feed up to the same position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import asyncpg

from common.messaging import checkpoints
from common.messaging.checkpoints import Checkpoint
from common.messaging.feed import ForeignLog
from common.messaging.ports import Connection, Source
from reporting.readmodel import tables
from reporting.readmodel.recount import Recount, Totals, differences

_STATED = "t.jurisdiction, t.category, t.verification, t.counted, t.span_start, t.span_end"
_CELL = "jurisdiction, first_month, last_month, counted"
_CHILD = "SELECT i.id::text, {0}, " + _STATED + ", t.{1} FROM {2} t JOIN incident i USING (seq)"  # noqa: S608
_TABLES: Mapping[str, str] = {
    "incident": f"SELECT id::text, version, agency, admin, tags, status, {_STATED}, 1 FROM incident t",  # noqa: S608
    "person": _CHILD.format("role, sex, age_group, outcome, relation", "persons", "person"),
    "weapon": _CHILD.format("weapon_type, possession", "weapons", "weapon"),
    "item": _CHILD.format("seizure_setting, kind, unit", "quantity", "item"),
    "incident_cube": f"SELECT {_CELL}, category, verification, incidents FROM incident_cube",  # noqa: S608
    "person_cube": f"SELECT {_CELL}, role, sex, outcome, persons FROM person_cube",  # noqa: S608
    "weapon_cube": f"SELECT {_CELL}, weapon_type, possession, weapons FROM weapon_cube",  # noqa: S608
    "item_cube": f"SELECT {_CELL}, seizure_setting, kind, unit, quantity FROM item_cube",  # noqa: S608
    "coverage": "SELECT id::text, version, agency, jurisdiction, complete_through, 1 FROM coverage",
}


def _firsts(grain: tables.Grain) -> str:
    """How many rows have each bit."""
    subsets = range((1 << len(grain.dimensions)) - 1)
    counted = ", ".join(f"count(*) FILTER (WHERE firsts & {1 << subset} <> 0)" for subset in subsets)
    numbers = f"unnest(ARRAY[{', '.join(map(str, subsets))}], counted) AS bits (subset, number)"
    rows = f"SELECT ARRAY[{counted}] AS counted FROM {grain.table} HAVING count(*) > 0"  # noqa: S608  our own names
    return f"SELECT subset, number FROM ({rows}) AS rows, {numbers}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Verified:
    """What differs between the read model and a recount of the log's first `position` events: the first of it."""

    position: int
    differences: Sequence[str]


async def verify(pool: asyncpg.Pool[Any], source: Source, consumer: str, *, most: int = 50) -> Verified:
    """`source` must be this call's own. What is parked is left out of the recount, as it is of the read model."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        checkpoint = await checkpoints.load(connection, consumer, source.publisher, source.partition)
        parked = await _parked(connection, consumer)
        firsts = {f"{grain.table} firsts": _firsts(grain) for grain in tables.CHILDREN}
        found = {name: await _read(connection, query) for name, query in {**_TABLES, **firsts}.items()}
    recount = await _recounted(source, checkpoint, parked)
    return Verified(checkpoint.position, list(islice(differences(recount.tables(), found), most)))


async def _recounted(source: Source, checkpoint: Checkpoint, parked: set[tuple[Any, int]]) -> Recount:
    recount, reached = Recount(), 0
    source.seek(None)
    while reached < checkpoint.position:
        batch = await source.poll()
        if batch.log_id != checkpoint.log_id:
            raise ForeignLog(f"{source.publisher} has a log of another id; rebuild first")
        for envelope in (record.envelope for record in batch.records):
            reached = envelope.sequence
            if reached <= checkpoint.position and (envelope.subject, envelope.stream_version) not in parked:
                recount.take(envelope)
    return recount


async def _read(connection: Connection, query: str) -> Totals:
    rows = connection.cursor(query, prefetch=10_000)
    return {tuple(map(_plain, row))[:-1]: row[-1] async for row in rows}


async def _parked(connection: Connection, consumer: str) -> set[tuple[Any, int]]:
    rows = await connection.fetch("SELECT stream_id, stream_version FROM parked_event WHERE consumer = $1", consumer)
    return {(row["stream_id"], row["stream_version"]) for row in rows}


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

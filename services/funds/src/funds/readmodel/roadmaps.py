"""The goals and KPIs that projects may name, made from the events of `kpi`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg

from common.contracts import kpi as published
from common.contracts.registry import WIRE_NAMES
from common.messaging import checkpoints
from common.messaging.ports import Connection, Received
from funds.domain.roadmap import KnownRoadmap

PUBLISHER = "kpi"
CONSUMER = "funds"
"""The durable identity of our checkpoints; never renamed."""
SCHEMA = "roadmaps"

_COLUMNS = ("id", "version", "code", "goals", "kpis", "position")


class Roadmaps:
    """One row per version of a roadmap, which never changes."""

    types = frozenset({WIRE_NAMES[published.RoadmapPublished]})

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await connection.fetch("SELECT id, version FROM roadmap WHERE id = ANY($1)", streams)
        return {row["id"]: row["version"] for row in rows}

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        records = [_record(received) for received in batch]
        await connection.copy_records_to_table("roadmap", records=records, columns=_COLUMNS)


def _record(received: Received) -> tuple[Any, ...]:
    contract, envelope = received.contract, received.envelope
    assert isinstance(contract, published.RoadmapPublished), "it is the only type that is read"
    goals = [objective.number for objective in contract.goals]
    kpis = [kpi.number for kpi in contract.kpis]
    return envelope.subject, envelope.stream_version, contract.code, goals, kpis, envelope.sequence


async def create_tables(connection: Connection) -> None:
    await connection.execute(files("funds.migrations").joinpath("roadmaps.sql").read_text(encoding="utf-8"))


async def digest(connection: Connection) -> str:
    found: str = await connection.fetchval(
        "SELECT md5(coalesce(string_agg(md5(r::text), '' ORDER BY r.id), '')) FROM roadmap r"
    )
    return found


class RoadmapQueries:
    """What kpi has published so far."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def newest(self, code: str) -> KnownRoadmap | None:
        row = await self._pool.fetchrow(
            "SELECT code, goals, kpis FROM roadmaps.roadmap WHERE code = $1 ORDER BY position DESC LIMIT 1", code
        )
        return None if row is None else KnownRoadmap(row["code"], tuple(row["goals"]), tuple(row["kpis"]))

    async def freshness(self) -> dict[str, dict[str, Any]]:
        """How far kpi's log was read."""
        async with self._pool.acquire() as connection:
            return await checkpoints.freshness(connection, CONSUMER)

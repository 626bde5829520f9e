"""Brings the events of `incidents` into the fact rows and cubes: folded in memory, one statement per table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from common.contracts import incidents as published
from common.contracts.registry import WIRE_NAMES
from common.messaging.ports import Connection, Received
from reporting.readmodel import kinds
from reporting.readmodel.cubes import Difference
from reporting.readmodel.facts import Facts, evolve, restored
from reporting.readmodel.tables import DETAILS, INCIDENT


class IncidentsProjection:
    """Incidents and coverage. One transaction of the caller holds all that a batch writes."""

    types = frozenset(name for name in WIRE_NAMES.values() if name.startswith("incidents."))

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await connection.fetch(
            "SELECT id, version FROM incident WHERE id = ANY($1) "
            "UNION ALL SELECT id, version FROM coverage WHERE id = ANY($1)",
            streams,
        )
        return {row["id"]: row["version"] for row in rows}

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        declared = [received for received in batch if isinstance(received.contract, published.CoverageDeclared)]
        changed = [received for received in batch if not isinstance(received.contract, published.CoverageDeclared)]
        if changed:
            await _apply_incidents(connection, changed)
        if declared:
            await _apply_coverage(connection, declared)


async def _apply_incidents(connection: Connection, batch: Sequence[Received]) -> None:
    before = await _load(connection, sorted({received.envelope.subject for received in batch}))
    after = dict(before)
    for received in batch:
        stream = received.envelope.subject
        after[stream] = evolve(after.get(stream), received.envelope, received.contract)
    difference = Difference()
    for stream in {received.envelope.subject: None for received in batch}:
        difference.move(before.get(stream), after[stream])
    await _replace(connection, before.keys(), list(after.values()))
    await difference.apply(connection)


async def _load(connection: Connection, streams: Sequence[UUID]) -> dict[UUID, Facts]:
    """The facts of those incidents that are known."""
    rows = await connection.fetch(f"SELECT {', '.join(INCIDENT)} FROM incident WHERE id = ANY($1)", streams)  # noqa: S608
    if not rows:
        return {}
    codes = {row[name] for row in rows for name in ("kind", "tags", "admin")}
    codes |= {code for row in rows for grain in DETAILS for code in row[grain.kinds] or ()}
    names = await kinds.names(connection, codes)
    return {row["id"]: restored(row, names) for row in rows}


async def _replace(connection: Connection, old: Collection[UUID], new: Sequence[Facts]) -> None:
    """The rows of the incidents as they now are."""
    codes = await kinds.codes(connection, {kind for facts in new for kind in facts.kinds})
    if old:
        await connection.execute("DELETE FROM incident WHERE id = ANY($1)", sorted(old))
    await connection.copy_records_to_table("incident", records=[facts.row(codes) for facts in new], columns=INCIDENT)


async def _apply_coverage(connection: Connection, batch: Sequence[Received]) -> None:
    """The last declaration holds, also where it takes back an earlier one."""
    latest = {received.envelope.subject: received for received in batch}
    rows = [
        (stream, latest[stream].envelope.stream_version, *_declaration(latest[stream].contract))
        for stream in sorted(latest)
    ]
    await connection.execute(
        """
        INSERT INTO coverage (id, version, agency, jurisdiction, complete_through)
        SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::date[])
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, complete_through = excluded.complete_through
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )


def _declaration(contract: published.Contract) -> tuple[Any, ...]:
    assert isinstance(contract, published.CoverageDeclared)
    return contract.agency, contract.jurisdiction, contract.complete_through

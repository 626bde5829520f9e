"""What a command on an incident has to know of others: one statement for each kind of question, however many ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from incidents.domain.body import clean
from incidents.domain.commands import IncidentCommand, MarkDuplicate, ReportIncident
from incidents.readmodel.projections import settlement_of

Connection: TypeAlias = "asyncpg.Connection[Any]"  # generic to the type checker only

MOST_NEIGHBOURS = 5  # named per line; a hint, not a list

_NEIGHBOURS = """
    SELECT line.n, near.id
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
        WITH ORDINALITY line(agency, jurisdiction, category, settlement, occurred_on, n),
    LATERAL (
        SELECT i.id FROM incident i
        WHERE i.status = 'active' AND i.settlement = line.settlement
          AND i.occurred_on BETWEEN line.occurred_on - 1 AND line.occurred_on + 1
          AND i.jurisdiction = line.jurisdiction AND i.category = line.category AND i.agency <> line.agency
        ORDER BY i.first_recorded_at LIMIT $6
    ) near"""
_TARGETS = """
    SELECT asked.n, other.status,
        EXISTS (SELECT FROM incident d WHERE d.duplicate_of = asked.incident) AS has_duplicates
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY asked(incident, duplicate_of, n)
    LEFT JOIN incident other ON other.id = asked.duplicate_of"""


async def look_around(connection: Connection, commands: Sequence[IncidentCommand]) -> Sequence[IncidentCommand]:
    """The commands, completed by possible duplicates and by what they name; two statements at most."""
    completed = list(commands)
    await _find_neighbours(connection, completed)
    await _find_targets(connection, completed)
    return completed


async def _find_neighbours(connection: Connection, commands: list[IncidentCommand]) -> None:
    lines = [(n, c, settlement_of(c.body.place)) for n, c in enumerate(commands) if isinstance(c, ReportIncident)]
    asking = [(n, c, place) for n, c, place in lines if place is not None]
    if not asking:
        return
    rows = await connection.fetch(
        _NEIGHBOURS,
        [c.agency for _, c, _ in asking],
        [clean(c.body.jurisdiction) for _, c, _ in asking],
        [clean(c.body.category) for _, c, _ in asking],
        [place for _, _, place in asking],
        [c.body.occurred_on for _, c, _ in asking],
        MOST_NEIGHBOURS,
    )
    found: dict[int, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["n"] - 1, []).append(row["id"])
    for place_in_asking, ids in found.items():
        n, command, _ = asking[place_in_asking]
        commands[n] = replace(command, neighbours=tuple(ids))


async def _find_targets(connection: Connection, commands: list[IncidentCommand]) -> None:
    asking = [(n, c) for n, c in enumerate(commands) if isinstance(c, MarkDuplicate)]
    if not asking:
        return
    rows = await connection.fetch(_TARGETS, [c.incident for _, c in asking], [c.duplicate_of for _, c in asking])
    for row in rows:
        n, command = asking[row["n"] - 1]
        commands[n] = replace(command, target=row["status"], has_duplicates=row["has_duplicates"])

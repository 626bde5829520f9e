"""Reading the service's own tables: every state as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg

from common.eventsourcing.states import restored
from funds.domain import activity, call, decision, fund_state, project_state, proposal, records

S = TypeVar("S")

_KINDS: Mapping[type, str] = {
    fund_state.State: "fund",
    call.State: "call",
    proposal.State: "proposal",
    decision.State: "decision",
    project_state.State: "project",
    activity.State: "activity",
    records.Challenge: "challenge",
    records.Rates: "rate",
    records.Budget: "budget",
}


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    id: UUID
    state: S
    recorded_at: datetime


class Queries:
    """Lists come in the order of each kind (code, number, day), words left out; one thing comes with its words."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def all(self, kind: type[S], parent: UUID | None = None) -> list[Row[S]]:
        """Of everything, or of what belongs to a parent: calls and decisions to their fund, proposals to their call or,
        outside one, to their fund, activities to their project."""
        rows = await self._pool.fetch(
            f"SELECT id, document::text, recorded_at FROM {_KINDS[kind]}"  # noqa: S608 - one of our own names
            " WHERE $1::uuid IS NULL OR parent = $1 ORDER BY ordered, id",
            parent,
        )
        return [Row(row["id"], restored(kind, row["document"]), row["recorded_at"]) for row in rows]

    async def one(self, kind: type[S], stream: UUID) -> Row[S] | None:
        row = await self._pool.fetchrow(
            f"SELECT id, document::text, recorded_at FROM {_KINDS[kind]} WHERE id = $1",  # noqa: S608 - likewise
            stream,
        )
        if row is None:
            return None
        return Row(row["id"], restored(kind, row["document"], await self._words(stream)), row["recorded_at"])

    async def project_of_grant(self, grant: UUID) -> Row[project_state.State] | None:
        stream = await self._pool.fetchval(
            "SELECT id FROM project"
            " WHERE document -> 'grants' @> jsonb_build_array(jsonb_build_object('id', $1::text))",
            str(grant),
        )
        return None if stream is None else await self.one(project_state.State, stream)

    async def project_of_decision(self, decision: UUID) -> Row[project_state.State] | None:
        """With a grant that the decision approved."""
        stream = await self._pool.fetchval(
            "SELECT id FROM project"
            " WHERE document -> 'grants' @> jsonb_build_array(jsonb_build_object('decision', $1::text))",
            str(decision),
        )
        return None if stream is None else await self.one(project_state.State, stream)

    async def _words(self, stream: UUID) -> Mapping[str, str]:
        """Bodies of a stream's erasable texts by digest."""
        rows = await self._pool.fetch("SELECT digest, body FROM event_text WHERE stream_id = $1", stream)
        return {row["digest"]: row["body"] for row in rows}

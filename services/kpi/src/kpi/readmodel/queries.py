"""Reading the service's own tables: roadmaps, rounds and reports as they stand, and what the log knows besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from common.eventsourcing.states import restored
from kpi.domain.lookups import Definitions
from kpi.domain.roadmaps import State as RoadmapState
from kpi.domain.round import State as RoundState
from kpi.domain.state import State


@dataclass(frozen=True, slots=True)
class RoundRow:
    id: UUID
    state: RoundState
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ReportRow:
    id: UUID
    state: State
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """When an edition was published, as the log has it."""

    round: UUID
    edition: int
    recorded_at: datetime
    position: int


class Queries:
    """Lists come in the order of roadmap, report number and jurisdiction, words left out; one thing comes with them."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool
        self._definitions: dict[tuple[str, str], Definitions] = {}

    async def roadmaps(self) -> list[RoadmapState]:
        rows = await self._pool.fetch("SELECT document::text FROM roadmap ORDER BY code, recorded_at, id")
        return [restored(RoadmapState, row["document"]) for row in rows]

    async def definitions(self, code: str, version: str) -> Definitions:
        """Of a published version, which never changes. Raises `KeyError`."""
        if (code, version) not in self._definitions:
            for state in await self.roadmaps():
                key = (state.roadmap.code, state.roadmap.version)
                self._definitions.setdefault(key, Definitions(state.roadmap))
        return self._definitions[code, version]

    async def definitions_of(self, state: State | RoundState) -> Definitions:
        """Of the version that a round was opened under, which was published before."""
        return await self.definitions(state.roadmap, state.roadmap_version)

    async def newest(self, code: str, known: datetime | None = None) -> RoadmapState | None:
        """The version of a roadmap that was published last, by that instant where one is given."""
        document = await self._pool.fetchval(
            "SELECT document::text FROM roadmap WHERE code = $1 AND ($2::timestamptz IS NULL OR recorded_at <= $2)"
            " ORDER BY recorded_at DESC, id DESC LIMIT 1",
            code,
            known,
        )
        return None if document is None else restored(RoadmapState, document)

    async def recorded_at(self, position: int) -> datetime | None:
        """When the last event up to a position of the log was recorded; None before the first."""
        instant: datetime | None = await self._pool.fetchval(
            "SELECT recorded_at FROM event WHERE position <= $1 ORDER BY position DESC LIMIT 1", position
        )
        return instant

    async def first_roadmap(self) -> str | None:
        """The code of the roadmap that was published first: the one that is meant where none is named."""
        code: str | None = await self._pool.fetchval("SELECT code FROM roadmap ORDER BY recorded_at, id LIMIT 1")
        return code

    async def rounds(self, *, roadmap: str | None = None, period: str | None = None) -> list[RoundRow]:
        rows = await self._pool.fetch(
            "SELECT id, document::text, recorded_at FROM round"
            " WHERE ($1::text IS NULL OR roadmap = $1) AND ($2::text IS NULL OR period = $2) ORDER BY roadmap, number",
            roadmap,
            period,
        )
        return [RoundRow(row["id"], restored(RoundState, row["document"]), row["recorded_at"]) for row in rows]

    async def round(self, stream: UUID) -> RoundRow | None:
        row = await self._pool.fetchrow("SELECT id, document::text, recorded_at FROM round WHERE id = $1", stream)
        if row is None:
            return None
        state = restored(RoundState, row["document"], await self.words(stream))
        return RoundRow(row["id"], state, row["recorded_at"])

    async def reports(
        self,
        *,
        round: UUID | None = None,  # noqa: A002  the field's word
        roadmap: str | None = None,
        jurisdiction: str | None = None,
        period: str | None = None,
        kind: str | None = None,
        state: str | None = None,
    ) -> list[ReportRow]:
        rows = await self._pool.fetch(
            "SELECT r.id, r.document::text, r.recorded_at FROM report r JOIN round o ON o.id = r.round"
            " WHERE ($1::uuid IS NULL OR r.round = $1) AND ($2::text IS NULL OR r.roadmap = $2)"
            " AND ($3::text IS NULL OR r.jurisdiction = $3) AND ($4::text IS NULL OR r.period = $4)"
            " AND ($5::text IS NULL OR r.kind = $5) AND ($6::text IS NULL OR r.state = $6)"
            " ORDER BY r.roadmap, o.number, r.kind, r.jurisdiction, r.id",
            round,
            roadmap,
            jurisdiction,
            period,
            kind,
            state,
        )
        return [ReportRow(row["id"], restored(State, row["document"]), row["recorded_at"]) for row in rows]

    async def report(self, stream: UUID) -> ReportRow | None:
        row = await self._pool.fetchrow("SELECT id, document::text, recorded_at FROM report WHERE id = $1", stream)
        if row is None:
            return None
        state = restored(State, row["document"], await self.words(stream))
        return ReportRow(row["id"], state, row["recorded_at"])

    async def words(self, stream: UUID) -> Mapping[str, str]:
        """Bodies of a stream's erasable texts by digest."""
        rows = await self._pool.fetch("SELECT digest, body FROM event_text WHERE stream_id = $1", stream)
        return {row["digest"]: row["body"] for row in rows}

    async def with_words(self, rows: Sequence[ReportRow]) -> list[ReportRow]:
        """The same reports with their words, in the same order."""
        streams = [row.id for row in rows]
        found = await self._pool.fetch(
            "SELECT id, document::text, recorded_at FROM report WHERE id = ANY($1) ORDER BY array_position($1, id)",
            streams,
        )
        texts = await self._pool.fetch("SELECT digest, body FROM event_text WHERE stream_id = ANY($1)", streams)
        words = {row["digest"]: row["body"] for row in texts}
        return [ReportRow(row["id"], restored(State, row["document"], words), row["recorded_at"]) for row in found]

    async def publications(self) -> list[Publication]:
        """Every edition that was ever published, in the order of the log."""
        rows = await self._pool.fetch(
            "SELECT stream_id, (data ->> 'edition')::int AS edition, recorded_at, position FROM event"
            " WHERE type = 'kpi.round-published' ORDER BY position"
        )
        return [Publication(row["stream_id"], row["edition"], row["recorded_at"], row["position"]) for row in rows]

"""One call to the database that appends a batch of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from common.eventsourcing.codec import Encoded

Status = Literal["ok", "conflict", "duplicate", "retry"]
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

ANY_VERSION = -1
NO_STREAM = 0


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A caller's key, bound to its credential and the route; `digest` is that of the request."""

    credential: str
    route: str
    key: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What was or will be answered to a request with a key. `body` is JSON text."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    id: UUID
    encoded: Encoded
    occurred_at: datetime
    actor: str
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StreamAppend:
    """Events for one stream. `expected` is the version they were decided on (0: no stream yet, -1: any)."""

    stream: UUID
    kind: str
    expected: int
    events: Sequence[NewEvent]


@dataclass(frozen=True, slots=True)
class AppendUnit:
    """What is accepted or refused as a whole: appends to distinct streams, rows of our read model, a key's answer."""

    appends: Sequence[StreamAppend]
    rows: Rows = field(default_factory=dict)
    key: IdempotencyKey | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """A unit's status, and the log as it stood after the batch."""

    status: Status
    log_id: UUID
    position: int
    recorded_at: datetime


async def append(connection: asyncpg.Connection[Any], units: Sequence[AppendUnit]) -> list[Appended]:
    """Appends all units in one statement and so, outside a transaction of the caller's, in one transaction.

    One answer per unit, in order. Several units may be refused while others are accepted; see `append_batch` in
    schema.sql. Raises what asyncpg raises; then nothing was appended, unless the connection was lost.
    """
    arguments = _Arguments()
    for unit in units:
        arguments.add(unit)
    rows = await connection.fetch(_CALL, *arguments.columns())
    return [Appended(row["status"], row["log_id"], row["head"], row["recorded_at"]) for row in rows]


_TYPES = [
    "text[]",
    "text[]",
    "text[]",
    "bytea[]",
    "smallint[]",
    "text[]",
    "text[]",
    "text[]",
    "integer[]",
    "uuid[]",
    "text[]",
    "integer[]",
    "integer[]",
    "integer[]",
    "uuid[]",
    "text[]",
    "smallint[]",
    "text[]",
    "timestamptz[]",
    "text[]",
    "uuid[]",
    "uuid[]",
    "integer[]",
    "text[]",
    "text[]",
]
_CALL = (
    "SELECT * FROM append_batch("  # noqa: S608  constant types
    + ", ".join(f"${n}::{kind}" for n, kind in enumerate(_TYPES, start=1))
    + ") ORDER BY unit"
)


class _Arguments:
    """The parallel arrays of `append_batch`, in its order."""

    def __init__(self) -> None:
        self.units: list[tuple[Any, ...]] = []
        self.streams: list[tuple[Any, ...]] = []
        self.events: list[tuple[Any, ...]] = []
        self.texts: list[tuple[Any, ...]] = []

    def add(self, unit: AppendUnit) -> None:
        rows = msgspec.json.encode(unit.rows).decode() if unit.rows else None
        self.units.append((*_key_columns(unit), rows))
        for entry in unit.appends:
            self.streams.append((len(self.units), entry.stream, entry.kind, entry.expected, len(entry.events)))
            for event in entry.events:
                self._add_event(event)

    def _add_event(self, event: NewEvent) -> None:
        stream, stored = len(self.streams), event.encoded
        self.events.append(
            (stream, event.id, stored.type, stored.schema_version, stored.data)
            + (event.occurred_at, event.actor, event.correlation_id, event.causation_id)
        )
        self.texts.extend((stream, digest, words) for digest, words in stored.texts.items())

    def columns(self) -> list[list[Any]]:
        return [
            *_columns(self.units, 8),
            *_columns(self.streams, 5),
            *_columns(self.events, 9),
            *_columns(self.texts, 3),
        ]


def _key_columns(unit: AppendUnit) -> tuple[Any, ...]:
    if unit.key is None or unit.answer is None:
        return (None,) * 7
    headers = msgspec.json.encode(unit.answer.headers).decode()
    key = unit.key
    return (key.credential, key.route, key.key, key.digest, unit.answer.status, headers, unit.answer.body)


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]

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
class Actor:
    """Who acts, as every event of the unit records it. `name` is a credential's or person's id, never a name."""

    name: str
    correlation_id: UUID | None = None
    causation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StreamAppend:
    """Events for one stream. `expected` is the version they were decided on (0: no stream yet, -1: any)."""

    stream: UUID
    kind: str
    expected: int
    events: Sequence[Encoded]


@dataclass(frozen=True, slots=True)
class AppendUnit:
    """What is accepted or refused as a whole: appends to distinct streams, rows of our read model, a key's answer."""

    appends: Sequence[StreamAppend]
    actor: Actor
    occurred_at: datetime
    rows: Rows = field(default_factory=dict)
    key: IdempotencyKey | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """The units' statuses in their order, and the log as it stood after the batch."""

    statuses: Sequence[Status]
    log_id: UUID
    position: int
    recorded_at: datetime


async def append(connection: asyncpg.Connection[Any], units: Sequence[AppendUnit]) -> Appended:
    """Appends all units in one statement and so, outside a transaction of the caller's, in one transaction.

    Several units may be refused while others are accepted; see append.sql. Raises what asyncpg raises; then nothing
    was appended, unless the connection was lost.
    """
    arguments = _Arguments()
    for unit in units:
        arguments.add(unit)
    row = await connection.fetchrow(_CALL, *arguments.columns())
    assert row is not None, "the function returns one row"
    return Appended(row["statuses"], row["log_id"], row["head"], row["recorded_at"])


_UNITS = ("timestamptz", "text", "uuid", "uuid")
_STREAMS = ("integer", "uuid", "text", "integer", "integer")
_EVENTS = ("integer", "text", "smallint", "text")
_TEXTS = ("integer", "text", "text")
_ROWS = ("integer", "text")
_KEYS = ("integer", "text", "text", "text", "bytea", "smallint", "text", "text")
_TYPES = _UNITS + _STREAMS + _EVENTS + _TEXTS + _ROWS + _KEYS
_CALL = f"SELECT * FROM append_batch({', '.join(f'${n}::{kind}[]' for n, kind in enumerate(_TYPES, start=1))})"  # noqa: S608  constant types


class _Arguments:
    """The parallel arrays of `append_batch`. Each element costs: what a batch does not have is an empty array."""

    def __init__(self) -> None:
        self.units: list[tuple[Any, ...]] = []
        self.streams: list[tuple[Any, ...]] = []
        self.events: list[tuple[Any, ...]] = []
        self.texts: list[tuple[Any, ...]] = []
        self.rows: list[tuple[Any, ...]] = []
        self.keys: list[tuple[Any, ...]] = []

    def add(self, unit: AppendUnit) -> None:
        actor = unit.actor
        self.units.append((unit.occurred_at, actor.name, actor.correlation_id, actor.causation_id))
        number = len(self.units)
        for entry in unit.appends:
            self.streams.append((number, entry.stream, entry.kind, entry.expected, len(entry.events)))
            self._add_events(entry.events)
        if unit.rows:
            self.rows.append((number, msgspec.json.encode(unit.rows).decode()))
        if unit.key is not None and unit.answer is not None:
            self.keys.append((number, *_key_columns(unit.key, unit.answer)))

    def _add_events(self, events: Sequence[Encoded]) -> None:
        stream = len(self.streams)
        for event in events:
            self.events.append((stream, event.type, event.schema_version, event.data))
            if event.texts:
                self.texts.extend((stream, digest, words) for digest, words in event.texts.items())

    def columns(self) -> list[list[Any]]:
        return [
            *_columns(self.units, _UNITS),
            *_columns(self.streams, _STREAMS),
            *_columns(self.events, _EVENTS),
            *_columns(self.texts, _TEXTS),
            *_columns(self.rows, _ROWS),
            *_columns(self.keys, _KEYS),
        ]


def _key_columns(key: IdempotencyKey, answer: Answer) -> tuple[Any, ...]:
    headers = msgspec.json.encode(answer.headers).decode()
    return (key.credential, key.route, key.key, key.digest, answer.status, headers, answer.body)


def _columns(rows: list[tuple[Any, ...]], types: tuple[str, ...]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in types]

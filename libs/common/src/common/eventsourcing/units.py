"""What is asked of the write side and what comes back: intents, units, outcomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg

from common.eventsourcing.writer import ANY_VERSION, Answer, IdempotencyKey, Rows
from common.eventsourcing.writer import Actor as Actor
from common.kernel.decider import Decider
from common.kernel.errors import DomainError, InConflict, NotFound, Violation


class Overloaded(Exception):
    """The queue is full: nothing was taken on; try again in a second."""


class Unavailable(Exception):
    """The database does not take writes now. Whether the unit landed may be unknown; repeating it is safe."""


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request"


class LostRace(InConflict):
    code = "busy"
    title = "Others keep changing this; try again"


class MissingStream(NotFound):
    code = "not_found"


class Refusal(Enum):
    """What a refused command means for its unit."""

    RAISE = "raise"  # the unit fails with the first refusal
    KEEP_REST = "keep_rest"  # the others are appended; the refusal stands in its outcome
    KEEP_NONE = "keep_none"  # nothing is appended; all refusals stand in their outcomes


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, and the key under which the answer is kept, if the caller named one."""

    actor: Actor
    key: IdempotencyKey | None = None


Enrich = Callable[["asyncpg.Connection[Any]", Sequence[Any]], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A kind of stream: its decider, and the rows of the service's own read model that follow from a state.

    `rows(stream, version, state, events)` -> {"<table>": [row as JSON-able mapping]}; see `inline_read_model`.
    `enrich`, where commands need a look-up, takes a batch's commands and gives them back completed, in order,
    in a constant number of statements.
    """

    kind: str
    decider: Decider[Any, Any, Any]
    rows: Callable[[UUID, int, Any, Sequence[Any]], Rows] = lambda *_: {}
    enrich: Enrich | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A command for a stream. `expected`: a version the caller named (else 412), or ANY_VERSION: a lost race is decided
    again. `must_exist`: a command on a stream without events is `NotFound`."""

    aggregate: Aggregate
    stream: UUID
    command: Any
    expected: int = ANY_VERSION
    must_exist: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an intent: the stream's version and state afterwards; or the `error` that refused it."""

    stream: UUID
    version: int
    created: bool = False
    state: Any = None
    events: tuple[Any, ...] = ()
    warnings: tuple[Violation, ...] = ()
    error: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """What is accepted or refused as a whole and answered once.

    `answer` makes the answer stored with `key` (both or neither); `rows` adds rows that depend on the outcomes.
    Several intents of one stream are decided one after the other and appended as one.
    """

    intents: Sequence[Intent]
    actor: Actor
    refusal: Refusal = Refusal.RAISE
    key: IdempotencyKey | None = None
    answer: Callable[[Sequence[Outcome]], Answer] | None = None
    rows: Callable[[Sequence[Outcome]], Rows] = lambda _: {}
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class UnitResult:
    """Outcomes in the order of the intents, and the log after it. With `replayed` the key's first answer stands
    for everything else, and `outcomes` is empty."""

    outcomes: Sequence[Outcome]
    log_id: UUID
    position: int
    recorded_at: datetime
    replayed: Answer | None = None

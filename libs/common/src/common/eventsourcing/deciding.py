"""From commands and the streams they are for to what is appended. Nothing here waits for anything but its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from common.eventsourcing.codec import Codec, Encoded
from common.eventsourcing.units import Aggregate, Intent, MissingStream, Outcome, Refusal, Unit
from common.eventsourcing.writer import ANY_VERSION, NO_STREAM, AppendUnit, Rows, StreamAppend
from common.kernel.errors import DomainError, StaleVersion

YIELD_EVERY = 50  # commands or events handled before the event loop gets its turn


class LoadedStream(NamedTuple):
    """A stream as the batch found it."""

    version: int
    state: Any


@dataclass(slots=True)
class _Change:
    """A stream while a unit's commands are decided on it."""

    aggregate: Aggregate
    before: int
    version: int
    state: Any
    happened: list[Any] = field(default_factory=list)
    encoded: list[Encoded] = field(default_factory=list)

    def add(self, outcome: Outcome, codec: Codec[Any]) -> None:
        self.version, self.state = outcome.version, outcome.state
        self.happened += outcome.events
        self.encoded += map(codec.encode, outcome.events)


async def decide_unit(
    unit: Unit, commands: Sequence[Any], streams: Mapping[UUID, LoadedStream], codec: Codec[Any], now: datetime
) -> tuple[list[Outcome], AppendUnit]:
    """Decides the unit's commands one after the other, each on what the earlier ones of the unit led to.

    Raises the first `DomainError` of a unit that wants it raised; else every refusal stands in its outcome.
    """
    changes: dict[UUID, _Change] = {}
    outcomes: list[Outcome] = []
    for n, (intent, command) in enumerate(zip(unit.intents, commands, strict=True), start=1):
        change = changes.get(intent.stream) or _begun(intent, streams, changes)
        try:
            outcome = _decide_one(intent, command, change)
        except DomainError as error:
            if unit.refusal is Refusal.RAISE:
                raise
            outcome = Outcome(intent.stream, change.version, error=error)
        else:
            change.add(outcome, codec)
        outcomes.append(outcome)
        if n % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    return outcomes, _append_unit(unit, outcomes, changes, now)


def _begun(intent: Intent, streams: Mapping[UUID, LoadedStream], changes: dict[UUID, _Change]) -> _Change:
    version, state = streams[intent.stream]
    changes[intent.stream] = change = _Change(intent.aggregate, version, version, state)
    return change


def _decide_one(intent: Intent, command: Any, stream: _Change) -> Outcome:
    if intent.must_exist and stream.version == NO_STREAM:
        raise MissingStream
    if intent.expected not in (ANY_VERSION, stream.version):
        raise StaleVersion(f"You named version {intent.expected}; the present version is {stream.version}.")
    decider = intent.aggregate.decider
    decision = decider.decide(command, stream.state)
    return Outcome(
        intent.stream,
        stream.version + len(decision.events),
        created=stream.version == NO_STREAM and bool(decision.events),
        state=decider.fold(decision.events, stream.state),
        events=decision.events,
        warnings=decision.warnings,
    )


def _append_unit(unit: Unit, outcomes: Sequence[Outcome], changes: Mapping[UUID, _Change], now: datetime) -> AppendUnit:
    """What is handed to the log; without appends where the unit keeps none, but with the rows it wants kept anyway."""
    kept = not unit.dry_run and not (unit.refusal is Refusal.KEEP_NONE and any(o.error for o in outcomes))
    changed = changes if kept else {}
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for stream, change in changed.items():
        if change.happened:
            _extend(rows, change.aggregate.rows(stream, change.version, change.state, change.happened))
    _extend(rows, unit.rows(outcomes))
    answered = kept and unit.key is not None and unit.answer is not None
    return AppendUnit(
        [StreamAppend(stream, c.aggregate.kind, c.before, c.encoded) for stream, c in changed.items()],
        unit.actor,
        now,
        rows,
        unit.key if answered else None,
        unit.answer(outcomes) if answered and unit.answer else None,
    )


def _extend(rows: dict[str, list[Mapping[str, Any]]], more: Rows) -> None:
    for table, new in more.items():
        rows.setdefault(table, []).extend(new)

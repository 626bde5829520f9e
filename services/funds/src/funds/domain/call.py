"""A call for proposals: planned, open until its deadline, closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias, assert_never
from uuid import UUID

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from funds.domain import checks, errors, events
from funds.domain.events import CallEvent
from funds.domain.values import Criterion, Document

Status = Literal["planned", "open", "closed"]


@dataclass(frozen=True, slots=True)
class PlanCall:
    fund: UUID
    number: int
    title: str
    planned_for: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class OpenCall:
    deadline: date
    criteria: tuple[Criterion, ...]
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ExtendCall:
    deadline: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CloseCall:
    on: date
    reason: ErasableText | None = None


CallCommand: TypeAlias = PlanCall | OpenCall | ExtendCall | CloseCall


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's."""

    fund: UUID
    number: int
    title: str
    planned_for: date | None
    planned_on: date
    version: int = 1
    opened_on: date | None = None
    deadline: date | None = None
    closed_on: date | None = None
    criteria: tuple[Criterion, ...] = ()
    documents: tuple[Document, ...] = ()

    def status(self, on: date) -> Status:
        """A call that nobody has closed is closed after its deadline."""
        if self.opened_on is None or on < self.opened_on:
            return "planned"
        over = (self.closed_on is not None and on >= self.closed_on) or (self.deadline or on) < on
        return "closed" if over else "open"


def decider() -> Decider[CallCommand, State | None, CallEvent]:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def evolve(state: State | None, event: CallEvent) -> State:
    if isinstance(event, events.CallPlanned):
        return State(event.fund, event.number, event.title, event.planned_for, event.on)
    assert state is not None, "the first event plans"
    after = replace(state, version=state.version + 1)
    match event:
        case events.CallOpened():
            return replace(
                after,
                opened_on=event.on,
                deadline=event.deadline,
                criteria=event.criteria,
                documents=event.documents,
            )
        case events.CallExtended():
            return replace(after, deadline=event.deadline)
        case events.CallClosed():
            return replace(after, closed_on=event.on)
        case _:
            assert_never(event)


def decide(command: CallCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, PlanCall):
        if state is not None:
            raise errors.AlreadyThere(f"Call {command.number} is there already.")
        planned = events.CallPlanned(
            command.fund, command.number, command.title, command.planned_for, command.on, command.reason
        )
        return Decision((planned,))
    if state is None:
        raise errors.UnknownThing("call")
    match command:
        case OpenCall():
            return _open(command, state)
        case ExtendCall():
            return _extend(command, state)
        case CloseCall():
            return _close(command, state)
        case _:
            assert_never(command)


def _open(command: OpenCall, state: State) -> Decision[Any]:
    if state.opened_on is not None:
        raise errors.AlreadyThere("The call was opened already.")
    if command.on < state.planned_on:
        raise errors.BeforeFact("plan", state.planned_on)

    def violations() -> Iterator[Violation]:
        yield from checks.span(command.on, command.deadline, "/deadline")
        yield from checks.unique([each.code for each in command.criteria], "/criteria", "criterion")
        for n, criterion in enumerate(command.criteria):
            if criterion.weight <= 0:
                yield Violation(f"/criteria/{n}/weight", "not_positive", "A weight is more than 0.")

    checks.require(violations())
    opened = events.CallOpened(command.deadline, command.criteria, command.documents, command.on, command.reason)
    return Decision((opened,))


def _extend(command: ExtendCall, state: State) -> Decision[Any]:
    if state.status(command.on) != "open" or state.deadline is None:
        raise errors.CallNotOpen(f"It is {state.status(command.on)} on {command.on}.")
    if command.deadline <= state.deadline:
        detail = f"The deadline is {state.deadline}; name a later day."
        raise errors.InvalidInput(detail, Violation("/deadline", "not_later", detail))
    return Decision((events.CallExtended(command.deadline, command.on, command.reason),))


def _close(command: CloseCall, state: State) -> Decision[Any]:
    if state.opened_on is None or state.closed_on is not None or command.on < state.opened_on:
        raise errors.CallNotOpen(f"It is {state.status(command.on)} on {command.on}.")
    return Decision((events.CallClosed(command.on, command.reason),))

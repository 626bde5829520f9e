"""The state of an incident and how it folds from events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from incidents.domain.body import IncidentBody
from incidents.domain.commands import Status
from incidents.domain.events import (
    CorrectionProposed,
    IncidentCorrected,
    IncidentDisputed,
    IncidentEvent,
    IncidentMarkedDuplicate,
    IncidentReclassified,
    IncidentReported,
    IncidentRetracted,
    IncidentUnmarkedDuplicate,
    IncidentVerified,
)

Verification = Literal["unverified", "verified", "disputed"]


@dataclass(frozen=True, slots=True)
class State:
    """`last_line` is what the agency last pushed; `held` names the fields that its pushes no longer overwrite."""

    agency: str
    body: IncidentBody
    last_line: IncidentBody
    held: frozenset[str] = frozenset()
    verification: Verification = "unverified"
    duplicate_of: UUID | None = None
    retracted: bool = False

    @property
    def status(self) -> Status:
        if self.retracted:
            return "retracted"
        return "active" if self.duplicate_of is None else "duplicate"


def evolve(state: State | None, event: IncidentEvent) -> State | None:
    """None stands before the report; nothing can come before it, and a fold never refuses what is stored."""
    if isinstance(event, IncidentReported):
        return State(event.agency, event.body, event.body)
    return None if state is None else _changed(state, event)


def _changed(state: State, event: IncidentEvent) -> State:
    match event:
        case IncidentReported():
            return state
        case IncidentCorrected():
            return _corrected(_unverified(state), event)
        case CorrectionProposed():
            return replace(state, last_line=event.line)
        case IncidentReclassified():
            return replace(_unverified(state), body=event.body, held=state.held | {"category"})
        case IncidentVerified():
            return replace(state, verification="verified")
        case IncidentDisputed():
            return replace(state, verification="disputed")
        case IncidentMarkedDuplicate():
            return replace(state, duplicate_of=event.duplicate_of)
        case IncidentUnmarkedDuplicate():
            return replace(state, duplicate_of=None)
        case IncidentRetracted():
            return replace(state, retracted=True)
        case _:
            assert_never(event)


def _corrected(state: State, event: IncidentCorrected) -> State:
    match event.by:
        case "push":
            return replace(state, body=event.body, last_line=event.body)
        case "agency":
            return replace(state, body=event.body)
        case "secretariat":
            return replace(state, body=event.body, held=state.held.union(event.fields))


def _unverified(state: State) -> State:
    """What was verified has changed, so that it is verified no more; a dispute outlives a correction."""
    return replace(state, verification="unverified") if state.verification == "verified" else state

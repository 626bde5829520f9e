"""An incident: what each command leads to, and what refuses it. Its state folds in `state.py`."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias, assert_never

from common.kernel.decider import Decider, Decision
from incidents.domain import errors
from incidents.domain.commands import (
    CorrectIncident,
    DisputeIncident,
    IncidentCommand,
    MarkDuplicate,
    ReclassifyIncident,
    ReportIncident,
    RetractIncident,
    UnmarkDuplicate,
    VerifyIncident,
)
from incidents.domain.events import (
    IncidentDisputed,
    IncidentEvent,
    IncidentMarkedDuplicate,
    IncidentRetracted,
    IncidentUnmarkedDuplicate,
    IncidentVerified,
)
from incidents.domain.facts import IncidentDecision, correct, reclassify, repeat, report
from incidents.domain.limits import check_text
from incidents.domain.state import State, evolve
from incidents.domain.vocabulary import Vocabulary

__all__ = ["IncidentDecider", "State", "decide", "decider", "evolve"]

IncidentDecider: TypeAlias = Decider[IncidentCommand, State | None, IncidentEvent]


def decider(vocabulary: Vocabulary) -> IncidentDecider:
    """The state before the first event is None."""
    return Decider(None, evolve, partial(decide, vocabulary))


def decide(vocabulary: Vocabulary, command: IncidentCommand, state: State | None) -> IncidentDecision:
    if state is None:
        if isinstance(command, ReportIncident):
            return report(command, vocabulary)
        raise errors.UnknownIncident
    if state.retracted:
        raise errors.RetractedIncident
    match command:
        case ReportIncident():
            return repeat(command, state, vocabulary)
        case CorrectIncident():
            return correct(command, state, vocabulary)
        case ReclassifyIncident():
            return reclassify(command, state, vocabulary)
        case VerifyIncident():
            return _verify(command, state)
        case DisputeIncident():
            return _dispute(command, state)
        case MarkDuplicate():
            return _mark_duplicate(command, state)
        case UnmarkDuplicate():
            return _unmark_duplicate(command, state)
        case RetractIncident():
            check_text(command.reason, "reason")
            return Decision((IncidentRetracted(command.reason),))
        case _:
            assert_never(command)


def _verify(command: VerifyIncident, state: State) -> IncidentDecision:
    check_text(command.comment, "comment")
    if command.verifier_agency == state.agency:
        raise errors.VerifiedByReporter
    if state.verification == "verified":
        raise errors.AlreadyVerified
    return Decision((IncidentVerified(command.version_seen, command.comment),))


def _dispute(command: DisputeIncident, state: State) -> IncidentDecision:
    check_text(command.reason, "reason")
    if state.verification == "disputed":
        raise errors.AlreadyDisputed
    return Decision((IncidentDisputed(command.reason),))


def _mark_duplicate(command: MarkDuplicate, state: State) -> IncidentDecision:
    check_text(command.reason, "reason")
    if command.duplicate_of == command.incident:
        raise errors.DuplicateOfItself
    if state.duplicate_of is not None:
        raise errors.AlreadyDuplicate
    if command.target is None:
        raise errors.DuplicateOfUnknown
    if command.target != "active":
        raise errors.DuplicateOfInactive
    if command.has_duplicates:
        raise errors.DuplicateChain
    return Decision((IncidentMarkedDuplicate(command.duplicate_of, command.reason),))


def _unmark_duplicate(command: UnmarkDuplicate, state: State) -> IncidentDecision:
    check_text(command.reason, "reason")
    if state.duplicate_of is None:
        raise errors.NotDuplicate
    return Decision((IncidentUnmarkedDuplicate(command.reason),))

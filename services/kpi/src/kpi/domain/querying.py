"""Queries why an official figure lies below what the incident feed says: drafted, sent or dismissed, answered."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeAlias, assert_never

from common.kernel.decider import Decision
from common.kernel.errors import DomainError
from kpi.domain import commands, errors, events
from kpi.domain.commands import History
from kpi.domain.lookups import Definitions
from kpi.domain.recording import text_violations
from kpi.domain.state import Query, State
from kpi.domain.triangulation import compare

QueryCommand: TypeAlias = commands.CompareWithFeed | commands.SendQuery | commands.DismissQuery | commands.AnswerQuery


def decide(definitions: Definitions, command: QueryCommand, state: State) -> Decision[Any]:
    match command:
        case commands.CompareWithFeed():
            if (refused := comparing_refused(state)) is not None:
                raise refused
            return Decision(tuple(discrepancies(definitions, state, command.history, command.on)))
        case commands.SendQuery():
            _in_state(state, command.query, "drafted")
            _check(command.text, "/text")
            return Decision((events.QuerySent(command.query, command.text, command.by, command.on, command.reason),))
        case commands.DismissQuery():
            _in_state(state, command.query, "drafted", "answered", "sent")
            _check(command.reason, "/reason")
            return Decision((events.QueryDismissed(command.query, command.by, command.on, command.reason),))
        case commands.AnswerQuery():
            _in_state(state, command.query, "sent")
            _check(command.answer, "/answer")
            answered = events.QueryAnswered(command.query, command.answer, command.by, command.on, command.reason)
            return Decision((answered,))
        case _:
            assert_never(command)


def comparing_refused(state: State) -> DomainError | None:
    """The secretariat asks about what it was given; a draft is none of its business."""
    received = state.phase in ("submitted", "accepted", "published")
    return None if received else errors.NotSubmitted(f"It is {state.phase}.")


def discrepancies(definitions: Definitions, state: State, history: History, on: date) -> list[events.DiscrepancyFound]:
    """A draft for every discrepancy that has none yet: the same two figures are asked about once."""
    if state.jurisdiction is None:
        return []
    known = {(query.part, query.dimensions, query.official, query.feed) for query in state.queries}
    found = [c for c in compare(definitions, state.content(state.jurisdiction), history) if c.discrepant]
    new = [c for c in found if (c.part, c.dimensions, c.official, c.feed) not in known]
    return [
        events.DiscrepancyFound(number, c.part, c.dimensions, c.official, c.feed, c.tolerance_percent, on)
        for number, c in enumerate(new, start=len(state.queries) + 1)
        if c.official is not None and c.feed is not None
    ]


def _in_state(state: State, number: int, *statuses: str) -> Query:
    query = state.query(number)
    if query is None:
        raise errors.UnknownQuery
    if query.status not in statuses:
        raise errors.QueryStateDiffers(f"The query is {query.status}.")
    return query


def _check(text: Any, pointer: str) -> None:
    if violations := list(text_violations(text, pointer)):
        raise errors.InvalidInput("", *violations)

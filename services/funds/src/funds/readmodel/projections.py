"""From a state to the row of the read model that holds it whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from common.eventsourcing.states import stored
from funds.domain import activity, call, decision, fund_state, project_state, proposal, records

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def rows_of(kind: str) -> Callable[[UUID, int, Any, Sequence[Any]], Rows]:
    """Makes the rows of one kind of stream."""
    return partial(_rows, kind)


def _rows(kind: str, stream: UUID, version: int, state: Any, _: Sequence[Any]) -> Rows:
    parent, order = _looked_up(state)
    row = {"id": stream, "version": version, "parent": parent, "ordered": order, "document": msgspec.Raw(stored(state))}
    return {kind: [row]}


def _looked_up(state: Any) -> tuple[UUID | None, str]:
    """What the thing belongs to, and what lists are sorted by."""
    match state:
        case fund_state.State():
            return None, state.code
        case call.State():
            return state.fund, f"{state.number:06}"
        case proposal.State():
            return state.submitted.call or state.submitted.fund, str(state.first_on)
        case decision.State():
            return state.fund, str(state.proposed.on)
        case project_state.State():
            return None, f"{state.registered_on} {state.title}"
        case activity.State():
            return state.project, str(state.held_from or state.start or state.planned_on)
        case records.Challenge():
            return None, str(state.start)
        case records.Rates():
            return None, f"{state.base} {state.quote}"
        case records.Budget():
            return None, f"{state.institution} {state.year}"
    raise AssertionError(f"{type(state).__name__} is the state of no stream")

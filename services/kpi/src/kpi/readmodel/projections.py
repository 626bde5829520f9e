"""From a state to the row of the read model that holds it whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from common.eventsourcing.states import stored
from kpi.domain import roadmaps
from kpi.domain import round as rounds
from kpi.domain.state import State

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def roadmap_rows(stream: UUID, version: int, state: roadmaps.State, _: Sequence[Any]) -> Rows:
    row = {"id": stream, "version": version, "code": state.roadmap.code, "document": _document(state)}
    return {"roadmap": [row]}


def round_rows(stream: UUID, version: int, state: rounds.State, _: Sequence[Any]) -> Rows:
    row = {
        "id": stream,
        "version": version,
        "roadmap": state.roadmap,
        "number": state.number,
        "period": state.period,
        "state": state.phase,
        "document": _document(state),
    }
    return {"round": [row]}


def report_rows(stream: UUID, version: int, state: State, _: Sequence[Any]) -> Rows:
    row = {
        "id": stream,
        "version": version,
        "round": state.round,
        "roadmap": state.roadmap,
        "kind": state.kind,
        "jurisdiction": state.jurisdiction,
        "period": state.period,
        "state": state.phase,
        "received_on": state.received_on,
        "document": _document(state),
    }
    return {"report": [row]}


def _document(state: Any) -> msgspec.Raw:
    return msgspec.Raw(stored(state))

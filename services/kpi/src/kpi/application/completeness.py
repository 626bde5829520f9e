"""How complete a round is: what every jurisdiction has said of each KPI, and which reports came when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.state import State

MISSING = "missing"
"""Nothing is said yet."""
NOT_ASKED = "not_asked"
"""The jurisdiction does not report on this KPI."""
RECORDED = "recorded"
"""Something is said in a draft that the reader does not see."""


def matrix(
    definitions: Definitions, reports: Sequence[tuple[UUID, State]], seen: Callable[[State], bool]
) -> dict[str, Any]:
    """Jurisdiction by part: presence, `missing` or `not_asked`; of drafts that are not `seen` whether anything is
    `recorded`. What commissions do not collect is listed apart and counts in nobody's completeness."""
    own = [(stream, state) for stream, state in reports if state.kind == "jurisdiction"]
    collected = [part for part in definitions.parts.values() if not part.derived and _by_commission(definitions, part)]
    apart = [part for part in definitions.parts.values() if not part.derived and part not in collected]
    office = next((state for _, state in reports if state.kind == "secretariat"), None)
    return {
        "kpis": [part.number for part in collected],
        "rows": [_row(definitions, stream, state, collected, seen=seen(state)) for stream, state in own],
        "apart": [_apart(definitions, part, office, [state for _, state in own], seen) for part in apart],
    }


def timeliness(reports: Sequence[tuple[UUID, State]], today: date) -> list[dict[str, Any]]:
    """When each report was due and came; late until now where it has not come."""
    return [_timely(stream, state, today) for stream, state in reports if state.kind == "jurisdiction"]


def _row(definitions: Definitions, stream: UUID, state: State, parts: Sequence[Part], *, seen: bool) -> dict[str, Any]:
    figures = {held.part: held.figure.presence if seen else RECORDED for held in state.figures}
    asked = set(definitions.collects(state.kind, state.jurisdiction))
    cells: dict[str, str] = {
        part.number: figures.get(part.number, MISSING) if part in asked else NOT_ASKED for part in parts
    }
    said = sum(cell not in (MISSING, NOT_ASKED) for cell in cells.values())
    return {
        "report": stream,
        "jurisdiction": state.jurisdiction,
        "state": state.phase,
        "cells": cells,
        "said": said,
        "of": len(asked),
        "complete": said == len(asked),
        "uncleared_institutions": _uncleared(state) if seen else None,
        "open_queries": sum(query.status == "sent" for query in state.queries),
    }


def _apart(
    definitions: Definitions, part: Part, office: State | None, own: Sequence[State], seen: Callable[[State], bool]
) -> dict[str, Any]:
    told = [h for h in office.figures if h.part == part.number] if office else []
    whole = office is not None and seen(office)
    held = {h.jurisdiction: h.figure.presence if whole else RECORDED for h in told}
    jurisdictions = [state.jurisdiction or "" for state in own]
    return {
        "kpi": part.number,
        "collector": definitions.kpi_of[part.number].collector,
        "cells": {**{j: held.get(j, MISSING) for j in jurisdictions}, **held},
    }


def _timely(stream: UUID, state: State, today: date) -> dict[str, Any]:
    until = state.received_on or today
    reasons = [extension.reason.body if extension.reason else None for extension in state.extensions]
    return {
        "report": stream,
        "jurisdiction": state.jurisdiction,
        "state": state.phase,
        "due": state.due,
        "extended": bool(state.extensions),
        "extension_reasons": reasons,
        "first_received_on": state.first_received_on,
        "received_on": state.received_on,
        "late_by_days": max((until - state.due).days, 0),
        "overdue": state.received_on is None and today > state.due,
    }


def _uncleared(state: State) -> list[str]:
    cleared = {clearance.institution for clearance in state.clearances if clearance.valid}
    return sorted({held.institution for held in state.inputs} - cleared)


def _by_commission(definitions: Definitions, part: Part) -> bool:
    return definitions.kpi_of[part.number].collector == "commission"

"""The rows of the service's own read model; their tables stand in `migrations/read_model.sql`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from common.eventsourcing.inline import InlineTable
from funds.domain import activity, call, decision, fund_state, project_state, proposal, records
from funds.readmodel.projections import rows_of

COLUMNS = ("id", "version", "parent", "ordered", "document")
"""What follows from a state; every table has `recorded_at` besides."""

_EVOLVING: Mapping[str, Callable[[Any, Any], Any]] = {
    "fund": fund_state.evolve,
    "call": call.evolve,
    "proposal": proposal.evolve,
    "decision": decision.evolve,
    "project": project_state.evolve,
    "activity": activity.evolve,
    "challenge": records.evolve_challenge,
    "rate": records.evolve_rate,
    "budget": records.evolve_budget,
}

TABLES: Mapping[str, InlineTable] = {
    kind: InlineTable(kind, COLUMNS, ("recorded_at",), None, evolve, rows_of(kind))
    for kind, evolve in _EVOLVING.items()
}
"""The tables that can be made again from the log."""

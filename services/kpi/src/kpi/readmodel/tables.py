"""The rows of the service's own read model; their tables stand in `migrations/read_model.sql`."""

from __future__ import annotations

from collections.abc import Mapping

from common.eventsourcing.inline import InlineTable
from kpi.domain import evolving, roadmaps
from kpi.domain import round as rounds
from kpi.readmodel.projections import report_rows, roadmap_rows, round_rows

ROADMAP_COLUMNS = ("id", "version", "code", "document")
ROUND_COLUMNS = ("id", "version", "roadmap", "number", "period", "state", "document")
REPORT_COLUMNS = (
    "id",
    "version",
    "round",
    "roadmap",
    "kind",
    "jurisdiction",
    "period",
    "state",
    "received_on",
    "document",
)
"""What follows from a state; every table has `recorded_at` besides."""

TABLES: Mapping[str, InlineTable] = {
    "roadmap": InlineTable("roadmap", ROADMAP_COLUMNS, ("recorded_at",), None, roadmaps.evolve, roadmap_rows),
    "round": InlineTable("round", ROUND_COLUMNS, ("recorded_at",), None, rounds.evolve, round_rows),
    "report": InlineTable("report", REPORT_COLUMNS, ("recorded_at",), None, evolving.evolve, report_rows),
}
"""The tables that can be made again from the log."""

"""The tables that can be made again from the log."""

from __future__ import annotations

from collections.abc import Mapping

from common.eventsourcing.inline import InlineTable
from incidents.domain import coverage, incident
from incidents.readmodel.projections import coverage_rows, incident_rows
from incidents.readmodel.tables import COVERAGE_COLUMNS, INCIDENT_COLUMNS

TABLES: Mapping[str, InlineTable] = {
    "incident": InlineTable(
        "incident", INCIDENT_COLUMNS, ("recorded_at", "first_recorded_at"), None, incident.evolve, incident_rows
    ),
    "coverage": InlineTable(
        "coverage", COVERAGE_COLUMNS, ("recorded_at",), coverage.State(), coverage.evolve, coverage_rows
    ),
}

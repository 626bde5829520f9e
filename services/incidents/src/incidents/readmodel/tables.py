"""The rows of the service's own read model; their tables stand in `migrations/read_model.sql`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INCIDENT_COLUMNS = (
    "id",
    "version",
    "agency",
    "external_id",
    "jurisdiction",
    "category",
    "tags",
    "occurred_on",
    "date_precision",
    "span_start",
    "span_end",
    "admin",
    "settlement",
    "latitude",
    "longitude",
    "coarse_latitude",
    "coarse_longitude",
    "status",
    "verification",
    "duplicate_of",
    "body",
    "narrative_digest",
)
"""What follows from an incident's state; the table has `recorded_at` and `first_recorded_at` besides."""

COVERAGE_COLUMNS = ("id", "version", "agency", "jurisdiction", "complete_through")
"""The table has `recorded_at` besides."""

Row = Mapping[str, Any]

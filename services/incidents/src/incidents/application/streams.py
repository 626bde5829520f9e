"""The service's streams: their ids, their kinds, and how their events are stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from common.eventsourcing.codec import Codec, union_members
from common.kernel.ids import derived_id
from incidents.domain.body import clean
from incidents.domain.events import CoverageDeclared, IncidentEvent

INCIDENT = "incident"
COVERAGE = "coverage"
EVENTS: tuple[type, ...] = (*union_members(IncidentEvent), CoverageDeclared)


def codec() -> Codec[Any]:
    return Codec("incidents", EVENTS)


def incident_id(agency: str, external_id: str) -> UUID:
    """Two agencies' ids never collide, and a line sent again finds its incident."""
    return derived_id(INCIDENT, agency, clean(external_id))


def coverage_id(agency: str, jurisdiction: str) -> UUID:
    return derived_id(COVERAGE, agency, jurisdiction)

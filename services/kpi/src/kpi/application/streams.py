"""The service's streams: their ids, their kinds, and how their events are stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from common.eventsourcing.codec import Codec, union_members
from common.kernel.ids import derived_id
from kpi.domain.events import ReportEvent, RoadmapEvent, RoundEvent

ROADMAP = "roadmap"
ROUND = "round"
REPORT = "report"
SECRETARIAT = "secretariat"
EVENTS: tuple[type, ...] = (RoadmapEvent, *union_members(RoundEvent), *union_members(ReportEvent))


def codec() -> Codec[Any]:
    return Codec("kpi", EVENTS)


def roadmap_id(code: str, version: str) -> UUID:
    return derived_id(ROADMAP, code, version)


def round_id(roadmap: str, number: int) -> UUID:
    """A period is reported once, whichever version of the roadmap it was opened under."""
    return derived_id(ROUND, roadmap, str(number))


def report_id(roadmap: str, number: int, jurisdiction: str | None) -> UUID:
    """`jurisdiction` is None for the secretariat's."""
    return derived_id(REPORT, roadmap, str(number), jurisdiction or SECRETARIAT)

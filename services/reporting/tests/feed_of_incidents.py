"""A publisher's feed for tests: incidents as `incidents` would publish them, with gapless positions and versions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from common.contracts import incidents as published
from common.contracts.registry import WIRE_NAMES
from common.kernel.ids import derived_id
from common.messaging.envelope import Envelope
from common.messaging.ports import Received

LOG = UUID(int=7)
BEGINNING = datetime(2021, 1, 1, tzinfo=UTC)


def body(**fields: Any) -> published.Incident:
    """An incident with what a test does not care about filled in."""
    given = {"agency": "police", "occurred_on": "2020-03-14", "date_precision": "day", "jurisdiction": "RS"}
    return msgspec.convert({**given, "category": "criminal_context", **fields}, published.Incident)


def person(role: str = "victim", outcome: str = "killed", **fields: Any) -> dict[str, Any]:
    return {"role": role, "sex": "unreported", "age_group": "unreported", "outcome": outcome, **fields}


class Feed:
    """Events in the order of their positions; `append` gives the one it made."""

    publisher = "incidents"

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.versions: dict[UUID, int] = {}

    def report(self, name: str, **fields: Any) -> Received:
        return self.append(name, published.IncidentReported(incident=body(**fields)))

    def correct(self, name: str, **fields: Any) -> Received:
        return self.append(name, published.IncidentCorrected(fields=tuple(fields), incident=body(**fields)))

    def reclassify(self, name: str, **fields: Any) -> Received:
        """`fields` are the whole incident, as it then stands."""
        incident = body(**fields)
        return self.append(name, published.IncidentReclassified(category=incident.category, incident=incident))

    def append(self, name: str, contract: published.Contract) -> Received:
        stream = derived_id("incident", "police", name)
        self.versions[stream] = version = self.versions.get(stream, 0) + 1
        position = len(self.received) + 1
        instant = BEGINNING + timedelta(seconds=position)
        envelope = Envelope(
            id=UUID(int=position),
            publisher="incidents",
            log_id=LOG,
            type=WIRE_NAMES[type(contract)],
            subject=stream,
            occurred_at=instant,
            recorded_at=instant,
            sequence=position,
            stream_version=version,
            data=contract.json(),
            cursor=str(position),
        )
        self.received.append(Received.of(envelope))
        return self.received[-1]

    def declare(self, jurisdiction: str, complete_through: str, agency: str = "police") -> Received:
        contract = published.CoverageDeclared(
            agency=agency, jurisdiction=jurisdiction, complete_through=date.fromisoformat(complete_through)
        )
        return self.append(f"coverage {agency} {jurisdiction}", contract)


def envelopes(received: Iterable[Received]) -> list[Envelope]:
    return [each.envelope for each in received]

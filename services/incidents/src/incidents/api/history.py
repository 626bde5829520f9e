"""What happened to an incident, event by event, as somebody may see it."""

from __future__ import annotations

from typing import Any, assert_never

from common.eventsourcing.log import Recorded
from common.kernel.text import ErasableText
from incidents.api.views import Sight, body_document
from incidents.domain import events
from incidents.domain.body import IncidentBody


def history_document(recorded: Recorded[Any], sight: Sight) -> dict[str, Any]:
    """Reasons and comments are there for whoever may see free text; null where there is none, or none any more."""
    return {
        "version": recorded.version,
        "type": recorded.type.partition(".")[2],
        "occurred_at": recorded.occurred_at.isoformat(),
        "recorded_at": recorded.recorded_at.isoformat(),
        "position": recorded.position,
        "actor": recorded.actor,
        **_told(recorded.event, sight),
    }


def _told(event: events.IncidentEvent, sight: Sight) -> dict[str, Any]:
    match event:
        case events.IncidentReported():
            return {"incident": body_document(event.body, sight)}
        case events.IncidentCorrected():
            return {"by": event.by, "fields": event.fields, **_changed(event.body, event.reason, sight)}
        case events.CorrectionProposed():
            return {"fields": event.fields, "proposed": _proposed(event, sight)}
        case events.IncidentReclassified():
            return {"category": event.category, **_changed(event.body, event.reason, sight)}
        case events.IncidentVerified():
            return {"version_seen": event.version_seen, **_words("comment", event.comment, sight)}
        case events.IncidentMarkedDuplicate():
            return {"duplicate_of": str(event.duplicate_of), **_words("reason", event.reason, sight)}
        case events.IncidentDisputed() | events.IncidentUnmarkedDuplicate() | events.IncidentRetracted():
            return _words("reason", event.reason, sight)
        case _:
            assert_never(event)


def _changed(body: IncidentBody, reason: ErasableText | None, sight: Sight) -> dict[str, Any]:
    return {"incident": body_document(body, sight), **_words("reason", reason, sight)}


def _proposed(event: events.CorrectionProposed, sight: Sight) -> dict[str, Any]:
    """The values that the agency sent and the secretariat has not taken over."""
    line = body_document(event.line, sight)
    return {name: line[name] for name in event.fields if name in line}


def _words(name: str, text: ErasableText | None, sight: Sight) -> dict[str, str | None]:
    return {} if sight == "public" else {name: text.body if text else None}

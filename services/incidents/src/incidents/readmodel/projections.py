"""From a state to the rows that show it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from common.kernel.periods import span
from common.kernel.text import ErasableText
from incidents.domain import coverage
from incidents.domain.body import IncidentBody, Place
from incidents.domain.events import CoverageEvent, IncidentEvent
from incidents.domain.privacy import coarse
from incidents.domain.state import State
from incidents.readmodel.tables import Row


def incident_rows(stream: UUID, version: int, state: State | None, _: Sequence[IncidentEvent]) -> dict[str, list[Row]]:
    return {"incident": [incident_row(stream, version, state)]} if state is not None else {}


def incident_row(stream: UUID, version: int, state: State) -> dict[str, Any]:
    """All of `INCIDENT_COLUMNS`, in their order; `body` as JSON that is already encoded."""
    body = state.body
    span_start, span_end = span(body.occurred_on, body.date_precision)
    return {
        "id": stream,
        "version": version,
        "agency": state.agency,
        "external_id": body.external_id,
        "jurisdiction": body.jurisdiction,
        "category": body.category,
        "tags": body.tags,
        "occurred_on": body.occurred_on,
        "date_precision": body.date_precision,
        "span_start": span_start,
        "span_end": span_end,
        **_place_columns(body.place or Place()),
        "status": state.status,
        "verification": state.verification,
        "duplicate_of": state.duplicate_of,
        "body": msgspec.Raw(encode_body(body)),
        "narrative_digest": body.narrative.digest if body.narrative else None,
    }


def coverage_rows(
    stream: UUID, version: int, _: coverage.State, events: Sequence[CoverageEvent]
) -> dict[str, list[Row]]:
    last = events[-1]
    return {
        "coverage": [
            {
                "id": stream,
                "version": version,
                "agency": last.agency,
                "jurisdiction": last.jurisdiction,
                "complete_through": last.complete_through,
            }
        ]
    }


def settlement_of(place: Place | None) -> str | None:
    """The name under which two agencies' reports of one place are compared: no case, accents or double spaces."""
    if place is None or not place.name:
        return None
    return " ".join(_without_accents(place.name).casefold().split()) or None


def _without_accents(name: str) -> str:
    if name.isascii():
        return name
    return "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))


def encode_body(body: IncidentBody) -> bytes:
    """The body as JSON; of the narrative only salt and digest, for the words can be erased."""
    return msgspec.json.encode(body, enc_hook=_without_words)


def decode_body(text: str, narrative: str | None = None) -> IncidentBody:
    """The body of a row, with the words of its narrative where they are given."""

    def with_words(_: type, value: Any) -> ErasableText:
        return ErasableText(value["salt"], value["digest"], narrative)

    return msgspec.json.decode(text, type=IncidentBody, dec_hook=with_words)


def _place_columns(place: Place) -> dict[str, Any]:
    return {
        "admin": place.admin,
        "settlement": settlement_of(place),
        "latitude": place.latitude,
        "longitude": place.longitude,
        "coarse_latitude": coarse(place.latitude),
        "coarse_longitude": coarse(place.longitude),
    }


def _without_words(value: Any) -> Any:
    if not isinstance(value, ErasableText):
        raise NotImplementedError(f"{type(value).__name__} cannot be stored in a row")
    return {"salt": value.salt, "digest": value.digest}

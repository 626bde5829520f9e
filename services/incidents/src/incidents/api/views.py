"""An incident as somebody may see it.

The owning agency and the secretariat see all of it. Verifiers also see sources and narrative; for them and everybody
else the place is coarsened and ages are groups. What is withheld is absent; what is not known is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from common.kernel.text import ErasableText
from common.security.principal import Principal
from incidents.api.roles import READ_EVERYTHING, READ_SOURCES
from incidents.domain.body import IncidentBody
from incidents.domain.privacy import public_body
from incidents.readmodel.filters import Viewer
from incidents.readmodel.queries import IncidentView

Sight = Literal["everything", "sources", "public"]


def sight(principal: Principal, agency: str) -> Sight:
    """How much of an incident of that agency the caller may see."""
    if principal.agency == agency or principal.may(READ_EVERYTHING):
        return "everything"
    return "sources" if principal.may(READ_SOURCES) else "public"


def viewer(principal: Principal) -> Viewer:
    return Viewer(principal.agency, principal.may(READ_EVERYTHING))


def incident_document(view: IncidentView, sight: Sight) -> dict[str, Any]:
    """As the API tells it: the body's members and those that a read adds."""
    return {
        "id": str(view.id),
        "version": view.version,
        "agency": view.agency,
        "status": view.status,
        "verification": view.verification,
        "duplicate_of": None if view.duplicate_of is None else str(view.duplicate_of),
        "recorded_at": view.recorded_at.isoformat(),
        **body_document(view.body, sight),
    }


def body_document(body: IncidentBody, sight: Sight) -> dict[str, Any]:
    if sight == "everything":
        return _members(body)
    public = _members(public_body(body))
    for person in public["persons"]:
        del person["age"]
    del public["sources"], public["narrative"]
    if sight == "sources":
        whole = _members(body)
        public |= {name: whole[name] for name in ("sources", "narrative")}
    return public


def feature(document: Mapping[str, Any]) -> dict[str, Any]:
    """An incident's document as a GeoJSON feature; without coordinates it has no geometry."""
    place = document["place"] or {}
    known = place.get("latitude") is not None
    point = {"type": "Point", "coordinates": [place["longitude"], place["latitude"]]} if known else None
    return {"type": "Feature", "id": document["id"], "geometry": point, "properties": document}


def _members(body: IncidentBody) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(body, enc_hook=_words)
    return members


def _words(value: Any) -> str | None:
    assert isinstance(value, ErasableText), "nothing else in a body needs a hook"
    return value.body

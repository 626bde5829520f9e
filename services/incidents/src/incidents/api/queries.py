"""Reading incidents: a list by filters, one of them, now or as of some time, and its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import Response

from common.http.answered import READ
from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.pagination import DEFAULT_LIMIT, next_link, read_cursor
from common.http.routing import Router
from common.http.versions import etag
from common.kernel.errors import NotFound
from common.security.permissions import requires
from common.security.principal import Principal
from incidents.api.dependencies import Services, Wired
from incidents.api.documents import History, Incident, IncidentList
from incidents.api.exports import EXPORTS, export
from incidents.api.history import history_document
from incidents.api.parameters import ListParameters
from incidents.api.views import incident_document, sight, viewer
from incidents.domain.errors import UnknownIncident
from incidents.readmodel.filters import Conditions, conditions
from incidents.readmodel.queries import IncidentView

router = Router(prefix="/v1/incidents", tags=["incidents"])

_EXPORT_TYPES = {kind: {"schema": {"type": "string"}} for kind in EXPORTS}


class NotYetReported(NotFound):
    code = "not_yet_reported"
    title = "The incident was not known then"


@router.get(
    "",
    response_class=Response,
    summary="List or export incidents",
    responses={200: {"model": IncidentList, "content": _EXPORT_TYPES}},
)
async def list_incidents(
    request: Request,
    asked: Annotated[ListParameters, Query()],
    principal: Annotated[Principal, requires("incidents:read")],
    wired: Wired,
) -> Response:
    """Newest first. `format=json` comes in pages, the next one by the Link header; the others stream all that matches.
    What a place or person holds exactly is for its agency and the secretariat: for others bbox asks the coarse place.
    """
    wanted = conditions(asked.filters(wired.vocabulary), viewer(principal))
    if asked.format != "json":
        return await export(asked.format, wired.queries, wanted, principal)
    return await _page(request, asked, wanted, principal, wired)


@router.get("/{incident_id}", response_class=Response, responses={200: {"model": Incident, **READ}})
async def read_incident(
    incident_id: UUID,
    principal: Annotated[Principal, requires("incidents:read")],
    wired: Wired,
    as_of: AsOfParameter = None,
) -> Response:
    """One incident, as it stands or as it was known at some time."""
    found = await (wired.queries.find(incident_id) if as_of is None else _known(wired, incident_id, as_of))
    if found is None:
        raise UnknownIncident
    document = incident_document(found, sight(principal, found.agency))
    return json_response(document, headers={"ETag": etag(found.version)})


@router.get("/{incident_id}/history", response_class=Response, responses={200: {"model": History}})
async def read_history(
    incident_id: UUID, principal: Annotated[Principal, requires("incidents:read")], wired: Wired
) -> Response:
    """Every event, with who acted, when it happened and when it was recorded. Reasons are for those who see sources."""
    found = await wired.past.events(incident_id)
    if found is None:
        raise UnknownIncident
    state, recorded = found
    seen = sight(principal, state.agency)
    headers = {"ETag": etag(recorded[-1].version)}
    return json_response({"items": [history_document(event, seen) for event in recorded]}, headers=headers)


async def _page(
    request: Request, asked: ListParameters, wanted: Conditions, principal: Principal, wired: Services
) -> Response:
    limit = asked.limit or DEFAULT_LIMIT
    after = None if asked.cursor is None else read_cursor(asked.cursor, tuple[date, UUID])
    found = await wired.queries.page(wanted, limit + 1, after)
    document: dict[str, Any] = {"items": [incident_document(v, sight(principal, v.agency)) for v in found[:limit]]}
    if asked.count == "exact":
        document["total"] = await wired.queries.count(wanted)
    return json_response(document, headers=next_link(request, _last(found, limit)))


def _last(found: Sequence[IncidentView], limit: int) -> tuple[date, UUID] | None:
    """The key of the page's last incident, where there is a next page."""
    last = found[limit - 1] if len(found) > limit else None
    return None if last is None else (last.body.occurred_on, last.id)


async def _known(wired: Services, incident: UUID, as_of: str) -> IncidentView:
    known = await wired.past.known(incident, parse_as_of(as_of))
    if known is None:
        raise NotYetReported
    state = known.state
    return IncidentView(
        incident,
        known.version,
        state.agency,
        state.status,
        state.verification,
        state.duplicate_of,
        known.recorded_at,
        state.body,
    )

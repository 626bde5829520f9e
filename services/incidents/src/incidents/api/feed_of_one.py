"""`POST /v1/incidents`: a feed of one line. The hottest route: what it does per request, it does because it must."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from common.http.answered import LANDED
from common.http.idempotency import KEY_HEADER, idempotency_of
from common.http.routing import DirectRoute, Router
from common.security.permissions import requires
from common.security.principal import Principal
from incidents.api.answers import landed_answer, landed_response
from incidents.api.dependencies import Services, actor, agency_of
from incidents.api.documents import Landed
from incidents.api.schemas import IncidentLine
from incidents.application.incidents import Caller

router = Router(tags=["feed"], route_class=DirectRoute)


@router.post(
    "/v1/incidents",
    status_code=201,
    response_class=Response,
    summary="Report one incident",
    responses={201: {"model": Landed, **LANDED}, 200: {"model": Landed, **LANDED}},
    openapi_extra={"parameters": [KEY_HEADER]},
)
async def report_incident(
    request: Request, line: IncidentLine, principal: Annotated[Principal, requires("incidents:push")]
) -> Response:
    """A line replaces your agency's earlier line with the same `external_id`: 201 accepted, 200 corrected or unchanged.
    One that equals your last line, or the incident as it stands, is unchanged. Warnings need no answer."""
    wired: Services = request.app.state.services
    caller = Caller(actor(principal), await idempotency_of(request), principal.jurisdictions)
    return landed_response(await wired.incidents.report(agency_of(principal), line.to_domain(), caller, landed_answer))

"""Coverage: through which day an agency's incidents in a jurisdiction are complete."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.responses import Response

from common.http.answered import WRITTEN
from common.http.answers import json_response, written_headers
from common.http.routing import Router
from common.http.versions import etag
from common.security.permissions import requires
from common.security.principal import Principal
from incidents.api.answers import SERVICE
from incidents.api.dependencies import Wired, actor, agency_of, require_covered
from incidents.api.documents import CoverageEntry, CoverageList
from incidents.api.schemas import CoverageDeclaration
from incidents.readmodel.queries import Coverage

router = Router(prefix="/v1/coverage", tags=["coverage"])


@router.get("", response_class=Response, summary="List coverage", responses={200: {"model": CoverageList}})
async def list_coverage(principal: Annotated[Principal, requires("incidents:read")], wired: Wired) -> Response:
    """What every agency has declared, by jurisdiction."""
    return json_response({"items": [_document(declared) for declared in await wired.queries.coverage()]})


@router.put(
    "/{jurisdiction}",
    response_class=Response,
    summary="Declare coverage",
    responses={200: {"model": CoverageEntry, **WRITTEN}},
)
async def declare_coverage(
    jurisdiction: str,
    sent: CoverageDeclaration,
    principal: Annotated[Principal, requires("coverage:declare")],
    wired: Wired,
) -> Response:
    """Your incidents there are complete through that day, inclusive; also with none to report. An earlier day than
    before mends a mistake."""
    agency = agency_of(principal)
    require_covered(principal, jurisdiction, wired.vocabulary, "")
    result = await wired.incidents.declare(agency, jurisdiction, sent.complete_through, actor(principal))
    declared = await wired.queries.coverage_of(agency, jurisdiction)
    assert declared is not None, "it was written in the transaction that has just committed"
    return json_response(
        _document(declared), headers={"ETag": etag(declared.version), **written_headers(SERVICE, result)}
    )


def _document(declared: Coverage) -> dict[str, Any]:
    return {
        "agency": declared.agency,
        "jurisdiction": declared.jurisdiction,
        "complete_through": declared.complete_through,
        "recorded_at": declared.recorded_at,
    }

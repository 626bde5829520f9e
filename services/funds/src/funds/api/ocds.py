"""A project's releases, in the manner of OCDS."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from starlette.responses import Response

from common.http.answered import READ, Document
from common.http.answers import json_response
from common.http.routing import Router
from common.http.versions import etag
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api.dependencies import Wired
from funds.api.footnotes import footnotes
from funds.application.ocds import VERSION, Mechanism, releases

router = Router(prefix="/v1/projects/{project}", tags=["in and out"])


@router.get(
    "/releases",
    response_class=Response,
    responses={200: {"model": Document, **READ}},
    summary="The project's releases",
)
async def read_releases(
    project: UUID, principal: Annotated[Principal, requires("funds:read")], wired: Wired
) -> Response:
    """One for each public event of the project, in order; a release never changes, later events make later ones."""
    row = await wired.project(project)
    log = await wired.log.load(project)
    funds = {
        stream: Mechanism(state.code, state.name, state.currency)
        for stream, state in (await wired.mechanisms()).items()
    }
    found = releases(project, log, funds)
    document = {
        "uri": f"/v1/projects/{project}/releases",
        "version": VERSION,
        "publishedDate": found[-1]["date"],
        "publisher": {"name": "SALWatch"},
        "releases": found,
        "footnotes": footnotes(wired, found),
    }
    return json_response(document, headers={"ETag": etag(row.state.version)})

"""Roadmaps: those that the pack ships, and the versions that were published from it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from common.http.answered import LANDED, Document
from common.http.answers import json_response
from common.http.idempotency import Idempotency
from common.http.landed import answer_of, landed, written
from common.http.routing import Router
from common.http.versions import etag
from common.kernel.errors import NotFound
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import SERVICE
from kpi.api.dependencies import Services, Wired, caller, text, told_on
from kpi.api.schemas import RoadmapSent
from kpi.api.views import roadmap_document
from kpi.domain.commands import PublishRoadmap
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Roadmap
from kpi.domain.roadmaps import State

router = Router(prefix="/v1/roadmaps", tags=["roadmaps"])


class UnknownRoadmap(NotFound):
    code = "roadmap_unknown"
    title = "There is no such roadmap"


class RoadmapList(Document):
    items: list[dict[str, Any]]


@router.get("", response_class=Response, responses={200: {"model": RoadmapList}}, summary="List roadmaps")
async def list_roadmaps(principal: Annotated[Principal, requires("kpi:read")], wired: Wired) -> Response:
    """What the reference pack ships, and which versions are published: reports are made for those."""
    published = {(s.roadmap.code, s.roadmap.version): s for s in await wired.queries.roadmaps()}
    known = {key: state.roadmap for key, state in published.items()} | dict(wired.shipped)
    items = [_head(known[key], published.get(key)) for key in sorted(known)]
    return json_response({"items": items})


@router.get("/{code}", response_class=Response, responses={200: {"model": Document}})
async def read_roadmap(
    code: str,
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    version: Annotated[str | None, Query(max_length=40, description="the version published last without it")] = None,
) -> Response:
    """Goals, targets, KPIs with their parts, code lists, rules, members and schedule of a published version."""
    if version is None:
        state = await wired.queries.newest(code)
    else:
        states = [s for s in await wired.queries.roadmaps() if (s.roadmap.code, s.roadmap.version) == (code, version)]
        state = states[0] if states else None
    if state is None:
        raise UnknownRoadmap("It is not published; GET /v1/roadmaps lists what there is.")
    return json_response({**roadmap_document(state.roadmap), **_status(state)}, headers={"ETag": etag(state.version)})


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={201: {"model": Document, **LANDED}},
    summary="Publish a version",
)
async def publish_roadmap(
    sent: RoadmapSent,
    principal: Annotated[Principal, requires("roadmaps:publish")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """From the reference pack, as it is there. A published version never changes; the same again changes nothing."""
    roadmap = _shipped(wired, sent.code, sent.version)
    command = PublishRoadmap(roadmap, told_on(wired, principal, sent), text(sent.reason))
    answer = answer_of(201, "/v1/roadmaps")
    result = await wired.commanding.publish_roadmap(command, caller(principal, key), answer)
    kept, _, _ = landed(result, answer)
    kept = type(kept)(kept.status, {**kept.headers, "Location": f"/v1/roadmaps/{roadmap.code}"}, kept.body)
    states = await wired.queries.roadmaps()
    state = next(s for s in states if (s.roadmap.code, s.roadmap.version) == (roadmap.code, roadmap.version))
    return written(SERVICE, result, kept, _head(roadmap, state))


async def meant(wired: Services, code: str | None, known: datetime | None = None) -> Definitions:
    """The version published last, by that instant where one is given; of the roadmap that was published first where
    none is named. Raises `UnknownRoadmap`."""
    code = code or await wired.queries.first_roadmap()
    newest = await wired.queries.newest(code, known) if code else None
    if newest is None:
        raise UnknownRoadmap("GET /v1/roadmaps lists what is published.")
    return await wired.queries.definitions(newest.roadmap.code, newest.roadmap.version)


def _shipped(wired: Services, code: str, version: str | None) -> Roadmap:
    """Raises `UnknownRoadmap`."""
    versions = sorted(v for c, v in wired.shipped if c == code)
    chosen = version or (versions[-1] if versions else None)
    if chosen is None or (code, chosen) not in wired.shipped:
        known = ", ".join(f"{c} {v}" for c, v in sorted(wired.shipped))
        raise UnknownRoadmap(f"The pack ships: {known}.")
    return wired.shipped[code, chosen]


def _head(roadmap: Roadmap, state: State | None) -> dict[str, Any]:
    return {
        "code": roadmap.code,
        "version": roadmap.version,
        "title": roadmap.title,
        "kpis": len(roadmap.kpis),
        "members": [member.jurisdiction for member in roadmap.members],
        **_status(state),
    }


def _status(state: State | None) -> dict[str, Any]:
    return {
        "status": "published" if state else "shipped",
        "published_on": state.published_on if state else None,
        "digest": state.digest if state else None,
    }

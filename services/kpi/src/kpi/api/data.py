"""`GET /v1/data`: published figures with the parameters and in the formats of SDMX."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from common.http.answered import Document
from common.http.answers import json_response
from common.http.as_of import parse_as_of
from common.http.problems import Problem, invalid_parameter
from common.http.routing import Router
from common.kernel.ids import new_id
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.dependencies import Services, Wired
from kpi.api.roadmaps import meant
from kpi.application import sdmx
from kpi.application.history import in_terms_of
from kpi.application.observations import Frozen, frozen_reports, observed
from kpi.application.sdmx import BadFilter, Coded
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Roadmap

Format = Literal["json", "csv", "sdmx-json", "sdmx-csv"]

SDMX_JSON = "application/vnd.sdmx.data+json"
SDMX_CSV = "application/vnd.sdmx.data+csv"
_MEDIA: Mapping[Format, str] = {
    "sdmx-json": f"{SDMX_JSON};version=2.0.0",
    "sdmx-csv": f"{SDMX_CSV};version=2.0.0;labels=id;timeFormat=original;keys=none",
}


class Asked(BaseModel):
    """The parameters that do not depend on a roadmap's dimensions."""

    model_config = {"extra": "ignore", "populate_by_name": True}

    roadmap: Annotated[str | None, Field(max_length=80, description="the roadmap published first without it")] = None
    format: Format | None = Field(None, description="instead of the Accept header")
    key: Annotated[str | None, Field(max_length=2_000, description="dimensions by dots, + or-s, KPI 6.1 as 6_1")] = None
    as_of: str | None = Field(None, alias="asOf", max_length=40, description="as it was published then")
    updated_after: str | None = Field(None, alias="updatedAfter", max_length=40, description="what changed since then")
    include_history: Annotated[bool, Field(alias="includeHistory", description="earlier editions too")] = False
    start_period: str | None = Field(None, alias="startPeriod", max_length=10)
    end_period: str | None = Field(None, alias="endPeriod", max_length=10)


def data_router(shipped: Sequence[Roadmap]) -> Router:
    """With a filter `c[…]` for every component that a roadmap of the pack has."""
    router = Router(tags=["data"])
    names = dict.fromkeys(
        name for roadmap in shipped for name in (*sdmx.dimensions(Definitions(roadmap)), *sdmx.ATTRIBUTES, sdmx.VALUE)
    )
    filters: dict[str, Any] = {
        f"c_{name}": (Annotated[str | None, Field(max_length=2_000)], Field(None, alias=f"c[{name}]")) for name in names
    }
    parameters = create_model("DataParameters", __base__=Asked, **filters)

    async def read_data(
        request: Request,
        asked: Annotated[Any, Query()],
        principal: Annotated[Principal, requires("kpi:read")],
        wired: Wired,
    ) -> Response:
        given = {name: text for name in names if (text := getattr(asked, f"c_{name}")) is not None}
        return await _answer(wired, request, asked, given)

    read_data.__annotations__["asked"] = Annotated[parameters, Query()]
    router.add_api_route(
        "/v1/data",
        read_data,
        methods=["GET"],
        response_class=Response,
        responses={200: {"model": Document, "content": {SDMX_CSV: {}, SDMX_JSON: {}, "text/csv": {}}}},
        summary="Published figures, in the formats of SDMX",
        description="Of the latest editions, unless asOf or includeHistory ask for more.",
    )
    return router


async def _answer(wired: Services, request: Request, asked: Asked, given: Mapping[str, str]) -> Response:
    definitions = await meant(wired, asked.roadmap)
    components = sdmx.dimensions(definitions)
    _check(given, (*components, *sdmx.ATTRIBUTES, sdmx.VALUE))
    frozen = _of_time(await published(wired, definitions), asked)
    rows = [sdmx.coded(definitions, o) for f in frozen for o in observed(definitions, f)]
    try:
        rows = sdmx.chosen(rows, components, asked.key, given, (asked.start_period, asked.end_period))
    except BadFilter as error:
        raise invalid_parameter(error.name, "filter_malformed", error.detail) from error
    return _written(wired, definitions, rows, asked.format or _accepted(request), history=asked.include_history)


async def published(wired: Services, definitions: Definitions) -> list[Frozen]:
    """Everything that was ever published of a roadmap, in the terms of that version of it."""
    code = definitions.roadmap.code
    rounds = await wired.queries.rounds(roadmap=code)
    reports = {row.id: row.state for row in await wired.queries.reports(roadmap=code)}
    moments = {(p.round, p.edition): p.recorded_at for p in await wired.queries.publications()}
    frozen = frozen_reports([(row.id, row.state) for row in rounds], reports, moments)
    versions = {f.roadmap_version: await wired.queries.definitions(code, f.roadmap_version) for f in frozen}
    return [_carried(definitions, versions[f.roadmap_version], f) for f in frozen]


def _carried(definitions: Definitions, theirs: Definitions, frozen: Frozen) -> Frozen:
    contents = tuple((j, in_terms_of(definitions, theirs, content)) for j, content in frozen.contents)
    return replace(frozen, contents=contents)


def _check(given: Mapping[str, str], components: Sequence[str]) -> None:
    for name in given:
        if name not in components:
            detail = f"This roadmap has no {name}; it has {', '.join(components)}."
            raise invalid_parameter(f"c[{name}]", "component_unknown", detail)


def _of_time(frozen: Sequence[Frozen], asked: Asked) -> list[Frozen]:
    """Raises `Problem` 422."""
    moment = _instant("asOf", asked.as_of)
    since = _instant("updatedAfter", asked.updated_after)
    if moment and since and since > moment:
        raise invalid_parameter("updatedAfter", "after_as_of", "updatedAfter lies after asOf.")
    known = [f for f in frozen if moment is None or f.valid_from <= moment]
    if since is not None:
        known = [f for f in known if f.valid_from > since]
    return known if asked.include_history else [f for f in known if f.valid_at(moment)]


def _instant(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = parse_as_of(text).instant
    except Problem:  # it names the parameter of other routes
        instant = None
    if instant is None:
        detail = f"{name} is an instant with its offset, like 2020-07-01T00:00:00Z."
        raise invalid_parameter(name, "instant_malformed", detail)
    return instant


def _accepted(request: Request) -> Format:
    accept = request.headers.get("accept", "")
    for kind, media in (("sdmx-json", SDMX_JSON), ("sdmx-csv", SDMX_CSV), ("csv", "text/csv")):
        if media in accept:
            return kind  # type: ignore[return-value]
    return "json"


def _written(
    wired: Services, definitions: Definitions, rows: Sequence[Coded], kind: Format, *, history: bool
) -> Response:
    match kind:
        case "sdmx-csv":
            return Response(sdmx.csv_message(definitions, rows, history=history), media_type=_MEDIA[kind])
        case "sdmx-json":
            areas = {code: j.capital for code, j in wired.pack.jurisdictions.items()}
            names = sdmx.labels(definitions, areas)
            message = sdmx.json_message(definitions, rows, names, str(new_id()), wired.clock())
            response = json_response(message)
            response.headers["Content-Type"] = _MEDIA[kind]
            return response
        case "csv":
            return Response(_csv(definitions, rows), media_type="text/csv; charset=utf-8")
    components = sdmx.dimensions(definitions)
    document = {"roadmap": definitions.roadmap.code, "items": [sdmx.plain_document(row, components) for row in rows]}
    return json_response(document)


def _csv(definitions: Definitions, rows: Sequence[Coded]) -> str:
    components = [*sdmx.dimensions(definitions), sdmx.VALUE, *sdmx.ATTRIBUTES]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name.lower() for name in components])
    for row in rows:
        writer.writerow([row.value or "" if name == sdmx.VALUE else row.codes[name] for name in components])
    return out.getvalue()

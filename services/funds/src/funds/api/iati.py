"""Funds and grants as IATI 2.03 activity files, as they stand today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.responses import Response

from common.http.routing import Router
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api.dependencies import FundPath, Services, Wired
from funds.application.iati import fund_activity, grant_activity
from funds.application.iati_model import Activity
from funds.application.iati_money import Told
from funds.application.iati_naming import Naming, grant_identifier
from funds.application.iati_results import results
from funds.application.iati_told import done_under, grants_of, watched_under
from funds.application.iati_xml import MEDIA_TYPE, document
from funds.domain import activity, fund_state, project_state
from funds.readmodel.queries import Row

router = Router(prefix="/v1", tags=["in and out"])

XML: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}


@router.get("/funds/{fund}/iati.xml", response_class=Response, responses=XML, summary="The fund as an IATI activity")
async def read_fund(fund: FundPath, principal: Annotated[Principal, requires("funds:read")], wired: Wired) -> Response:
    """What donors promised and paid, what was granted, transferred and refunded; its grants are activities of their
    own (`GET /v1/projects/{id}/iati.xml`) and named as its children."""
    row = await wired.fund(fund)
    projects = await wired.projects_of(row.id)
    mine = {grant.id for project in projects for grant in project.state.grants if grant.fund == row.id}
    told = _told(wired, [row.recorded_at, *(project.recorded_at for project in projects)])
    grants = [each for p in projects for each in grants_of(p.id, p.state, told.on) if each.id in mine]
    return _written(wired, [fund_activity(row.state, grants, told)], row.state.code)


@router.get(
    "/projects/{project}/iati.xml",
    response_class=Response,
    responses=XML,
    summary="The project's grants as IATI activities",
)
async def read_project(
    project: UUID, principal: Annotated[Principal, requires("funds:read")], wired: Wired
) -> Response:
    """An activity for each grant: what came, what was spent, the budget in force by year, and results."""
    row = await wired.project(project)
    done = await wired.queries.all(activity.State, project)
    behind = {grant.fund for grant in row.state.grants}
    funds = {each.id: each for each in await wired.queries.all(fund_state.State) if each.id in behind}
    moments = [row.recorded_at, *(e.recorded_at for e in done), *(e.recorded_at for e in funds.values())]
    states = {stream: each.state for stream, each in funds.items()}
    return _written(wired, list(_of_project(row, done, states, _told(wired, moments))), str(project))


def _of_project(
    row: Row[project_state.State],
    done: Sequence[Row[activity.State]],
    funds: Mapping[UUID, fund_state.State],
    told: Told,
) -> Iterator[Activity]:
    grants = grants_of(row.id, row.state, told.on)
    of = {grant.id: funds[grant.fund] for grant in row.state.grants}
    names = {grant.id: grant_identifier(of[grant.id].kind, of[grant.id].code, grant.id) for grant in grants}
    for grant in grants:
        reached = results(
            done_under(grant, grants, [each.state for each in done]),
            watched_under(grant, grants, row.state, told.on),
            told.naming,
        )
        siblings = [name for each, name in names.items() if each != grant.id]
        yield grant_activity(of[grant.id], grant, siblings, reached, told)


def _told(wired: Services, moments: Sequence[datetime]) -> Told:
    return Told(wired.today(), _local(wired, max(moments)), Naming(wired.pack, wired.publishers))


def _local(wired: Services, moment: datetime) -> datetime:
    """In the zone of the region that is furthest ahead: there every day that is told has begun."""
    zones = {known.time_zone for known in wired.pack.jurisdictions.values()}
    return max((moment.astimezone(ZoneInfo(zone)) for zone in zones), key=lambda local: local.replace(tzinfo=None))


def _written(wired: Services, activities: Sequence[Activity], name: str) -> Response:
    content = document(activities, _local(wired, wired.clock()))
    return Response(
        content, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'inline; filename="iati-{name}.xml"'}
    )

"""How complete a round is and what came when; and deadlines as a calendar."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query
from icalendar import Alarm, Calendar, Event
from starlette.responses import Response

from common.http.answered import Document
from common.http.answers import json_response
from common.http.routing import Router
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.dependencies import Services, Wired
from kpi.application.completeness import matrix, timeliness
from kpi.application.visibility import sight
from kpi.readmodel.queries import ReportRow, RoundRow

router = Router(tags=["rounds"])


@router.get("/v1/rounds/{round_id}/completeness", response_class=Response, responses={200: {"model": Document}})
async def read_completeness(
    round_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """Jurisdiction by KPI: what is said of each, without the figures. KPIs that commissions do not collect are listed
    apart and count in nobody's completeness."""
    row = await wired.round(round_id)
    definitions = await wired.queries.definitions_of(row.state)
    reports = [(r.id, r.state) for r in await wired.queries.reports(round=round_id)]
    told = matrix(definitions, reports, lambda state: state.phase == "published" or sight(principal, state) == "full")
    return json_response({"round": row.id, "period": row.state.period, **told})


@router.get("/v1/rounds/{round_id}/timeliness", response_class=Response, responses={200: {"model": Document}})
async def read_timeliness(
    round_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """When each report was due and came, by how much it was late, and why its deadline was extended."""
    row = await wired.round(round_id)
    reports = await wired.queries.with_words(await wired.queries.reports(round=round_id))
    items = timeliness([(r.id, r.state) for r in reports], wired.today())
    return json_response({"round": row.id, "period": row.state.period, "items": items})


@router.get(
    "/v1/deadlines.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}},
)
async def read_deadlines(
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    jurisdiction: Annotated[str | None, Query(max_length=20)] = None,
    roadmap: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """The deadline of every report, whole days in the jurisdiction's own calendar, with its reminders as alarms."""
    rounds = {row.id: row for row in await wired.queries.rounds(roadmap=roadmap)}
    reports = await wired.queries.reports(roadmap=roadmap, jurisdiction=jurisdiction, kind="jurisdiction")
    calendar = Calendar()
    calendar.add("prodid", "-//SALWatch//kpi//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Roadmap reports")
    for report in reports:
        calendar.add_component(_deadline(wired, report, rounds[report.state.round]))
    return Response(calendar.to_ical(), media_type="text/calendar; charset=utf-8")


def _deadline(wired: Services, report: ReportRow, row: RoundRow) -> Event:
    state = report.state
    jurisdiction = wired.pack.jurisdictions[state.jurisdiction or ""]
    event = Event()
    event.add("uid", f"{report.id}@salwatch")
    event.add("dtstamp", report.recorded_at)
    event.add("sequence", len(state.extensions))
    event.add("summary", f"{state.roadmap} report {state.number} ({state.period}) due, {jurisdiction.capital}")
    event.add("dtstart", state.due)
    event.add("dtend", state.due + timedelta(days=1))
    event.add("status", "CONFIRMED")
    event.add("description", f"The report is {state.phase}.")
    if state.received_on is None:
        for day in row.state.reminders:
            event.add_component(_alarm(datetime.combine(day, time(9), ZoneInfo(jurisdiction.time_zone)), state.period))
    return event


def _alarm(moment: datetime, period: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"The report of {period} is due.")
    alarm.add("trigger", moment.astimezone(ZoneInfo("UTC")))
    return alarm

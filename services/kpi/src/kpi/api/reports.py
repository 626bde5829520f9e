"""Reading reports: as they stand, as they were known, and why a figure changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from common.eventsourcing.past import AsOf, held
from common.http.answered import READ, Document
from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.problems import invalid_parameter
from common.http.routing import Router
from common.http.sent import Day
from common.http.versions import etag
from common.kernel.errors import NotAllowed, NotFound
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import shown_report, with_actions
from kpi.api.dependencies import Services, Wired
from kpi.api.views import (
    decimal,
    dimensions_document,
    finding_document,
    held_document,
    queries_document,
    report_head,
    value_document,
    voided_document,
    words,
)
from kpi.application.visibility import sight
from kpi.domain import events, evolving
from kpi.domain.errors import UnknownPart
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.state import State
from kpi.domain.triangulation import compare
from kpi.domain.validation import rules_version, validate
from kpi.domain.values import Content

router = Router(prefix="/v1/reports", tags=["reports"])

_EMPTY = Content()

Phase = Literal["draft", "submitted", "returned", "accepted", "published"]


class Withheld(NotAllowed):
    code = "draft_withheld"
    title = "A draft is for its own jurisdiction and for whom it invites"


class NotRecorded(NotFound):
    code = "not_recorded"
    title = "Nothing is recorded for this KPI"


class ReportDocument(Document):
    id: UUID
    version: int
    state: str


class ReportList(Document):
    items: list[ReportDocument]


@router.get("", response_class=Response, responses={200: {"model": ReportList}}, summary="List reports")
async def list_reports(
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    round: UUID | None = None,  # noqa: A002  the field's word
    roadmap: Annotated[str | None, Query(max_length=80)] = None,
    jurisdiction: Annotated[str | None, Query(max_length=20)] = None,
    period: Annotated[str | None, Query(max_length=10)] = None,
    kind: Literal["jurisdiction", "secretariat"] | None = None,
    state: Phase | None = None,
) -> Response:
    """How far each has come. What they say is read one by one, or compared."""
    rows = await wired.queries.reports(
        round=round, roadmap=roadmap, jurisdiction=jurisdiction, period=period, kind=kind, state=state
    )
    return json_response({"items": [report_head(row.id, row.state) for row in rows]})


@router.get("/{report_id}", response_class=Response, responses={200: {"model": ReportDocument, **READ}})
async def read_report(
    report_id: UUID,
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    as_of: AsOfParameter = None,
    on: Annotated[Day | None, Query(description="what held that day")] = None,
) -> Response:
    """One report with all that the caller may see of it, and what the caller may do now."""
    row = await wired.report(report_id)
    state = row.state
    if as_of is not None or on is not None:
        known = parse_as_of(as_of) if as_of else AsOf()
        state = await held(wired.log, report_id, evolving.evolve, events.ReportOpened, known, on)
    document = await shown_report(wired, principal, report_id, state, row.state)
    return json_response(document, headers={"ETag": etag(state.version)})


@router.get("/{report_id}/validation", response_class=Response, responses={200: {"model": Document}})
async def read_validation(
    report_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """What validation finds now. Errors block the endorsement, warnings need an explanation."""
    state, definitions = await _seen(wired, principal, report_id)
    findings = validate(definitions, state, await wired.history(definitions, state))
    document = {"items": [finding_document(f) for f in findings], "rules_version": rules_version(definitions)}
    return json_response(document, headers={"ETag": etag(state.version)})


@router.get("/{report_id}/values/{kpi}", response_class=Response, responses={200: {"model": Document, **READ}})
async def read_value(
    report_id: UUID,
    kpi: str,
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    jurisdiction: Annotated[str | None, Query(max_length=20, description="in the secretariat's report")] = None,
) -> Response:
    """The figure of one part of a KPI."""
    state, definitions = await _seen(wired, principal, report_id)
    part = part_of(definitions, kpi)
    held = state.figure(_whose(state, jurisdiction), part.number)
    if held is None:
        raise NotRecorded(f"{part.number} follows from {part.formula}." if part.derived else "")
    document = await with_actions(wired, principal, definitions, state, held_document(definitions, state, held))
    return json_response(document, headers={"ETag": etag(state.version)})


@router.get("/{report_id}/values/{kpi}/history", response_class=Response, responses={200: {"model": Document}})
async def read_value_history(
    report_id: UUID,
    kpi: str,
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    jurisdiction: Annotated[str | None, Query(max_length=20, description="in the secretariat's report")] = None,
) -> Response:
    """Every version of a figure: who recorded it and when, why, and which approvals it voided. For those who do not see
    the draft, the versions that editions published."""
    row = await wired.report(report_id)
    definitions = await wired.queries.definitions_of(row.state)
    part = part_of(definitions, kpi)
    whose = _whose(row.state, jurisdiction)
    if sight(principal, row.state) == "full":
        return json_response({"items": await _history(wired, report_id, definitions, part, whose)})
    items = [
        {"edition": p.edition, "on": p.on, **value_document(definitions, part, whose, figure)}
        for p in row.state.published
        for number, figure in dict(p.contents).get(whose, _EMPTY).figures
        if number == part.number
    ]
    if not items:
        raise Withheld
    return json_response({"items": items})


@router.get("/{report_id}/queries", response_class=Response, responses={200: {"model": Document}})
async def read_queries(
    report_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """Questions why an official figure lies below the incident feed's. Drafts are the secretariat's."""
    state, _ = await _seen(wired, principal, report_id)
    return json_response({"items": queries_document(state, drafted=principal.may("reports:read-submitted"))})


@router.get("/{report_id}/feed-comparison", response_class=Response, responses={200: {"model": Document}})
async def read_feed_comparison(
    report_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """Each comparable figure beside what the incident feed says of the same jurisdiction and period: pieces beside
    pieces. They are never added up."""
    state, definitions = await _seen(wired, principal, report_id)
    history = await wired.history(definitions, state)
    content = state.content(state.jurisdiction or "")
    items = [
        {
            "kpi": c.part,
            "dimensions": dimensions_document(c.dimensions),
            "official": decimal(c.official),
            "feed": decimal(c.feed),
            "tolerance_percent": decimal(c.tolerance_percent),
            "discrepant": c.discrepant,
        }
        for c in compare(definitions, content, history)
    ]
    return json_response({"items": items, "freshness": await wired.feed.freshness()})


def part_of(definitions: Definitions, kpi: str) -> Part:
    """One part by its number. Raises `UnknownPart`."""
    if kpi in definitions.parts:
        return definitions.parts[kpi]
    below = definitions.named(kpi)
    hint = f"KPI {kpi} has the parts {', '.join(p.number for p in below)}." if below else ""
    raise UnknownPart(hint or f"The roadmap has no KPI {kpi[:40]!r}.")


def _whose(state: State, named: str | None) -> str:
    """The jurisdiction of the figure that is meant. Raises `Problem` 422."""
    if named is None and state.jurisdiction is None:
        detail = "In the secretariat's report a figure is a jurisdiction's, or regional: name it."
        raise invalid_parameter("jurisdiction", "required", detail)
    return named or state.jurisdiction or ""


async def _seen(wired: Services, principal: Principal, report_id: UUID) -> tuple[State, Definitions]:
    """A report that the caller sees whole. Raises `Withheld`."""
    row = await wired.report(report_id)
    if sight(principal, row.state) != "full":
        raise Withheld
    return row.state, await wired.queries.definitions_of(row.state)


async def _history(
    wired: Services, stream: UUID, definitions: Definitions, part: Part, jurisdiction: str
) -> list[dict[str, Any]]:
    items, state = [], None
    for recorded in await wired.log.load(stream):
        state = evolving.evolve(state, recorded.event)
        event = recorded.event
        if isinstance(event, events.FigureRecorded) and (event.part, event.jurisdiction) == (part.number, jurisdiction):
            items.append(
                {
                    "version": recorded.version,
                    "actor": recorded.actor,
                    "on": event.on,
                    "recorded_at": recorded.recorded_at,
                    "reason": words(event.reason),
                    "approvals_voided": [voided_document(v) for v in state.voided if v.voided_at == recorded.version],
                    **value_document(definitions, part, jurisdiction, event.figure),
                }
            )
    return items

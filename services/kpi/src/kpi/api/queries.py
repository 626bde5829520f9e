"""Queries why an official figure lies below the incident feed's: the secretariat sends or dismisses, the jurisdiction
answers."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from starlette.responses import Response

from common.http.answered import CHANGED
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.http.sent import Told
from common.kernel.text import ErasableText
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import acted
from kpi.api.dependencies import Wired, text, told_on
from kpi.api.reports import ReportDocument
from kpi.api.schemas import AnswerSent, QueryText, Reasoned
from kpi.application.visibility import require_own
from kpi.domain import commands

router = Router(prefix="/v1/reports/{report_id}", tags=["queries"])

_CHANGED: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": ReportDocument, **CHANGED}}}


@router.post("/compare-with-feed", summary="Draft queries from the incident feed", **_CHANGED)
async def compare_with_feed(
    report_id: UUID,
    sent: Told,
    principal: Annotated[Principal, requires("queries:handle")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """For each official figure that lies below the feed's by more than the tolerance. It is also done when a report is
    submitted."""
    row = await wired.report(report_id)
    history = await wired.history(await wired.queries.definitions_of(row.state), row.state)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    return await acted(wired, principal, row, commands.CompareWithFeed(history, on, text(sent.reason)), key)


@router.post("/queries/{number}/send", summary="Send a query", **_CHANGED)
async def send_query(
    report_id: UUID,
    number: int,
    sent: QueryText,
    principal: Annotated[Principal, requires("queries:handle")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """To the jurisdiction, which answers it in the report."""
    row = await wired.report(report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.SendQuery(number, text(sent.text), principal.id, on, text(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/queries/{number}/dismiss", summary="Dismiss a query", **_CHANGED)
async def dismiss_query(
    report_id: UUID,
    number: int,
    sent: Reasoned,
    principal: Annotated[Principal, requires("queries:handle")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """With a reason, which stays on record."""
    row = await wired.report(report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.DismissQuery(number, principal.id, on, ErasableText.of(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/queries/{number}/answer", summary="Answer a query", **_CHANGED)
async def answer_query(
    report_id: UUID,
    number: int,
    sent: AnswerSent,
    principal: Annotated[Principal, requires("queries:answer")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By the jurisdiction that was asked."""
    row = await wired.report(report_id)
    require_own(principal, row.state)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.AnswerQuery(number, ErasableText.of(sent.answer), principal.id, on, text(sent.reason))
    return await acted(wired, principal, row, command, key)

"""Clearing, endorsing, checking, reopening; explanations, extensions and invited readers."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from starlette.responses import Response

from common.http.answered import CHANGED
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.http.versions import IfMatch
from common.kernel.text import ErasableText
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import acted
from kpi.api.dependencies import Services, Wired, text, told_on
from kpi.api.recording import OtherInstitution
from kpi.api.reports import ReportDocument
from kpi.api.schemas import Approval, DueSent, ExplanationSent, ReaderSent, Reasoned, ReturnSent
from kpi.application.visibility import require_own
from kpi.domain import commands
from kpi.domain.events import PartComment
from kpi.readmodel.queries import ReportRow

router = Router(prefix="/v1/reports/{report_id}", tags=["approvals"])

_CHANGED: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": ReportDocument, **CHANGED}}}


@router.post("/explanations", summary="Explain a warning", **_CHANGED)
async def explain_warning(
    report_id: UUID,
    sent: ExplanationSent,
    principal: Annotated[Principal, requires("warnings:explain")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """It becomes part of the record and holds as long as the figures that the warning is about stay the same."""
    row = await _own(wired, principal, report_id)
    history = await wired.history(await wired.queries.definitions_of(row.state), row.state)
    command = commands.ExplainWarning(
        sent.finding,
        ErasableText.of(sent.explanation),
        told_on(wired, principal, sent, row.state.jurisdiction),
        text(sent.reason),
        history,
    )
    return await acted(wired, principal, row, command, key)


@router.post("/institutions/{institution}/clear", summary="Clear one's own inputs", **_CHANGED)
async def clear_inputs(
    report_id: UUID,
    institution: str,
    sent: Approval,
    principal: Annotated[Principal, requires("inputs:clear")],
    seen: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """The institution stands by its inputs exactly as they are; a later change voids it."""
    row = await _own(wired, principal, report_id)
    if principal.agency != institution:
        raise OtherInstitution(f"This credential is of {principal.agency or 'no institution'}.")
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.ClearInputs(institution, principal.id, seen, on, sent.digest, text(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/endorse", summary="Endorse, which submits", **_CHANGED)
async def endorse_report(
    report_id: UUID,
    sent: Approval,
    principal: Annotated[Principal, requires("reports:endorse")],
    seen: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By the head of the commission, for exactly the content seen. Errors of validation block it, and warnings that
    nobody has explained."""
    row = await _own(wired, principal, report_id)
    history = await wired.history(await wired.queries.definitions_of(row.state), row.state)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.EndorseReport(principal.id, seen, on, sent.digest, history, text(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/return", summary="Return with comments", **_CHANGED)
async def return_report(
    report_id: UUID,
    sent: ReturnSent,
    principal: Annotated[Principal, requires("reports:check")],
    seen: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """With at least one comment, on a KPI's part or on the whole."""
    row = await wired.report(report_id)
    comments = tuple(PartComment(comment.kpi, ErasableText.of(comment.text)) for comment in sent.comments)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.ReturnReport(comments, principal.id, seen, on, sent.digest, text(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/accept", summary="Accept", **_CHANGED)
async def accept_report(
    report_id: UUID,
    sent: Approval,
    principal: Annotated[Principal, requires("reports:check")],
    seen: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Exactly the content seen."""
    row = await wired.report(report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.AcceptReport(principal.id, seen, on, sent.digest, text(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/reopen", summary="Reopen an accepted report", **_CHANGED)
async def reopen_report(
    report_id: UUID,
    sent: Reasoned,
    principal: Annotated[Principal, requires("reports:reopen")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Its approvals are void by it; the jurisdiction changes what is wrong and endorses again."""
    row = await wired.report(report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.ReopenReport(principal.id, on, ErasableText.of(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/restate", summary="Open a published report for a restatement", **_CHANGED)
async def restate_report(
    report_id: UUID,
    sent: Reasoned,
    principal: Annotated[Principal, requires("reports:restate")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """What was published stays as it is; the new figures appear with the next edition of the round."""
    row = await wired.report(report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.OpenRestatement(principal.id, on, ErasableText.of(sent.reason))
    return await acted(wired, principal, row, command, key)


@router.post("/extend", summary="Extend the deadline", **_CHANGED)
async def extend_due(
    report_id: UUID,
    sent: DueSent,
    principal: Annotated[Principal, requires("rounds:extend")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Of this jurisdiction, with a reason."""
    row = await wired.report(report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    return await acted(wired, principal, row, commands.ExtendDue(sent.due, on, ErasableText.of(sent.reason)), key)


@router.post("/readers", summary="Invite a reader to the draft", **_CHANGED)
async def invite_reader(
    report_id: UUID,
    sent: ReaderSent,
    principal: Annotated[Principal, requires("readers:invite")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By the id of a credential, which reads the draft and changes nothing."""
    row = await _own(wired, principal, report_id)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    return await acted(wired, principal, row, commands.InviteReader(sent.reader, on, text(sent.reason)), key)


@router.delete("/readers/{reader}", summary="Take an invitation back", **_CHANGED)
async def remove_reader(
    report_id: UUID, reader: str, principal: Annotated[Principal, requires("readers:invite")], wired: Wired
) -> Response:
    """The reader sees no more of the draft than anybody else."""
    row = await _own(wired, principal, report_id)
    command = commands.RemoveReader(reader, wired.today(row.state.jurisdiction))
    return await acted(wired, principal, row, command, None)


async def _own(wired: Services, principal: Principal, report_id: UUID) -> ReportRow:
    row = await wired.report(report_id)
    require_own(principal, row.state)
    return row

"""Recording what a report says: figures, institutions' inputs, narratives, evidence."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from starlette.responses import Response

from common.http.answered import CHANGED, Document
from common.http.idempotency import Idempotency
from common.http.landed import answer_of, landed, written
from common.http.problems import invalid
from common.http.routing import Router
from common.http.versions import IfMatch
from common.kernel.errors import NotAllowed, Violation
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import SERVICE, acted, executed, report_at, with_actions
from kpi.api.dependencies import Services, Wired, caller, text, told_on
from kpi.api.reports import part_of
from kpi.api.schemas import Contribution, EvidenceAdded, FigureSent, InputSent, NarrativeSent
from kpi.api.views import held_document, held_narrative_document, input_document
from kpi.application.visibility import require_own
from kpi.domain import commands
from kpi.domain.errors import InvalidFigure
from kpi.domain.lookups import Definitions
from kpi.domain.state import State

router = Router(prefix="/v1/reports/{report_id}", tags=["recording"])

_CHANGED: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": Document, **CHANGED}}}


class OtherInstitution(NotAllowed):
    code = "other_institution"
    title = "The inputs are another institution's"


class NotTheSecretariats(NotAllowed):
    code = "not_the_secretariats"
    title = "The secretariat never edits a jurisdiction's figure"


@router.put("/values/{kpi}", summary="Record a figure", **_CHANGED)
async def record_figure(
    report_id: UUID,
    kpi: str,
    sent: FigureSent,
    principal: Annotated[Principal, requires("figures:record", "secretariat:record")],
    seen: IfMatch,
    wired: Wired,
) -> Response:
    """The whole figure of one part. If-Match names any version of the report that you have seen: it is refused only
    where this part has changed since, and then with what stands there now."""
    row = await wired.report(report_id)
    _require_recorder(principal, row.state)
    definitions = await wired.queries.definitions_of(row.state)
    check_unit(definitions, kpi, sent)
    jurisdiction = _jurisdiction(sent, row.state)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.RecordFigure(jurisdiction, kpi, sent.to_domain(), seen, on, text(sent.reason))
    state, result, kept = await _recorded(wired, principal, report_id, definitions, sent, command)
    held = state.figure(jurisdiction, kpi)
    assert held is not None, "it was recorded"
    document = await with_actions(wired, principal, definitions, state, held_document(definitions, state, held))
    return written(SERVICE, result, kept, document)


@router.put("/values/{kpi}/inputs/{institution}", summary="Record an institution's input", **_CHANGED)
async def record_input(
    report_id: UUID,
    kpi: str,
    institution: Annotated[str, Path(max_length=80)],
    sent: InputSent,
    principal: Annotated[Principal, requires("inputs:record")],
    seen: IfMatch,
    wired: Wired,
) -> Response:
    """What one institution contributes to a figure; its own, or on paper through the commission."""
    row = await wired.report(report_id)
    require_own(principal, row.state)
    require_institution(principal, institution)
    definitions = await wired.queries.definitions_of(row.state)
    check_unit(definitions, kpi, sent)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.RecordInput(kpi, institution, sent.to_domain(), seen, on, text(sent.reason))
    state, result, kept = await _recorded(wired, principal, report_id, definitions, sent, command)
    held = state.input(kpi, institution)
    assert held is not None, "it was recorded"
    document = await with_actions(wired, principal, definitions, state, input_document(definitions, held))
    return written(SERVICE, result, kept, document)


@router.put("/narratives/{section}", summary="Record a narrative", **_CHANGED)
async def record_narrative(
    report_id: UUID,
    section: str,
    sent: NarrativeSent,
    principal: Annotated[Principal, requires("narratives:record")],
    seen: IfMatch,
    wired: Wired,
) -> Response:
    """On a goal or target by its number, or on challenges, needs or plans."""
    row = await wired.report(report_id)
    require_own(principal, row.state)
    definitions = await wired.queries.definitions_of(row.state)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.RecordNarrative(section, sent.to_domain(), seen, on, text(sent.reason))
    state, result, kept = await _recorded(wired, principal, report_id, definitions, sent, command)
    held = state.narrative(section)
    assert held is not None, "it was recorded"
    document = await with_actions(wired, principal, definitions, state, held_narrative_document(held))
    return written(SERVICE, result, kept, document)


@router.post("/evidence", summary="Add evidence to the report as a whole", **_CHANGED)
async def add_evidence(
    report_id: UUID,
    sent: EvidenceAdded,
    principal: Annotated[Principal, requires("evidence:add")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """What a file is, its SHA-256 and where it lies; evidence of one figure is recorded with the figure."""
    row = await wired.report(report_id)
    require_own(principal, row.state)
    on = told_on(wired, principal, sent, row.state.jurisdiction)
    command = commands.AddEvidence(sent.to_domain(), on, text(sent.reason))
    return await acted(wired, principal, row, command, key)


def require_institution(principal: Principal, institution: str) -> None:
    """An institution acts for itself, a commission for whom it collects from. Raises `OtherInstitution`."""
    if not principal.may("figures:record") and principal.agency != institution:
        raise OtherInstitution(f"This credential is of {principal.agency or 'no institution'}.")


def check_unit(definitions: Definitions, kpi: str, sent: Contribution) -> None:
    """Raises `Problem` 422, `UnknownPart`."""
    part = part_of(definitions, kpi)
    if sent.unit is not None and sent.unit != part.unit:
        detail = f"{part.number} is counted in {part.unit or 'no unit'}, not in {sent.unit[:40]}."
        raise invalid([Violation("/unit", "unit_differs", detail)])
    if sent.value is not None and any(not cell.to_domain().dimensions for cell in sent.cells):
        detail = "The grand total stands in value and in a cell without dimensions: give it once."
        raise invalid([Violation("/value", "cell_twice", detail)])


def _require_recorder(principal: Principal, state: State) -> None:
    """Commissions record in their own report, the secretariat in its."""
    if state.kind == "secretariat":
        principal.require("secretariat:record")
    elif not principal.may("figures:record"):
        raise NotTheSecretariats
    else:
        require_own(principal, state)


def _jurisdiction(sent: FigureSent, state: State) -> str:
    """Whose figure it is. Raises `Problem` 422."""
    if state.jurisdiction is not None:
        return sent.jurisdiction or state.jurisdiction
    if sent.jurisdiction is None:
        detail = "In the secretariat's report a figure names its jurisdiction, or regional."
        raise invalid([Violation("/jurisdiction", "required", detail)])
    return sent.jurisdiction


async def _recorded(
    wired: Services,
    principal: Principal,
    report_id: UUID,
    definitions: Definitions,
    sent: FigureSent | InputSent | NarrativeSent,
    command: commands.ReportCommand,
) -> tuple[State, Any, Any]:
    """The report after it, with the words it holds; the result; and what it is answered with."""
    answer = answer_of(200, "/v1/reports")
    work = wired.commanding.on_report(report_id, definitions, command, caller(principal), answer)
    try:
        result = await executed(wired, report_id, definitions, work)
    except InvalidFigure as error:
        assert isinstance(sent, Contribution), "a narrative is no figure"
        raise InvalidFigure("", *map(sent.located, error.violations)) from error
    kept, _, version = landed(result, answer)
    return await report_at(wired, report_id, version), result, kept

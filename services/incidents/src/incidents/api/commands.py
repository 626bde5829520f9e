"""The commands on an incident. Each names the version that its author has seen, in If-Match."""

from __future__ import annotations

from functools import partial
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
from incidents.api.answers import incident_answer, incident_response
from incidents.api.dependencies import Wired, actor, require_covered, require_reach
from incidents.api.documents import Incident
from incidents.api.schemas import Comment, Correction, DuplicateMark, Reason, Reclassification
from incidents.application.incidents import Caller
from incidents.domain import commands
from incidents.domain.body import clean

router = Router(prefix="/v1/incidents/{incident_id}", tags=["commands"])

_ANSWERS: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": Incident, **CHANGED}}}


@router.post("/correct", summary="Correct facts", **_ANSWERS)
async def correct_incident(
    incident_id: UUID,
    correction: Correction,
    principal: Annotated[Principal, requires("incidents:correct-own", "incidents:correct")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Top-level members, each replaced whole. What the secretariat has corrected, later pushes no longer overwrite."""
    await require_reach(wired, principal, incident_id, "incidents:correct")
    fields = correction.fields.to_domain()
    if "jurisdiction" in fields:
        require_covered(principal, clean(fields["jurisdiction"]), wired.vocabulary, "/fields/jurisdiction")
    command = commands.CorrectIncident(
        "secretariat" if principal.may("incidents:correct") else "agency",
        fields,
        ErasableText.of(correction.reason),
        wired.incidents.clock(),
    )
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


@router.post("/reclassify", summary="Change the main category", **_ANSWERS)
async def reclassify_incident(
    incident_id: UUID,
    sent: Reclassification,
    principal: Annotated[Principal, requires("incidents:reclassify")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """The category then holds against later pushes, which become proposals."""
    await require_reach(wired, principal, incident_id, "incidents:reclassify")
    command = commands.ReclassifyIncident(sent.category, ErasableText.of(sent.reason), wired.incidents.clock())
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


@router.post("/verify", summary="Verify the version seen", **_ANSWERS)
async def verify_incident(
    incident_id: UUID,
    principal: Annotated[Principal, requires("incidents:verify")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
    sent: Comment = Comment(),  # noqa: B008  frozen, so one default serves all
) -> Response:
    """By someone outside the reporting agency. A later correction voids it."""
    await require_reach(wired, principal, incident_id, "incidents:verify")
    comment = ErasableText.of(sent.comment) if sent.comment is not None else None
    command = commands.VerifyIncident(version, principal.agency, comment)
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


@router.post("/dispute", summary="Dispute", **_ANSWERS)
async def dispute_incident(
    incident_id: UUID,
    sent: Reason,
    principal: Annotated[Principal, requires("incidents:dispute")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """A disputed incident still counts, and is marked so."""
    await require_reach(wired, principal, incident_id, "incidents:dispute")
    command = commands.DisputeIncident(ErasableText.of(sent.reason))
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


@router.post("/mark-duplicate", summary="Mark as the same as another incident", **_ANSWERS)
async def mark_duplicate(
    incident_id: UUID,
    sent: DuplicateMark,
    principal: Annotated[Principal, requires("incidents:mark-duplicate")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """It then does not count, until it is unmarked."""
    await require_reach(wired, principal, incident_id, "incidents:mark-duplicate")
    command = commands.MarkDuplicate(incident_id, sent.duplicate_of, ErasableText.of(sent.reason))
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


@router.post("/unmark-duplicate", summary="Take a duplicate's mark away", **_ANSWERS)
async def unmark_duplicate(
    incident_id: UUID,
    sent: Reason,
    principal: Annotated[Principal, requires("incidents:mark-duplicate")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """It counts again."""
    await require_reach(wired, principal, incident_id, "incidents:mark-duplicate")
    command = commands.UnmarkDuplicate(ErasableText.of(sent.reason))
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


@router.post("/retract", summary="Retract for good", **_ANSWERS)
async def retract_incident(
    incident_id: UUID,
    sent: Reason,
    principal: Annotated[Principal, requires("incidents:retract-own", "incidents:retract")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """It no longer counts and takes no further lines or commands; its history stays."""
    await require_reach(wired, principal, incident_id, "incidents:retract")
    command = commands.RetractIncident(ErasableText.of(sent.reason))
    return await _act(incident_id, command, version, Caller(actor(principal), key), principal, wired)


async def _act(
    incident_id: UUID,
    command: commands.IncidentCommand,
    version: int,
    caller: Caller,
    principal: Principal,
    wired: Wired,
) -> Response:
    answer = partial(incident_answer, principal)
    result = await wired.incidents.act(incident_id, command, version, caller, answer)
    return await incident_response(principal, result, wired.queries)

"""The steering committee or board: who sits on it, its meetings, its decisions and their votes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from common.http.answers import json_response
from common.http.as_of import AsOfParameter
from common.http.idempotency import Idempotency
from common.http.problems import invalid
from common.http.routing import Router
from common.http.sent import Told
from common.http.versions import IfMatch, etag
from common.kernel.errors import DomainError, StaleVersion, Violation
from common.kernel.ids import new_id
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api import schemas
from funds.api.answering import CHANGED_THING, CREATED, LISTED, SHOWN, done
from funds.api.calls import checked_plan
from funds.api.dependencies import FundPath, Services, Wired, own_party, referred, text, told_on
from funds.api.funds import OnDay, Read, posted, seen_fund
from funds.api.views import decision_document, meeting_document
from funds.application.commanding import Asked, Busy
from funds.application.deciding import Concluding, Question, concluding, proposing
from funds.application.streams import DECISION
from funds.domain import commands, committee, decision, errors, fund_state
from funds.readmodel.queries import Row

router = Router(prefix="/v1", tags=["committee"])


@router.get("/funds/{fund}/committee", summary="Who sits on a day, and with a vote or not", response_class=Response)
async def read_committee(
    fund: FundPath, principal: Read, wired: Wired, on: OnDay = None, as_of: AsOfParameter = None
) -> Response:
    """The seats of the largest other donors follow from the deposits up to that day."""
    day = on or wired.today()
    stream, state = await seen_fund(wired, fund, as_of)
    seats = [{"party": s.party, "kind": s.kind, "vote": s.vote} for s in committee.seats(state, day)]
    return json_response({"fund": stream, "on": day, "seats": seats})


@router.get("/funds/{fund}/meetings", summary="The meetings", **LISTED)
async def list_meetings(
    fund: FundPath,
    principal: Read,
    wired: Wired,
    year: Annotated[int | None, Query(ge=1990, le=2200)] = None,
    as_of: AsOfParameter = None,
) -> Response:
    """By day, with agenda, attendance by party, and where the minutes are."""
    stream, state = await seen_fund(wired, fund, as_of)
    held = sorted(state.meetings, key=lambda meeting: (meeting.on, meeting.number))
    items = [meeting_document(state, each, stream) for each in held if year is None or each.on.year == year]
    return json_response({"items": items})


@router.post("/funds/{fund}/meetings", summary="Record a meeting", **CREATED)
async def hold_meeting(
    fund: FundPath,
    sent: schemas.MeetingSent,
    principal: Annotated[Principal, requires("meetings:record")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Attendance names parties, never persons."""
    command = commands.HoldMeeting(
        sent.number,
        sent.title,
        sent.agenda,
        sent.attendance,
        sent.minutes.to_domain() if sent.minutes else None,
        told_on(wired, principal, sent),
        text(sent.reason),
    )
    return await posted(wired, principal, fund, command, key)


@router.get("/funds/{fund}/decisions", summary="The record of decisions", **LISTED)
async def list_decisions(fund: FundPath, principal: Read, wired: Wired) -> Response:
    """Concluded ones are for every credential; open ones for members, the secretariat and who proposes."""
    row = await wired.fund(fund)
    rows = await wired.queries.all(decision.State, row.id)
    inside, currency = principal.may("proposals:read"), row.state.currency
    shown = [r for r in rows if r.state.concluded is not None or inside]
    items = [decision_document(r.id, r.state, currency, proposals=inside) for r in shown]
    return json_response({"items": items})


@router.post("/funds/{fund}/decisions", summary="Put a decision to the vote", **CREATED)
async def propose_decision(
    fund: FundPath,
    sent: schemas.DecisionSent,
    principal: Annotated[Principal, requires("decisions:propose")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Nothing is reserved before it is concluded. Parties that the fund's rule takes out are recused at once."""
    row = await wired.fund(fund)
    plan = await checked_plan(wired, row.state, sent.plan) if sent.plan else None
    about = await referred(wired.proposal(sent.proposal), "/proposal") if sent.proposal else None
    if about is not None and about.state.submitted.fund != row.id:
        raise errors.UnknownReference("/proposal", "The proposal is one to another fund.")
    project = await _project(wired, sent, row.id)
    question = Question(
        row.id,
        sent.kind,
        sent.mode,
        sent.meeting,
        sent.deadline,
        (about.id, about.state) if about else None,
        (project.id, project.state) if project else None,
        sent.grant,
        plan,
        sent.revision,
        sent.end,
        tuple(draw.to_domain() for draw in sent.draws),
        sent.conditions,
        told_on(wired, principal, sent),
        text(sent.reason),
    )
    asked = [Asked(DECISION, new_id(), _proposing(question, row.state), new=True)]
    currency = row.state.currency
    return await done(wired, principal, asked, key, lambda i, s, _: decision_document(i, s, currency), 201)


def _proposing(question: Question, fund: fund_state.State) -> decision.Propose | DomainError:
    """Or why not: what was put to the vote once is answered again also when it could be put no more."""
    try:
        return proposing(question, fund)
    except DomainError as refusal:
        return refusal


async def _project(wired: Services, sent: schemas.DecisionSent, fund: UUID) -> Row[Any] | None:
    if sent.grant is not None:
        found = await referred(wired.project_of(sent.grant), "/grant")
        grant = found.state.grant(sent.grant)
        if grant is None or grant.fund != fund:
            raise errors.UnknownReference("/grant", "The grant is one of another mechanism.")
        return found
    return await referred(wired.project(sent.project), "/project") if sent.project else None


@router.get("/decisions/{decision_id}", **SHOWN)
async def read_decision(decision_id: UUID, principal: Read, wired: Wired) -> Response:
    """One decision with its votes and, where it approved a grant, the project and the grant that came of it."""
    row = await wired.decision(decision_id)
    inside = principal.may("proposals:read")
    if row.state.concluded is None and not inside:
        raise errors.UnknownThing("decision that is concluded")
    fund = await wired.fund(row.state.fund)
    document = decision_document(row.id, row.state, fund.state.currency, proposals=inside)
    if (granted := await wired.queries.project_of_decision(row.id)) is not None:
        (grant,) = [each.id for each in granted.state.grants if each.decision == row.id]
        document |= {"project": granted.id, "grant": grant}
    return json_response(document, headers={"ETag": etag(row.state.version)})


@router.post("/decisions/{decision_id}/votes", summary="Cast a vote", **CREATED)
async def cast_vote(
    decision_id: UUID,
    sent: schemas.VoteSent,
    principal: Annotated[Principal, requires("votes:cast")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """For the party that the credential names. Votes stand beside each other: no version is named."""
    row = await wired.decision(decision_id)
    fund = await wired.fund(row.state.fund)
    party, on = _own(principal, sent.party), told_on(wired, principal, sent)
    meeting = fund.state.meeting(row.state.proposed.meeting) if row.state.proposed.meeting else None
    present = meeting.attendance if meeting and meeting.attendance else None
    seats = tuple(committee.seats(fund.state, on))
    command = decision.CastVote(party, sent.vote, seats, present, on, text(sent.reason))
    return await _act(wired, principal, decision_id, command, key, 201)


@router.post("/decisions/{decision_id}/recuse", summary="Recuse oneself", **CREATED)
async def recuse(
    decision_id: UUID,
    sent: schemas.RecusalSent,
    principal: Annotated[Principal, requires("votes:cast")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Before voting; a party that is recused counts neither among the voters nor for the quorum."""
    row = await wired.decision(decision_id)
    fund = await wired.fund(row.state.fund)
    on = told_on(wired, principal, sent)
    seats = tuple(committee.seats(fund.state, on))
    command = decision.Recuse(_own(principal, sent.party), seats, on, text(sent.reason))
    return await _act(wired, principal, decision_id, command, key, 201)


@router.post("/decisions/{decision_id}/conclude", summary="Conclude a decision", **CHANGED_THING)
async def conclude(
    decision_id: UUID,
    sent: Told,
    principal: Annotated[Principal, requires("decisions:conclude")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Adopted, it reserves the amount, which is available that day or it is refused; the grant, the revision or the
    closure follows in the same moment."""
    row = await wired.decision(decision_id)
    proposed = row.state.proposed
    # the project before the fund: what changes both is then seen in both, or the project's version is stale
    project = await wired.project(proposed.project) if proposed.project else None
    fund = await wired.fund(row.state.fund)
    asked = concluding(
        Concluding(
            row.id,
            row.state,
            version,
            fund.state,
            (project.id, project.state) if project else None,
            told_on(wired, principal, sent),
            text(sent.reason),
        )
    )
    currency = fund.state.currency
    try:
        return await done(wired, principal, asked, key, lambda i, s, _: decision_document(i, s, currency))
    except StaleVersion as error:
        if (await wired.decision(decision_id)).state.version != version:
            raise
        raise Busy from error  # not the decision changed, but the project it is about


def _own(principal: Principal, named: str | None) -> str:
    """The credential's party. Raises `PartyNeeded`, and `Problem` where another one is named."""
    party = own_party(principal)
    if named is not None and named != party:
        raise invalid([Violation("/party", "other_party", f"This credential votes for {party}.")])
    return party


async def _act(
    wired: Services, principal: Principal, stream: UUID, command: decision.DecisionCommand, key: Any, status: int
) -> Response:
    row = await wired.decision(stream)
    currency = (await wired.fund(row.state.fund)).state.currency
    asked = [Asked(DECISION, stream, command)]
    return await done(wired, principal, asked, key, lambda i, s, _: decision_document(i, s, currency), status)

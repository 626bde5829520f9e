"""Calls for proposals, proposals to them, and how they are evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from starlette.responses import Response

from common.eventsourcing.writer import IdempotencyKey
from common.http.answers import json_response
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.http.sent import Told
from common.http.versions import IfMatch, etag
from common.kernel.errors import NotAllowed, Violation
from common.kernel.ids import new_id
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api import schemas
from funds.api.answering import CHANGED_THING, CREATED, LISTED, SHOWN, done
from funds.api.dependencies import FundPath, OtherParty, Services, Wired, own_party, referred, text, told_on
from funds.api.funds import OnDay, Read
from funds.api.views import call_document, proposal_document
from funds.application.commanding import Asked
from funds.application.plans import named
from funds.application.streams import CALL, PROPOSAL, call_id
from funds.domain import call, checks, fund_state, proposal
from funds.domain.values import Criterion, Plan
from funds.readmodel.queries import Row

router = Router(prefix="/v1", tags=["calls"])

Manage = Annotated[Principal, requires("calls:manage")]
Evaluate = Annotated[Principal, requires("proposals:evaluate")]
ScoreIt = Annotated[Principal, requires("proposals:score")]
Propose = Annotated[Principal, requires("proposals:submit")]


class ProposalWithheld(NotAllowed):
    code = "proposal_withheld"
    title = "A proposal is for those who work on it"


@router.get("/funds/{fund}/calls", summary="Calls for proposals", **LISTED)
async def list_calls(fund: FundPath, principal: Read, wired: Wired, on: OnDay = None) -> Response:
    """By number, with the status of each on a day."""
    row = await wired.fund(fund)
    rows = await wired.queries.all(call.State, row.id)
    return json_response({"items": [call_document(r.id, r.state, on or wired.today()) for r in rows]})


@router.post("/funds/{fund}/calls", summary="Plan a call", **CREATED)
async def plan_call(
    fund: FundPath, sent: schemas.CallSent, principal: Manage, key: Idempotency, wired: Wired
) -> Response:
    """It takes no proposals before it is opened."""
    row = await wired.fund(fund)
    on = told_on(wired, principal, sent)
    command = call.PlanCall(row.id, sent.number, sent.title, sent.planned_for, on, text(sent.reason))
    return await _call(wired, principal, call_id(row.id, sent.number), command, key, new=True)


@router.get("/calls/{call_id}", **SHOWN)
async def read_call(call_id: UUID, principal: Read, wired: Wired, on: OnDay = None) -> Response:
    """One call with its criteria and documents."""
    row = await wired.call(call_id)
    document = call_document(row.id, row.state, on or wired.today())
    return json_response(document, headers={"ETag": etag(row.state.version)})


@router.post("/calls/{call_id}/open", summary="Open a call", **CHANGED_THING)
async def open_call(
    call_id: UUID,
    sent: schemas.CallOpenSent,
    principal: Manage,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Proposals are taken until the deadline, inclusive."""
    command = call.OpenCall(
        sent.deadline,
        tuple(each.to_domain() for each in sent.criteria),
        tuple(each.to_domain() for each in sent.documents),
        told_on(wired, principal, sent),
        text(sent.reason),
    )
    return await _call(wired, principal, call_id, command, key, version)


@router.post("/calls/{call_id}/extend", summary="Move the deadline", **CHANGED_THING)
async def extend_call(
    call_id: UUID,
    sent: schemas.DeadlineSent,
    principal: Manage,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """To a later day, while the call is open."""
    command = call.ExtendCall(sent.deadline, told_on(wired, principal, sent), text(sent.reason))
    return await _call(wired, principal, call_id, command, key, version)


@router.post("/calls/{call_id}/close", summary="Close a call", **CHANGED_THING)
async def close_call(
    call_id: UUID, sent: Told, principal: Manage, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """No proposals are taken from that day on."""
    command = call.CloseCall(told_on(wired, principal, sent), text(sent.reason))
    return await _call(wired, principal, call_id, command, key, version)


async def _call(
    wired: Services,
    principal: Principal,
    stream: UUID,
    command: call.CallCommand,
    key: IdempotencyKey | None,
    version: int | None = None,
    *,
    new: bool = False,
) -> Response:
    today = wired.today()
    asked = [Asked(CALL, stream, command, version, new=new)]
    status = 201 if new else 200
    return await done(wired, principal, asked, key, lambda i, state, _: call_document(i, state, today), status)


@router.get("/calls/{call_id}/proposals", summary="Proposals to a call", **LISTED)
async def list_proposals(call_id: UUID, principal: Read, wired: Wired) -> Response:
    """Those that the caller may see: members and the secretariat all, an organisation its own, a reviewer those it was
    given."""
    row = await wired.call(call_id)
    fund = await wired.fund(row.state.fund)
    rows = await wired.queries.all(proposal.State, call_id)
    seen = [r for r in rows if sees_proposal(principal, r.state)]
    return json_response({"items": [_shown(principal, r.id, r.state, fund.state) for r in seen]})


@router.post("/calls/{call_id}/proposals", summary="Submit a proposal", **CREATED)
async def submit_proposal(
    call_id: UUID, sent: schemas.ProposalSent, principal: Propose, key: Idempotency, wired: Wired
) -> Response:
    """By an organisation that takes part in the fund, alone or jointly; its office stands first. Late or ineligible is
    refused with the rule's name."""
    row = await wired.call(call_id)
    fund = await wired.fund(row.state.fund)
    return await _submit(wired, principal, fund, (call_id, row.state), sent, key)


@router.post("/funds/{fund}/proposals", summary="Submit a proposal outside a call", **CREATED)
async def submit_outside_call(
    fund: FundPath, sent: schemas.ProposalSent, principal: Propose, key: Idempotency, wired: Wired
) -> Response:
    """Says so wherever it is shown: its call is null."""
    return await _submit(wired, principal, await wired.fund(fund), None, sent, key)


@router.get("/proposals/{proposal_id}", **SHOWN)
async def read_proposal(proposal_id: UUID, principal: Read, wired: Wired) -> Response:
    """One proposal; reviewers, scores and the recommendation are for those who evaluate and decide."""
    row = await wired.proposal(proposal_id)
    if not sees_proposal(principal, row.state):
        raise ProposalWithheld
    fund = await wired.fund(row.state.submitted.fund)
    document = _shown(principal, row.id, row.state, fund.state)
    return json_response(document, headers={"ETag": etag(row.state.version)})


@router.post("/proposals/{proposal_id}/resubmit", summary="Submit another version", **CHANGED_THING)
async def resubmit_proposal(
    proposal_id: UUID,
    sent: schemas.ProposalSent,
    principal: Propose,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """While the call is open, after it was withdrawn too; scores of the version before do not count for it."""
    row = await wired.proposal(proposal_id)
    fund = await wired.fund(row.state.submitted.fund)
    of_call = row.state.submitted.call
    about = (of_call, (await wired.call(of_call)).state) if of_call else None
    return await _submit(wired, principal, fund, about, sent, key, (row, version))


@router.post("/proposals/{proposal_id}/withdraw", summary="Take a proposal back", **CHANGED_THING)
async def withdraw_proposal(
    proposal_id: UUID, sent: Told, principal: Propose, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """By the organisation that leads it."""
    row = await wired.proposal(proposal_id)
    if row.state.submitted.lead != own_party(principal):
        raise OtherParty
    command = proposal.WithdrawProposal(told_on(wired, principal, sent), text(sent.reason))
    return await _proposal(wired, principal, proposal_id, command, key, version)


@router.post("/proposals/{proposal_id}/reviewers", summary="Assign a reviewer", **CHANGED_THING)
async def assign_reviewer(
    proposal_id: UUID,
    sent: schemas.ReviewerSent,
    principal: Evaluate,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By the id of a credential, as `/v1/me` tells it; names of persons are not kept."""
    command = proposal.AssignReviewer(sent.reviewer, told_on(wired, principal, sent), text(sent.reason))
    return await _proposal(wired, principal, proposal_id, command, key, version)


@router.post("/proposals/{proposal_id}/conflict", summary="Declare a conflict of interest", **CHANGED_THING)
async def declare_conflict(
    proposal_id: UUID, sent: Told, principal: ScoreIt, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """By the reviewer itself; it cannot score then, and what it scored does not count."""
    command = proposal.DeclareConflict(principal.id, told_on(wired, principal, sent), text(sent.reason))
    return await _proposal(wired, principal, proposal_id, command, key, version)


@router.post("/proposals/{proposal_id}/scores", summary="Score a proposal", **CHANGED_THING)
async def score_proposal(
    proposal_id: UUID,
    sent: schemas.ScoresSent,
    principal: ScoreIt,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Every criterion of the call, 0 to 100, by a reviewer of the proposal; again replaces."""
    criteria = await _criteria(wired, proposal_id)
    scores = tuple(each.to_domain() for each in sent.scores)
    on = told_on(wired, principal, sent)
    command = proposal.ScoreProposal(principal.id, scores, criteria, on, text(sent.reason))
    return await _proposal(wired, principal, proposal_id, command, key, version)


@router.post("/proposals/{proposal_id}/recommendation", summary="Recommend to the committee", **CHANGED_THING)
async def recommend(
    proposal_id: UUID,
    sent: schemas.RecommendationSent,
    principal: Evaluate,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """With the weighted mean of the scores."""
    criteria = await _criteria(wired, proposal_id)
    on = told_on(wired, principal, sent)
    command = proposal.RecommendProposal(sent.recommendation, criteria, on, text(sent.reason))
    return await _proposal(wired, principal, proposal_id, command, key, version)


async def _submit(
    wired: Services,
    principal: Principal,
    fund: Row[fund_state.State],
    about: tuple[UUID, call.State] | None,
    sent: schemas.ProposalSent,
    key: IdempotencyKey | None,
    seen: tuple[Row[proposal.State], int] | None = None,
) -> Response:
    plan = await checked_plan(wired, fund.state, sent.plan)
    lead, on = plan.offices[0].organisation, told_on(wired, principal, sent)
    if lead != own_party(principal):
        raise OtherParty(f"This credential proposes for {own_party(principal)}, whose office stands first.")
    if sent.project is not None:
        await referred(wired.project(sent.project), "/project")
    command = proposal.SubmitProposal(
        fund.id,
        about[0] if about else None,
        sent.project,
        lead,
        plan,
        tuple(each.to_domain() for each in sent.consultations),
        tuple(each.to_domain() for each in sent.documents),
        _terms(fund.state, about[1] if about else None, on),
        on,
        text(sent.reason),
    )
    if seen is None:
        return await _proposal(wired, principal, new_id(), command, key, new=True, fund=fund.state)
    return await _proposal(wired, principal, seen[0].id, command, key, seen[1])


def _terms(fund: fund_state.State, about: call.State | None, on: date) -> proposal.Terms:
    return proposal.Terms(
        fund.currency,
        tuple(fund.parties("organisation", on)),
        fund.fees.indirect_cap,
        about.opened_on if about else None,
        about.deadline if about else None,
        about.closed_on if about else None,
    )


async def checked_plan(wired: Services, fund: fund_state.State, sent: schemas.PlanSent) -> Plan:
    """What it names is there: jurisdictions of the pack, goals and KPIs of the fund's roadmap. Raises `InvalidInput`,
    `RoadmapNotKnown`."""
    plan = sent.to_domain()
    named_any = bool(plan.goals or plan.kpis)
    roadmap = await wired.roadmaps.newest(fund.roadmap) if fund.roadmap and named_any else None

    def violations() -> Iterator[Violation]:
        if fund.roadmap is None and named_any:
            yield Violation("/plan/goals", "no_roadmap", f"{fund.code} follows no roadmap; name no goals and KPIs.")
            return
        yield from named(plan, roadmap, wired.pack.jurisdictions, "/plan")

    checks.require(violations())
    return plan


async def _criteria(wired: Services, stream: UUID) -> tuple[Criterion, ...]:
    row = await wired.proposal(stream)
    of_call = row.state.submitted.call
    return (await wired.call(of_call)).state.criteria if of_call else ()


async def _proposal(
    wired: Services,
    principal: Principal,
    stream: UUID,
    command: proposal.ProposalCommand,
    key: IdempotencyKey | None,
    version: int | None = None,
    *,
    new: bool = False,
    fund: fund_state.State | None = None,
) -> Response:
    if fund is None:
        fund = (await wired.fund((await wired.proposal(stream)).state.submitted.fund)).state
    of_fund = fund
    asked = [Asked(PROPOSAL, stream, command, version, new=new)]

    def shown(i: UUID, state: proposal.State, _: Any) -> dict[str, Any]:
        return _shown(principal, i, state, of_fund)

    return await done(wired, principal, asked, key, shown, 201 if new else 200)


def _shown(principal: Principal, stream: UUID, state: proposal.State, fund: fund_state.State) -> dict[str, Any]:
    evaluates = principal.may("proposals:read") or principal.id in state.reviewers
    return proposal_document(stream, state, fund.currency, scores=evaluates)


def sees_proposal(principal: Principal, state: proposal.State) -> bool:
    if principal.may("proposals:read") or principal.id in state.reviewers:
        return True
    parties = {office.organisation for office in state.submitted.plan.offices}
    return principal.may("proposals:submit") and principal.agency in parties

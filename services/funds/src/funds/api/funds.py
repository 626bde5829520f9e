"""Funds: who they are, what is on them, and the facts that are posted to them.

Posting a fact names no version of the fund: it stands beside the others and overwrites none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from common.eventsourcing.past import AsOf, held
from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.http.sent import Day
from common.http.versions import etag
from common.kernel.errors import NotAllowed, Violation
from common.kernel.ids import new_id
from common.kernel.money import rounded
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api import schemas
from funds.api.answering import CREATED, LISTED, SHOWN, done
from funds.api.dependencies import FundPath, Services, Wired, referred, require_party, text, told_on
from funds.api.views import exceptions, fact_document, fund_document
from funds.application.commanding import Asked
from funds.application.plans import RoadmapNotKnown, known_goals
from funds.application.streams import FUND, fund_id
from funds.domain import checks, commands, errors, events, fund_state
from funds.domain.events import FactKind
from funds.domain.fund_state import FACT_KINDS

router = Router(prefix="/v1/funds", tags=["funds"])

Read = Annotated[Principal, requires("funds:read")]
Post = Annotated[Principal, requires("money:post")]
OnDay = Annotated[Day | None, Query(description="what held that day, by default today")]


@router.get("", summary="List funds and other mechanisms", **LISTED)
async def list_funds(principal: Read, wired: Wired) -> Response:
    """Each with its position today."""
    rows = await wired.queries.all(fund_state.State)
    return json_response({"items": [fund_document(row.id, row.state, wired.today()) for row in rows]})


@router.post("", summary="Establish a fund or another mechanism", **CREATED)
async def establish_fund(
    sent: schemas.FundSent,
    principal: Annotated[Principal, requires("funds:establish")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """`committee` and `board` decide by votes within what is available; under an `agreement` grants are registered."""
    command = commands.EstablishFund(
        sent.code,
        sent.name,
        sent.kind,
        sent.governance,
        sent.currency,
        sent.start,
        sent.end,
        events.Fees(sent.fees.agent, sent.fees.indirect_cap),
        events.Voting(sent.voting.rule, sent.voting.quorum, sent.voting.top_donors, sent.voting.recused_on_own),
        sent.roadmap,
        told_on(wired, principal, sent),
        text(sent.reason),
    )
    asked = [Asked(FUND, fund_id(sent.code), command, new=True)]
    today = wired.today()
    return await done(wired, principal, asked, key, lambda i, state, _: fund_document(i, state, today), 201)


async def seen_fund(
    wired: Services, fund: str, as_of: str | None, on: date | None = None
) -> tuple[UUID, fund_state.State]:
    """The fund as it is, or as it was known, or as it held on a day by the facts dated up to then."""
    row = await wired.fund(fund)
    if as_of is None and on is None:
        return row.id, row.state
    known = parse_as_of(as_of) if as_of else AsOf()
    return row.id, await held(wired.log, row.id, fund_state.evolve, events.FundEstablished, known, on)


@router.get("/{fund}", **SHOWN)
async def read_fund(
    fund: FundPath, principal: Read, wired: Wired, as_of: AsOfParameter = None, on: OnDay = None
) -> Response:
    """One fund with its position on a day, by earmark, and the exceptions that are open."""
    stream, state = await seen_fund(wired, fund, as_of)
    document = fund_document(stream, state, on or wired.today())
    return json_response(document, headers={"ETag": etag(state.version)})


@router.get("/{fund}/exceptions", summary="Shortfalls by name, settled ones included", **LISTED)
async def list_exceptions(
    fund: FundPath, principal: Read, wired: Wired, as_of: AsOfParameter = None, on: OnDay = None
) -> Response:
    """What facts have led to and no decision would have been allowed to; `settled_on` null: open."""
    _, state = await seen_fund(wired, fund, as_of)
    return json_response({"items": exceptions(state, on or wired.today(), settled=True)})


@router.get("/{fund}/facts", summary="The money facts as they were recorded", **LISTED)
async def list_facts(
    fund: FundPath,
    principal: Read,
    wired: Wired,
    kind: Annotated[list[FactKind] | None, Query()] = None,
    as_of: AsOfParameter = None,
) -> Response:
    """By day; `reversed_on` says from when on a fact stands no more."""
    _, state = await seen_fund(wired, fund, as_of)
    found = [fact for fact in state.facts() if kind is None or FACT_KINDS[type(fact)] in kind]
    found.sort(key=lambda fact: fact.on)
    return json_response({"items": [_fact(principal, state, fact) for fact in found]})


@router.post("/{fund}/extend", summary="Let the fund end later", **CREATED)
async def extend_fund(
    fund: FundPath,
    sent: schemas.EndSent,
    principal: Annotated[Principal, requires("funds:establish")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """A fact beside the others: it names no version."""
    command = commands.ExtendFund(sent.end, told_on(wired, principal, sent), text(sent.reason))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/roles", summary="Give a party a role", **CREATED)
async def assign_role(
    fund: FundPath,
    sent: schemas.RoleSent,
    principal: Annotated[Principal, requires("roles:assign")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """From `on`. Seats of the largest other donors are not given: they follow from the deposits."""
    on = told_on(wired, principal, sent)
    command = commands.AssignRole(sent.party, sent.role, sent.vote, sent.until, on, text(sent.reason))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/roles/end", summary="End a party's role", **CREATED)
async def end_role(
    fund: FundPath,
    sent: schemas.RoleEndSent,
    principal: Annotated[Principal, requires("roles:assign")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """`on` is its last day."""
    command = commands.EndRole(sent.party, sent.role, told_on(wired, principal, sent), text(sent.reason))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/commitments", summary="Record a donor's signed agreement", **CREATED)
async def sign_commitment(
    fund: FundPath,
    sent: schemas.CommitmentSent,
    principal: Annotated[Principal, requires("commitments:sign")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """In the donor's currency. `earmark` names the goals that the money may be spent on."""
    on = told_on(wired, principal, sent)
    await require_goals(wired, (await wired.fund(fund)).state, sent.earmark)
    dollars = (await wired.rates_to("USD"))(sent.currency, on)
    command = commands.SignCommitment(
        new_id(),
        sent.donor,
        sent.amount,
        sent.currency,
        sent.agreement,
        tuple(each.to_domain() for each in sent.instalments),
        sent.earmark,
        valued(sent.amount, sent.currency, dollars),
        on,
        text(sent.reason),
    )
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/deposits", summary="Post a deposit", **CREATED)
async def receive_deposit(
    fund: FundPath, sent: schemas.DepositSent, principal: Post, key: Idempotency, wired: Wired
) -> Response:
    """What the donor paid in its currency, and what was credited for it: both are facts, the rate is their quotient."""
    row = await wired.fund(fund)
    command = deposit_command(row.state, sent, told_on(wired, principal, sent))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/entries", summary="Post interest, a charge, a cost or a refund to a donor", **CREATED)
async def record_entry(
    fund: FundPath, sent: schemas.EntrySent, principal: Post, key: Idempotency, wired: Wired
) -> Response:
    """`amount` is positive; that of a rounding is what came."""
    on = told_on(wired, principal, sent)
    command = commands.RecordEntry(new_id(), sent.kind, sent.amount, sent.party, sent.commitment, on, text(sent.reason))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/conversions", summary="Post the conversion of held cash", **CREATED)
async def convert_cash(
    fund: FundPath, sent: schemas.ConversionSent, principal: Post, key: Idempotency, wired: Wired
) -> Response:
    """Of a part of a deposit that was held in its own currency: the only place where an exchange gain arises."""
    on = told_on(wired, principal, sent)
    command = commands.ConvertCash(new_id(), sent.deposit, sent.amount, sent.received, on, text(sent.reason))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/transfers", summary="Post a transfer to an organisation", **CREATED)
async def make_transfer(
    fund: FundPath, sent: schemas.TransferSent, principal: Post, key: Idempotency, wired: Wired
) -> Response:
    """Upon a request that the chair signed; within what is reserved for the organisation, and within cash."""
    command = await transfer_command(wired, sent, told_on(wired, principal, sent))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/refunds", summary="Post a refund by an organisation", **CREATED)
async def receive_refund(
    fund: FundPath, sent: schemas.RefundSent, principal: Post, key: Idempotency, wired: Wired
) -> Response:
    """It raises cash, and reserves nothing."""
    on = told_on(wired, principal, sent)
    command = commands.ReceiveRefund(new_id(), sent.grant, sent.organisation, sent.amount, on, text(sent.reason))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/expenditure", summary="Report what an organisation spent in a period", **CREATED)
async def report_expenditure(
    fund: FundPath,
    sent: schemas.ExpenditureSent,
    principal: Annotated[Principal, requires()],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By the organisation itself, or by the agent. A certified report takes the place of the interim ones within its
    period."""
    may_report(principal, sent.organisation)
    command = expenditure_command(sent, told_on(wired, principal, sent))
    return await posted(wired, principal, fund, command, key)


@router.post("/{fund}/reversals", summary="Reverse a fact that was wrong", **CREATED)
async def reverse_fact(
    fund: FundPath,
    sent: schemas.ReversalSent,
    principal: Annotated[Principal, requires()],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By the agent; of its own expenditure by the organisation, of an agreement by whoever may sign it. With a reason;
    the fact stands until `on`."""
    row = await wired.fund(fund)
    fact = row.state.fact(sent.fact)
    if isinstance(fact, events.ExpenditureReported):
        may_report(principal, fact.organisation)
    else:
        principal.require("commitments:sign" if isinstance(fact, events.CommitmentSigned) else "money:post")
    command = commands.ReverseFact(sent.fact, told_on(wired, principal, sent), text(sent.reason))
    return await posted(wired, principal, fund, command, key)


async def require_goals(wired: Services, fund: fund_state.State, earmark: Sequence[str]) -> None:
    """An earmark is of goals of the fund's roadmap. Raises `InvalidInput`, `RoadmapNotKnown`."""
    if not earmark:
        return
    if fund.roadmap is None:
        detail = f"{fund.code} follows no roadmap; its money has no earmarks."
        raise errors.InvalidInput(detail, Violation("/earmark", "no_roadmap", detail))
    known = await wired.roadmaps.newest(fund.roadmap)
    if known is None:
        raise RoadmapNotKnown
    checks.require(known_goals(earmark, known, "/earmark"))


class ReportersOnly(NotAllowed):
    code = "permission_missing"
    title = "Expenditure is reported by the organisation itself, or by the agent"


def may_report(principal: Principal, organisation: str) -> None:
    """Raises `ReportersOnly`, `PartyNeeded`, `OtherParty`."""
    if not principal.may("projects:report") and not principal.may("money:post"):
        raise ReportersOnly
    require_party(principal, organisation, "money:post")


def valued(amount: Any, currency: str, rate: Any) -> Any:
    """In US dollars, rounded to the cent; None where no rate is known."""
    if currency == "USD":
        return amount
    return None if rate is None else rounded(amount * rate, "USD")


def deposit_command(state: fund_state.State, sent: schemas.DepositSent, on: date) -> commands.ReceiveDeposit:
    commitment = next((each for each in state.commitments if each.id == sent.commitment), None)
    currency = sent.currency or (commitment.currency if commitment else state.currency)
    return commands.ReceiveDeposit(
        new_id(), sent.commitment, sent.amount, currency, sent.credited, on, text(sent.reason)
    )


async def transfer_command(wired: Services, sent: schemas.TransferSent, on: date) -> commands.MakeTransfer:
    """Raises `UnknownReference` where no project has the grant."""
    row = await referred(wired.project_of(sent.grant), "/grant")
    grant = row.state.grant(sent.grant)
    assert grant is not None, "it was found by its grant"
    return commands.MakeTransfer(
        new_id(),
        sent.grant,
        sent.organisation,
        sent.amount,
        sent.request,
        sent.requested_on or on,
        grant.status(on) in ("approved", "active"),
        on,
        text(sent.reason),
    )


def expenditure_command(sent: schemas.ExpenditureSent, on: date) -> commands.ReportExpenditure:
    return commands.ReportExpenditure(
        new_id(),
        sent.grant,
        sent.organisation,
        sent.start,
        sent.end,
        tuple(line.to_domain() for line in sent.lines),
        sent.certified,
        on,
        text(sent.reason),
    )


async def posted(wired: Services, principal: Principal, fund: str, command: commands.FundCommand, key: Any) -> Response:
    """Answers with the fact that came of the command."""
    row = await wired.fund(fund)

    def shown(stream: UUID, state: fund_state.State, event: Any) -> dict[str, Any]:
        return {"id": stream, "fund": stream, "version": state.version, **_fact(principal, state, event)}

    return await done(wired, principal, [Asked(FUND, row.id, command)], key, shown, 201)


def _fact(principal: Principal, state: fund_state.State, fact: Any) -> dict[str, Any]:
    return fact_document(state, fact, agreements=sees_agreement(principal, getattr(fact, "donor", None)))


def sees_agreement(principal: Principal, donor: str | None) -> bool:
    """Whoever prepares and keeps agreements, and the donor its own."""
    if principal.may("agreements:read"):
        return True
    return principal.may("agreements:read-own") and donor is not None and principal.agency == donor

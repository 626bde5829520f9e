"""What answers say: states and facts as documents. Amounts are strings with all digits of their currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from common.kernel.money import MINOR_UNITS, written
from common.kernel.text import ErasableText
from funds.domain import activity, call, decision, events, fund_state, project_state, proposal, records
from funds.domain.balances import Balances, Position
from funds.domain.exceptions import Shortfall, shortfalls
from funds.domain.fund_state import FACT_KINDS
from funds.domain.values import Plan

_IN_BASE = frozenset({"credited", "fee", "received", "book"})


def words(text: ErasableText | None) -> str | None:
    return None if text is None else text.body


def plain(value: Any, currency: str) -> Any:
    """A value of the domain as JSON. Amounts have the digits of their currency: that of a `currency` beside them, for
    what is told in the fund's own currency that."""
    return _exact(msgspec.to_builtins(value, enc_hook=_words, builtin_types=(Decimal, date, UUID)), currency, currency)


def _exact(value: Any, currency: str, base: str) -> Any:
    if isinstance(value, Mapping):
        own = value.get("currency") or currency
        return {name: _exact_member(name, each, own, base) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(each, currency, base) for each in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


def _exact_member(name: str, value: Any, currency: str, base: str) -> Any:
    if isinstance(value, Decimal) and name in ("amount", *_IN_BASE):
        return amount(value, base if name in _IN_BASE else currency)
    return _exact(value, currency, base)


def amount(value: Decimal, currency: str) -> str:
    return written(value, currency) if currency in MINOR_UNITS else f"{value:f}"


def _words(value: Any) -> Any:
    if isinstance(value, ErasableText):
        return value.body
    raise NotImplementedError(f"{type(value).__name__} cannot be shown")


def fund_document(stream: UUID, state: fund_state.State, on: date) -> dict[str, Any]:
    """The fund with its position on a day, by earmark, and the exceptions that are open."""
    balances = Balances(state)
    roles = [held for held in state.roles if held.holds(on)]
    return {
        "id": stream,
        "version": state.version,
        "code": state.code,
        "name": state.name,
        "kind": state.kind,
        "governance": state.governance,
        "currency": state.currency,
        "start": state.start,
        "end": state.end,
        "fees": {"agent": f"{state.fees.agent:f}", "indirect_cap": f"{state.fees.indirect_cap:f}"},
        "voting": {
            "rule": state.voting.rule,
            "quorum": f"{state.voting.quorum:f}",
            "top_donors": state.voting.top_donors,
            "recused_on_own": state.voting.recused_on_own,
        },
        "roadmap": state.roadmap,
        "roles": [
            {"party": held.party, "role": held.role, "vote": held.vote, "since": held.since, "until": held.until}
            for held in roles
        ],
        "on": on,
        "position": _position(balances.at(on), state.currency),
        "earmarks": [
            {"earmark": earmark, **_position(balances.at(on, earmark), state.currency)} for earmark in balances.earmarks
        ],
        "exceptions": exceptions(state, on),
    }


def _position(position: Position, currency: str) -> dict[str, str]:
    return {
        "cash": amount(position.cash, currency),
        "reserved": amount(position.reserved, currency),
        "available": amount(position.available, currency),
    }


def exceptions(state: fund_state.State, on: date, *, settled: bool = False) -> list[dict[str, Any]]:
    """The shortfalls that are open on a day; those that were settled before, too, where they are asked for."""
    found = shortfalls(state, on)
    return [_shortfall(each, state.currency) for each in found if settled or each.settled_on is None]


def _shortfall(each: Shortfall, currency: str) -> dict[str, Any]:
    return {
        "code": each.key.code,
        "earmark": each.key.earmark,
        "grant": each.key.grant,
        "organisation": each.key.organisation,
        "since": each.since,
        "settled_on": each.settled_on,
        "amount": amount(each.amount, currency),
    }


def fact_document(state: fund_state.State, fact: Any, *, agreements: bool) -> dict[str, Any]:
    """A money fact, or another event of a fund. `agreements`: whether the reader may see agreement and instalments."""
    document: dict[str, Any] = plain(fact, state.currency)
    if isinstance(fact, events.CommitmentSigned) and not agreements:
        for hidden in ("agreement", "instalments", "reason"):
            document.pop(hidden)
    kind = FACT_KINDS.get(type(fact))
    if kind is None:
        return document
    undone = state.reversal(fact.id)
    entry = {"entry": fact.kind} if isinstance(fact, events.EntryRecorded) else {}
    why = {"reversal_reason": words(undone.reason) if undone else None} if "reason" in document else {}
    return {**document, "kind": kind, **entry, "reversed_on": undone.on if undone else None, **why}


def meeting_document(state: fund_state.State, meeting: events.MeetingHeld, fund: UUID) -> dict[str, Any]:
    return {"fund": fund, **plain(meeting, state.currency)}


def call_document(stream: UUID, state: call.State, on: date) -> dict[str, Any]:
    return {
        "id": stream,
        "version": state.version,
        "fund": state.fund,
        "number": state.number,
        "title": state.title,
        "status": state.status(on),
        "planned_for": state.planned_for,
        "opened_on": state.opened_on,
        "deadline": state.deadline,
        "closed_on": state.closed_on,
        "criteria": plain(state.criteria, ""),
        "documents": plain(state.documents, ""),
    }


def plan_document(plan: Plan, currency: str) -> dict[str, Any]:
    document: dict[str, Any] = plain(plan, currency)
    return {**document, "total": amount(plan.total(), currency)}


def proposal_document(stream: UUID, state: proposal.State, currency: str, *, scores: bool) -> dict[str, Any]:
    """`scores`: whether the reader may see reviewers, conflicts, scores and the recommendation."""
    submitted, decided = state.submitted, state.decided
    document = {
        "id": stream,
        "version": state.version,
        "fund": submitted.fund,
        "call": submitted.call,
        "project": (decided.project if decided else None) or submitted.project,
        "number": submitted.number,
        "status": state.status,
        "lead": submitted.lead,
        "plan": plan_document(submitted.plan, currency),
        "consultations": plain(submitted.consultations, currency),
        "documents": plain(submitted.documents, currency),
        "submitted_on": submitted.on,
        "withdrawn_on": state.withdrawn_on,
        "decision": decided.decision if decided else None,
    }
    return {**document, **(_evaluation(state) if scores else {})}


def _evaluation(state: proposal.State) -> dict[str, Any]:
    told = state.recommended
    return {
        "reviewers": state.reviewers,
        "conflicts": state.conflicted,
        "scores": plain(state.scored, ""),
        "recommendation": told.recommendation if told else None,
        "mean": None if told is None or told.mean is None else f"{told.mean:f}",
    }


def decision_document(stream: UUID, state: decision.State, currency: str, *, proposals: bool = True) -> dict[str, Any]:
    """`proposals`: whether the reader may see what was proposed and not approved."""
    proposed, concluded = state.proposed, state.concluded
    approved = state.status == "adopted" and proposed.kind in (*decision.APPROVING, *decision.REVISING)
    shown = proposals or approved
    return {
        "id": stream,
        "version": state.version,
        "fund": proposed.fund,
        "kind": proposed.kind,
        "mode": proposed.mode,
        "meeting": proposed.meeting,
        "deadline": proposed.deadline,
        "proposal": proposed.proposal,
        "call": proposed.call,
        "outside_call": proposed.kind in decision.APPROVING and proposed.call is None,
        "project": proposed.project,
        "grant": proposed.grant,
        "plan": plan_document(proposed.plan, currency) if proposed.plan and shown else None,
        "draws": plain(proposed.draws, currency),
        "revision": plain(proposed.revision, currency) if proposed.revision and shown else None,
        "conditions": proposed.conditions,
        "status": state.status,
        "proposed_on": proposed.on,
        "reason": words(proposed.reason),
        "votes": [{"party": vote.party, "vote": vote.ballot, "on": vote.on} for vote in state.votes],
        "recused": state.recused,
        "concluded_on": concluded.on if concluded else None,
        "voters": concluded.voters if concluded else None,
    }


def project_document(
    stream: UUID, state: project_state.State, funds: Mapping[UUID, fund_state.State], on: date
) -> dict[str, Any]:
    """With the grants as they stood on a day; jurisdictions and goals of all of them."""
    plans = [grant.plan_on(on) for grant in state.grants]
    return {
        "id": stream,
        "version": state.version,
        "title": state.title,
        "jurisdictions": _codes(share.code for plan in plans for share in plan.jurisdictions),
        "goals": _codes(share.code for plan in plans for share in plan.goals),
        "kpis": _codes(kpi for plan in plans for kpi in plan.kpis),
        "registered_on": state.registered_on,
        "grants": [grant_document(grant, funds[grant.fund], on) for grant in state.grants],
    }


def grant_document(grant: project_state.Grant, fund: fund_state.State, on: date) -> dict[str, Any]:
    plan = grant.plan_on(on)
    return {
        "id": grant.id,
        "mechanism": fund.code,
        "fund": grant.fund,
        "status": grant.status(on),
        "budget": amount(plan.total(), fund.currency),
        "currency": fund.currency,
        "plan": plan_document(plan, fund.currency),
        "call": grant.call,
        "decision": grant.decision,
        "conditions": grant.conditions,
        "approved_on": grant.approved_on,
        "started_on": grant.started_on,
        "ended_on": grant.ended_on,
        "settled_on": grant.settled_on,
        "revisions": [
            {"number": v.number, "kind": v.kind, "on": v.on, "decision": v.decision, "end": v.plan.end}
            for v in grant.versions
            if v.on <= on
        ],
    }


def project_file(
    stream: UUID, state: project_state.State, funds: Mapping[UUID, fund_state.State], on: date, *, drafts: bool
) -> dict[str, Any]:
    """The project with its reports, indicators and risks; `drafts`: reports and risks that are for those who work on
    them, too."""
    accepted = [report for report in state.reports if drafts or report.status == "accepted"]
    return {
        **project_document(stream, state, funds, on),
        "reports": [report_document(report) for report in accepted],
        "indicators": plain(state.indicators, ""),
        "risks": plain(state.risks, "") if drafts else [],
    }


def report_document(report: project_state.Report) -> dict[str, Any]:
    return {**plain(report, ""), "status": report.status}


def activity_document(stream: UUID, state: activity.State) -> dict[str, Any]:
    document: dict[str, Any] = plain(state, "")
    return {"id": stream, **document}


def challenge_document(stream: UUID, state: records.Challenge) -> dict[str, Any]:
    return {"id": stream, **plain(state, "")}


def rates_document(stream: UUID, state: records.Rates) -> dict[str, Any]:
    return {"id": stream, **plain(state, "")}


def budget_document(stream: UUID, state: records.Budget) -> dict[str, Any]:
    return {"id": stream, **plain(state, state.currency)}


def _codes(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))

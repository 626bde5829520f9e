"""What is put to the vote, and what follows where it is adopted: commands on the fund, the project, the proposal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from common.kernel.errors import Violation
from common.kernel.ids import new_id
from common.kernel.money import ZERO
from common.kernel.text import ErasableText
from funds.application.commanding import Asked
from funds.application.streams import DECISION, FUND, PROJECT, PROPOSAL
from funds.domain import checks, commands, committee, decision, errors, events, fund_state, project_state, proposal
from funds.domain import project_commands as projects
from funds.domain.balances import grant_money
from funds.domain.events import DecisionKind, DecisionMode, Revision, RevisionKind
from funds.domain.reserving import least_draws, shared
from funds.domain.values import Draw, OrganisationAmount, Plan, total

ON_PROPOSALS: tuple[DecisionKind, ...] = ("approve", "approve_with_conditions", "defer", "reject")


@dataclass(frozen=True, slots=True)
class Question:
    """What is put to the vote, with what it is about looked up."""

    fund: UUID
    kind: DecisionKind
    mode: DecisionMode
    meeting: int | None
    deadline: date | None
    proposal: tuple[UUID, proposal.State] | None
    project: tuple[UUID, project_state.State] | None
    grant: UUID | None
    plan: Plan | None
    revision: RevisionKind | None
    end: date | None
    draws: tuple[Draw, ...]
    conditions: tuple[str, ...]
    on: date
    reason: ErasableText | None


def proposing(question: Question, fund: fund_state.State) -> decision.Propose:
    """Raises `AgreementGoverned`, `InvalidInput` and what the kind of decision admits not."""
    if fund.governance == "agreement":
        raise errors.AgreementGoverned(f"{fund.code} is governed by an agreement; register its grants.")
    checks.require([*_mode(question, fund), *_about(question)])
    checks.require(_of_plan(question, fund))
    plan, revision = _planned(question), _revision(question, fund)
    about = question.proposal
    proposed = events.DecisionProposed(
        question.fund,
        question.kind,
        question.mode,
        question.meeting,
        question.deadline,
        about[0] if about else None,
        about[1].number if about else None,
        about[1].submitted.call if about else None,
        (about[1].submitted.project if about else None) or (question.project[0] if question.project else None),
        question.grant,
        plan,
        question.draws,
        revision,
        question.conditions,
        question.on,
        question.reason,
    )
    return decision.Propose(
        proposed, recused(plan or (revision.plan if revision else None), fund, question.on), question.on
    )


def recused(plan: Plan | None, fund: fund_state.State, on: date) -> tuple[str, ...]:
    """Those with a vote that the fund's rule takes out, since they would receive."""
    receiving = {office.organisation for office in plan.offices} if plan else set()
    own = set(fund.voting.recused_on_own) & receiving
    return tuple(seat.party for seat in committee.seats(fund, on) if seat.vote and seat.party in own)


def _of_plan(question: Question, fund: fund_state.State) -> Iterator[Violation]:
    """As of a proposal; who implements a grant already may go on though its part in the fund has ended."""
    if question.plan is None:
        return
    held = question.project[1].grant(question.grant) if question.project and question.grant else None
    going_on = [office.organisation for office in held.plan.offices] if held else []
    eligible = [*dict.fromkeys([*fund.parties("organisation", question.on), *going_on])]
    yield from checks.fundable(question.plan, fund.currency, fund.fees.indirect_cap, eligible, "/plan")


def _mode(question: Question, fund: fund_state.State) -> Iterator[Violation]:
    if question.mode == "meeting":
        held = fund.meeting(question.meeting) if question.meeting is not None else None
        if held is None:
            yield Violation("/meeting", "meeting_unknown", "Name the number of a meeting of the fund that is recorded.")
        elif question.on != held.on:
            yield Violation("/on", "not_at_meeting", f"Meeting {held.number} was held on {held.on}.")
        if question.deadline is not None:
            yield Violation("/deadline", "not_here", "A decision at a meeting has no deadline.")
    else:
        if question.deadline is None or question.deadline < question.on:
            yield Violation("/deadline", "deadline_missing", "A no-objection has a deadline, that day or later.")
        if question.meeting is not None:
            yield Violation("/meeting", "not_here", "A decision by no-objection belongs to no meeting.")


def _about(question: Question) -> Iterator[Violation]:
    kind = question.kind
    wanted = {
        "proposal": kind in ON_PROPOSALS and question.plan is None,
        "plan": (kind in decision.APPROVING and question.proposal is None) or kind == "approve_revision",
        "grant": kind in (*decision.REVISING, "close"),
        "revision": kind == "approve_revision",
        "end": kind == "extend",
    }
    for member, needed in wanted.items():
        given = getattr(question, member) is not None
        if needed and not given:
            yield Violation(f"/{member}", "missing", f"{kind} names its {member}.")
        if given and not needed:
            yield Violation(f"/{member}", "not_here", f"{kind} names no {member}.")
    if question.conditions and kind != "approve_with_conditions":
        yield Violation("/conditions", "not_here", "Only approve_with_conditions has conditions.")
    if kind == "approve_with_conditions" and not question.conditions:
        yield Violation("/conditions", "missing", "Name at least one condition.")
    if question.proposal is not None and question.proposal[1].status not in ("submitted", "deferred"):
        yield Violation("/proposal", errors.ProposalStateDiffers.code, f"It is {question.proposal[1].status}.")


def _planned(question: Question) -> Plan | None:
    if question.proposal is not None:
        return question.proposal[1].submitted.plan
    return question.plan if question.kind in decision.APPROVING else None


def _revision(question: Question, fund: fund_state.State) -> Revision | None:
    if question.kind not in decision.REVISING:
        return None
    assert question.project is not None, "a grant belongs to a project"
    grant = question.project[1].grant(question.grant) if question.grant else None
    if grant is None:
        raise errors.UnknownReference("/grant", "There is no such grant.")
    if question.on < grant.approved_on:
        raise errors.BeforeFact("approval", grant.approved_on)
    if question.kind == "extend":
        assert question.end is not None, "it was required"
        if question.end <= grant.plan.end:
            detail = f"It ends on {grant.plan.end}; name a later day."
            raise errors.InvalidInput(detail, Violation("/end", "not_later", detail))
        return Revision("no_cost_extension", replace(grant.plan, end=question.end), ())
    assert question.plan is not None, "it was required"
    assert question.revision is not None, "it was required"
    changes = _changes(grant, question.plan, fund, question.on)
    checks.require(_of_kind(question.revision, grant.plan, question.plan, changes))
    return Revision(question.revision, question.plan, changes)


def _changes(
    grant: project_state.Grant, plan: Plan, fund: fund_state.State, on: date
) -> tuple[OrganisationAmount, ...]:
    """What the plan has more or less for each organisation than was granted so far."""
    granted = {name: money.granted for name, money in grant_money(fund, grant.id, on).items()}
    wanted = {each.organisation: each.amount for each in plan.of_organisations()}
    names = [*granted, *(name for name in wanted if name not in granted)]
    changed = [OrganisationAmount(name, wanted.get(name, ZERO) - granted.get(name, ZERO)) for name in names]
    return tuple(each for each in changed if each.amount)


def _of_kind(
    kind: RevisionKind, before: Plan, after: Plan, changes: tuple[OrganisationAmount, ...]
) -> Iterator[Violation]:
    if kind in ("budget_shift", "no_cost_extension") and sum((each.amount for each in changes), ZERO) > 0:
        yield Violation("/plan/budget", "costs_more", f"A {kind.replace('_', ' ')} does not cost more.")
    if kind in ("no_cost_extension", "cost_extension") and after.end <= before.end:
        yield Violation("/plan/end", "not_later", f"It ends on {before.end}; an extension ends later.")
    if kind == "cost_extension" and sum((each.amount for each in changes), ZERO) <= 0:
        yield Violation("/plan/budget", "costs_no_more", "A cost extension costs more.")


@dataclass(frozen=True, slots=True)
class Concluding:
    """A decision that is to be concluded, with what it is about looked up."""

    id: UUID
    state: decision.State
    version: int
    fund: fund_state.State
    project: tuple[UUID, project_state.State] | None
    on: date
    reason: ErasableText | None


def concluding(asked: Concluding) -> list[Asked]:
    """The decision's own command first; then what follows from it, all or none. Raises what `outcome` raises."""
    seats = tuple(committee.seats(asked.fund, asked.on))
    conclude = decision.Conclude(seats, asked.fund.voting, asked.on, asked.reason)
    first = Asked(DECISION, asked.id, conclude, asked.version)
    if asked.state.concluded is not None:
        return [first]  # refused by the decider
    entitled = decision.voters(asked.state, seats)
    if not decision.outcome(asked.state, entitled, asked.fund.voting, asked.on):
        return [first]
    return [first, *_consequences(asked, asked.state.proposed)]


def _consequences(asked: Concluding, proposed: events.DecisionProposed) -> Iterator[Asked]:
    if proposed.kind in decision.APPROVING:
        yield from _approved(asked, proposed)
    elif proposed.kind in decision.REVISING:
        yield from _revised(asked, proposed)
    elif proposed.kind == "close":
        assert proposed.grant is not None, "closing names a grant"
        assert proposed.project is not None, "a grant belongs to a project"
        closed = projects.CloseOperationally(proposed.grant, asked.on, asked.reason)
        yield Asked(PROJECT, proposed.project, closed, _seen(asked))
    else:
        yield from _decided(asked, proposed, None)


def _seen(asked: Concluding) -> int | None:
    """What was looked up is what is changed, or the decision is concluded anew."""
    return asked.project[1].version if asked.project else None


def _approved(asked: Concluding, proposed: events.DecisionProposed) -> Iterator[Asked]:
    assert proposed.plan is not None, "approving has a plan"
    project, grant = proposed.project or new_id(), new_id()
    plan, new = proposed.plan, proposed.project is None
    reserve = commands.Reserve(
        grant,
        project,
        asked.id,
        proposed.call,
        plan.of_organisations(),
        proposed.draws,
        tuple(share.code for share in plan.goals),
        asked.on,
        asked.reason,
    )
    yield Asked(FUND, proposed.fund, reserve)
    approve = projects.ApproveGrant(
        grant,
        proposed.fund,
        asked.id,
        proposed.call,
        plan.title,
        plan,
        proposed.conditions,
        asked.fund.currency,
        asked.on,
        asked.reason,
    )
    yield Asked(PROJECT, project, approve, new=new)
    yield from _decided(asked, proposed, project)


def _decided(asked: Concluding, proposed: events.DecisionProposed, project: UUID | None) -> Iterator[Asked]:
    if proposed.proposal is not None:
        assert proposed.version is not None, "a proposal has a version"
        decided = proposal.DecideProposal(proposed.version, asked.id, proposed.kind, project, asked.on, asked.reason)
        yield Asked(PROPOSAL, proposed.proposal, decided)


def _revised(asked: Concluding, proposed: events.DecisionProposed) -> Iterator[Asked]:
    revision = proposed.revision
    assert revision is not None, "revising has a revision"
    assert proposed.grant is not None, "revising names a grant"
    assert proposed.project is not None, "a grant belongs to a project"
    _require_current(asked, proposed.grant, revision)
    more = tuple(each for each in revision.changes if each.amount > 0)
    less = tuple(OrganisationAmount(e.organisation, -e.amount) for e in revision.changes if e.amount < 0)
    common: dict[str, Any] = {"on": asked.on, "reason": asked.reason}
    if less:
        release = commands.Release(proposed.grant, proposed.project, "reduced", amounts=less, **common)
        yield Asked(FUND, proposed.fund, release)
    if more:
        goals = tuple(share.code for share in revision.plan.goals)
        draws = proposed.draws or _given_back(asked.fund, proposed.grant, less, more, asked.on)
        reserve = commands.Reserve(proposed.grant, proposed.project, asked.id, None, more, draws, goals, **common)
        yield Asked(FUND, proposed.fund, reserve)
    revised = projects.ReviseGrant(proposed.grant, revision.kind, revision.plan, asked.id, **common)
    yield Asked(PROJECT, proposed.project, revised, _seen(asked))


def _require_current(asked: Concluding, grant: UUID, revision: Revision) -> None:
    """Raises `Outdated` where the grant has changed since the revision was put to the vote."""
    assert asked.project is not None, "a grant belongs to a project"
    held = asked.project[1].grant(grant)
    assert held is not None, "it was there when it was proposed"
    whole = revision.kind == "no_cost_extension" and not revision.changes
    same = replace(revision.plan, end=held.plan.end) == held.plan if whole else True
    if not same or (not whole and _changes(held, revision.plan, asked.fund, asked.on) != revision.changes):
        raise errors.Outdated


def _given_back(
    fund: fund_state.State,
    grant: UUID,
    less: tuple[OrganisationAmount, ...],
    more: tuple[OrganisationAmount, ...],
    on: date,
) -> tuple[Draw, ...]:
    """What moves from one organisation to another in a grant keeps its earmarks, unless the decision names others."""
    moved = min(total(each.amount for each in less), total(each.amount for each in more))
    return shared(moved, least_draws(fund, grant, on), fund.currency) if moved else ()

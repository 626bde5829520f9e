"""What a stream of `funds` has come to besides money, folded from what is published: its document in the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from common.contracts import funds as published
from common.contracts import funds_projects as projects
from common.contracts.base import Contract
from common.contracts.funds_parts import Plan, Quantity

Status = Literal["approved", "active", "suspended", "cancelled", "operationally_closed", "financially_closed"]


class Meeting(msgspec.Struct, frozen=True):
    number: int
    title: str
    on: date
    attendance: tuple[str, ...]


class Fund(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str
    governance: str
    currency: str
    start: date
    end: date | None
    roadmap: str | None
    on: date
    meetings: tuple[Meeting, ...] = ()


class Call(msgspec.Struct, frozen=True):
    """`state` is planned, open or closed."""

    fund: UUID
    number: int
    title: str
    planned_on: date
    planned_for: date | None
    state: str = "planned"
    opened_on: date | None = None
    deadline: date | None = None
    closed_on: date | None = None


class Proposal(msgspec.Struct, frozen=True):
    """`state` is submitted, withdrawn, or how it was decided."""

    fund: UUID
    call: UUID | None
    number: int
    on: date
    state: str = "submitted"
    project: UUID | None = None


class Decision(msgspec.Struct, frozen=True):
    """`adopted` is null before the vote is over."""

    fund: UUID
    kind: str
    mode: str
    meeting: int | None
    deadline: date | None
    call: UUID | None
    project: UUID | None
    grant: UUID | None
    on: date
    adopted: bool | None = None
    concluded_on: date | None = None


class Revision(msgspec.Struct, frozen=True):
    """`budget` is that of the whole grant after it."""

    number: int
    kind: str
    on: date
    budget: Decimal
    start: date
    end: date


class Grant(msgspec.Struct, frozen=True):
    """`plan` as last revised."""

    id: UUID
    fund: UUID
    call: UUID | None
    decision: UUID | None
    approved_on: date
    plan: Plan
    status: Status = "approved"
    started_on: date | None = None
    cancelled_on: date | None = None
    closed_on: date | None = None
    settled_on: date | None = None
    revisions: tuple[Revision, ...] = ()


class Project(msgspec.Struct, frozen=True):
    """`plan` as first approved."""

    title: str
    plan: Plan
    on: date
    grants: tuple[Grant, ...] = ()


class Activity(msgspec.Struct, frozen=True):
    """`start` to `end` is what was planned last; `status` is planned, started, held, postponed (to those days, or until
    further notice) or cancelled."""

    kind: str
    title: str
    project: UUID | None
    jurisdictions: tuple[str, ...]
    partners: tuple[str, ...]
    goals: tuple[str, ...]
    kpis: tuple[str, ...]
    start: date
    end: date | None
    targets: tuple[Quantity, ...]
    on: date
    status: str = "planned"
    held_from: date | None = None
    held_on: date | None = None
    results: tuple[Quantity, ...] = ()


class Challenge(msgspec.Struct, frozen=True):
    title: str
    start: date
    end: date | None
    jurisdictions: tuple[str, ...]
    activities: tuple[UUID, ...]


class Budget(msgspec.Struct, frozen=True):
    institution: str
    year: int
    amount: Decimal
    currency: str
    source: str
    on: date


Document: TypeAlias = Fund | Call | Proposal | Decision | Project | Activity | Challenge | Budget
KINDS: Mapping[str, type[Document]] = MappingProxyType(
    {
        "fund": Fund,
        "call": Call,
        "proposal": Proposal,
        "decision": Decision,
        "project": Project,
        "activity": Activity,
        "challenge": Challenge,
        "budget": Budget,
    }
)
KIND_OF: Mapping[type[Document], str] = MappingProxyType({model: name for name, model in KINDS.items()})

Known = TypeVar("Known", bound=Document)


def evolve(document: Document | None, contract: Contract) -> Document:
    """Raises `ValueError` for an event about what was never opened, or of another kind of stream."""
    return _opened(document, contract) or _changed(document, contract)


def _opened(document: Document | None, contract: Contract) -> Document | None:
    """None where it opens nothing."""
    match contract:
        case published.FundEstablished():
            told = (contract.code, contract.name, contract.kind, contract.governance, contract.base_currency)
            return Fund(*told, contract.start, contract.end, contract.roadmap, contract.on)
        case published.CallPlanned():
            return Call(contract.fund, contract.number, contract.title, contract.on, contract.planned_for)
        case published.ProposalSubmitted():
            return Proposal(contract.fund, contract.call, contract.number, contract.on)
        case published.DecisionProposed():
            how = (contract.fund, contract.kind, contract.mode, contract.meeting, contract.deadline)
            return Decision(*how, contract.call, contract.project, contract.grant, contract.on)
        case projects.ProjectRegistered():
            return Project(contract.title, contract.plan, contract.on)
        case projects.ActivityPlanned():
            return _planned(contract)
        case projects.ChallengeRecorded():
            when = (contract.start, contract.end)
            return Challenge(contract.title, *when, contract.jurisdictions, contract.activities)
        case projects.BudgetRecorded():
            money = (contract.amount, contract.currency, contract.source)
            return Budget(contract.institution, contract.year, *money, contract.on)
    return None


def _planned(contract: projects.ActivityPlanned) -> Activity:
    what = (contract.kind, contract.title, contract.project, contract.jurisdictions, contract.partners)
    when = (contract.start, contract.end)
    return Activity(*what, contract.goals, contract.kpis, *when, contract.targets, contract.on)


def _changed(document: Document | None, contract: Contract) -> Document:
    match document:
        case Fund():
            return _fund(document, contract)
        case Call():
            return _call(document, contract)
        case Proposal():
            return _proposal(document, contract)
        case Decision() if isinstance(contract, published.DecisionConcluded):
            return replace(document, adopted=contract.adopted, concluded_on=contract.on)
        case Project():
            return _project(document, contract)
        case Activity():
            return _activity(document, contract)
        case Challenge() if isinstance(contract, projects.ChallengeLinked):
            return replace(document, activities=(*document.activities, contract.activity))
    told = "nothing" if document is None else f"a {KIND_OF[type(document)]}"
    raise ValueError(f"{type(contract).__name__} changes {told}")


def _fund(fund: Fund, contract: Contract) -> Fund:
    match contract:
        case published.FundExtended(end=end):
            return replace(fund, end=end)
        case published.MeetingHeld():
            held = Meeting(contract.number, contract.title, contract.on, contract.attendance)
            return replace(fund, meetings=(*fund.meetings, held))
    return fund  # its money stands in other tables


def _call(call: Call, contract: Contract) -> Call:
    match contract:
        case published.CallOpened(on=on, deadline=deadline):
            return replace(call, state="open", opened_on=on, deadline=deadline)
        case published.CallExtended(deadline=deadline):
            return replace(call, deadline=deadline)
        case published.CallClosed(on=on):
            return replace(call, state="closed", closed_on=on)
    raise ValueError(f"{type(contract).__name__} changes a call")


def _proposal(proposal: Proposal, contract: Contract) -> Proposal:
    match contract:
        case published.ProposalWithdrawn():
            return replace(proposal, state="withdrawn")
        case published.ProposalDecided(kind=kind, project=project):
            return replace(proposal, state=kind, project=project)
    raise ValueError(f"{type(contract).__name__} changes a proposal")


def _project(project: Project, contract: Contract) -> Project:
    if isinstance(contract, projects.GrantApproved):
        told = (contract.grant, contract.fund, contract.call, contract.decision, contract.on)
        return replace(project, grants=(*project.grants, Grant(*told, contract.plan)))
    wanted = getattr(contract, "grant", None)
    if wanted not in {grant.id for grant in project.grants}:
        raise ValueError(f"{type(contract).__name__} about a grant that was not approved")
    grants = [_grant(grant, contract) if grant.id == wanted else grant for grant in project.grants]
    return replace(project, grants=tuple(grants))


def _grant(grant: Grant, contract: Contract) -> Grant:
    match contract:
        case projects.GrantStarted(on=on):
            return replace(grant, status="active", started_on=on)
        case projects.ProjectRevised(plan=plan):
            budget = sum((line.amount for line in plan.budget), Decimal(0))
            revision = Revision(contract.number, contract.kind, contract.on, budget, plan.start, plan.end)
            return replace(grant, plan=plan, revisions=(*grant.revisions, revision))
        case projects.GrantSuspended():
            return replace(grant, status="suspended")
        case projects.GrantResumed():
            return replace(grant, status="active")
        case projects.GrantCancelled(on=on):
            return replace(grant, status="cancelled", cancelled_on=on)
        case projects.GrantOperationallyClosed(on=on):
            return replace(grant, status="operationally_closed", closed_on=on)
        case projects.GrantFinanciallyClosed(on=on):
            return replace(grant, status="financially_closed", settled_on=on)
    raise ValueError(f"{type(contract).__name__} changes a grant")


def _activity(activity: Activity, contract: Contract) -> Activity:
    match contract:
        case projects.ActivityStarted():
            return replace(activity, status="started")
        case projects.ActivityHeld(start=start, on=on, results=results):
            return replace(activity, status="held", held_from=start, held_on=on, results=results)
        case projects.ResultsCorrected(results=results):
            return replace(activity, results=results)
        case projects.ActivityPostponed(start=None):
            return replace(activity, status="postponed")
        case projects.ActivityPostponed(start=start, end=end):
            return replace(activity, status="postponed", start=start, end=end)
        case projects.ActivityCancelled():
            return replace(activity, status="cancelled")
    raise ValueError(f"{type(contract).__name__} changes an activity")

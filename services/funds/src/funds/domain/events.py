"""What can have happened in the service. What leaves it: `messaging/published.py`.

`on` is the day the fact happened; `reason` says why it was written down only later, or why it was done at all. Amounts
without a currency are in the fund's. The name of a class is the name under which it is stored; a change of shape needs
an upcaster and a golden file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.values import (
    CategoryAmount,
    Consultation,
    Criterion,
    Document,
    Draw,
    Earmark,
    Instalment,
    OrganisationAmount,
    Plan,
    Quantity,
    Score,
)

FundKind = Literal["mptf", "funding_window", "bilateral", "eu_instrument"]
Governance = Literal["committee", "board", "agreement"]
Rule = Literal["consensus", "majority"]
Role = Literal["chair", "member", "ex_officio", "top_donor", "observer", "secretariat", "agent", "organisation"]
EntryKind = Literal[
    "interest_fund", "interest_organisations", "rounding", "direct_costs", "bank_charges", "donor_refunds"
]
ReleaseCause = Literal["reduced", "cancelled", "closed"]
FactKind = Literal["commitment", "deposit", "entry", "conversion", "transfer", "refund", "expenditure"]
DecisionKind = Literal["approve", "approve_with_conditions", "defer", "reject", "approve_revision", "extend", "close"]
DecisionMode = Literal["meeting", "no_objection"]
Ballot = Literal["yes", "no", "abstain"]
RevisionKind = Literal["budget_shift", "no_cost_extension", "cost_extension", "scope"]
ReportKind = Literal["narrative", "financial"]
ActivityKind = Literal[
    "meeting",
    "workshop",
    "training",
    "assessment",
    "equipment_delivery",
    "publication",
    "legal_advice",
    "gap_analysis",
    "gender_screening",
    "destruction",
    "storage_upgrade",
    "campaign",
]
Recommendation = Literal["recommended", "recommended_with_changes", "not_recommended"]
RecommendationState = Literal["open", "under_way", "done", "rejected"]


# The fund: who it is, and everything that is money.


@dataclass(frozen=True, slots=True)
class Fees:
    """In percent: the agent's of each deposit, and what indirect costs may be of an organisation's direct ones."""

    agent: Decimal
    indirect_cap: Decimal


@dataclass(frozen=True, slots=True)
class Voting:
    """`quorum` in percent of the votes that are not recused; `top_donors` seats go to the largest depositors who have
    none; `recused_on_own` are the organisations that abstain where they themselves would receive."""

    rule: Rule
    quorum: Decimal
    top_donors: int
    recused_on_own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FundEstablished:
    code: str
    name: str
    kind: FundKind
    governance: Governance
    currency: str
    start: date
    end: date | None
    fees: Fees
    voting: Voting
    roadmap: str | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class FundExtended:
    end: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RoleAssigned:
    """From `on` to `until`, inclusive."""

    party: str
    role: Role
    vote: bool
    until: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RoleEnded:
    """`on` is the last day."""

    party: str
    role: Role
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CommitmentSigned:
    """What a donor promised, in its currency; `usd_at_signing` by the rate that was known that day, if one was."""

    id: UUID
    donor: str
    amount: Decimal
    currency: str
    agreement: str
    instalments: tuple[Instalment, ...]
    earmark: Earmark
    usd_at_signing: Decimal | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DepositReceived:
    """What a donor paid, in its currency, and what the agent credited for it; `fee` is the agent's."""

    id: UUID
    commitment: UUID
    donor: str
    amount: Decimal
    currency: str
    credited: Decimal
    fee: Decimal
    earmark: Earmark
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class EntryRecorded:
    """Money that came or went besides deposits, transfers and refunds. `amount` is positive (of a rounding signed: what
    came); `party` is the organisation that earned interest or the donor that was refunded."""

    id: UUID
    kind: EntryKind
    amount: Decimal
    party: str | None
    commitment: UUID | None
    earmark: Earmark
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CashConverted:
    """A part of a deposit that was held in its own currency was changed for the fund's. `book` is what that part had
    been credited with; `received` less `book` is the gain."""

    id: UUID
    deposit: UUID
    amount: Decimal
    currency: str
    received: Decimal
    book: Decimal
    earmark: Earmark
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AmountApproved:
    """Reserves for a grant. `call` is None outside a call; `decision` None where an agreement needs none."""

    grant: UUID
    project: UUID
    decision: UUID | None
    call: UUID | None
    amounts: tuple[OrganisationAmount, ...]
    draws: tuple[Draw, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AmountReleased:
    """What was reserved for a grant and will not be transferred."""

    grant: UUID
    project: UUID
    cause: ReleaseCause
    amounts: tuple[OrganisationAmount, ...]
    draws: tuple[Draw, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class TransferMade:
    """`request` names the transfer request that the chair signed on `requested_on`."""

    id: UUID
    grant: UUID
    project: UUID
    organisation: str
    amount: Decimal
    draws: tuple[Draw, ...]
    request: str
    requested_on: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RefundReceived:
    id: UUID
    grant: UUID
    project: UUID
    organisation: str
    amount: Decimal
    draws: tuple[Draw, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ExpenditureReported:
    """What an organisation spent from `start` to `end`; certified: signed by its headquarters."""

    id: UUID
    grant: UUID
    project: UUID
    organisation: str
    start: date
    end: date
    lines: tuple[CategoryAmount, ...]
    certified: bool
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class FactReversed:
    """The fact stands no more from `on` on; before that day it did."""

    id: UUID
    fact: FactKind
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class MeetingHeld:
    """Of the steering committee or board. `attendance` are parties; `minutes` says where they are kept."""

    number: int
    title: str
    agenda: tuple[str, ...]
    attendance: tuple[str, ...]
    minutes: Document | None
    on: date
    reason: ErasableText | None = None


FundEvent: TypeAlias = (
    FundEstablished
    | FundExtended
    | RoleAssigned
    | RoleEnded
    | CommitmentSigned
    | DepositReceived
    | EntryRecorded
    | CashConverted
    | AmountApproved
    | AmountReleased
    | TransferMade
    | RefundReceived
    | ExpenditureReported
    | FactReversed
    | MeetingHeld
)


# Calls and proposals.


@dataclass(frozen=True, slots=True)
class CallPlanned:
    fund: UUID
    number: int
    title: str
    planned_for: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CallOpened:
    """Proposals are taken until `deadline`, inclusive."""

    deadline: date
    criteria: tuple[Criterion, ...]
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CallExtended:
    deadline: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CallClosed:
    on: date
    reason: ErasableText | None = None


CallEvent: TypeAlias = CallPlanned | CallOpened | CallExtended | CallClosed


@dataclass(frozen=True, slots=True)
class ProposalSubmitted:
    """Or submitted anew, after it was withdrawn or while it stands: `number` counts its versions from 1. `call` is None
    outside a call; `project` names one that is there already and would get another grant."""

    fund: UUID
    call: UUID | None
    project: UUID | None
    number: int
    lead: str
    plan: Plan
    consultations: tuple[Consultation, ...]
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ProposalWithdrawn:
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReviewerAssigned:
    """`reviewer` is the id of a credential."""

    reviewer: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ConflictDeclared:
    reviewer: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ProposalScored:
    reviewer: str
    version: int
    scores: tuple[Score, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ProposalRecommended:
    """`mean` is the weighted mean of the scores of that version."""

    recommendation: Recommendation
    version: int
    mean: Decimal | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ProposalDecided:
    decision: UUID
    kind: DecisionKind
    project: UUID | None
    on: date
    reason: ErasableText | None = None


ProposalEvent: TypeAlias = (
    ProposalSubmitted
    | ProposalWithdrawn
    | ReviewerAssigned
    | ConflictDeclared
    | ProposalScored
    | ProposalRecommended
    | ProposalDecided
)


# Decisions of the committee.


@dataclass(frozen=True, slots=True)
class Revision:
    """What a project's grant would be after it: its whole plan, and the amounts that are added (negative: released)."""

    kind: RevisionKind
    plan: Plan
    changes: tuple[OrganisationAmount, ...]


@dataclass(frozen=True, slots=True)
class DecisionProposed:
    """What is put to the vote, at a meeting by its number or by no-objection until a deadline, inclusive.

    Approving is about a proposal and names the draws; what concerns a project that is there names its grant.
    """

    fund: UUID
    kind: DecisionKind
    mode: DecisionMode
    meeting: int | None
    deadline: date | None
    proposal: UUID | None
    version: int | None
    call: UUID | None
    project: UUID | None
    grant: UUID | None
    plan: Plan | None
    draws: tuple[Draw, ...]
    revision: Revision | None
    conditions: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class VoteCast:
    party: str
    ballot: Ballot
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Recused:
    party: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DecisionConcluded:
    """`voters` had a vote that day and were not recused."""

    adopted: bool
    voters: tuple[str, ...]
    recused: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


DecisionEvent: TypeAlias = DecisionProposed | VoteCast | Recused | DecisionConcluded


# Projects and their grants.


@dataclass(frozen=True, slots=True)
class ProjectRegistered:
    """`title` and `plan` as first approved."""

    title: str
    plan: Plan
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantApproved:
    """`call` and `decision` are None where there was none."""

    grant: UUID
    fund: UUID
    decision: UUID | None
    call: UUID | None
    plan: Plan
    conditions: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantStarted:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ProjectRevised:
    """`plan` is the grant's whole plan from now on; `number` counts the project document's versions from 1."""

    grant: UUID
    number: int
    kind: RevisionKind
    plan: Plan
    decision: UUID | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantSuspended:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantResumed:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantCancelled:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantOperationallyClosed:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class GrantFinanciallyClosed:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportRequested:
    """A narrative or financial report of a grant, covering `start` to `end`; `number` counts within the project."""

    number: int
    grant: UUID
    kind: ReportKind
    start: date
    end: date
    due: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportSubmitted:
    number: int
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportReturned:
    number: int
    comment: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportAccepted:
    number: int
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """What the project wants to reach; set again, it is changed."""

    code: str
    title: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    target_by: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class IndicatorMeasured:
    code: str
    value: Decimal
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RiskAssessed:
    """A risk of the project; assessed again, it is changed. `closed` where it is one no more."""

    code: str
    title: str
    likelihood: Literal["low", "medium", "high"]
    impact: Literal["low", "medium", "high"]
    closed: bool
    on: date
    reason: ErasableText | None = None


ProjectEvent: TypeAlias = (
    ProjectRegistered
    | GrantApproved
    | GrantStarted
    | ProjectRevised
    | GrantSuspended
    | GrantResumed
    | GrantCancelled
    | GrantOperationallyClosed
    | GrantFinanciallyClosed
    | ReportRequested
    | ReportSubmitted
    | ReportReturned
    | ReportAccepted
    | IndicatorSet
    | IndicatorMeasured
    | RiskAssessed
)


# Activities, challenges, rates and institutions' budgets.


@dataclass(frozen=True, slots=True)
class ActivityPlanned:
    """Of a project, or of the secretariat itself where there is none. `start` to `end` is planned; `targets` are the
    quantities that it shall reach."""

    kind: ActivityKind
    title: str
    project: UUID | None
    jurisdictions: tuple[str, ...]
    partners: tuple[str, ...]
    goals: tuple[str, ...]
    kpis: tuple[str, ...]
    start: date
    end: date
    targets: tuple[Quantity, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ActivityStarted:
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ActivityHeld:
    """`on` is its last day, `start` its first."""

    start: date
    results: tuple[Quantity, ...]
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ResultsCorrected:
    """All results of an activity that was held, anew."""

    results: tuple[Quantity, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ActivityPostponed:
    """To another planned period; without one until further notice."""

    start: date | None
    end: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ActivityCancelled:
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RecommendationMade:
    number: int
    text: ErasableText
    owner: str
    due: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RecommendationChanged:
    number: int
    state: RecommendationState
    on: date
    reason: ErasableText | None = None


ActivityEvent: TypeAlias = (
    ActivityPlanned
    | ActivityStarted
    | ActivityHeld
    | ResultsCorrected
    | ActivityPostponed
    | ActivityCancelled
    | RecommendationMade
    | RecommendationChanged
)


@dataclass(frozen=True, slots=True)
class ChallengeRecorded:
    """Something that got in the way, and the activities that it delayed."""

    title: str
    start: date
    end: date | None
    jurisdictions: tuple[str, ...]
    activities: tuple[UUID, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ChallengeLinked:
    activity: UUID
    on: date
    reason: ErasableText | None = None


ChallengeEvent: TypeAlias = ChallengeRecorded | ChallengeLinked


@dataclass(frozen=True, slots=True)
class RateRecorded:
    """One unit of `base` is `rate` of `quote` on `day`, by `source`; recorded again, it is corrected."""

    base: str
    quote: str
    day: date
    rate: Decimal
    source: str
    on: date
    reason: ErasableText | None = None


RateEvent: TypeAlias = RateRecorded


@dataclass(frozen=True, slots=True)
class BudgetRecorded:
    """An institution's budget of a year, never posted to a fund; recorded again, it is corrected."""

    institution: str
    year: int
    amount: Decimal
    currency: str
    source: str
    on: date
    reason: ErasableText | None = None


BudgetEvent: TypeAlias = BudgetRecorded

"""What is sent to the service. What goes with what the domain says."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from common.http.sent import Code, Day, Link, Long, MediaType, PlainDecimal, Sent, SentPart, Sha256, Short, Told
from common.kernel.money import ZERO
from common.kernel.text import ErasableText
from funds.domain import checks, events, values

Few = Field(max_length=200)
Number = Annotated[StrictInt, Field(ge=1, le=9_999)]


class FeesSent(Sent):
    agent: PlainDecimal
    indirect_cap: PlainDecimal


class VotingSent(Sent):
    """`quorum` in percent of those with a vote."""

    rule: events.Rule = "consensus"
    quorum: PlainDecimal
    top_donors: Annotated[StrictInt, Field(ge=0, le=20)] = 0
    recused_on_own: Annotated[tuple[Code, ...], Few] = ()


class FundSent(Told):
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$")]
    name: Short
    kind: events.FundKind
    governance: events.Governance
    currency: Code
    start: Day
    end: Day | None = None
    fees: FeesSent
    voting: VotingSent
    roadmap: Code | None = None


class EndSent(Told):
    end: Day


class RoleSent(Told):
    party: Code
    role: events.Role
    vote: StrictBool = False
    until: Day | None = None


class RoleEndSent(Told):
    party: Code
    role: events.Role


class InstalmentSent(SentPart):
    due: Day
    amount: PlainDecimal

    def to_domain(self) -> values.Instalment:
        return values.Instalment(self.due, self.amount)


class CommitmentSent(Told):
    donor: Code
    amount: PlainDecimal
    currency: Code
    agreement: Short
    instalments: Annotated[tuple[InstalmentSent, ...], Few] = ()
    earmark: Annotated[tuple[Code, ...], Few] = ()


class DepositSent(Told):
    """`currency` is the commitment's; named, it is checked."""

    commitment: UUID
    amount: PlainDecimal
    currency: Code | None = None
    credited: PlainDecimal


class EntrySent(Told):
    kind: events.EntryKind
    amount: PlainDecimal
    party: Code | None = None
    commitment: UUID | None = None


class ConversionSent(Told):
    deposit: UUID
    amount: PlainDecimal
    received: PlainDecimal


class TransferSent(Told):
    grant: UUID
    organisation: Code
    amount: PlainDecimal
    request: Short
    requested_on: Day | None = None


class RefundSent(Told):
    grant: UUID
    organisation: Code
    amount: PlainDecimal


class CategorySent(SentPart):
    category: StrictInt
    amount: PlainDecimal

    def to_domain(self) -> values.CategoryAmount:
        return values.CategoryAmount(self.category, self.amount)


class ExpenditureSent(Told):
    grant: UUID
    organisation: Code
    start: Day
    end: Day
    lines: Annotated[tuple[CategorySent, ...], Few]
    certified: StrictBool = False


class ReversalSent(Told):
    fact: UUID


class DocumentSent(SentPart):
    title: Short
    link: Link
    sha256: Sha256 | None = None
    media_type: MediaType | None = None
    size: Annotated[StrictInt, Field(ge=0)] | None = None

    def to_domain(self) -> values.Document:
        return values.Document(self.title, self.link, self.sha256, self.media_type, self.size)


class MeetingSent(Told):
    number: Number
    title: Short
    agenda: Annotated[tuple[Short, ...], Few] = ()
    attendance: Annotated[tuple[Code, ...], Few] = ()
    minutes: DocumentSent | None = None


class CallSent(Told):
    number: Number
    title: Short
    planned_for: Day | None = None


class CriterionSent(SentPart):
    code: Code
    title: Short
    weight: PlainDecimal

    def to_domain(self) -> values.Criterion:
        return values.Criterion(self.code, self.title, self.weight)


class CallOpenSent(Told):
    deadline: Day
    criteria: Annotated[tuple[CriterionSent, ...], Few] = ()
    documents: Annotated[tuple[DocumentSent, ...], Few] = ()


class DeadlineSent(Told):
    deadline: Day


class ShareSent(Sent):
    """Without percentages the shares are equal."""

    code: Code
    percent: PlainDecimal | None = None


class OfficeSent(SentPart):
    organisation: Code
    name: Short

    def to_domain(self) -> values.Office:
        return values.Office(self.organisation, self.name)


class BudgetLineSent(SentPart):
    organisation: Code
    category: StrictInt
    amount: PlainDecimal

    def to_domain(self) -> values.BudgetLine:
        return values.BudgetLine(self.organisation, self.category, self.amount)


class PlanSent(SentPart):
    """The first office leads."""

    title: Short
    offices: Annotated[tuple[OfficeSent, ...], Field(min_length=1, max_length=200)]
    jurisdictions: Annotated[tuple[ShareSent, ...], Field(min_length=1, max_length=200)]
    goals: Annotated[tuple[ShareSent, ...], Few] = ()
    kpis: Annotated[tuple[Code, ...], Few] = ()
    budget: Annotated[tuple[BudgetLineSent, ...], Field(max_length=2_000)] = ()
    start: Day
    end: Day

    def to_domain(self) -> values.Plan:
        return values.Plan(
            self.title,
            tuple(office.to_domain() for office in self.offices),
            _shares(self.jurisdictions),
            _shares(self.goals),
            self.kpis,
            tuple(line.to_domain() for line in self.budget),
            self.start,
            self.end,
        )


def _shares(sent: tuple[ShareSent, ...]) -> tuple[values.Share, ...]:
    if all(share.percent is None for share in sent):
        return checks.equal_shares([share.code for share in sent])
    return tuple(values.Share(share.code, share.percent or ZERO) for share in sent)


class ConsultationSent(SentPart):
    jurisdiction: Code
    on: Day

    def to_domain(self) -> values.Consultation:
        return values.Consultation(self.jurisdiction, self.on)


class ProposalSent(Told):
    """`project` names one that is there already and would get another grant."""

    plan: PlanSent
    project: UUID | None = None
    consultations: Annotated[tuple[ConsultationSent, ...], Few] = ()
    documents: Annotated[tuple[DocumentSent, ...], Few] = ()


class ReviewerSent(Told):
    reviewer: Short


class ScoreSent(SentPart):
    criterion: Code
    points: PlainDecimal

    def to_domain(self) -> values.Score:
        return values.Score(self.criterion, self.points)


class ScoresSent(Told):
    scores: Annotated[tuple[ScoreSent, ...], Few]


class RecommendationSent(Told):
    recommendation: events.Recommendation


class DrawSent(SentPart):
    earmark: Annotated[tuple[Code, ...], Few] = ()
    amount: PlainDecimal

    def to_domain(self) -> values.Draw:
        return values.Draw(tuple(sorted(self.earmark)), self.amount)


class DecisionSent(Told):
    """What is put to the vote.

    `approve`, `approve_with_conditions`, `defer` and `reject` are about a `proposal`; or, outside a call, approving is
    about a `plan` (of a new project, or of `project`). `approve_revision` names the `grant`, its whole new `plan` and
    the `revision`; `extend` the `grant` and its new `end`; `close` the `grant`. A meeting is named by its number, a
    no-objection by its deadline. `draws` name earmarked money; the rest is taken from money without an earmark.
    """

    kind: events.DecisionKind
    mode: events.DecisionMode
    meeting: Number | None = None
    deadline: Day | None = None
    proposal: UUID | None = None
    project: UUID | None = None
    grant: UUID | None = None
    plan: PlanSent | None = None
    revision: events.RevisionKind | None = None
    end: Day | None = None
    draws: Annotated[tuple[DrawSent, ...], Few] = ()
    conditions: Annotated[tuple[Short, ...], Few] = ()


class VoteSent(Told):
    """The party is the credential's; named, it is checked."""

    vote: events.Ballot
    party: Code | None = None


class RecusalSent(Told):
    party: Code | None = None


class GrantSent(Told):
    """A grant by an agreement, to a new project or to `project`."""

    plan: PlanSent
    project: UUID | None = None


class ReportRequestSent(Told):
    grant: UUID
    kind: events.ReportKind
    start: Day
    end: Day
    due: Day


class ReportSent(Told):
    documents: Annotated[tuple[DocumentSent, ...], Few] = ()


class CommentSent(Told):
    comment: Long

    def words(self) -> ErasableText:
        return ErasableText.of(self.comment)


class IndicatorSent(Told):
    title: Short
    unit: Code
    baseline: PlainDecimal | None = None
    target: PlainDecimal | None = None
    target_by: Day | None = None


class MeasurementSent(Told):
    value: PlainDecimal


class RiskSent(Told):
    title: Short
    likelihood: Literal["low", "medium", "high"]
    impact: Literal["low", "medium", "high"]
    closed: StrictBool = False


class QuantitySent(SentPart):
    what: Code
    unit: Code
    quantity: PlainDecimal
    sex: Literal["female", "male", "unknown"] | None = None
    jurisdiction: Code | None = None

    def to_domain(self) -> values.Quantity:
        return values.Quantity(self.what, self.unit, self.quantity, self.sex, self.jurisdiction)


class ActivitySent(Told):
    """Without a project it is the secretariat's own."""

    kind: events.ActivityKind
    title: Short
    project: UUID | None = None
    jurisdictions: Annotated[tuple[Code, ...], Few] = ()
    partners: Annotated[tuple[Short, ...], Few] = ()
    goals: Annotated[tuple[Code, ...], Few] = ()
    kpis: Annotated[tuple[Code, ...], Few] = ()
    start: Day
    end: Day
    targets: Annotated[tuple[QuantitySent, ...], Few] = ()


class HeldSent(Told):
    """`on` is its last day, `start` its first."""

    start: Day | None = None
    results: Annotated[tuple[QuantitySent, ...], Few] = ()
    documents: Annotated[tuple[DocumentSent, ...], Few] = ()


class ResultsSent(Told):
    results: Annotated[tuple[QuantitySent, ...], Few]


class PostponedSent(Told):
    start: Day | None = None
    end: Day | None = None


class AdviceSent(Told):
    """A recommendation of an assessment."""

    text: Long
    owner: Short
    due: Day | None = None


class AdviceStateSent(Told):
    state: events.RecommendationState


class ChallengeSent(Told):
    title: Short
    start: Day
    end: Day | None = None
    jurisdictions: Annotated[tuple[Code, ...], Few] = ()
    activities: Annotated[tuple[UUID, ...], Few] = ()


class DelayedSent(Told):
    activity: UUID


class RateSent(Told):
    """One unit of `base` is `rate` of `quote`."""

    base: Code
    quote: Code
    day: Day
    rate: PlainDecimal
    source: Short


class BudgetSent(Told):
    institution: Code
    year: Annotated[StrictInt, Field(ge=1990, le=2200)]
    amount: PlainDecimal
    currency: Code
    source: Short

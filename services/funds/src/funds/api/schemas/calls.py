"""What is sent of calls, proposals and plans."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from common.http.sent import Code, Day, Link, MediaType, PlainDecimal, Sent, SentPart, Sha256, Short, Told
from common.kernel.money import ZERO
from funds.api.schemas.limits import Few, Number
from funds.domain import checks, events, values


class DocumentSent(SentPart):
    title: Short
    link: Link
    sha256: Sha256 | None = None
    media_type: MediaType | None = None
    size: Annotated[StrictInt, Field(ge=0)] | None = None

    def to_domain(self) -> values.Document:
        return values.Document(self.title, self.link, self.sha256, self.media_type, self.size)


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

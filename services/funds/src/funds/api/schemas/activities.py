"""What is sent of activities, challenges, rates and budgets."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictInt

from common.http.sent import Code, Day, Long, PlainDecimal, SentPart, Short, Told
from funds.api.schemas.calls import DocumentSent
from funds.api.schemas.limits import Few
from funds.domain import events, values


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

"""What can have happened to activities, challenges, rates and institutions' budgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.values import Document, Quantity

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
RecommendationState = Literal["open", "under_way", "done", "rejected"]


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

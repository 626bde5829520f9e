"""What can be asked of a project and its grants. Pairs with its events by eye."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.events import ReportKind, RevisionKind
from funds.domain.values import Document, Plan


@dataclass(frozen=True, slots=True)
class ApproveGrant:
    """Registers the project with its first grant."""

    grant: UUID
    fund: UUID
    decision: UUID | None
    call: UUID | None
    title: str
    plan: Plan
    conditions: tuple[str, ...]
    currency: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class StartGrant:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReviseGrant:
    grant: UUID
    kind: RevisionKind
    plan: Plan
    decision: UUID | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class SuspendGrant:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ResumeGrant:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CancelGrant:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CloseOperationally:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CloseFinancially:
    grant: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RequestReport:
    """`due` None: the day on which reports of its kind are due in the year after its period."""

    grant: UUID
    kind: ReportKind
    start: date
    end: date
    due: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class SubmitReport:
    number: int
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReturnReport:
    number: int
    comment: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AcceptReport:
    number: int
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class SetIndicator:
    code: str
    title: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    target_by: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class MeasureIndicator:
    code: str
    value: Decimal
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AssessRisk:
    code: str
    title: str
    likelihood: Literal["low", "medium", "high"]
    impact: Literal["low", "medium", "high"]
    closed: bool
    on: date
    reason: ErasableText | None = None


GrantCommand: TypeAlias = (
    StartGrant | ReviseGrant | SuspendGrant | ResumeGrant | CancelGrant | CloseOperationally | CloseFinancially
)
ReportCommand: TypeAlias = RequestReport | SubmitReport | ReturnReport | AcceptReport
FollowCommand: TypeAlias = SetIndicator | MeasureIndicator | AssessRisk
ProjectCommand: TypeAlias = ApproveGrant | GrantCommand | ReportCommand | FollowCommand

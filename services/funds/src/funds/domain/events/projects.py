"""What can have happened to projects and their grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.events.decisions import RevisionKind
from funds.domain.values import Document, Plan

ReportKind = Literal["narrative", "financial"]


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

"""What can have happened to calls and proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.values import Consultation, Criterion, Document, Plan, Score

DecisionKind = Literal["approve", "approve_with_conditions", "defer", "reject", "approve_revision", "extend", "close"]
Recommendation = Literal["recommended", "recommended_with_changes", "not_recommended"]


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

"""What can have happened to decisions of a committee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.events.calls import DecisionKind
from funds.domain.values import Draw, OrganisationAmount, Plan

DecisionMode = Literal["meeting", "no_objection"]
Ballot = Literal["yes", "no", "abstain"]
RevisionKind = Literal["budget_shift", "no_cost_extension", "cost_extension", "scope"]


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

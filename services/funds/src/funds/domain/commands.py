"""What can be asked of a fund. Pairs with `events.py` by eye; commands on other things stand beside their rules.

`on` is the day the fact happened, checked against today and the caller's scope before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.events import EntryKind, Fees, FundKind, Governance, ReleaseCause, Role, Voting
from funds.domain.values import CategoryAmount, Document, Draw, Earmark, Instalment, OrganisationAmount


@dataclass(frozen=True, slots=True)
class EstablishFund:
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
class ExtendFund:
    end: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AssignRole:
    party: str
    role: Role
    vote: bool
    until: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class EndRole:
    party: str
    role: Role
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class SignCommitment:
    """`usd_at_signing` is looked up in the rates."""

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
class ReceiveDeposit:
    id: UUID
    commitment: UUID
    amount: Decimal
    currency: str
    credited: Decimal
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """`commitment` is the one that a refund to its donor returns, in whole or in part."""

    id: UUID
    kind: EntryKind
    amount: Decimal
    party: str | None
    commitment: UUID | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ConvertCash:
    id: UUID
    deposit: UUID
    amount: Decimal
    received: Decimal
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """Only what is available can be approved. What the draws leave open is taken from money without an earmark."""

    grant: UUID
    project: UUID
    decision: UUID | None
    call: UUID | None
    amounts: tuple[OrganisationAmount, ...]
    draws: tuple[Draw, ...]
    goals: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Without amounts: everything that is left."""

    grant: UUID
    project: UUID
    cause: ReleaseCause
    on: date
    amounts: tuple[OrganisationAmount, ...] | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class MakeTransfer:
    """`active` is looked up: whether money may go to the grant that day."""

    id: UUID
    grant: UUID
    organisation: str
    amount: Decimal
    request: str
    requested_on: date
    active: bool
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReceiveRefund:
    id: UUID
    grant: UUID
    organisation: str
    amount: Decimal
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportExpenditure:
    id: UUID
    grant: UUID
    organisation: str
    start: date
    end: date
    lines: tuple[CategoryAmount, ...]
    certified: bool
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReverseFact:
    id: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class HoldMeeting:
    number: int
    title: str
    agenda: tuple[str, ...]
    attendance: tuple[str, ...]
    minutes: Document | None
    on: date
    reason: ErasableText | None = None


FundCommand: TypeAlias = (
    EstablishFund
    | ExtendFund
    | AssignRole
    | EndRole
    | SignCommitment
    | ReceiveDeposit
    | RecordEntry
    | ConvertCash
    | Reserve
    | Release
    | MakeTransfer
    | ReceiveRefund
    | ReportExpenditure
    | ReverseFact
    | HoldMeeting
)

"""What can have happened to a fund: who it is, and everything that is money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain.values import CategoryAmount, Document, Draw, Earmark, Instalment, OrganisationAmount

FundKind = Literal["mptf", "funding_window", "bilateral", "eu_instrument"]
Governance = Literal["committee", "board", "agreement"]
Rule = Literal["consensus", "majority"]
Role = Literal["chair", "member", "ex_officio", "top_donor", "observer", "secretariat", "agent", "organisation"]
EntryKind = Literal[
    "interest_fund", "interest_organisations", "rounding", "direct_costs", "bank_charges", "donor_refunds"
]
ReleaseCause = Literal["reduced", "cancelled", "closed"]
FactKind = Literal["commitment", "deposit", "entry", "conversion", "transfer", "refund", "expenditure"]


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

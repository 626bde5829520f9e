"""What `funds` publishes: every money fact, decision, project and result. Free text, the content and the scores of
proposals, and who reviewed them never leave.

The money of a fund is one stream. Amounts are decimals in the fund's base currency unless a currency stands beside
them; a fact that was wrong is reversed by a later one, never changed. Shares are percent and add up to 100.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from common.contracts.base import Contract as Contract  # what reads these contracts names their base with them
from common.contracts.funds_parts import (
    CategoryAmount,
    DecisionKind,
    DecisionMode,
    Draw,
    EntryKind,
    FactKind,
    FundKind,
    Instalment,
    OrganisationAmount,
    Role,
)


class FundEstablished(Contract):
    """A fund, or another mechanism beside it."""

    code: str
    """What people call it by: SLW00."""
    name: str
    """Its name."""
    kind: FundKind
    """Which kind of mechanism."""
    governance: Literal["committee", "board", "agreement"]
    """Who decides: a committee or board by vote within what is available; an agreement, which reserves nothing."""
    base_currency: str
    """ISO 4217; of all amounts without another."""
    start: date
    """The first day."""
    end: date | None = None
    """The last day; null: open."""
    roadmap: str | None = None
    """Whose goals its projects name."""
    on: date
    """When it happened."""


class FundExtended(Contract):
    """The fund ends later."""

    end: date
    """The last day."""
    on: date
    """When it happened."""


class RoleAssigned(Contract):
    """A party has a role, from `on`."""

    party: str
    """Who."""
    role: Role
    """Which."""
    vote: bool
    """Whether it votes."""
    until: date | None = None
    """The last day; null: open."""
    on: date
    """When it happened."""


class RoleEnded(Contract):
    """A party has the role until `on`."""

    party: str
    """Who."""
    role: Role
    """Which."""
    on: date
    """When it happened."""


class CommitmentSigned(Contract):
    """A donor promised money."""

    id: UUID
    """Of the fact."""
    donor: str
    """Who pays."""
    amount: Decimal
    """In the currency beside it."""
    currency: str
    """ISO 4217."""
    instalments: tuple[Instalment, ...]
    """When it is to be paid."""
    earmark: tuple[str, ...]
    """The goals that it may be spent on; empty: no such condition."""
    usd_at_signing: Decimal | None = None
    """In US dollars at the rate that was known for the day; null: none was."""
    on: date
    """When it happened."""


class DepositReceived(Contract):
    """A donor paid."""

    id: UUID
    """Of the fact."""
    commitment: UUID
    """What it pays."""
    donor: str
    """Who pays."""
    amount: Decimal
    """In the currency beside it."""
    currency: str
    """ISO 4217."""
    credited: Decimal
    """In the base currency, before the fee."""
    fee: Decimal
    """The administrative agent's."""
    earmark: tuple[str, ...]
    """The goals that it may be spent on; empty: no such condition."""
    on: date
    """When it happened."""


class EntryRecorded(Contract):
    """Interest, charges, direct costs, refunds to donors, roundings."""

    id: UUID
    """Of the fact."""
    kind: EntryKind
    """Which."""
    amount: Decimal
    """Positive; a rounding is signed."""
    party: str | None = None
    """Who earned the interest or was refunded."""
    earmark: tuple[str, ...]
    """The goals that it may be spent on; empty: no such condition."""
    on: date
    """When it happened."""


class CashConverted(Contract):
    """Held money was changed for the base currency."""

    id: UUID
    """Of the fact."""
    deposit: UUID
    """Of which deposit."""
    amount: Decimal
    """In the currency beside it."""
    currency: str
    """ISO 4217."""
    received: Decimal
    """In the base currency."""
    book: Decimal
    """What it had been credited with."""
    earmark: tuple[str, ...]
    """The goals that it may be spent on; empty: no such condition."""
    on: date
    """When it happened."""


class AmountApproved(Contract):
    """Money was reserved for a grant."""

    grant: UUID
    """The grant."""
    project: UUID
    """The project."""
    decision: UUID | None = None
    """The decision; null: an agreement without one."""
    call: UUID | None = None
    """The call; null: outside a call."""
    amounts: tuple[OrganisationAmount, ...]
    """By organisation."""
    draws: tuple[Draw, ...]
    """From which earmarks."""
    on: date
    """When it happened."""


class AmountReleased(Contract):
    """Money that was reserved will not be transferred."""

    grant: UUID
    """The grant."""
    project: UUID
    """The project."""
    cause: Literal["reduced", "cancelled", "closed"]
    """Why."""
    amounts: tuple[OrganisationAmount, ...]
    """By organisation."""
    draws: tuple[Draw, ...]
    """From which earmarks."""
    on: date
    """When it happened."""


class TransferMade(Contract):
    """The agent transferred to an organisation."""

    id: UUID
    """Of the fact."""
    grant: UUID
    """The grant."""
    project: UUID
    """The project."""
    organisation: str
    """Who received it."""
    amount: Decimal
    """In the base currency."""
    draws: tuple[Draw, ...]
    """From which earmarks."""
    on: date
    """When it happened."""


class RefundReceived(Contract):
    """An organisation returned money."""

    id: UUID
    """Of the fact."""
    grant: UUID
    """The grant."""
    project: UUID
    """The project."""
    organisation: str
    """Who returned it."""
    amount: Decimal
    """In the base currency."""
    draws: tuple[Draw, ...]
    """From which earmarks."""
    on: date
    """When it happened."""


class ExpenditureReported(Contract):
    """An organisation reported what it spent in a period."""

    id: UUID
    """Of the fact."""
    grant: UUID
    """The grant."""
    project: UUID
    """The project."""
    organisation: str
    """Who spent it."""
    start: date
    """The first day."""
    end: date
    """The last day."""
    lines: tuple[CategoryAmount, ...]
    """By category."""
    certified: bool
    """Signed by its headquarters; it then takes the place of interim ones within its period."""
    on: date
    """When it happened."""


class FactReversed(Contract):
    """A fact stands no more, from `on`."""

    id: UUID
    """Of the fact that was wrong."""
    fact: FactKind
    """Its kind."""
    on: date
    """When it happened."""


class MeetingHeld(Contract):
    """The committee or board met."""

    number: int
    """Counts from 1."""
    title: str
    """Its name."""
    attendance: tuple[str, ...]
    """Parties."""
    on: date
    """When it happened."""


class CallPlanned(Contract):
    """A call for proposals is planned."""

    fund: UUID
    """The fund's stream."""
    number: int
    """Counts from 1."""
    title: str
    """Its name."""
    planned_for: date | None = None
    """When it is to open."""
    on: date
    """When it happened."""


class CallOpened(Contract):
    """Proposals are taken."""

    deadline: date
    """The last day."""
    on: date
    """When it happened."""


class CallExtended(Contract):
    """Proposals are taken longer."""

    deadline: date
    """The last day."""
    on: date
    """When it happened."""


class CallClosed(Contract):
    """No proposals are taken any more."""

    on: date
    """When it happened."""


class ProposalSubmitted(Contract):
    """A proposal came in, or another version of it."""

    fund: UUID
    """The fund's stream."""
    call: UUID | None = None
    """The call; null: outside a call."""
    number: int
    """The version, from 1."""
    on: date
    """When it happened."""


class ProposalWithdrawn(Contract):
    """It was taken back."""

    on: date
    """When it happened."""


class ProposalDecided(Contract):
    """The committee decided on it."""

    decision: UUID
    """The decision."""
    kind: DecisionKind
    """How."""
    project: UUID | None = None
    """What came of it."""
    on: date
    """When it happened."""


class DecisionProposed(Contract):
    """Something was put to the vote."""

    fund: UUID
    """The fund's stream."""
    kind: DecisionKind
    """Which."""
    mode: DecisionMode
    """How it is voted on."""
    meeting: int | None = None
    """The number of the meeting."""
    deadline: date | None = None
    """Of a no-objection."""
    call: UUID | None = None
    """The call; null: outside a call."""
    project: UUID | None = None
    """What it is about, if that is there already."""
    grant: UUID | None = None
    """Likewise."""
    on: date
    """When it happened."""


class DecisionConcluded(Contract):
    """The vote is over."""

    adopted: bool
    """Whether it was decided so."""
    voters: tuple[str, ...]
    """Who had a vote."""
    recused: tuple[str, ...]
    """Who abstained for a conflict of interest."""
    on: date
    """When it happened."""

"""What is sent of funds, roles and money facts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from common.http.sent import Code, Day, PlainDecimal, Sent, SentPart, Short, Told
from funds.api.schemas.limits import Few
from funds.domain import events, values


class FeesSent(Sent):
    agent: PlainDecimal
    indirect_cap: PlainDecimal


class VotingSent(Sent):
    """`quorum` in percent of those with a vote."""

    rule: events.Rule = "consensus"
    quorum: PlainDecimal
    top_donors: Annotated[StrictInt, Field(ge=0, le=20)] = 0
    recused_on_own: Annotated[tuple[Code, ...], Few] = ()


class FundSent(Told):
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,29}$")]
    name: Short
    kind: events.FundKind
    governance: events.Governance
    currency: Code
    start: Day
    end: Day | None = None
    fees: FeesSent
    voting: VotingSent
    roadmap: Code | None = None


class EndSent(Told):
    end: Day


class RoleSent(Told):
    party: Code
    role: events.Role
    vote: StrictBool = False
    until: Day | None = None


class RoleEndSent(Told):
    party: Code
    role: events.Role


class InstalmentSent(SentPart):
    due: Day
    amount: PlainDecimal

    def to_domain(self) -> values.Instalment:
        return values.Instalment(self.due, self.amount)


class CommitmentSent(Told):
    donor: Code
    amount: PlainDecimal
    currency: Code
    agreement: Short
    instalments: Annotated[tuple[InstalmentSent, ...], Few] = ()
    earmark: Annotated[tuple[Code, ...], Few] = ()


class DepositSent(Told):
    """`currency` is the commitment's; named, it is checked."""

    commitment: UUID
    amount: PlainDecimal
    currency: Code | None = None
    credited: PlainDecimal


class EntrySent(Told):
    kind: events.EntryKind
    amount: PlainDecimal
    party: Code | None = None
    commitment: UUID | None = None


class ConversionSent(Told):
    deposit: UUID
    amount: PlainDecimal
    received: PlainDecimal


class TransferSent(Told):
    grant: UUID
    organisation: Code
    amount: PlainDecimal
    request: Short
    requested_on: Day | None = None


class RefundSent(Told):
    grant: UUID
    organisation: Code
    amount: PlainDecimal


class CategorySent(SentPart):
    category: StrictInt
    amount: PlainDecimal

    def to_domain(self) -> values.CategoryAmount:
        return values.CategoryAmount(self.category, self.amount)


class ExpenditureSent(Told):
    grant: UUID
    organisation: Code
    start: Day
    end: Day
    lines: Annotated[tuple[CategorySent, ...], Few]
    certified: StrictBool = False


class ReversalSent(Told):
    fact: UUID

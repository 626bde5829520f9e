"""What a money fact of a fund comes to as rows, and what it does to the fund's cash and reservations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from common.contracts import funds as published
from common.contracts.funds_parts import Draw

ZERO = Decimal(0)
Earmark: TypeAlias = tuple[str, ...]

CAME = frozenset({"interest_fund", "interest_organisations", "rounding"})
"""Entries that raise the cash; all others lower it."""

MoneyContract: TypeAlias = (
    published.DepositReceived
    | published.EntryRecorded
    | published.CashConverted
    | published.AmountApproved
    | published.AmountReleased
    | published.TransferMade
    | published.RefundReceived
)


@dataclass(frozen=True, slots=True)
class Money:
    """In the order of the table's columns, after the key. `amount` is in the fund's currency."""

    fact: UUID | None
    kind: str
    day: date
    donor: str | None = None
    organisation: str | None = None
    project: UUID | None = None
    grant_id: UUID | None = None
    call: UUID | None = None
    amount: Decimal = ZERO
    original: Decimal | None = None
    currency: str | None = None
    earmark: Earmark | None = None

    def reversed(self, on: date) -> Money:
        """The same on another day, with the other sign."""
        original = None if self.original is None else -self.original
        return replace(self, day=on, amount=-self.amount, original=original)


@dataclass(frozen=True, slots=True)
class Effect:
    """In the order of the table's columns, after the key and without the earmark."""

    earmark: Earmark
    fact: UUID | None
    day: date
    cash: Decimal
    reserved: Decimal

    def reversed(self, on: date) -> Effect:
        return replace(self, day=on, cash=-self.cash, reserved=-self.reserved)


def money_of(contract: MoneyContract) -> Iterator[Money]:
    """The rows of an event; those of a deposit are what was credited and the agent's fee."""
    match contract:
        case published.DepositReceived(id=fact, on=on, donor=giver, earmark=earmark):
            given = {"amount": contract.credited, "original": contract.amount, "currency": contract.currency}
            yield Money(fact, "deposit", on, giver, earmark=earmark, **given)  # type: ignore[arg-type]
            yield Money(fact, "fee", on, giver, amount=contract.fee, earmark=earmark)
        case published.EntryRecorded(id=fact, kind=kind, on=on, amount=amount, party=party, earmark=earmark):
            donor = party if kind == "donor_refunds" else None
            earner = None if donor else party
            yield Money(fact, kind, on, donor, earner, amount=amount, earmark=earmark)
        case published.CashConverted(id=fact, on=on, earmark=earmark):
            yield Money(fact, "exchange", on, amount=contract.received - contract.book, earmark=earmark)
        case published.AmountApproved(on=on, project=project, grant=grant, call=call):
            for each in contract.amounts:
                yield Money(None, "approval", on, None, each.organisation, project, grant, call, each.amount)
        case published.AmountReleased(on=on, project=project, grant=grant):
            for each in contract.amounts:
                yield Money(None, "release", on, None, each.organisation, project, grant, None, each.amount)
        case published.TransferMade() | published.RefundReceived():
            name = "transfer" if isinstance(contract, published.TransferMade) else "refund"
            of = (contract.organisation, contract.project, contract.grant)
            yield Money(contract.id, name, contract.on, None, *of, amount=contract.amount)


def effects_of(contract: MoneyContract) -> list[Effect]:
    """One for each earmark that is touched."""
    match contract:
        case published.DepositReceived(id=fact, on=on, earmark=earmark):
            return [Effect(earmark, fact, on, contract.credited - contract.fee, ZERO)]
        case published.EntryRecorded(id=fact, kind=kind, on=on, amount=amount, earmark=earmark):
            return [Effect(earmark, fact, on, amount if kind in CAME else -amount, ZERO)]
        case published.CashConverted(id=fact, on=on, earmark=earmark):
            return [Effect(earmark, fact, on, contract.received - contract.book, ZERO)]
        case published.AmountApproved(on=on):
            return [Effect(earmark, None, on, ZERO, drawn) for earmark, drawn in _drawn(contract.draws)]
        case published.AmountReleased(on=on):
            return [Effect(earmark, None, on, ZERO, -drawn) for earmark, drawn in _drawn(contract.draws)]
        case published.TransferMade(id=fact, on=on):
            return [Effect(earmark, fact, on, -drawn, -drawn) for earmark, drawn in _drawn(contract.draws)]
        case published.RefundReceived(id=fact, on=on):
            return [Effect(earmark, fact, on, drawn, ZERO) for earmark, drawn in _drawn(contract.draws)]


def _drawn(draws: Iterable[Draw]) -> Iterable[tuple[Earmark, Decimal]]:
    sums: dict[Earmark, Decimal] = {}
    for draw in draws:
        sums[draw.earmark] = sums.get(draw.earmark, ZERO) + draw.amount
    return sums.items()

"""What donors promised and what they paid, valued in the fund's currency in three ways.

At the rate of signing: what the promise was worth that day. At the rates of the deposits: what was credited. At the
rate of a given day. The differences between them are a memorandum and stand outside sources and uses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from common.kernel.money import ZERO, rounded
from funds.domain import events
from funds.domain.fund_state import State
from funds.domain.values import Instalment, total

RateOn = Callable[[str, date], Decimal | None]
"""How many units of the fund's currency one of another was on a day, by the latest rate up to it; None: not known."""


@dataclass(frozen=True, slots=True)
class DuePart:
    """`open` is what of an instalment had not been paid: deposits pay the earliest instalments first."""

    instalment: Instalment
    open: Decimal
    overdue: bool


@dataclass(frozen=True, slots=True)
class Contribution:
    """A commitment and its deposits, on a day. Amounts are in the commitment's currency; `credited`, `fee` and the
    three values in the fund's."""

    commitment: events.CommitmentSigned
    deposits: tuple[events.DepositReceived, ...]
    deposited: Decimal
    outstanding: Decimal
    credited: Decimal
    fee: Decimal
    instalments: tuple[DuePart, ...]
    at_signing: Decimal | None
    at_day: Decimal | None
    memorandum: Decimal | None

    @property
    def id(self) -> UUID:
        return self.commitment.id


def contributions(state: State, rate: RateOn, on: date) -> list[Contribution]:
    """What stands that day, in the order of signing."""
    undone = state.reversed_on()

    def stands(fact: UUID, day: date) -> bool:
        return day <= on and (fact not in undone or undone[fact] > on)

    signed = [each for each in state.commitments if stands(each.id, each.on)]
    return [
        _valued(
            state,
            commitment,
            tuple(d for d in state.deposits if d.commitment == commitment.id and stands(d.id, d.on)),
            rate,
            on,
        )
        for commitment in sorted(signed, key=lambda each: each.on)
    ]


def _valued(
    state: State,
    commitment: events.CommitmentSigned,
    deposits: tuple[events.DepositReceived, ...],
    rate: RateOn,
    on: date,
) -> Contribution:
    paid = total(each.amount for each in deposits)
    credited = total(each.credited for each in deposits)
    outstanding = max(commitment.amount - paid, ZERO)
    at_signing = _at(state, commitment.amount, commitment.currency, rate, commitment.on)
    of_paid = _at(state, paid, commitment.currency, rate, commitment.on)
    return Contribution(
        commitment,
        deposits,
        paid,
        outstanding,
        credited,
        total(each.fee for each in deposits),
        tuple(_due(commitment, paid, on)),
        at_signing,
        _at(state, commitment.amount, commitment.currency, rate, on),
        None if of_paid is None else credited - of_paid,
    )


def _at(state: State, amount: Decimal, currency: str, rate: RateOn, on: date) -> Decimal | None:
    if currency == state.currency:
        return amount
    known = rate(currency, on)
    return None if known is None else rounded(amount * known, state.currency)


def _due(commitment: events.CommitmentSigned, paid: Decimal, on: date) -> list[DuePart]:
    left, parts = paid, []
    for instalment in commitment.instalments:
        covered = min(left, instalment.amount)
        left -= covered
        still = instalment.amount - covered
        parts.append(DuePart(instalment, still, bool(still) and instalment.due < on))
    return parts

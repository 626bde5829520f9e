"""The ledger: double-entry postings that follow from the facts, so that it balances by construction.

What comes is debited to `cash` and credited to the account of its line; what goes the other way round. A reservation is
a memorandum: `reserved` against `appropriations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from common.kernel.money import ZERO
from funds.domain.balances import Movement, movements
from funds.domain.fund_state import State
from funds.domain.values import Earmark


@dataclass(frozen=True, slots=True)
class Posting:
    """One of `debit` and `credit` is nothing. `fact` is that of the event, of a reservation the grant."""

    on: date
    account: str
    debit: Decimal
    credit: Decimal
    earmark: Earmark
    fact: UUID
    reverses: bool


def postings(state: State) -> list[Posting]:
    """By day; the two of a movement follow each other."""
    return [posting for movement in movements(state) for posting in _of(movement)]


def imbalance(state: State) -> Decimal:
    """Debits less credits: nothing, or something is wrong with this program."""
    return sum((each.debit - each.credit for each in postings(state)), ZERO)


def _of(movement: Movement) -> Iterator[Posting]:
    if movement.cash:
        yield from _pair(movement, "cash", movement.line, movement.cash)
    if movement.reserved:
        yield from _pair(movement, "reserved", "appropriations", movement.reserved)


def _pair(movement: Movement, debited: str, credited: str, amount: Decimal) -> Iterator[Posting]:
    """Of a negative amount the sides are changed."""
    first, second = (debited, credited) if amount > 0 else (credited, debited)
    yield Posting(movement.on, first, abs(amount), ZERO, movement.earmark, movement.fact, movement.reverses)
    yield Posting(movement.on, second, ZERO, abs(amount), movement.earmark, movement.fact, movement.reverses)

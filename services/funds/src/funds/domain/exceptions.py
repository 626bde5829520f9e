"""Shortfalls by name: what facts have led to and no decision would have been allowed to. Each is open until settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Literal
from uuid import UUID

from common.kernel.money import ZERO
from funds.domain.balances import Balances, facts_of, grant_money
from funds.domain.fund_state import State
from funds.domain.values import Earmark

Code = Literal["cash_overdrawn", "reservations_uncovered", "expenditure_exceeds_funding", "refunds_exceed_transfers"]


@dataclass(frozen=True, slots=True)
class Key:
    """What falls short: an earmark's money (None: the whole fund's), or an organisation's in a grant."""

    code: Code
    earmark: Earmark | None = None
    grant: UUID | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`amount` is what is missing on the last day of it; `settled_on` the first day on which nothing is."""

    key: Key
    since: date
    amount: Decimal
    settled_on: date | None = None


def shortfalls(state: State, on: date) -> list[Shortfall]:
    """Every one up to that day, from the first; those that are open have no `settled_on`."""
    balances = Balances(state)
    found = list(_over((day for day in balances.days if day <= on), partial(_of_balances, balances)))
    for grant in dict.fromkeys(each.grant for each in state.approvals):
        own = facts_of(state, grant)  # a fund has many grants and each of them few facts
        found += _over(_days(own, on), partial(_of_grant, own, grant))
    return sorted(found, key=lambda each: (each.since, each.key.code, str(each.key)))


def open_shortfalls(state: State, on: date) -> list[Shortfall]:
    return [each for each in shortfalls(state, on) if each.settled_on is None]


def _over(days: Iterable[date], missing_on: Callable[[date], Iterable[tuple[Key, Decimal]]]) -> Iterator[Shortfall]:
    """What falls short on those days, which are all on which that can change, in order."""
    open_: dict[Key, Shortfall] = {}
    for day in days:
        missing = dict(missing_on(day))
        for key in [key for key in open_ if key not in missing]:
            yield replace(open_.pop(key), settled_on=day)
        for key, amount in missing.items():
            open_[key] = replace(open_[key], amount=amount) if key in open_ else Shortfall(key, day, amount)
    yield from open_.values()


def _days(own: State, on: date) -> list[date]:
    """On which anything of a grant changed."""
    facts = (own.transfers, own.refunds, own.expenditures, own.reversals)
    days: set[date] = {each.on for kind in facts for each in kind}
    return sorted(day for day in days if day <= on)


def _of_balances(balances: Balances, day: date) -> Iterator[tuple[Key, Decimal]]:
    for earmark in (None, *balances.earmarks):
        position = balances.at(day, earmark)
        if position.cash < 0:
            yield Key("cash_overdrawn", earmark), -position.cash
        if position.available < 0:
            yield Key("reservations_uncovered", earmark), -position.available


def _of_grant(own: State, grant: UUID, day: date) -> Iterator[tuple[Key, Decimal]]:
    for organisation, money in grant_money(own, grant, day).items():
        if money.net_funded < 0:
            yield Key("refunds_exceed_transfers", None, grant, organisation), -money.net_funded
        if money.expenditure > max(money.net_funded, ZERO):
            over = money.expenditure - max(money.net_funded, ZERO)
            yield Key("expenditure_exceeds_funding", None, grant, organisation), over

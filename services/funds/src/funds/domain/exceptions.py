"""Shortfalls by name: what facts have led to and no decision would have been allowed to. Each is open until settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from funds.domain.balances import Balances, grant_money
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


Missing: TypeAlias = Mapping[Key, Decimal]


def shortfalls(state: State, on: date) -> list[Shortfall]:
    """Every one up to that day, from the first; those that are open have no `settled_on`."""
    balances = Balances(state)
    open_: dict[Key, Shortfall] = {}
    found: list[Shortfall] = []
    for day in _days(state, balances, on):
        missing = dict(_missing(state, balances, day))
        settled = [key for key in open_ if key not in missing]
        found.extend(replace(open_.pop(key), settled_on=day) for key in settled)
        for key, amount in missing.items():
            open_[key] = replace(open_[key], amount=amount) if key in open_ else Shortfall(key, day, amount)
    return sorted([*found, *open_.values()], key=lambda each: (each.since, each.key.code, str(each.key)))


def open_shortfalls(state: State, on: date) -> list[Shortfall]:
    return [each for each in shortfalls(state, on) if each.settled_on is None]


def _days(state: State, balances: Balances, on: date) -> list[date]:
    """On which anything changed that could fall short."""
    spent = {each.on for each in state.expenditures} | {each.on for each in state.reversals}
    return sorted(day for day in {*balances.days, *spent} if day <= on)


def _missing(state: State, balances: Balances, day: date) -> Iterator[tuple[Key, Decimal]]:
    for earmark in (None, *balances.earmarks):
        position = balances.at(day, earmark)
        if position.cash < 0:
            yield Key("cash_overdrawn", earmark), -position.cash
        if position.available < 0:
            yield Key("reservations_uncovered", earmark), -position.available
    for grant in dict.fromkeys(each.grant for each in state.approvals if each.on <= day):
        for organisation, money in grant_money(state, grant, day).items():
            if money.net_funded < 0:
                yield Key("refunds_exceed_transfers", None, grant, organisation), -money.net_funded
            if money.expenditure > max(money.net_funded, Decimal(0)):
                over = money.expenditure - max(money.net_funded, Decimal(0))
                yield Key("expenditure_exceeds_funding", None, grant, organisation), over

"""What follows from a fund's facts for any day: cash, what is reserved of it, what is available, by earmark.

Every fact moves something on its day; a reversal moves the same back on its own. Cash is what the agent holds; reserved
is what was approved and neither transferred nor released; available is what no decision has taken yet.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Literal
from uuid import UUID

from common.kernel.money import ZERO
from funds.domain import events
from funds.domain.fund_state import State
from funds.domain.values import UNEARMARKED, Draw, Earmark, total

Line = Literal[
    "contributions",
    "fee",
    "interest_fund",
    "interest_organisations",
    "exchange",
    "rounding",
    "transfers",
    "refunds",
    "direct_costs",
    "bank_charges",
    "donor_refunds",
    "reserved",
]
"""Where a movement stands in the statement of sources and uses; `reserved` stands outside it."""

_COMES = ("interest_fund", "interest_organisations", "rounding")


@dataclass(frozen=True, slots=True)
class Movement:
    """`cash` and `reserved` are what a fact adds to the two."""

    on: date
    line: Line
    earmark: Earmark
    cash: Decimal
    reserved: Decimal
    fact: UUID
    reverses: bool = False


def movements(state: State) -> list[Movement]:
    """Of all facts and reversals, by day."""
    found = list(_of_facts(state))
    undone = state.reversed_on()
    back = [
        replace(each, on=undone[each.fact], cash=-each.cash, reserved=-each.reserved, reverses=True)
        for each in found
        if each.fact in undone
    ]
    return sorted([*found, *back], key=lambda each: each.on)


def _of_facts(state: State) -> Iterator[Movement]:
    for paid in state.deposits:
        yield Movement(paid.on, "contributions", paid.earmark, paid.credited, ZERO, paid.id)
        yield Movement(paid.on, "fee", paid.earmark, -paid.fee, ZERO, paid.id)
    for entry in state.entries:
        cash = entry.amount if entry.kind in _COMES else -entry.amount
        yield Movement(entry.on, entry.kind, entry.earmark, cash, ZERO, entry.id)
    for changed in state.conversions:
        yield Movement(changed.on, "exchange", changed.earmark, changed.received - changed.book, ZERO, changed.id)
    reserves = state.governance != "agreement"  # an agreement promises; it reserves nothing of what is held
    for approved in state.approvals if reserves else ():
        for draw in approved.draws:
            yield Movement(approved.on, "reserved", draw.earmark, ZERO, draw.amount, approved.grant)
    for released in state.releases if reserves else ():
        for draw in released.draws:
            yield Movement(released.on, "reserved", draw.earmark, ZERO, -draw.amount, released.grant)
    for made in state.transfers:
        for draw in made.draws:
            reserved = -draw.amount if reserves else ZERO
            yield Movement(made.on, "transfers", draw.earmark, -draw.amount, reserved, made.id)
    for back in state.refunds:
        for draw in back.draws:
            yield Movement(back.on, "refunds", draw.earmark, draw.amount, ZERO, back.id)


@dataclass(frozen=True, slots=True)
class Position:
    """Of one earmark, or of the whole fund, at the end of a day."""

    cash: Decimal
    reserved: Decimal

    @property
    def available(self) -> Decimal:
        return self.cash - self.reserved


class Balances:
    """The positions of a fund at the end of every day."""

    def __init__(self, state: State) -> None:
        moved: dict[Earmark | None, list[Movement]] = defaultdict(list)
        for movement in movements(state):
            moved[movement.earmark].append(movement)
            moved[None].append(movement)
        self._runs = {earmark: _Run(each) for earmark, each in moved.items()}

    @property
    def earmarks(self) -> list[Earmark]:
        """Those that anything was moved in, and money without one."""
        return sorted({UNEARMARKED, *(earmark for earmark in self._runs if earmark is not None)})

    @property
    def days(self) -> list[date]:
        """On which anything was moved."""
        run = self._runs.get(None)
        return sorted(set(run.days)) if run else []

    def at(self, on: date, earmark: Earmark | None = None) -> Position:
        """Without an earmark: of the whole fund."""
        run = self._runs.get(earmark)
        return run.at(on) if run else Position(ZERO, ZERO)

    def least(
        self, value: Callable[[Position], Decimal], days: Iterable[date], earmark: Earmark | None = None
    ) -> tuple[Decimal, date]:
        """The least value of the positions on those days, and the first day that has it. At least one day is given."""
        return min((value(self.at(day, earmark)), day) for day in days)


class _Run:
    def __init__(self, moved: list[Movement]) -> None:
        self.days = [each.on for each in moved]
        self._cash = list(accumulate((each.cash for each in moved), initial=ZERO))
        self._reserved = list(accumulate((each.reserved for each in moved), initial=ZERO))

    def at(self, on: date) -> Position:
        n = bisect_right(self.days, on)
        return Position(self._cash[n], self._reserved[n])


# What falls to a grant and its organisations.


@dataclass(frozen=True, slots=True)
class GrantMoney:
    """Of one organisation in a grant, up to a day."""

    approved: Decimal = ZERO
    released: Decimal = ZERO
    transferred: Decimal = ZERO
    refunded: Decimal = ZERO
    expenditure: Decimal = ZERO

    @property
    def granted(self) -> Decimal:
        return self.approved - self.released

    @property
    def reserved(self) -> Decimal:
        return self.granted - self.transferred

    @property
    def net_funded(self) -> Decimal:
        return self.transferred - self.refunded

    @property
    def unspent(self) -> Decimal:
        return self.net_funded - self.expenditure


def grant_money(state: State, grant: UUID, on: date) -> dict[str, GrantMoney]:
    """By organisation, in the order in which they were approved."""
    sums: dict[str, dict[str, Decimal]] = {}
    undone = state.reversed_on()

    def add(organisation: str, what: str, amount: Decimal) -> None:
        of = sums.setdefault(organisation, defaultdict(lambda: ZERO))
        of[what] += amount

    def stands(fact: UUID, day: date) -> bool:
        return day <= on and (fact not in undone or undone[fact] > on)

    for approved in state.approvals:
        if approved.grant == grant and approved.on <= on:
            for each in approved.amounts:
                add(each.organisation, "approved", each.amount)
    for released in state.releases:
        if released.grant == grant and released.on <= on:
            for each in released.amounts:
                add(each.organisation, "released", each.amount)
    for made in state.transfers:
        if made.grant == grant and stands(made.id, made.on):
            add(made.organisation, "transferred", made.amount)
    for back in state.refunds:
        if back.grant == grant and stands(back.id, back.on):
            add(back.organisation, "refunded", back.amount)
    for spent in expenditure_in_force(state, on):
        if spent.grant == grant:
            add(spent.organisation, "expenditure", total(line.amount for line in spent.lines))
    return {organisation: GrantMoney(**of) for organisation, of in sums.items()}


def expenditure_in_force(state: State, on: date) -> list[events.ExpenditureReported]:
    """What stands that day: not reversed, and no interim report whose period a certified one has covered."""
    undone = state.reversed_on()
    standing = [e for e in state.expenditures if e.on <= on and (e.id not in undone or undone[e.id] > on)]
    certified: dict[tuple[UUID, str], list[events.ExpenditureReported]] = defaultdict(list)
    for each in standing:
        if each.certified:
            certified[each.grant, each.organisation].append(each)

    def superseded(e: events.ExpenditureReported) -> bool:
        covering = certified[e.grant, e.organisation]
        return not e.certified and any(c.start <= e.start and e.end <= c.end for c in covering)

    return [e for e in standing if not superseded(e)]


def facts_of(state: State, grant: UUID) -> State:
    """The fund as if the grant were its only one; what is no grant's stays."""
    transfers = tuple(each for each in state.transfers if each.grant == grant)
    refunds = tuple(each for each in state.refunds if each.grant == grant)
    expenditures = tuple(each for each in state.expenditures if each.grant == grant)
    mine = {each.id for each in transfers} | {each.id for each in refunds} | {each.id for each in expenditures}
    return replace(
        state,
        approvals=tuple(each for each in state.approvals if each.grant == grant),
        releases=tuple(each for each in state.releases if each.grant == grant),
        transfers=transfers,
        refunds=refunds,
        expenditures=expenditures,
        reversals=tuple(each for each in state.reversals if each.id in mine),
    )


def reserved_draws(state: State, grant: UUID, on: date) -> list[Draw]:
    """What is reserved for a grant, by earmark; none of nothing."""
    left = _drawn(state, grant, on, state.approvals, ())
    for earmark, amount in _drawn(state, grant, on, state.releases, state.transfers).items():
        left[earmark] = left.get(earmark, ZERO) - amount
    return [Draw(earmark, amount) for earmark, amount in sorted(left.items()) if amount > 0]


def transferred_draws(state: State, grant: UUID, on: date) -> list[Draw]:
    """What was transferred for a grant, by earmark."""
    moved = _drawn(state, grant, on, (), state.transfers)
    return [Draw(earmark, amount) for earmark, amount in sorted(moved.items()) if amount > 0]


def _drawn(
    state: State,
    grant: UUID,
    on: date,
    kept: Iterable[events.AmountApproved | events.AmountReleased],
    made: Iterable[events.TransferMade],
) -> dict[Earmark, Decimal]:
    undone = state.reversed_on()
    sums: dict[Earmark, Decimal] = {}
    standing = [each for each in made if each.id not in undone or undone[each.id] > on]
    for fact in [*kept, *standing]:
        if fact.grant == grant and fact.on <= on:
            for draw in fact.draws:
                sums[draw.earmark] = sums.get(draw.earmark, ZERO) + draw.amount
    return sums

"""A fund's money counted again from its log, line by line and without a word of the service's own arithmetic.

Every fact is a movement on its day; a reversing fact is the same movement back, on the day of the reversal. What stands
here is read off the requirements (sources, uses, cash, reserved, available), so that both can only agree where both are
right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from funds.domain import events as e

NOTHING = Decimal(0)
SOURCES = ("contributions", "interest_fund", "interest_organisations", "exchange", "rounding")
COSTS = ("fee", "direct_costs", "bank_charges", "donor_refunds")
LINES = (*SOURCES, "total_sources", "transfers", "refunds", "net_funded", *COSTS, "total_uses")
CASH = {
    **dict.fromkeys((*SOURCES, "refunds"), 1),
    **dict.fromkeys(("transfers", *COSTS), -1),
}
"""Which way a line moves the cash."""
RESERVED = {"approved": 1, "released": -1, "transfers": -1}


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount of one line, on its day, of the money with that earmark; of a grant and an organisation where it is
    theirs. The amounts of `by_organisation` lines tell who, those of the others which earmark."""

    day: date
    line: str
    amount: Decimal
    earmark: tuple[str, ...] = ()
    grant: UUID | None = None
    organisation: str | None = None
    reserves: bool = True
    """An agreement promises, and keeps nothing of the cash back for it."""


def movements(log: Iterable[Any]) -> list[Movement]:
    """Of all events of a fund, in the order in which they were recorded."""
    facts: dict[UUID, list[Movement]] = {}
    found: list[Movement] = []
    reserves = True
    for event in log:
        if isinstance(event, e.FundEstablished):
            reserves = event.governance != "agreement"
        if isinstance(event, e.FactReversed):
            moved = [replace(each, day=event.on, amount=-each.amount) for each in facts.pop(event.id)]
        else:
            moved = [replace(each, reserves=reserves) for each in _of(event)]
            if hasattr(event, "id"):
                facts[event.id] = moved
        found += moved
    return found


def _of(event: Any) -> Iterator[Movement]:
    match event:
        case e.DepositReceived():
            yield Movement(event.on, "contributions", event.credited, event.earmark)
            yield Movement(event.on, "fee", event.fee, event.earmark)
        case e.EntryRecorded():
            yield Movement(event.on, event.kind, event.amount, event.earmark)
        case e.CashConverted():
            yield Movement(event.on, "exchange", event.received - event.book, event.earmark)
        case e.AmountApproved():
            yield from _drawn(event, "approved")
        case e.AmountReleased():
            yield from _drawn(event, "released")
        case e.TransferMade() | e.RefundReceived():
            line = "transfers" if isinstance(event, e.TransferMade) else "refunds"
            for draw in event.draws:
                yield Movement(event.on, line, draw.amount, draw.earmark, event.grant, event.organisation)


def _drawn(event: e.AmountApproved | e.AmountReleased, line: str) -> Iterator[Movement]:
    """By earmark, and once more by organisation."""
    for draw in event.draws:
        yield Movement(event.on, line, draw.amount, draw.earmark)
    for each in event.amounts:
        yield Movement(event.on, f"{line}_by_organisation", each.amount, (), event.grant, each.organisation)


def _sum(moved: Iterable[Movement], line: str) -> Decimal:
    return sum((m.amount for m in moved if m.line == line), NOTHING)


def statement(moved: Sequence[Movement], first: date | None, last: date | None) -> dict[str, tuple[Decimal, ...]]:
    """Prior, period and total of every line, both days inclusive."""
    total = [m for m in moved if last is None or m.day <= last]
    prior = [m for m in total if first is not None and m.day < first]
    period = [m for m in total if first is None or m.day >= first]
    columns = [
        {line: _sum(column, line) for line in (*SOURCES, "transfers", "refunds", *COSTS)}
        for column in (prior, period, total)
    ]
    for column in columns:
        column["total_sources"] = sum((column[line] for line in SOURCES), NOTHING)
        column["net_funded"] = column["transfers"] - column["refunds"]
        column["total_uses"] = column["net_funded"] + sum((column[line] for line in COSTS), NOTHING)
    return {line: tuple(column[line] for column in columns) for line in LINES}


def balance(moved: Sequence[Movement], first: date | None, last: date | None) -> tuple[Decimal, ...]:
    """Opening, change and closing."""
    lines = statement(moved, first, last)
    return tuple(lines["total_sources"][column] - lines["total_uses"][column] for column in range(3))


def _on(moved: Sequence[Movement], signs: dict[str, int], day: date | None, earmark: tuple[str, ...] | None) -> Decimal:
    counted = (
        signs[m.line] * m.amount
        for m in moved
        if m.line in signs and (day is None or m.day <= day) and (earmark is None or m.earmark == earmark)
    )
    return sum(counted, NOTHING)


def cash(moved: Sequence[Movement], day: date | None = None, earmark: tuple[str, ...] | None = None) -> Decimal:
    """On that day's evening; of every earmark where none is named."""
    return _on(moved, CASH, day, earmark)


def reserved(moved: Sequence[Movement], day: date | None = None, earmark: tuple[str, ...] | None = None) -> Decimal:
    return _on([m for m in moved if m.reserves], RESERVED, day, earmark)


def available(moved: Sequence[Movement], day: date | None = None, earmark: tuple[str, ...] | None = None) -> Decimal:
    return cash(moved, day, earmark) - reserved(moved, day, earmark)


def earmarks(moved: Iterable[Movement]) -> set[tuple[str, ...]]:
    return {m.earmark for m in moved if m.line in CASH or m.line in RESERVED}


def days(moved: Iterable[Movement]) -> list[date]:
    return sorted({m.day for m in moved})


def of_grant(moved: Sequence[Movement], line: str, grant: UUID, organisation: str, day: date | None = None) -> Decimal:
    """A line of one grant's one organisation."""
    mine = (m for m in moved if (m.grant, m.organisation) == (grant, organisation) and (day is None or m.day <= day))
    return _sum(mine, line)


def spent(log: Iterable[Any], grant: UUID, organisation: str, day: date) -> Decimal:
    """By the reports that stand that day; a certified one takes the place of the interim ones of its period."""
    standing: dict[UUID, e.ExpenditureReported] = {}
    for event in log:
        if isinstance(event, e.ExpenditureReported) and event.on <= day:
            standing[event.id] = event
        elif isinstance(event, e.FactReversed) and event.on <= day:
            standing.pop(event.id, None)
    mine = [each for each in standing.values() if (each.grant, each.organisation) == (grant, organisation)]
    certified = [each for each in mine if each.certified]
    counted = [
        each
        for each in mine
        if each.certified or not any(c.start <= each.start and each.end <= c.end for c in certified)
    ]
    return sum((line.amount for each in counted for line in each.lines), NOTHING)

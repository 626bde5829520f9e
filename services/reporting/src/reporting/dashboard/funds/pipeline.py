"""The calls for proposals: planned, open, closed, and what was approved of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from reporting.application.funds.model import Call, Fact
from reporting.dashboard import wording as numbers
from reporting.dashboard.charts.bars import Bar
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.broad import broad_bars
from reporting.dashboard.funds.figures import Figures, total
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table

OUTSIDE = "Outside a call"
APPROVED = "Approved: what the committee reserved for projects, reductions and releases not taken off."
NOTHING = "No call for proposals is recorded."


def pipeline(figures: Figures, names: FundNames) -> Section:
    calls = sorted(
        figures.calls, key=lambda call: (call.mechanism, call.opened_on is None, call.opened_on, call.number)
    )
    when = f", {figures.asked.year}" if figures.asked.year else ""
    exhibits = [_exhibit(figures, calls, names)] if calls else []
    lead = f"{_lead(figures, calls) if calls else NOTHING}{_met(figures)}"
    return Section("calls", f"Calls for proposals{when}", lead, exhibits)


def _exhibit(figures: Figures, calls: Sequence[Call], names: FundNames) -> Exhibit:
    approved = _approved(figures, calls)
    bars = [
        Bar(name, float(total(facts)), wording.millions(total(facts)))
        for name, facts in [
            *((names.marked(call.title), approved[call.id]) for call in calls),
            (OUTSIDE, approved[None]),
        ]
        if facts
    ]
    when = f" in {figures.asked.year}" if figures.asked.year else ""
    table = Table(
        caption=f"Calls, their proposals and what was approved of them{when}",
        columns=[
            Column("Call", numeric=False),
            *map(Column, ("State", "Opened", "Deadline", "Closed", "Proposals", "Projects", "Approved")),
        ],
        lines=list(_lines(figures, calls, approved, names)),
        address=figures.asked.address("approved", "call"),
    )
    return Exhibit(broad_bars(bars, f"Amounts approved{when} by call") if bars else None, table, [APPROVED], broad=True)


def _approved(figures: Figures, calls: Sequence[Call]) -> dict[UUID | None, list[Fact]]:
    """Facts by call; those outside a call of the mechanisms that have calls."""
    with_calls = {call.mechanism for call in figures.everything.calls}
    found: dict[UUID | None, list[Fact]] = {None: [], **{call.id: [] for call in calls}}
    for fact in figures.facts("approval"):
        if fact.mechanism in with_calls and fact.call in found:
            found[fact.call].append(fact)
    return found


def _lines(
    figures: Figures, calls: Sequence[Call], approved: dict[UUID | None, list[Fact]], names: FundNames
) -> Iterator[Line]:
    for call in calls:
        days = [Cell(wording.on(day)) for day in (call.opened_on, call.deadline, call.closed_on)]
        head = Head(names.marked(call.title), call.mechanism)
        proposals = Cell(numbers.number(call.proposals))
        yield Line([head], [Cell(_state(figures, call)), *days, proposals, *_decided(figures, approved[call.id])])
    if approved[None]:
        yield Line([Head(OUTSIDE)], [*[Cell(wording.NONE)] * 5, *_decided(figures, approved[None])])


def _state(figures: Figures, call: Call) -> str:
    if call.state == "planned" and call.planned_for:
        return f"planned for {call.planned_for.year}"
    return figures.state_of(call)


def _decided(figures: Figures, facts: Sequence[Fact]) -> Iterator[Cell]:
    """Projects, and amounts by currency."""
    sums: dict[str, Decimal] = {}
    for fact in facts:
        currency = figures.currency(fact.mechanism)
        sums[currency] = sums.get(currency, Decimal(0)) + fact.amount
    yield Cell(numbers.number(len({fact.project for fact in facts})))
    told = ", ".join(f"{currency} {wording.money(amount)}" for currency, amount in sums.items())
    yield Cell(told or wording.NONE, strong=bool(told))


def _met(figures: Figures) -> str:
    """ " Meetings of committees and boards in 2020: SLW00 8." """
    asked = figures.asked
    met = {
        each.code: sum(asked.start <= meeting.on <= asked.end for meeting in each.meetings) for each in asked.mechanisms
    }
    told = ", ".join(f"{code} {count}" for code, count in met.items() if count)
    when = f" in {asked.year}" if asked.year else ""
    return f" Meetings of committees and boards{when}: {told}." if told else ""


def _lead(figures: Figures, calls: Sequence[Call]) -> str:
    """ "2 calls are closed, 1 is planned." """
    states = [figures.state_of(call) for call in calls]
    told: list[str] = []
    for state in dict.fromkeys(states):
        count = states.count(state)
        told.append(
            f"{count}{'' if told else ' calls' if count > 1 else ' call'} {'are' if count > 1 else 'is'} {state}"
        )
    return f"{', '.join(told)}."

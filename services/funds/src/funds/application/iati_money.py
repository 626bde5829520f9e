"""The money of a fund and of a grant as IATI transactions and budgets.

A fact that was reversed is not told, so that sums agree with the totals of the statement. A refund is a negative
transaction of the kind that it takes back. Interest and exchange differences have no kind of transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from common.kernel.money import MINOR_UNITS, written
from funds.application import iati_model as iati
from funds.application.iati_model import Budget, Organisation, Transaction, split_by_year
from funds.application.iati_naming import Naming, fund_identifier, grant_identifier, reporter
from funds.domain.balances import expenditure_in_force
from funds.domain.fund_state import Fact, State
from funds.domain.project_state import GrantStatus
from funds.domain.values import Plan, total

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Told:
    """`on` is the day whose facts are told; `updated` when the last of them was recorded."""

    on: date
    updated: datetime
    naming: Naming


@dataclass(frozen=True, slots=True)
class Grant:
    """What IATI says of a grant besides its money. `planned_on` is when its plan was approved, first or as it was
    revised; `ended_on` the day of operational closure or cancellation."""

    id: UUID
    project: UUID
    title: str
    plan: Plan
    status: GrantStatus
    approved_on: date
    planned_on: date
    revised: bool
    started_on: date | None
    ended_on: date | None


def standing(fund: State, facts: Iterable[F], on: date) -> list[F]:
    """Those of the day or before it that were not reversed by it."""
    undone = fund.reversed_on()
    return [each for each in facts if each.on <= on and (each.id not in undone or undone[each.id] > on)]


def itself(fund: State, naming: Naming) -> Organisation:
    """The fund as one who gives and receives."""
    known = reporter(fund.kind)
    return Organisation(naming.marked(fund.name), None if secondary(fund) else known.ref, known.kind)


def secondary(fund: State) -> bool:
    """Whether others are responsible for the mechanism, and these records only tell of it."""
    return fund.kind in {"bilateral", "eu_instrument"}


def in_order(transactions: Iterable[Transaction]) -> tuple[Transaction, ...]:
    return tuple(sorted(transactions, key=lambda each: (each.on, each.kind, each.ref)))


def fund_transactions(fund: State, told: Told) -> Iterator[Transaction]:
    """What was promised, what came, what was spent on the fund itself, what was granted and transferred."""
    us, base = itself(fund, told.naming), fund.currency
    for agreed in standing(fund, fund.commitments, told.on):
        donor = told.naming.party(agreed.donor)
        yield Transaction(
            str(agreed.id), iati.INCOMING_COMMITMENT, agreed.on, agreed.amount, agreed.currency, donor, us
        )
    for paid in standing(fund, fund.deposits, told.on):
        donor = told.naming.party(paid.donor)
        note = f"{paid.currency} {written(paid.amount, paid.currency)} paid"
        yield Transaction(str(paid.id), iati.INCOMING_FUNDS, paid.on, paid.credited, base, donor, us, description=note)
        if paid.fee:
            note = "Fee of the administrative agent"
            agent = _agent(fund, told, paid.on)
            yield Transaction(f"{paid.id}-fee", iati.EXPENDITURE, paid.on, paid.fee, base, us, agent, description=note)
    yield from _entries(fund, told)
    yield from _given(fund, told)


def _agent(fund: State, told: Told, on: date) -> Organisation | None:
    agents = fund.parties("agent", on)
    return told.naming.party(agents[0]) if agents else None


def _entries(fund: State, told: Told) -> Iterator[Transaction]:
    us, base = itself(fund, told.naming), fund.currency
    for entry in standing(fund, fund.entries, told.on):
        party = told.naming.party(entry.party) if entry.party else None
        ref, on, amount = str(entry.id), entry.on, entry.amount
        match entry.kind:
            case "direct_costs" | "bank_charges":
                note = entry.kind.replace("_", " ").capitalize()
                yield Transaction(ref, iati.EXPENDITURE, on, amount, base, us, party, description=note)
            case "donor_refunds":
                note = "Refunded to the donor"
                yield Transaction(ref, iati.INCOMING_FUNDS, on, -amount, base, party, us, description=note)


@dataclass(frozen=True, slots=True)
class _Given:
    """What went, or was promised, from the fund to an organisation's grant; negative where it came back."""

    ref: str
    kind: str
    on: date
    value: Decimal
    organisation: str
    grant: UUID


def _all_given(fund: State, on: date) -> Iterator[_Given]:
    promised = iati.OUTGOING_COMMITMENT
    for n, approved in enumerate(fund.approvals):
        for each in approved.amounts:
            ref = f"{approved.grant}-approval-{n}-{each.organisation}"
            yield _Given(ref, promised, approved.on, each.amount, each.organisation, approved.grant)
    for n, released in enumerate(fund.releases):
        for each in released.amounts:
            ref = f"{released.grant}-release-{n}-{each.organisation}"
            yield _Given(ref, promised, released.on, -each.amount, each.organisation, released.grant)
    for made in standing(fund, fund.transfers, on):
        yield _Given(str(made.id), iati.DISBURSEMENT, made.on, made.amount, made.organisation, made.grant)
    for back in standing(fund, fund.refunds, on):
        yield _Given(str(back.id), iati.DISBURSEMENT, back.on, -back.amount, back.organisation, back.grant)


def _given(fund: State, told: Told) -> Iterator[Transaction]:
    us = itself(fund, told.naming)
    for each in _all_given(fund, told.on):
        if each.on <= told.on:
            receiver = told.naming.party(each.organisation)
            identifier = grant_identifier(fund.kind, fund.code, each.grant)
            yield Transaction(
                each.ref, each.kind, each.on, each.value, fund.currency, us, receiver, receiver_activity=identifier
            )


_MIRRORED = {iati.OUTGOING_COMMITMENT: iati.INCOMING_COMMITMENT, iati.DISBURSEMENT: iati.INCOMING_FUNDS}


def grant_transactions(fund: State, grant: Grant, told: Told) -> Iterator[Transaction]:
    """What the fund says that it gave, as the grant received it, and what was spent of it."""
    us, source = itself(fund, told.naming), fund_identifier(fund.kind, fund.code)
    for each in _all_given(fund, told.on):
        if each.grant == grant.id and each.on <= told.on:
            receiver, kind = told.naming.party(each.organisation), _MIRRORED[each.kind]
            yield Transaction(
                each.ref, kind, each.on, each.value, fund.currency, us, receiver, provider_activity=source
            )
    for spent in expenditure_in_force(fund, told.on):
        if spent.grant == grant.id:
            note = f"{'Certified' if spent.certified else 'Interim'}, {spent.start} to {spent.end}"
            value, who = total(line.amount for line in spent.lines), told.naming.party(spent.organisation)
            on = min(spent.end, spent.on)  # of a period that is not over, the day of the report
            yield Transaction(str(spent.id), iati.EXPENDITURE, on, value, fund.currency, who, description=note)


def budgets(grant: Grant, currency: str) -> tuple[Budget, ...]:
    """The budget in force, by calendar year."""
    kind = iati.REVISED if grant.revised else iati.ORIGINAL
    years = split_by_year(grant.plan.start, grant.plan.end, grant.plan.total(), MINOR_UNITS[currency])
    return tuple(Budget(start, end, value, grant.planned_on, kind) for start, end, value in years if value)


def fund_budgets(fund: State, grants: Sequence[Grant]) -> tuple[Budget, ...]:
    """By calendar year what the budgets of its grants make together."""
    found = [budget for grant in grants for budget in budgets(grant, fund.currency)]
    latest = max((budget.value_on for budget in found), default=fund.start)
    years = sorted({budget.start.year for budget in found})
    sums = {year: total(budget.value for budget in found if budget.start.year == year) for year in years}
    return tuple(Budget(date(year, 1, 1), date(year, 12, 31), sums[year], latest) for year in years)

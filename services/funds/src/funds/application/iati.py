"""A fund and its grants as IATI activities: what stands on a day, money followed from donor to fund to grant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from funds.application import iati_model as iati
from funds.application.iati_model import Activity, Participant, Result, Share
from funds.application.iati_money import (
    Grant,
    Told,
    budgets,
    fund_budgets,
    fund_transactions,
    grant_transactions,
    in_order,
    itself,
    secondary,
    standing,
)
from funds.application.iati_naming import fund_identifier, grant_identifier, reporter
from funds.domain.fund_state import State
from funds.domain.project_state import GrantStatus
from funds.domain.values import total

STATUSES: Mapping[GrantStatus, str] = {
    "approved": iati.PIPELINE,
    "active": iati.IMPLEMENTATION,
    "suspended": iati.SUSPENDED,
    "cancelled": iati.CANCELLED,
    "operationally_closed": iati.COMPLETION,
    "financially_closed": iati.POST_COMPLETION,
}


def fund_activity(fund: State, grants: Sequence[Grant], told: Told) -> Activity:
    """`grants` are those of the fund."""
    places = told.naming.places(_money_by_place(fund, grants, told.on), told.on)
    title = told.naming.marked(fund.name)
    return Activity(
        identifier=fund_identifier(fund.kind, fund.code),
        reporter=reporter(fund.kind),
        title=title,
        description=title,
        notes=told.naming.notes([title, *(place.name for place in places)]),
        participants=tuple(_of_fund(fund, told)),
        status=_fund_status(fund, told.on),
        dates=tuple(_fund_dates(fund, told.on)),
        shares=places,
        currency=fund.currency,
        updated=told.updated,
        secondary=secondary(fund),
        budgets=fund_budgets(fund, grants),
        transactions=in_order(fund_transactions(fund, told)),
        related=tuple((iati.CHILD, grant_identifier(fund.kind, fund.code, grant.id)) for grant in grants),
    )


def grant_activity(
    fund: State, grant: Grant, siblings: Iterable[str], results: tuple[Result, ...], told: Told
) -> Activity:
    """`siblings` are the identifiers of the other grants of the same project."""
    naming, plan = told.naming, grant.plan
    places = naming.places({share.code: share.percent for share in plan.jurisdictions}, told.on)
    title, participants = naming.marked(grant.title), tuple(_of_grant(fund, grant, told))
    names = [title, *(each.organisation.name for each in participants), *(place.name for place in places)]
    parent = (iati.PARENT, fund_identifier(fund.kind, fund.code))
    return Activity(
        identifier=grant_identifier(fund.kind, fund.code, grant.id),
        reporter=reporter(fund.kind),
        title=title,
        description=naming.marked(plan.title),
        notes=naming.notes(names),
        participants=participants,
        status=STATUSES[grant.status],
        dates=tuple(_grant_dates(grant)),
        shares=places,
        currency=fund.currency,
        updated=told.updated,
        scope=_scope(places),
        hierarchy=2,
        secondary=secondary(fund),
        aid_type="C01",  # project-type interventions
        budgets=budgets(grant, fund.currency),
        transactions=in_order(grant_transactions(fund, grant, told)),
        related=(parent, *((iati.SIBLING, each) for each in siblings)),
        results=results,
    )


def _of_fund(fund: State, told: Told) -> Iterator[Participant]:
    donors = [each.donor for each in standing(fund, fund.commitments, told.on)]
    donors += [each.donor for each in standing(fund, fund.deposits, told.on)]
    for role, codes in (
        (iati.FUNDING, donors),
        (iati.EXTENDING, fund.parties("agent", told.on)),
        (iati.IMPLEMENTING, fund.parties("organisation", told.on)),
    ):
        for code in dict.fromkeys(codes):
            yield Participant(told.naming.party(code), role)
    yield Participant(reporter(fund.kind), iati.ACCOUNTABLE)


def _of_grant(fund: State, grant: Grant, told: Told) -> Iterator[Participant]:
    naming, offices = told.naming, grant.plan.offices
    yield Participant(itself(fund, naming), iati.FUNDING)
    budgeted = [line.organisation for line in grant.plan.budget]
    for organisation in dict.fromkeys([*budgeted, *(office.organisation for office in offices)]):
        yield Participant(naming.party(organisation), iati.ACCOUNTABLE)
    for office in offices:
        yield Participant(naming.office(office.organisation, office.name), iati.IMPLEMENTING)


def _fund_status(fund: State, on: date) -> str:
    if on < fund.start:
        return iati.PIPELINE
    return iati.COMPLETION if fund.end is not None and fund.end < on else iati.IMPLEMENTATION


def _fund_dates(fund: State, on: date) -> Iterator[tuple[str, date]]:
    yield iati.PLANNED_START, fund.start
    if fund.start <= on:
        yield iati.ACTUAL_START, fund.start
    if fund.end is not None:
        yield iati.PLANNED_END, fund.end
        if fund.end < on:
            yield iati.ACTUAL_END, fund.end


def _grant_dates(grant: Grant) -> Iterator[tuple[str, date]]:
    yield iati.PLANNED_START, grant.plan.start
    if grant.started_on is not None:
        yield iati.ACTUAL_START, grant.started_on
    yield iati.PLANNED_END, grant.plan.end
    if grant.started_on is not None and grant.ended_on is not None:
        yield iati.ACTUAL_END, max(grant.started_on, grant.ended_on)


def _scope(places: Sequence[Share]) -> str:
    if any(place.region for place in places):
        return iati.REGIONAL
    return iati.NATIONAL if len(places) == 1 else iati.MULTINATIONAL


def _money_by_place(fund: State, grants: Sequence[Grant], on: date) -> dict[str, Decimal]:
    """What was approved, by the shares of the grants' plans."""
    plans = {grant.id: grant.plan for grant in grants}
    sums: dict[str, Decimal] = {}
    for approved in fund.approvals:
        plan = plans.get(approved.grant)
        for share in plan.jurisdictions if plan and approved.on <= on else ():
            part = total(each.amount for each in approved.amounts) * share.percent
            sums[share.code] = sums.get(share.code, Decimal(0)) + part
    return sums

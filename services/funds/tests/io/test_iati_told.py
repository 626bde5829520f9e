"""What IATI files take from projects and activities."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from funds_examples import ACTIVITY_EVENTS, DAY, DECISION, FUND, GRANT, PLAN, PROJECT, PROJECT_EVENTS, QUANTITIES

from funds.application.iati_told import done_under, grants_of, watched_under
from funds.domain import activity as activities
from funds.domain import events as e
from funds.domain import project_state as projects

OTHER = UUID(int=7)


def project(*events: e.ProjectEvent) -> projects.State:
    state = projects.evolve(None, e.ProjectRegistered("Safe storage", PLAN, DAY))
    for event in events:
        state = projects.evolve(state, event)
    return state


def approved(grant: UUID = GRANT, on: date = DAY, start: int = 2020) -> e.GrantApproved:
    plan = replace(PLAN, start=date(start, 1, 1), end=date(start, 12, 31))
    return e.GrantApproved(grant, FUND, DECISION, None, plan, (), on)


def test_a_grant_is_told_as_it_stood_that_day() -> None:
    longer = replace(PLAN, end=date(2023, 12, 31))
    state = project(
        approved(),
        e.GrantStarted(GRANT, date(2020, 9, 1)),
        e.ProjectRevised(GRANT, 2, "no_cost_extension", longer, None, date(2020, 10, 1)),
        e.GrantOperationallyClosed(GRANT, date(2020, 11, 1)),
    )
    assert grants_of(PROJECT, state, date(2020, 8, 9)) == []
    (first,) = grants_of(PROJECT, state, DAY)
    assert (first.status, first.revised, first.started_on, first.ended_on) == ("approved", False, None, None)
    (last,) = grants_of(PROJECT, state, date(2020, 11, 1))
    assert (last.status, last.revised, last.plan.end) == ("operationally_closed", True, date(2023, 12, 31))
    assert (last.started_on, last.ended_on) == (date(2020, 9, 1), date(2020, 11, 1))


def held(start: date, end: date) -> activities.State:
    planned = activities.evolve(
        None, e.ActivityPlanned("training", "T", PROJECT, (), (), (), (), start, end, QUANTITIES, DAY)
    )
    return activities.evolve(planned, e.ActivityHeld(start, QUANTITIES, (), end))


def test_every_activity_is_told_by_one_grant() -> None:
    state = project(approved(), approved(OTHER, start=2021))
    grants = grants_of(PROJECT, state, DAY)
    found = [held(date(year, 3, 1), date(year, 3, 2)) for year in (2019, 2020, 2021, 2022)]
    told = {grant.id: [done.start.year for done in done_under(grant, grants, found)] for grant in grants}
    assert told == {GRANT: [2020], OTHER: [2019, 2021, 2022]}


def test_what_will_not_take_place_is_not_told() -> None:
    state = project(approved())
    grants = grants_of(PROJECT, state, DAY)
    cancelled = activities.evolve(activities.evolve(None, ACTIVITY_EVENTS[0]), e.ActivityCancelled(DAY))
    further_notice = activities.evolve(
        activities.evolve(None, ACTIVITY_EVENTS[0]), e.ActivityPostponed(None, None, DAY)
    )
    assert done_under(grants[0], grants, [cancelled, further_notice]) == []


def test_an_indicator_is_told_once_with_the_latest_value_of_that_day() -> None:
    (asked,) = [event for event in PROJECT_EVENTS if isinstance(event, e.IndicatorSet)]
    measured = [e.IndicatorMeasured(asked.code, Decimal(n), date(2020, 9, n)) for n in (2, 3, 1)]
    state = project(approved(), approved(OTHER), asked, *measured)
    first, other = grants_of(PROJECT, state, DAY)
    (watched,) = watched_under(first, [first, other], state, date(2020, 9, 2))
    assert watched.value == 2
    assert watched_under(other, [first, other], state, DAY) == []

"""What the funds of the demo plan to do: every sum that the founding document prints, without a service."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from embedded.funds import instruments, window
from embedded.funds.activities_2020 import ACTIVITIES
from embedded.funds.bodies import plan_of
from embedded.funds.budget import CAP_PERCENT, INDIRECT, lines
from embedded.funds.calendar import CALLS, ESTABLISHED, MEETINGS, THIRD_CALL
from embedded.funds.donors import AGREEMENTS, BY_REFERENCE, DEPOSITS, RATES, fee
from embedded.funds.following import shifted
from embedded.funds.inventory import COUNTS, active
from embedded.funds.plans_2021 import CHALLENGES, DELAYED, PLANS
from embedded.funds.projects import CPIAT, NOT_PRINTED, PROJECTS, Project
from embedded.funds.spending import EXPENDITURES, TRANSFERS, YEAR_ENDS

MILLION = Decimal(1_000_000)
PROMISED = {
    "DE": ("EUR", "7.45"),
    "GB": ("GBP", "2"),
    "NL": ("EUR", "1.5"),
    "SE": ("SEK", "14"),
    "FR": ("EUR", "0.9"),
    "NO": ("NOK", "15"),
}
CREDITED = {"DE": "8.58", "GB": "2.61", "NL": "1.65", "SE": "1.52", "FR": "1", "NO": "0.54"}


def paid_by(donor: str) -> list[tuple[date, Decimal]]:
    return [(each.on, each.usd) for each in DEPOSITS if BY_REFERENCE[each.agreement].donor == donor]


@pytest.mark.parametrize("donor", PROMISED)
def test_a_donor_promises_and_pays_what_is_printed(donor: str) -> None:
    promised = [each for each in AGREEMENTS if each.donor == donor]
    currency, amount = PROMISED[donor]
    assert {each.currency for each in promised} == {currency}
    assert sum(each.amount for each in promised) == Decimal(amount) * MILLION
    assert sum(usd for _, usd in paid_by(donor)) == Decimal(CREDITED[donor]) * MILLION


def test_the_contributions_of_six_donors_are_15_90_million() -> None:
    assert {BY_REFERENCE[each.agreement].donor for each in DEPOSITS} == set(PROMISED)
    assert sum(each.usd for each in DEPOSITS) == Decimal("15.90") * MILLION


def test_first_deposits_lie_in_2019_and_second_ones_between_july_and_october_2020() -> None:
    assert [usd / MILLION for _, usd in paid_by("DE")] == [Decimal("4.95"), Decimal("3.63")]
    assert [usd / MILLION for _, usd in paid_by("SE")] == [Decimal("0.72"), Decimal("0.80")]
    for donor in PROMISED:
        first, *later = [on for on, _ in paid_by(donor)]
        assert ESTABLISHED < first <= date(2019, 12, 31)
        assert all(date(2020, 7, 1) <= on <= date(2020, 10, 31) for on in later)
        assert bool(later) == (donor in ("DE", "SE"))
    assert sum(each.usd for each in DEPOSITS if each.on.year == 2020) == Decimal("4.43") * MILLION


def test_a_deposit_is_in_its_agreements_currency_after_its_signature_and_never_above_it() -> None:
    for deposit in DEPOSITS:
        agreement = BY_REFERENCE[deposit.agreement]
        assert deposit.currency == agreement.currency
        assert agreement.signed <= deposit.on
        assert deposit.amount <= agreement.amount
        assert agreement.due is None or deposit.on <= agreement.due
    (norway,) = [deposit for deposit in DEPOSITS if deposit.currency == "NOK"]
    assert norway.amount < 15 * MILLION


def test_every_agreement_has_a_rate_on_the_day_of_its_signature() -> None:
    for agreement in AGREEMENTS:
        assert any(rate.currency == agreement.currency and rate.on <= agreement.signed for rate in RATES)


@pytest.mark.parametrize(("call", "million", "projects"), [(1, "5.34", 4), (2, "6.65", 6)])
def test_a_call_approves_what_is_printed(call: int, million: str, projects: int) -> None:
    approved = [each for each in PROJECTS if each.call == call]
    assert len(approved) == projects
    assert sum(each.total for each in approved) == Decimal(million) * MILLION


def test_printed_budgets_are_taken_over() -> None:
    printed = {each.key: each.total for each in PROJECTS if each not in NOT_PRINTED}
    assert printed == {
        "HALT": 2_200_000,
        "CPIAT": 660_000,
        "JUSTICE": 1_899_999,
        "SCASA": 1_661_314,
        "SERBIA-II": 1_429_520,
        "CROSS-BORDER": 522_067,
        "PILLAR+": 769_406,
    }


def test_approvals_and_starts_lie_in_the_printed_months() -> None:
    approved = Counter(f"{project.approved:%Y-%m}" for project in PROJECTS)
    starts = Counter(f"{project.starts:%Y-%m}" for project in PROJECTS)
    assert all(project.approved <= project.starts < project.ends for project in PROJECTS)
    assert approved == {"2020-02": 4, "2020-11": 4, "2021-01": 2}
    assert starts["2020-02"] == 4
    assert starts["2020-12"] + starts["2021-01"] == 4
    assert starts["2021-04"] == 2
    assert {each.ends for each in PROJECTS if each.call == 1} == {date(2021, 12, 31)}


def test_every_approval_and_every_transfer_is_covered_on_its_day() -> None:
    for day in sorted({each.approved for each in PROJECTS} | {on for each in PROJECTS for on, _ in each.paid}):
        received = sum(each.usd - fee(each) for each in DEPOSITS if each.on <= day)
        assert sum(each.total for each in PROJECTS if each.approved <= day) <= received
        for project in PROJECTS:
            assert all(on > project.approved for on, _ in project.paid)
            assert sum(percent for _, percent in project.paid) <= 100


def test_projects_are_those_of_eligible_organisations() -> None:
    assert {organisation for each in PROJECTS for organisation in each.of_organisations} == {"UNDP", "UNODC"}
    assert all(sum(each.of_organisations.values()) == each.total for each in PROJECTS)


def test_transfers_stay_within_the_grant_and_spending_within_what_was_transferred() -> None:
    for project in PROJECTS:
        for organisation, approved in project.of_organisations.items():
            received = [t for t in TRANSFERS if (t.project, t.organisation) == (project, organisation)]
            assert sum(t.amount for t in received) <= approved
            assert all(project.approved < t.requested < t.on for t in received)
            before = sum(t.amount for t in received if t.on <= YEAR_ENDS)
            reports = [e for e in EXPENDITURES if (e.project, e.organisation) == (project, organisation)]
            assert 0 <= sum(sum(e.lines.values()) for e in reports) <= before


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.key)
def test_a_budget_adds_up_within_the_cap_of_indirect_costs(project: Project) -> None:
    for total in project.of_organisations.values():
        planned = lines(total)
        assert sum(planned.values()) == total
        direct = total - planned[INDIRECT]
        assert 0 < planned[INDIRECT] <= direct * CAP_PERCENT / 100
        assert all(amount > 0 and amount == round(amount, 2) for amount in planned.values())


def test_the_revision_shifts_a_budget_and_leaves_its_sum() -> None:
    before, after = plan_of(CPIAT)["budget"], shifted(CPIAT)["budget"]
    assert before != after
    assert sum(Decimal(line["amount"]) for line in after) == sum(Decimal(line["amount"]) for line in before)
    assert all(Decimal(line["amount"]) > 0 for line in after)


def test_eight_meetings_lie_in_2020_and_the_third_call_is_planned() -> None:
    assert len([meeting for meeting in MEETINGS if meeting.on.year == 2020]) == len(MEETINGS) == 8
    assert [call.number for call in CALLS] == [1, 2]
    assert all(call.opens <= call.received <= call.deadline < call.evaluated for call in CALLS)
    assert (THIRD_CALL[0], THIRD_CALL[2].year) == (3, 2021)


def test_the_funding_window_has_eight_projects_of_6_2_million_one_of_them_finalised_in_2019() -> None:
    assert len(window.PROJECTS) == 8
    assert sum(each.budget for each in window.PROJECTS) == window.USD == Decimal("6.2") * MILLION
    assert [each.key for each in window.PROJECTS if each.closed and each.closed.year == 2019] == ["EXPLODE+"]
    assert ("EUR", Decimal("5.5") * MILLION) == (window.CURRENCY, window.AMOUNT)


def test_six_instruments_and_the_budget_of_the_secretariat_stand_beside_them() -> None:
    assert [each.usd / MILLION for each in instruments.INSTRUMENTS] == [
        Decimal(amount) for amount in ("6.9", "4.6", "13.2", "1.7", "2.3", "0.2")
    ]
    assert instruments.BUDGET_USD == 3_135_925


@pytest.mark.parametrize("year", COUNTS)
def test_the_inventory_has_as_many_projects_as_printed(year: int) -> None:
    assert len(active(year)) == {2019: 36, 2020: 42}[year]


ONCE_EACH = (
    "seefen_meetings",
    "regional_border_police_meetings",
    "regional_firearms_focal_point_meetings",
    "gems_regional_meetings",
    "funding_window_coordination_meetings",
    "project_board_meetings",
    "arms_export_report",
    "needs_assessment_border_police",
    "destruction",
    "storages_secured",
)
DONE = {
    **dict.fromkeys(ONCE_EACH, 1),
    "regional_roadmap_meetings": 2,
    "local_coordination_meetings": 9,
    "informal_partner_meetings": 4,
    "regional_monitoring_reports": 2,
    "survey_fast_facts": 7,
    "armed_violence_monitors": 2,
    "laser_marking_machines_delivered_to": 5,
    "storage_upgrades_ongoing": 2,
    "gap_analyses": 2,
    "gender_screening_of_legislation_initiated": 2,
    "legal_advice_on_harmonisation": 3,
    "gender_coach_programmes": 5,
    "campaigns": 3,
}
PLANNED = {
    **dict.fromkeys(
        (
            "seefen_meetings",
            "salw_commission_meetings",
            "regional_coordination_meetings",
            "local_coordination_rounds",
            "contributions_reports",
            "regional_monitoring_reports",
            "gems_regional_meetings",
        ),
        2,
    ),
    "mid_term_evaluation": 1,
    "storage_locations_secured": 1,
    "police_evidence_rooms_secured_at_least": 1,
    "jurisdictions_supported_in_destruction_at_least": 1,
    "gender_screening": 3,
}


def test_what_was_done_in_2020_is_as_often_there_as_printed() -> None:
    assert Counter(each.group for each in ACTIVITIES) == DONE
    assert len({(each.key, *each.jurisdictions) for each in ACTIVITIES}) == len(ACTIVITIES)
    assert all(each.held is None or each.held.year == 2020 for each in ACTIVITIES)
    going_on = {each.group for each in ACTIVITIES if each.held is None}
    assert going_on == {"storage_upgrades_ongoing", "gender_screening_of_legislation_initiated"}


def test_results_of_2020_are_those_printed() -> None:
    counted = {result.name: result.quantity for each in ACTIVITIES for result in each.results}
    assert counted == {"storages secured": 2, "SALW destroyed": 1_076, "parts and components destroyed": 763}


def test_local_meetings_are_two_rounds() -> None:
    local = [each for each in ACTIVITIES if each.group == "local_coordination_meetings"]
    rounds = Counter(each.title for each in local)
    assert sorted(rounds.values()) == [4, 5]


def test_plans_for_2021_are_as_often_there_as_printed() -> None:
    assert Counter(each.group for each in PLANS) == PLANNED
    assert all(each.held is None and {day.year for day in each.planned} == {2021} for each in PLANS)
    aims = {each.group: [target.quantity for target in each.targets] for each in PLANS if each.targets}
    assert aims == {
        "storage_locations_secured": [2],
        "police_evidence_rooms_secured_at_least": [6],
        "jurisdictions_supported_in_destruction_at_least": [1],
    }


def test_every_delay_has_a_challenge_and_every_challenge_a_delay() -> None:
    assert len(CHALLENGES) == 4
    assert {id(each) for challenge in CHALLENGES for each in challenge.delayed} == {id(each) for each in DELAYED}


def test_activities_belong_to_instruments_that_ran_then() -> None:
    periods = {each.code: (each.starts, each.ends) for each in instruments.INSTRUMENTS}
    for activity in (*ACTIVITIES, *PLANS, *(each.activity for each in DELAYED)):
        starts, ends = periods[activity.project]
        assert starts <= activity.planned[0] <= activity.planned[1] <= ends

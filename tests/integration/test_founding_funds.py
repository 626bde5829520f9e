"""The demo's funds: their API and the public aggregates read what the founding document prints."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any

import httpx
import pytest
from demonstration import Demo

from embedded.funds import donors, instruments, inventory, window
from embedded.funds.figures import FIGURES, FundFigure
from embedded.funds.load import bring
from embedded.funds.projects import PROJECTS

pytestmark = pytest.mark.slow

FUND = f"/v1/funds/{donors.CODE}"
IN_2020 = {"from": "2020-01-01", "to": "2020-12-31"}
PRESENTED = "2021-03-18"
NOT_INVENTED = ("interest_fund", "interest_organisations", "exchange", "direct_costs", "bank_charges", "donor_refunds")


def asked(demo: Demo, service: str, path: str, role: str = "analyst", **query: Any) -> dict[str, Any]:
    document = demo.document
    headers = {} if service == "reporting" else {"Authorization": f"Bearer {document['tokens'][role]}"}
    answer = httpx.get(f"{document['services'][service]}{path}", params=query, headers=headers, timeout=30)
    return dict(answer.raise_for_status().json())


def listed(demo: Demo, path: str, role: str = "analyst", **query: Any) -> list[dict[str, Any]]:
    return list(asked(demo, "funds", path, role, **query)["items"])


def aggregate(demo: Demo, **query: Any) -> dict[str, Any]:
    return asked(demo, "reporting", "/v1/aggregates/funds", **query)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.what)
def test_the_aggregates_read_what_is_printed(demo: Demo, figure: FundFigure) -> None:
    found = asked(demo, "reporting", figure.path, **figure.query)
    assert found["total"] == figure.value
    assert sum(Decimal(row["value"] or 0) for row in found["rows"]) == Decimal(figure.value)
    assert set(found["freshness"]) == {"funds"}


def test_donors_promised_in_their_own_currencies(demo: Demo) -> None:
    promised: Counter[tuple[str, str]] = Counter()
    for each in asked(demo, "funds", f"{FUND}/contributions")["items"]:
        promised[each["donor"], each["currency"]] += Decimal(each["amount"])
    assert promised == {
        ("DE", "EUR"): 7_450_000,
        ("GB", "GBP"): 2_000_000,
        ("NL", "EUR"): 1_500_000,
        ("SE", "SEK"): 14_000_000,
        ("FR", "EUR"): 900_000,
        ("NO", "NOK"): 15_000_000,
    }


def test_norway_has_paid_a_part_of_what_it_promised(demo: Demo) -> None:
    (norway,) = [c for c in asked(demo, "funds", f"{FUND}/contributions")["items"] if c["donor"] == "NO"]
    assert Decimal(norway["deposited"]) < Decimal(norway["amount"])
    assert Decimal(norway["outstanding"]) == Decimal(norway["amount"]) - Decimal(norway["deposited"])
    assert norway["credited"] == "540000.00"


def test_a_donor_sees_its_own_agreements_and_no_other(demo: Demo) -> None:
    seen = asked(demo, "funds", f"{FUND}/contributions", "donor_NO")["items"]
    assert {each["donor"] for each in seen if "agreement" in each} == {"NO"}


def test_sources_and_uses_hold_the_six_donors_money_and_nothing_invented(demo: Demo) -> None:
    told = asked(demo, "funds", f"{FUND}/statement", **IN_2020)
    lines = {line["code"]: line for line in told["lines"]}
    assert [lines["contributions"][column] for column in ("prior", "period", "total")] == [
        "11470000.00",
        "4430000.00",
        "15900000.00",
    ]
    assert lines["fee"]["total"] == "159000.00"
    assert lines["total_sources"]["total"] == "15900000.00"
    assert {lines[code]["total"] for code in NOT_INVENTED} == {"0.00"}
    assert told["exceptions"] == []
    assert asked(demo, "funds", f"{FUND}/ledger")["imbalance"] == "0.00"


@pytest.mark.parametrize("day", ["2020-02-06", "2020-11-19", "2021-01-21"])
def test_every_approval_was_covered_on_its_day(demo: Demo, day: str) -> None:
    told = asked(demo, "funds", FUND, on=day)
    assert Decimal(told["position"]["available"]) >= 0
    assert told["exceptions"] == []


def test_the_committee_of_march_2021_has_the_three_other_donors_that_are_printed(demo: Demo) -> None:
    seats = asked(demo, "funds", f"{FUND}/committee", on=PRESENTED)["seats"]
    parties: dict[str, list[str]] = {}
    for seat in seats:
        parties.setdefault(seat["kind"], []).append(seat["party"])
    assert parties["chair"] == ["UNDP"]
    assert parties["member"] == ["UNODC"]
    assert parties["ex_officio"] == ["DE", "FR", "EU"]
    assert parties["top_donor"] == ["GB", "NL", "SE"]
    assert {s["party"] for s in seats if not s["vote"]} == {"MPTFO", "NO", "SEESAC"}


def test_eight_meetings_were_held_in_2020_and_approvals_of_january_2021_lie_outside_them(demo: Demo) -> None:
    assert len(listed(demo, f"{FUND}/meetings", year=2020)) == len(listed(demo, f"{FUND}/meetings")) == 8
    decisions = listed(demo, f"{FUND}/decisions")
    approved = Counter((d["mode"], d["concluded_on"][:7]) for d in decisions if d["kind"] == "approve")
    assert approved == {("meeting", "2020-02"): 4, ("meeting", "2020-11"): 4, ("no_objection", "2021-01"): 2}
    assert all(d["status"] == "adopted" for d in decisions)
    assert all(not set(d["recused"]) & set(d["voters"]) for d in decisions)


def test_two_calls_are_closed_and_the_third_is_planned(demo: Demo) -> None:
    calls = listed(demo, f"{FUND}/calls", on=PRESENTED)
    assert [(call["number"], call["status"]) for call in calls] == [(1, "closed"), (2, "closed"), (3, "planned")]
    assert all(call["closed_on"] > call["deadline"] for call in calls[:2])
    found = aggregate(demo, measure="approved", by="call", mechanism=donors.CODE)
    values = {row["key"]["call"]: row["value"] for row in found["rows"]}
    assert values == {calls[0]["id"]: "5340000.00", calls[1]["id"]: "6650000.00"}


def test_ten_projects_started_when_it_is_printed(demo: Demo) -> None:
    projects = listed(demo, "/v1/projects", fund=donors.CODE)
    grants = [grant for each in projects for grant in each["grants"] if grant["mechanism"] == donors.CODE]
    assert len(projects) == len(grants) == len(PROJECTS) == 10
    starts = Counter(grant["started_on"][:7] for grant in grants)
    assert starts["2020-02"] == 4
    assert starts["2020-12"] + starts["2021-01"] == 4
    assert starts["2021-04"] == 2


def test_a_revision_shifts_a_budget_and_leaves_its_sum(demo: Demo) -> None:
    (revised,) = [each for each in listed(demo, "/v1/projects") if "CPIAT" in each["title"]]
    (grant,) = revised["grants"]
    assert (grant["budget"], len(grant["revisions"])) == ("660000.00", 2)


def test_a_project_with_grants_of_two_mechanisms_counts_once(demo: Demo) -> None:
    (explode,) = [each for each in listed(demo, "/v1/projects") if "EXPLODE+" in each["title"]]
    assert [grant["mechanism"] for grant in explode["grants"]] == [window.CODE, donors.CODE]
    assert [grant["status"] for grant in explode["grants"]] == ["operationally_closed", "active"]
    assert all(explode["id"] in {each["id"] for each in listed(demo, "/v1/projects", year=y)} for y in (2019, 2020))


@pytest.mark.parametrize("year", inventory.COUNTS)
def test_the_inventory_counts_as_printed(demo: Demo, year: int) -> None:
    projects = listed(demo, "/v1/projects", year=year)
    assert len(projects) == {2019: 36, 2020: 42}[year]
    assert len([each for each in projects if each["title"].startswith("Illustrative project")]) == 23


def test_the_funding_window_has_eight_projects_and_its_own_board(demo: Demo) -> None:
    path = f"/v1/funds/{window.CODE}"
    grants = [g for p in listed(demo, "/v1/projects", fund=window.CODE) for g in p["grants"]]
    own = [grant for grant in grants if grant["mechanism"] == window.CODE]
    assert len(own) == 8
    assert sum(Decimal(grant["budget"]) for grant in own) == window.USD
    assert Counter(grant["status"] for grant in own) == {"active": 7, "operationally_closed": 1}
    seats = asked(demo, "funds", f"{path}/committee", on="2020-11-24")["seats"]
    assert [(seat["party"], seat["vote"]) for seat in seats] == [("UNDP", True), ("DE", True), ("SEESAC", False)]
    (promised,) = asked(demo, "funds", f"{path}/contributions")["items"]
    assert (promised["donor"], promised["amount"], promised["credited"]) == ("DE", "5500000.00", "6200000.00")


def test_six_instruments_stand_beside_them_and_hold_no_money(demo: Demo) -> None:
    for instrument in instruments.INSTRUMENTS:
        (promised,) = asked(demo, "funds", f"/v1/funds/{instrument.code}/contributions")["items"]
        assert (Decimal(promised["amount"]), promised["credited"]) == (instrument.usd, "0.00")
        (project,) = listed(demo, "/v1/projects", fund=instrument.code)
        status = "operationally_closed" if instrument.closed else "active"
        assert [grant["status"] for grant in project["grants"]] == [status]


def test_the_secretariats_budget_is_a_fact_of_no_fund(demo: Demo) -> None:
    (budget,) = listed(demo, "/v1/budgets", year=2020)
    assert (budget["institution"], budget["amount"], budget["currency"]) == ("SEESAC", "3135925.00", "USD")


def test_activities_of_2020_are_as_many_as_printed(demo: Demo) -> None:
    held = listed(demo, "/v1/activities", year=2020, status="held")
    assert Counter(each["kind"] for each in held) == {
        "meeting": 21,
        "publication": 12,
        "training": 5,
        "equipment_delivery": 5,
        "campaign": 3,
        "legal_advice": 3,
        "gap_analysis": 2,
        "storage_upgrade": 1,
        "assessment": 1,
        "destruction": 1,
    }
    ongoing = listed(demo, "/v1/activities", year=2020, status="ongoing")
    assert Counter(each["kind"] for each in ongoing) == {"storage_upgrade": 2, "gender_screening": 2}
    (destroyed,) = [each for each in held if each["kind"] == "destruction"]
    assert [result["quantity"] for result in destroyed["results"]] == ["1076", "763"]


def test_plans_of_2021_are_as_many_as_printed(demo: Demo) -> None:
    planned = listed(demo, "/v1/activities", year=2021, status="planned")
    assert Counter(each["kind"] for each in planned) == {
        "meeting": 10,
        "publication": 4,
        "gender_screening": 3,
        "storage_upgrade": 2,
        "assessment": 1,
        "destruction": 1,
    }
    targets = {t["what"]: t["quantity"] for each in planned for t in each["targets"]}
    assert targets == {
        "storages secured": "2",
        "evidence rooms secured, at least": "6",
        "jurisdictions supported, at least": "1",
    }


def test_four_challenges_name_what_they_delayed(demo: Demo) -> None:
    status = {each["id"]: each["status"] for each in listed(demo, "/v1/activities")}
    challenges = listed(demo, "/v1/challenges")
    assert len(challenges) == 4
    for challenge in challenges:
        assert {status[each] for each in challenge["activities"]} <= {"postponed", "cancelled"}
        assert challenge["activities"]


async def test_the_same_load_again_changes_nothing(demo: Demo) -> None:
    document = demo.document

    async def head(client: httpx.AsyncClient) -> str:
        headers = {"Authorization": f"Bearer {document['tokens']['secretariat']}"}
        return (await client.get("/v1/events", params={"limit": 1}, headers=headers)).headers["SALWatch-Position"]

    async with httpx.AsyncClient(base_url=document["services"]["funds"], timeout=60) as client:
        before = await head(client)
        await asyncio.wait_for(bring(client, document["tokens"], lambda _: None), 60)
        assert await head(client) == before

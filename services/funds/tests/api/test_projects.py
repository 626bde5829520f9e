"""Grants from their start to their financial closure, expenditure, reports, and the inventory of projects."""

from __future__ import annotations

from typing import Any

import pytest
from funds_world import (
    PATH,
    World,
    approved,
    deposited,
    established,
    if_match,
    money,
    ok,
    on,
    plan,
    pointers,
    refusal,
    statement,
    transferred,
)


async def funded(world: World, *amounts: str) -> Any:
    await established(world)
    await deposited(world, "US", "10000.00")
    return await approved(world, *(amounts or ("100.00",)))


async def step(world: World, grant: Any, name: str, day: str, who: str = "secretariat", **body: Any) -> Any:
    """Of a grant, with the version that is there."""
    project = f"/v1/projects/{grant['project']}"
    version = (await ok(await world["secretariat"].get(project)))["version"]
    path = f"{project}/grants/{grant['id']}/{name}"
    return await world[who].post(path, json=on(day, **body), headers=if_match(version))


async def status(world: World, grant: Any, day: str) -> str:
    project = await ok(await world["analyst"].get(f"/v1/projects/{grant['project']}", params={"on": day}))
    return str(project["grants"][0]["status"])


async def spend(world: World, grant: Any, amount: str, **changes: Any) -> Any:
    body = {"start": "2020-03-01", "end": "2020-12-31", "organisation": "UNDP", **changes}
    day = body.pop("day", "2021-01-31")
    lines = body.pop("lines", [{"category": 1, "amount": amount}])
    sent = on(day, grant=grant["id"], lines=lines, **body)
    return await world[f"organisation_{body['organisation']}"].post(f"{PATH}/expenditure", json=sent)


async def refund(world: World, grant: Any, amount: str, day: str = "2021-02-28") -> Any:
    body = on(day, grant=grant["id"], organisation="UNDP", amount=amount)
    return await ok(await world["agent_MPTFO"].post(f"{PATH}/refunds", json=body), 201)


async def test_the_status_of_a_grant_is_that_of_the_day(world: World) -> None:
    grant = await funded(world)
    for name, day in (
        ("start", "2020-03-01"),
        ("suspend", "2020-05-01"),
        ("resume", "2020-06-01"),
        ("operational-closure", "2020-09-30"),
    ):
        await ok(await step(world, grant, name, day))
    for day, expected in (
        ("2020-02-29", "approved"),
        ("2020-03-01", "active"),
        ("2020-05-01", "suspended"),
        ("2020-05-31", "suspended"),
        ("2020-06-01", "active"),
        ("2020-09-29", "active"),
        ("2020-09-30", "operationally_closed"),
    ):
        assert await status(world, grant, day) == expected, day


async def test_what_does_not_follow_is_refused(world: World) -> None:
    grant = await funded(world)
    for name, day in (("suspend", "2020-03-01"), ("resume", "2020-03-01"), ("financial-closure", "2020-03-01")):
        assert refusal(await step(world, grant, name, day), 409)["code"] == "grant_not_active"
    early = await step(world, grant, "start", "2020-02-09")
    assert pointers(early) == {"/on": "before_fact"}
    await ok(await step(world, grant, "start", "2020-03-01", "organisation_UNDP"))
    assert refusal(await step(world, grant, "start", "2020-03-02"), 409)["code"] == "grant_not_active"
    await ok(await step(world, grant, "operational-closure", "2020-09-30"))
    for name, day in (("suspend", "2020-08-01"), ("cancel", "2020-10-01"), ("start", "2020-10-01")):
        assert refusal(await step(world, grant, name, day), 409)["code"] == "grant_not_active"


async def test_a_transfer_follows_a_signed_request_and_goes_to_a_grant_that_is_going_on(world: World) -> None:
    grant = await funded(world, "60.00", "40.00")
    body = on("2020-03-01", grant=grant["id"], organisation="UNDP", amount="60.01", request="TR-1")
    agent, path = world["agent_MPTFO"], f"{PATH}/transfers"
    assert refusal(await agent.post(path, json=body), 409)["code"] == "transfer_exceeds_reservation"
    late = {**body, "amount": "1.00", "requested_on": "2020-03-02"}
    assert pointers(await agent.post(path, json=late)) == {"/requested_on": "after_transfer"}
    for changes, where in (
        ({"organisation": "IOM"}, {"/organisation": "reference_unknown"}),
        ({"on": "2020-02-09"}, {"/grant": "reference_unknown"}),
        ({"amount": "0.00"}, {"/amount": "not_positive"}),
    ):
        assert pointers(await agent.post(path, json={**body, "amount": "1.00", **changes})) == where
    await ok(await agent.post(path, json={**body, "amount": "60.00"}), 201)
    assert refusal(await agent.post(path, json={**body, "amount": "0.01"}), 409)["code"] == (
        "transfer_exceeds_reservation"
    )
    await ok(await agent.post(path, json={**body, "organisation": "UNODC", "amount": "40.00"}), 201)
    assert (await money(world))["reserved"] == 0


async def test_a_reversed_transfer_is_reserved_again(world: World) -> None:
    grant = await funded(world)
    made = await transferred(world, grant, "100.00")
    body = on("2020-04-01", fact=made["id"])
    await ok(await world["agent_MPTFO"].post(f"{PATH}/reversals", json=body), 201)
    assert (await money(world, "2020-03-31"))["reserved"] == 0
    assert (await money(world, "2020-04-01"))["reserved"] == 100
    await transferred(world, grant, "100.00", "2020-04-02")


async def test_a_refund_raises_cash_and_reserves_nothing(world: World) -> None:
    grant = await funded(world)
    await transferred(world, grant, "100.00")
    before = await money(world)
    await refund(world, grant, "30.00")
    after = await money(world)
    assert (after["cash"] - before["cash"], after["reserved"], after["available"] - before["available"]) == (30, 0, 30)
    body = on("2021-03-01", grant=grant["id"], organisation="UNDP", amount="1.00", request="TR-2")
    again = await world["agent_MPTFO"].post(f"{PATH}/transfers", json=body)
    assert refusal(again, 409)["code"] == "transfer_exceeds_reservation"


async def test_a_cancelled_grant_releases_what_was_not_transferred_on_its_day(world: World) -> None:
    grant = await funded(world)
    await transferred(world, grant, "40.00")
    without = await world["secretariat"].post(
        f"/v1/projects/{grant['project']}/grants/{grant['id']}/cancel", json={}, headers=if_match(2)
    )
    assert pointers(without) == {"/reason": "reason_required"}
    await ok(await step(world, grant, "cancel", "2020-05-01"))
    assert (await money(world, "2020-04-30"))["reserved"] == 60
    assert (await money(world, "2020-05-01"))["reserved"] == 0
    body = on("2020-05-02", grant=grant["id"], organisation="UNDP", amount="1.00", request="TR-2")
    assert (await world["agent_MPTFO"].post(f"{PATH}/transfers", json=body)).status_code == 409


async def test_financial_closure_comes_when_all_is_spent_or_refunded(world: World) -> None:
    grant = await funded(world)
    await ok(await step(world, grant, "start", "2020-03-01"))
    await transferred(world, grant, "80.00")
    await ok(await step(world, grant, "operational-closure", "2020-12-31"))
    await ok(await spend(world, grant, "50.00", certified=True), 201)
    answer = await step(world, grant, "financial-closure", "2021-03-31")
    assert refusal(answer, 409)["code"] == "not_settled"
    assert "30.00" in answer.text
    await refund(world, grant, "30.00")
    closed = await ok(await step(world, grant, "financial-closure", "2021-03-31"))
    assert closed["grants"][0]["status"] == "financially_closed"
    assert await money(world) | {"cash": 0, "available": 0} == {"cash": 0, "reserved": 0, "available": 0}
    (row,) = (await ok(await world["analyst"].get(f"{PATH}/money", params={"by": "organisation"})))["items"]
    assert row == {
        "key": "UNDP",
        "approved": "80.00",
        "transferred": "80.00",
        "refunded": "30.00",
        "net_funded": "50.00",
        "expenditure": "50.00",
        "delivery_rate": "100.0",
    }


async def test_a_certified_report_takes_the_place_of_interim_ones_within_its_period(world: World) -> None:
    grant = await funded(world)
    await transferred(world, grant, "100.00")
    half = {"start": "2020-03-01", "end": "2020-06-30", "day": "2020-07-31"}
    await ok(await spend(world, grant, "20.00", **half), 201)
    doubled = await spend(world, grant, "5.00", start="2020-06-30", end="2020-07-31", day="2020-08-31")
    assert refusal(doubled, 409)["code"] == "period_overlaps"
    across = await spend(world, grant, "5.00", start="2020-06-01", end="2020-12-31", certified=True)
    assert refusal(across, 409)["code"] == "period_overlaps"
    certified = await ok(await spend(world, grant, "70.00", certified=True), 201)

    async def spent(day: str) -> str:
        params = {"by": "organisation", "on": day}
        (row,) = (await ok(await world["analyst"].get(f"{PATH}/money", params=params)))["items"]
        return str(row["expenditure"])

    assert [await spent(day) for day in ("2020-07-30", "2020-07-31", "2021-01-31")] == ["0.00", "20.00", "70.00"]
    body = on("2021-02-15", fact=certified["id"])
    await ok(await world["organisation_UNDP"].post(f"{PATH}/reversals", json=body), 201)
    assert await spent("2021-02-15") == "20.00"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"end": "2021-02-01"}, {"/end": "period_not_over"}),
        ({"end": "2020-02-01"}, {"/end": "span_reversed"}),
        ({"lines": []}, {"/lines": "lines_missing"}),
        ({"lines": [{"category": 9, "amount": "1.00"}]}, {"/lines/0/category": "category_unknown"}),
        ({"lines": [{"category": 1, "amount": "-1.00"}]}, {"/lines/0/amount": "not_positive"}),
        (
            {"lines": [{"category": 1, "amount": "1.00"}, {"category": 1, "amount": "1.00"}]},
            {"/lines/1": "repeated"},
        ),
    ],
)
async def test_what_is_wrong_with_expenditure_is_said_with_its_place(
    world: World, changes: dict[str, Any], where: dict[str, str]
) -> None:
    grant = await funded(world)
    assert pointers(await spend(world, grant, "1.00", **changes)) == where


async def test_money_splits_by_shares_and_adds_up(world: World) -> None:
    await established(world)
    await deposited(world, "US", "10000.00")
    three = [{"code": "AL"}, {"code": "RS"}, {"code": "regional"}]
    grant = await approved(world, "100.00", jurisdictions=three, goals=[{"code": "1"}, {"code": "4"}])
    await transferred(world, grant, "99.99")
    for by in ("organisation", "project", "jurisdiction", "goal"):
        rows = (await ok(await world["analyst"].get(f"{PATH}/money", params={"by": by})))["items"]
        for measure, whole in (("approved", "100.00"), ("transferred", "99.99")):
            cents = sum(int(row[measure].replace(".", "")) for row in rows)
            assert cents == int(whole.replace(".", "")), (by, measure)
    assert (await statement(world))["lines"]["transfers"]["total"] == "99.99"


async def test_a_project_with_grants_of_two_mechanisms_counts_once(world: World) -> None:
    grant = await funded(world)
    office = world["secretariat"]
    body = on("2019-03-15", code="WINDOW", name="W", kind="funding_window", governance="agreement", currency="EUR")
    body |= {"start": "2019-03-15", "fees": {"agent": "0", "indirect_cap": "7"}, "voting": {"quorum": "0"}}
    await ok(await office.post("/v1/funds", json=body), 201)
    role = on("2019-03-15", party="UNDP", role="organisation")
    await ok(await office.post("/v1/funds/WINDOW/roles", json=role), 201)
    second = on("2020-03-01", plan=plan("40.00", goals=[]), project=grant["project"])
    project = await ok(await office.post("/v1/funds/WINDOW/grants", json=second), 201)
    assert [(each["mechanism"], each["currency"]) for each in project["grants"]] == [
        ("SLW00", "USD"),
        ("WINDOW", "EUR"),
    ]
    for params, count in (({}, 1), ({"fund": "WINDOW"}, 1), ({"fund": "SLW00"}, 1), ({"jurisdiction": "RS"}, 0)):
        assert len((await ok(await world["analyst"].get("/v1/projects", params=params)))["items"]) == count, params


async def test_a_project_counts_in_the_years_in_which_a_grant_was_active(world: World) -> None:
    grant = await funded(world)

    async def years() -> list[int]:
        found = []
        for year in (2019, 2020, 2021, 2022):
            listed = await world["analyst"].get("/v1/projects", params={"year": year})
            found += [year] if (await ok(listed))["items"] else []
        return found

    assert await years() == []  # approved, not started
    await ok(await step(world, grant, "start", "2020-12-31"))
    assert await years() == [2020, 2021, 2022]
    await ok(await step(world, grant, "operational-closure", "2021-01-01"))
    assert await years() == [2020, 2021]


async def test_a_report_is_requested_handed_in_returned_and_accepted(world: World) -> None:
    grant = await funded(world)
    office, undp, path = world["secretariat"], world["organisation_UNDP"], f"/v1/projects/{grant['project']}"

    async def do(client: Any, what: str, day: str, **body: Any) -> Any:
        version = (await ok(await office.get(path)))["version"]
        return await client.post(f"{path}/reports{what}", json=on(day, **body), headers=if_match(version))

    span = {"start": "2020-02-10", "end": "2020-12-31"}
    early = await do(office, "", "2020-03-01", grant=grant["id"], kind="narrative", due="2020-12-31", **span)
    assert pointers(early) == {"/due": "due_in_period"}
    asked = {"grant": grant["id"], "kind": "narrative", **span}
    requested = await ok(await do(office, "", "2020-03-01", **asked))
    assert requested["reports"][0]["due"] == "2021-03-31"
    assert refusal(await do(office, "", "2020-03-01", **asked), 409)["code"] == "already_there"
    assert pointers(await do(undp, "/1/submit", "2020-12-31")) == {"/on": "period_not_over"}
    assert refusal(await do(office, "/1/accept", "2021-01-02"), 409)["code"] == "report_state"
    assert (await do(undp, "/2/submit", "2021-01-02")).status_code == 404
    file = {"title": "Narrative", "link": "https://example.org/n.pdf", "sha256": "a" * 64}
    await ok(await do(undp, "/1/submit", "2021-03-30", documents=[file]))
    returned = await ok(await do(office, "/1/return", "2021-04-02", comment="More on goal 4."))
    assert (returned["reports"][0]["status"], returned["reports"][0]["comments"]) == ("returned", ["More on goal 4."])
    assert (await ok(await world["analyst"].get(path)))["reports"] == []
    await ok(await do(undp, "/1/submit", "2021-04-10", documents=[file]))
    await ok(await do(office, "/1/accept", "2021-04-12"))
    (report,) = (await ok(await world["analyst"].get(path)))["reports"]
    assert (report["status"], report["documents"][0]["title"]) == ("accepted", "Narrative")


async def test_indicators_are_set_and_measured(world: World) -> None:
    grant = await funded(world)
    path, undp = f"/v1/projects/{grant['project']}", world["organisation_UNDP"]
    version = (await ok(await undp.get(path)))["version"]
    body = on("2020-03-01", title="Storages", unit="storages", baseline="0", target="5", target_by="2021-12-31")
    told = await ok(await undp.put(f"{path}/indicators/storages", json=body, headers=if_match(version)))
    for day, value in (("2020-06-30", "2"), ("2020-12-31", "3.5")):
        measured = undp.post(
            f"{path}/indicators/storages/values", json=on(day, value=value), headers=if_match(told["version"])
        )
        told = await ok(await measured)
    (indicator,) = told["indicators"]
    assert [(each["on"], each["value"]) for each in indicator["measured"]] == [
        ("2020-06-30", "2"),
        ("2020-12-31", "3.5"),
    ]
    unknown = undp.post(
        f"{path}/indicators/x/values", json=on("2021-01-01", value="1"), headers=if_match(told["version"])
    )
    assert pointers(await unknown) == {"/code": "reference_unknown"}


async def test_the_inventory_is_told_by_organisation_and_footnotes_what_it_names(world: World) -> None:
    grant = await funded(world)
    analyst = world["analyst"]

    async def listed(**query: str) -> Any:
        return await ok(await analyst.get("/v1/projects", params=query))

    assert [each["id"] for each in (await listed(organisation="UNDP"))["items"]] == [grant["project"]]
    assert (await listed(organisation="UNODC"))["items"] == []
    assert (await listed())["footnotes"] == []
    planned = on(
        "2020-03-01", kind="training", title="Tracing", jurisdictions=["XK"], start="2020-05-01", end="2020-05-02"
    )
    await ok(await world["secretariat"].post("/v1/activities", json=planned), 201)
    (note,) = (await ok(await analyst.get("/v1/activities")))["footnotes"]
    assert "1244" in note


async def test_a_decision_tells_the_grant_that_came_of_it(world: World) -> None:
    grant = await funded(world)
    decided = await ok(await world["analyst"].get(f"/v1/decisions/{grant['decision']}"))
    assert (decided["project"], decided["grant"]) == (grant["project"], grant["id"])

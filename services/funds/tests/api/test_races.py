"""Requests at the same moment: money is given away once, whoever comes first, and nothing is done twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from funds_world import (
    DAY,
    PATH,
    World,
    approved,
    at_once,
    deposited,
    established,
    if_match,
    met,
    money,
    ok,
    on,
    plan,
    put_to_vote,
    refusal,
    statement,
    transferred,
    voted,
)

from funds.bootstrap import running_app

AFTER = "2020-02-11"


def conclusion(world: World, decision: dict[str, Any], **more: str) -> Any:
    """By no-objection, on the day after the deadline."""
    headers = {**if_match(decision["version"]), **more}
    return world["secretariat"].post(f"/v1/decisions/{decision['id']}/conclude", json=on(AFTER), headers=headers)


async def undecided(world: World, **body: Any) -> Any:
    return await put_to_vote(world, mode="no_objection", deadline=DAY, **body)


@pytest.mark.parametrize("earmark", [(), ("4",)], ids=["unearmarked", "earmarked"])
async def test_of_a_hundred_equal_approvals_at_once_as_many_pass_as_there_is_money_for(
    world: World, earmark: tuple[str, ...]
) -> None:
    await established(world)
    await deposited(world, "US", "70.71", earmark)  # less the agent's fee of 0.71
    await deposited(world, "GB", "500.00", () if earmark else ("1",))  # which nobody draws on
    draws = [{"earmark": list(earmark), "amount": "10.00"}]
    decisions = [await undecided(world, plan=plan("10.00"), draws=draws) for _ in range(100)]
    answers = await at_once(*(conclusion(world, decision) for decision in decisions))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [409] * 93
    codes = {refusal(answer, 409)["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"allocation_exceeds_balance"}
    assert await money(world, AFTER) == {
        "cash": Decimal("565.00"),
        "reserved": Decimal("70.00"),
        "available": Decimal("495.00"),
    }
    projects = (await ok(await world["analyst"].get("/v1/projects")))["items"]
    assert len(projects) == 7
    assert {project["grants"][0]["budget"] for project in projects} == {"10.00"}
    record = (await ok(await world["member_DE"].get(f"{PATH}/decisions")))["items"]
    assert sorted(each["status"] for each in record) == ["adopted"] * 7 + ["open"] * 93


async def test_two_processes_give_the_same_money_away_once_too(world: World) -> None:
    await established(world)
    await deposited(world, "US", "70.71")
    decisions = [await undecided(world, plan=plan("10.00")) for _ in range(60)]
    async with running_app(world.settings) as other_app:
        other = World(other_app, world.issuer, world.settings, {})
        both = (world, other)
        answers = await at_once(*(conclusion(both[n % 2], decision) for n, decision in enumerate(decisions)))
        await other.close()
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [409] * 53
    assert (await money(world))["available"] == 0


async def test_of_thirty_transfers_at_once_as_many_pass_as_are_reserved(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "35.00")
    body = on("2020-03-01", grant=grant["id"], organisation="UNDP", amount="10.00", request="TR-1")
    agent = world["agent_MPTFO"]
    answers = await at_once(*(agent.post(f"{PATH}/transfers", json=body) for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 27
    codes = {refusal(answer, 409)["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"transfer_exceeds_reservation"}
    assert (await statement(world))["lines"]["transfers"]["total"] == "30.00"


async def test_approvals_transfers_and_charges_at_once_leave_a_ledger_that_balances(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    await deposited(world, "DE", "1000.00", ("4",))
    grant = await approved(world, "500.00", draws=[{"earmark": ["4"], "amount": "250.00"}])
    decisions = [
        await undecided(world, plan=plan("200.00"), draws=[{"earmark": ["4"], "amount": "100.00"}]) for _ in range(10)
    ]
    agent = world["agent_MPTFO"]
    transfer = on("2020-03-01", grant=grant["id"], organisation="UNDP", amount="33.33", request="TR-1")
    charge = on("2020-02-11", kind="bank_charges", amount="7.77")
    answers = await at_once(
        *(conclusion(world, decision) for decision in decisions),
        *(agent.post(f"{PATH}/transfers", json=transfer) for _ in range(20)),
        *(agent.post(f"{PATH}/entries", json=charge) for _ in range(10)),
    )
    assert [answer.status_code for answer in answers[-10:]] == [201] * 10
    assert {answer.status_code for answer in answers} == {200, 201, 409}
    fund = await ok(await world["analyst"].get(PATH))
    ledger = await ok(await world["analyst"].get(f"{PATH}/ledger"))
    assert ledger["imbalance"] == "0.00"
    sums = {side: sum(Decimal(each[side]) for each in ledger["items"]) for side in ("debit", "credit")}
    assert sums["debit"] == sums["credit"]
    for name in ("cash", "reserved", "available"):
        assert sum(Decimal(each[name]) for each in fund["earmarks"]) == Decimal(fund["position"][name])
    uncovered = {tuple(each["earmark"]) for each in fund["earmarks"] if Decimal(each["available"]) < 0}
    named = {tuple(each["earmark"]) for each in fund["exceptions"] if each["earmark"] is not None}
    assert uncovered <= named


async def test_of_two_revisions_concluded_at_once_one_is_outdated(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    revised = plan("150.00", end="2022-12-31")
    body = {"kind": "approve_revision", "revision": "cost_extension", "grant": grant["id"], "plan": revised}
    decisions = [await undecided(world, **body) for _ in range(2)]
    answers = await at_once(*(conclusion(world, decision) for decision in decisions))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    project = await ok(await world["analyst"].get(f"/v1/projects/{grant['project']}"))
    assert [version["number"] for version in project["grants"][0]["revisions"]] == [1, 2]
    assert (await money(world))["reserved"] == Decimal("150.00")


async def test_of_two_approvals_of_one_proposal_at_once_one_passes(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    body = on("2020-01-10", plan=plan("100.00"))
    proposal = await ok(await world["organisation_UNDP"].post(f"{PATH}/proposals", json=body), 201)
    decisions = [await undecided(world, proposal=proposal["id"]) for _ in range(5)]
    answers = await at_once(*(conclusion(world, decision) for decision in decisions))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert (await money(world))["reserved"] == Decimal("100.00")
    assert len((await ok(await world["analyst"].get("/v1/projects")))["items"]) == 1


async def test_equal_votes_at_once_are_one_vote(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    await met(world)
    decision = await put_to_vote(world, plan=plan("100.00"))
    path = f"/v1/decisions/{decision['id']}/votes"
    answers = await at_once(*(world["member_DE"].post(path, json=on(DAY, vote=v)) for v in ("yes", "no", "yes")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    await voted(world, decision, DAY, "UNODC", "US")
    shown = await ok(await world["member_DE"].get(f"/v1/decisions/{decision['id']}"))
    assert sorted(vote["party"] for vote in shown["votes"]) == ["DE", "UNODC", "US"]


async def test_equal_requests_at_once_under_one_key_are_one_fact(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    agent, key = world["agent_MPTFO"], {"Idempotency-Key": "once"}
    body = on("2020-03-01", grant=grant["id"], organisation="UNDP", amount="60.00", request="TR-1")
    answers = await at_once(*(agent.post(f"{PATH}/transfers", json=body, headers=key) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.text for answer in answers}) == 1
    assert sum(answer.headers.get("idempotency-replayed") == "true" for answer in answers) == 7
    assert (await statement(world))["lines"]["transfers"]["total"] == "60.00"


async def test_nothing_is_transferred_to_a_grant_from_its_suspension_on(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    path = f"/v1/projects/{grant['project']}/grants/{grant['id']}"
    started = await ok(
        await world["secretariat"].post(f"{path}/start", json=on(AFTER), headers=if_match(1 + 1)),
    )
    await transferred(world, grant, "10.00")
    suspended = await ok(
        await world["secretariat"].post(f"{path}/suspend", json=on("2020-04-01"), headers=if_match(started["version"]))
    )
    body = on("2020-04-02", grant=grant["id"], organisation="UNDP", amount="10.00", request="TR-1")
    refused = await world["agent_MPTFO"].post(f"{PATH}/transfers", json=body)
    assert refusal(refused, 409)["code"] == "grant_not_active"
    assert suspended["grants"][0]["status"] == "suspended"

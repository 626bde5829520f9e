"""Money's way through the service over HTTP: promised, paid, decided on, transferred, spent, refunded, told."""

from __future__ import annotations

from typing import Any

from funds_world import FUND, World, approved, concluded, deposited, established, met, ok, on, plan, put_to_vote, voted

DAY = "2020-02-10"


async def the_fund(world: World, deposits: str = "1000000.00") -> None:
    await established(world)
    await deposited(world, "DE", deposits)
    await deposited(world, "GB", "100000.00")
    await met(world, 1, DAY)


async def statement(world: World, **query: Any) -> dict[str, Any]:
    answer = await ok(await world["observer_NO"].get(f"/v1/funds/{FUND}/statement", params=query))
    lines = {line["code"]: line for line in answer["lines"]}
    return {"lines": lines, "balance": answer["balance"], "exceptions": answer["exceptions"]}


async def test_the_statement_tells_sources_uses_and_balance(world: World) -> None:
    await the_fund(world)
    grant = await approved(world, "400000.00")
    path, agent = f"/v1/funds/{FUND}", world["agent_MPTFO"]
    transfer = on("2020-03-01", grant=grant["id"], organisation="UNDP", amount="250000.00", request="TR-1")
    await ok(await agent.post(f"{path}/transfers", json=transfer), 201)
    refund = on("2020-09-01", grant=grant["id"], organisation="UNDP", amount="50000.00")
    await ok(await agent.post(f"{path}/refunds", json=refund), 201)
    interest = on("2020-12-31", kind="interest_fund", amount="12.34")
    await ok(await agent.post(f"{path}/entries", json=interest), 201)
    told = await statement(world, **{"from": "2020-01-01", "to": "2020-12-31"})
    lines, balance = told["lines"], told["balance"]
    assert (lines["contributions"]["prior"], lines["contributions"]["period"]) == ("1100000.00", "0.00")
    assert lines["fee"]["prior"] == "11000.00"
    assert lines["transfers"]["period"] == "250000.00"
    assert lines["refunds"]["period"] == "50000.00"
    assert lines["net_funded"]["total"] == "200000.00"
    assert lines["total_sources"]["total"] == "1100012.34"
    assert lines["total_uses"]["total"] == "211000.00"
    assert balance == {"opening": "1089000.00", "change": "-199987.66", "closing": "889012.34"}
    assert told["exceptions"] == []
    fund = await ok(await world["analyst"].get(path, params={"on": "2020-12-31"}))
    assert fund["position"] == {"cash": "889012.34", "reserved": "150000.00", "available": "739012.34"}
    ledger = await ok(await world["analyst"].get(f"{path}/ledger"))
    assert ledger["imbalance"] == "0.00"


async def test_a_decision_takes_no_more_than_is_available(world: World) -> None:
    await the_fund(world, "100000.00")
    proposed = await put_to_vote(world, DAY, plan=plan("198000.01"))
    await voted(world, proposed, DAY, "DE", "GB")
    refused = await concluded(world, proposed, DAY)
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "allocation_exceeds_balance"
    assert "198000.00" in refused.json()["detail"]
    still = await ok(await world["secretariat"].get(f"/v1/decisions/{proposed['id']}"))
    assert still["status"] == "open"
    assert (await ok(await world["secretariat"].get("/v1/projects")))["items"] == []


async def test_expenditure_beyond_what_was_funded_is_recorded_and_named(world: World) -> None:
    await the_fund(world)
    grant = await approved(world, "400000.00")
    path = f"/v1/funds/{FUND}"
    transfer = on("2020-03-01", grant=grant["id"], organisation="UNDP", amount="100.00", request="TR-1")
    await ok(await world["agent_MPTFO"].post(f"{path}/transfers", json=transfer), 201)
    spent = on(
        "2021-01-31",
        grant=grant["id"],
        organisation="UNDP",
        start="2020-03-01",
        end="2020-12-31",
        lines=[{"category": 4, "amount": "150.00"}],
    )
    reported = await ok(await world["organisation_UNDP"].post(f"{path}/expenditure", json=spent), 201)
    (named,) = (await statement(world))["exceptions"]
    assert (named["code"], named["amount"], named["since"]) == ("expenditure_exceeds_funding", "50.00", "2021-01-31")
    back = on("2021-02-15", fact=reported["id"])
    await ok(await world["organisation_UNDP"].post(f"{path}/reversals", json=back), 201)
    assert (await statement(world))["exceptions"] == []
    (settled,) = (await ok(await world["analyst"].get(f"{path}/exceptions")))["items"]
    assert settled["settled_on"] == "2021-02-15"

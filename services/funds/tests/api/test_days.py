"""The day a fact happened, the moment it was written down, and reading what held or what was known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from funds_world import (
    DAY,
    PATH,
    World,
    approved,
    concluded,
    deposited,
    established,
    if_match,
    met,
    money,
    ok,
    on,
    plan,
    pointers,
    put_to_vote,
    refusal,
    statement,
    transferred,
    voted,
)

INTEREST = {"kind": "interest_fund", "amount": "12.34"}


async def test_a_day_in_the_future_is_refused_and_an_earlier_one_needs_scope_and_reason(world: World) -> None:
    await established(world)
    agent, today = world["agent_MPTFO"], world.plain("agent_MPTFO")
    path = f"{PATH}/entries"
    tomorrow = str((datetime.now(UTC) + timedelta(days=2)).date())
    assert pointers(await agent.post(path, json=on(tomorrow, **INTEREST))) == {"/on": "date_in_future"}
    assert pointers(await agent.post(path, json=on("1.2.2020", **INTEREST))) == {"/on": "date_malformed"}
    error = refusal(await today.post(path, json=on("2020-02-01", **INTEREST)), 403)
    assert (error["pointer"], error["code"]) == ("/on", "backdate_not_allowed")
    for reason in ({}, {"reason": " "}):
        body = {"on": "2020-02-01", **INTEREST, **reason}
        assert pointers(await agent.post(path, json=body)) == {"/reason": "reason_required"}
    told = await ok(await agent.post(path, json=on("2020-02-01", **INTEREST)), 201)
    assert (told["on"], told["reason"]) == ("2020-02-01", "Written down for a test.")
    told = await ok(await today.post(path, json=INTEREST), 201)
    assert told["on"] in {str((datetime.now(UTC) + timedelta(hours=h)).date()) for h in (0, 1, 2)}


async def test_every_command_takes_a_day_and_refuses_the_future(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "get" or not path.startswith("/v1/") or path.endswith("/import"):
                continue
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            members = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
            assert {"on", "reason"} <= set(members), (method, path)


async def test_nothing_lies_before_the_fund_began(world: World) -> None:
    await established(world)
    answer = await world["agent_MPTFO"].post(f"{PATH}/entries", json=on("2019-03-14", **INTEREST))
    assert pointers(answer) == {"/on": "before_beginning"}


async def test_what_a_day_is_told_later_changes_past_statements_but_not_what_was_known_of_them(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    posted = await world["agent_MPTFO"].post(f"{PATH}/entries", json=on("2020-06-01", **INTEREST))
    position = posted.headers["salwatch-position"].rpartition(":")[2]
    span = {"from": "2020-01-01", "to": "2020-12-31"}
    then = await statement(world, **span)
    instant = datetime.now(UTC).isoformat()
    charge = on("2020-05-01", kind="bank_charges", amount="2.00")
    await ok(await world["agent_MPTFO"].post(f"{PATH}/entries", json=charge), 201)
    now = await statement(world, **span)
    assert now["lines"]["bank_charges"]["period"] == "2.00"
    assert now["balance"]["closing"] == "1000.34"
    for as_of in (position, instant):
        known = await statement(world, **span, as_of=as_of)
        assert (known["lines"], known["balance"]) == (then["lines"], then["balance"])
    earlier = await statement(world, to="2020-04-30")
    assert earlier["balance"]["closing"] == "990.00"
    assert (await statement(world, to="2020-04-30", as_of=position))["balance"] == earlier["balance"]


async def test_a_reversal_leaves_the_days_before_it_as_they_were(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    agent = world["agent_MPTFO"]
    entry = await ok(await agent.post(f"{PATH}/entries", json=on("2020-02-01", **INTEREST)), 201)
    before = await statement(world, to="2020-05-31")
    body = on("2020-06-01", fact=entry["id"])
    await ok(await agent.post(f"{PATH}/reversals", json=body), 201)
    assert await statement(world, to="2020-05-31") == before
    after = await statement(world, **{"from": "2020-06-01", "to": "2020-06-30"})
    assert after["lines"]["interest_fund"] | {"label": ""} == {
        "code": "interest_fund",
        "label": "",
        "prior": "12.34",
        "period": "-12.34",
        "total": "0.00",
    }
    assert refusal(await agent.post(f"{PATH}/reversals", json=body), 409)["code"] == "already_reversed"
    unknown = {"fact": "5ad2e0a4-71b4-5d0c-8a59-0a5b6f0a7d03", "reason": "So."}
    assert pointers(await agent.post(f"{PATH}/reversals", json=unknown)) == {"/fact": "reference_unknown"}
    early = await ok(await agent.post(f"{PATH}/entries", json=on("2020-02-01", **INTEREST)), 201)
    answer = await agent.post(f"{PATH}/reversals", json=on("2020-01-31", fact=early["id"]))
    assert pointers(answer) == {"/on": "before_fact"}
    answer = await agent.post(f"{PATH}/reversals", json={"fact": early["id"]})
    assert pointers(answer) == {"/reason": "reason_required"}


async def test_a_decision_needs_what_is_available_on_its_day_and_uncovers_no_later_one(world: World) -> None:
    await established(world)
    await deposited(world, "GB", "100.00", day="2020-03-01")
    await deposited(world, "US", "100.00", day="2020-06-01")
    await approved(world, "150.00", day="2020-07-01")
    for day, asked, why in (
        ("2020-02-28", "0.01", "0.00 are available"),
        ("2020-04-01", "99.01", "48.00 are available"),
        ("2020-04-01", "48.01", "the decision of 2020-07-01 would be uncovered"),
    ):
        decision = await put_to_vote(world, day, mode="no_objection", deadline=day, plan=plan(asked))
        await voted(world, decision, day, "UNODC", "DE", "FR", *(["GB"] if day > "2020-03" else []))
        answer = await concluded(world, decision, day)
        assert refusal(answer, 409)["code"] == "allocation_exceeds_balance"
        assert why in answer.text
    await approved(world, "48.00", day="2020-04-01")
    assert await money(world, "2020-07-01") == {
        "cash": Decimal("198.00"),
        "reserved": Decimal("198.00"),
        "available": Decimal("0.00"),
    }


async def test_what_has_happened_is_recorded_though_it_uncovers_a_decision_and_stays_open_until_settled(
    world: World,
) -> None:
    await established(world)
    paid = await deposited(world, "US", "100.00")
    await approved(world, "99.00")
    agent = world["agent_MPTFO"]
    charge = on("2020-05-01", kind="bank_charges", amount="5.00")
    await ok(await agent.post(f"{PATH}/entries", json=charge), 201)
    named = (await statement(world, to="2020-12-31"))["exceptions"]
    assert {(each["code"], each["amount"], each["since"]) for each in named} == {
        ("reservations_uncovered", "5.00", "2020-05-01")
    }
    await ok(await agent.post(f"{PATH}/reversals", json=on("2020-06-01", fact=paid["id"])), 201)
    named = (await statement(world, to="2020-12-31"))["exceptions"]
    assert {(each["code"], each["amount"]) for each in named} == {
        ("reservations_uncovered", "104.00"),
        ("cash_overdrawn", "5.00"),
    }
    assert (await statement(world, to="2020-04-30"))["exceptions"] == []
    await deposited(world, "GB", "200.00", day="2020-07-01")
    assert (await statement(world, to="2020-12-31"))["exceptions"] == []
    past = (await ok(await world["analyst"].get(f"{PATH}/exceptions")))["items"]
    assert {each["settled_on"] for each in past} == {"2020-07-01"}


async def test_reads_of_a_time_before_anything_was_known_are_404(world: World) -> None:
    await established(world)
    for path in (PATH, f"{PATH}/statement", f"{PATH}/contributions", f"{PATH}/committee", f"{PATH}/ledger"):
        for early in ("0", "2019-01-01T00:00:00Z"):
            answer = await world["analyst"].get(path, params={"as_of": early})
            assert answer.status_code == 404, (path, early, answer.text)
        assert pointers(await world["analyst"].get(path, params={"as_of": "yesterday"})) == {
            "?as_of": "as_of_malformed"
        }


@pytest.mark.parametrize("path", ["statement", "statement.csv", "ledger"])
async def test_a_reversed_span_is_422(world: World, path: str) -> None:
    await established(world)
    answer = await world["analyst"].get(f"{PATH}/{path}", params={"from": "2020-02-02", "to": "2020-02-01"})
    assert answer.status_code == 422
    await ok(await world["analyst"].get(f"{PATH}/statement", params={"from": "2020-02-02", "to": "2020-02-02"}))


async def test_an_unknown_query_parameter_is_422_and_names_those_there_are(world: World) -> None:
    await established(world)
    answer = await world["analyst"].get(f"{PATH}/statement", params={"until": "2020-01-01"})
    assert answer.status_code == 422
    assert "from" in answer.text
    assert "as_of" in answer.text


async def test_the_committee_of_a_day_follows_the_deposits_up_to_that_day(world: World) -> None:
    await established(world)
    for donor, amount, day in (
        ("GB", "2610000.00", "2019-05-01"),
        ("SE", "720000.00", "2019-06-01"),
        ("NO", "540000.00", "2019-07-01"),
        ("US", "600000.00", "2020-08-01"),
        ("DE", "8580000.00", "2019-04-01"),
    ):
        await deposited(world, donor, amount, day=day)

    async def top(day: str) -> list[str]:
        seats = (await ok(await world["analyst"].get(f"{PATH}/committee", params={"on": day})))["seats"]
        assert [seat["party"] for seat in seats].count("DE") == 1
        return [seat["party"] for seat in seats if seat["kind"] == "top_donor"]

    assert await top("2019-04-30") == []
    assert await top("2019-06-15") == ["GB", "SE"]
    assert await top("2020-07-31") == ["GB", "SE", "NO"]
    assert await top("2020-08-01") == ["GB", "SE", "US"]


async def test_a_vote_is_of_the_seats_of_its_day(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    await met(world)
    decision = await put_to_vote(world, plan=plan("10.00"))
    path = f"/v1/decisions/{decision['id']}/votes"
    for party, code in (("UNDP", "no_vote"), ("NO", "no_vote"), ("SEESAC", "no_vote")):
        assert refusal(await world[f"member_{party}"].post(path, json=on(DAY, vote="yes")), 403)["code"] == code
    await voted(world, decision, DAY, "US", "DE")
    again = await world["member_DE"].post(path, json=on(DAY, vote="no"))
    assert refusal(again, 409)["code"] == "already_voted"
    await ok(await concluded(world, decision))


async def test_a_version_that_is_not_the_present_one_is_412_and_none_is_428(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    office, path = world["secretariat"], f"/v1/projects/{grant['project']}/grants/{grant['id']}/start"
    assert (await office.post(path, json=on("2020-02-20"))).status_code == 428
    stale = await office.post(path, json=on("2020-02-20"), headers=if_match(1))
    assert stale.status_code == 412
    shown = await office.get(f"/v1/projects/{grant['project']}")
    changed = await office.post(path, json=on("2020-02-20"), headers={"If-Match": shown.headers["etag"]})
    await ok(changed)
    assert changed.headers["etag"] != shown.headers["etag"]
    assert changed.headers["salwatch-position"].startswith("funds:")
    await transferred(world, grant, "10.00")


async def test_commands_on_what_somebody_saw_need_its_version_and_facts_beside_others_do_not(world: World) -> None:
    document: Any = (await world.client(None).get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "get" or not path.startswith("/v1/"):
                continue
            names = {each["name"].lower() for each in operation.get("parameters", ())}
            beside = path.startswith("/v1/funds") or path.count("/") == 2 or path.endswith(("votes", "recuse"))
            beside = beside or path == "/v1/calls/{call_id}/proposals"
            assert ("if-match" in names) is not beside, (method, path)

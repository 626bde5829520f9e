"""A repeated request is answered as the first one was, and does nothing twice."""

from __future__ import annotations

from typing import Any

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
    proposed,
    put_to_vote,
    refusal,
    statement,
    voted,
)


def key(name: str, version: int | None = None) -> dict[str, str]:
    return {"Idempotency-Key": name} | (if_match(version) if version else {})


async def test_a_fact_is_posted_once_under_its_key(world: World) -> None:
    await established(world)
    paid = await deposited(world, "US", "1000.00")
    agent = world["agent_MPTFO"]
    body = on("2019-04-11", commitment=paid["commitment"], amount="5.00", credited="5.00")
    first, again = [await agent.post(f"{PATH}/deposits", json=body, headers=key("d")) for _ in range(2)]
    assert (await ok(first, 201)) == (await ok(again, 201))
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for name in ("location", "etag", "salwatch-position"):
        assert first.headers[name] == again.headers[name]
    assert (await statement(world))["lines"]["contributions"]["total"] == "1005.00"


async def test_without_a_key_two_equal_facts_are_two(world: World) -> None:
    await established(world)
    body = on("2020-02-01", kind="interest_fund", amount="1.00")
    for _ in range(2):
        await ok(await world["agent_MPTFO"].post(f"{PATH}/entries", json=body), 201)
    assert (await statement(world))["lines"]["interest_fund"]["total"] == "2.00"


async def test_another_body_under_the_same_key_is_refused_and_a_refused_request_frees_it(world: World) -> None:
    await established(world)
    agent, path = world["agent_MPTFO"], f"{PATH}/entries"
    wrong = await agent.post(path, json=on("2020-02-01", kind="interest_fund", amount="-1.00"), headers=key("k"))
    assert wrong.status_code == 422
    right = on("2020-02-01", kind="interest_fund", amount="1.00")
    await ok(await agent.post(path, json=right, headers=key("k")), 201)
    other = await agent.post(path, json={**right, "amount": "2.00"}, headers=key("k"))
    assert refusal(other, 422)["code"] == "idempotency_key_reused"
    bad = await agent.post(path, json=right, headers={"Idempotency-Key": "a b"})
    assert refusal(bad, 400)["code"] == "malformed_idempotency_key"
    assert (await statement(world))["lines"]["interest_fund"]["total"] == "1.00"


async def test_a_key_is_its_credentials_own(world: World) -> None:
    await established(world)
    body = on("2020-01-01", base="EUR", quote="USD", rate="1.1", source="S") | {"day": "2020-01-01"}
    for role in ("agent_MPTFO", "secretariat"):
        answer = await world[role].post("/v1/rates", json=body, headers=key("same"))
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers


async def test_a_conclusion_is_answered_again_as_it_was_whatever_came_after(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    await met(world)
    decision = await put_to_vote(world, plan=plan("100.00"))
    await voted(world, decision, DAY, "DE", "US")
    office, path = world["secretariat"], f"/v1/decisions/{decision['id']}/conclude"
    version = (await ok(await office.get(f"/v1/decisions/{decision['id']}")))["version"]
    first = await office.post(path, json=on(DAY), headers=key("c", version))
    document: Any = await ok(first)
    again = await office.post(path, json=on(DAY), headers=key("c", version))
    assert (await ok(again)) == document
    assert again.headers["idempotency-replayed"] == "true"
    assert (await money(world))["reserved"] == 100
    stale = await office.post(path, json=on(DAY), headers=if_match(version))
    assert stale.status_code in (409, 412)


async def test_what_was_put_to_the_vote_is_answered_again_after_it_was_decided(world: World) -> None:
    """The proposal can be put to the vote no more, but the repeated request did it when it could."""
    await established(world)
    await deposited(world, "US", "1000.00")
    proposal = await proposed(world)
    office = world["secretariat"]
    body = on(DAY, kind="approve", mode="no_objection", deadline=DAY, proposal=proposal["id"])
    first = await office.post(f"{PATH}/decisions", json=body, headers=key("p"))
    decision = await ok(first, 201)
    await ok(await concluded(world, decision, "2020-02-11"))
    again = await office.post(f"{PATH}/decisions", json=body, headers=key("p"))
    assert (await ok(again, 201))["id"] == decision["id"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_registered_grant_and_a_cancelled_one_are_answered_again(world: World) -> None:
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    office, project = world["secretariat"], f"/v1/projects/{grant['project']}"
    version = (await ok(await office.get(project)))["version"]
    path = f"{project}/grants/{grant['id']}/cancel"
    answers = [await office.post(path, json=on("2020-03-01"), headers=key("x", version)) for _ in range(2)]
    first, again = [await ok(answer) for answer in answers]
    assert first == again
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert (await money(world))["reserved"] == 0


async def test_a_proposal_is_answered_again_after_its_call_was_closed(world: World) -> None:
    await established(world)
    office, undp = world["secretariat"], world["organisation_UNDP"]
    call = await ok(await office.post(f"{PATH}/calls", json=on("2020-01-01", number=1, title="Call")), 201)
    opened = on("2020-01-02", deadline="2020-03-01")
    call = await ok(await office.post(f"/v1/calls/{call['id']}/open", json=opened, headers=if_match(1)))
    path, body = f"/v1/calls/{call['id']}/proposals", on("2020-01-10", plan=plan())
    proposal = await ok(await undp.post(path, json=body, headers=key("s")), 201)
    closing = office.post(f"/v1/calls/{call['id']}/close", json=on("2020-01-05"), headers=if_match(call["version"]))
    await ok(await closing)
    again = await undp.post(path, json=body, headers=key("s"))
    assert (await ok(again, 201)) == proposal
    late = await undp.post(path, json=body, headers=key("t"))
    assert refusal(late, 409)["code"] == "call_not_open"


async def test_an_import_is_answered_again(world: World) -> None:
    await established(world)
    paid = await deposited(world, "US", "1000.00")
    line = on("2020-03-01", commitment=paid["commitment"], amount="5.00", credited="5.00")
    answers = [
        await world["agent_MPTFO"].post(f"{PATH}/deposits/import", json={"items": [line, line]}, headers=key("i"))
        for _ in range(2)
    ]
    first, again = [await ok(answer) for answer in answers]
    assert first == again
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert (await statement(world))["lines"]["contributions"]["total"] == "1010.00"


async def test_every_post_takes_a_key(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        if "post" in methods:
            assert "idempotency-key" in {p["name"].lower() for p in methods["post"]["parameters"]}, path

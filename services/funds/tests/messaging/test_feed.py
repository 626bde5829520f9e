"""What partners read of a fund in its change feed: facts in order, and nothing that was said in confidence."""

from __future__ import annotations

import json
from typing import Any

from funds_world import World, approved, concluded, deposited, established, if_match, ok, on, proposed, put_to_vote

PRIVATE = {
    "funds.reviewer-assigned",
    "funds.conflict-declared",
    "funds.proposal-scored",
    "funds.proposal-recommended",
    "funds.vote-cast",
    "funds.recused",
    "funds.risk-assessed",
}


async def feed(world: World) -> list[dict[str, Any]]:
    answer = await world["service"].get("/v1/events", params={"limit": 1000})
    assert answer.status_code == 200
    lines = [json.loads(line) for line in answer.text.splitlines()]
    return [line for line in lines if "type" in line]


async def test_facts_leave_in_order_and_what_is_private_without_its_content(world: World) -> None:
    await established(world)
    await deposited(world, "DE", "1000.00", ("4",))
    grant = await approved(world, "100.00", draws=[{"earmark": ["4"], "amount": "100.00"}])
    rejected = await proposed(world, "77.77", title="A plan in confidence")
    office, path = world["secretariat"], f"/v1/proposals/{rejected['id']}"
    reviewer = on("2020-01-12", reviewer="person:in-confidence")
    await ok(await office.post(f"{path}/reviewers", json=reviewer, headers=if_match(1)))
    decision = await put_to_vote(
        world, kind="reject", mode="no_objection", deadline="2020-02-10", proposal=rejected["id"]
    )
    await ok(await concluded(world, decision, "2020-02-11"))
    project = f"/v1/projects/{grant['project']}"
    risk = on("2020-03-01", title="A risk in confidence", likelihood="low", impact="high")
    version = (await ok(await office.get(project)))["version"]
    await ok(await office.put(f"{project}/risks/r", json=risk, headers=if_match(version)))

    events = await feed(world)
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    for event in events:
        assert event["type"].startswith("funds.")
        assert (event.get("data") is None) is (event["type"] in PRIVATE), event["type"]
    told = json.dumps(events)
    for words in ("in confidence", "in-confidence", "77.77", "SAA DE", "Written down for a test."):
        assert words not in told
    (signed,) = [event for event in events if event["type"] == "funds.commitment-signed.v1"]
    assert (signed["data"]["amount"], signed["data"]["earmark"]) == ("1000.00", ["4"])
    (reserved,) = [event for event in events if event["type"] == "funds.amount-approved.v1"]
    assert reserved["data"]["amounts"] == [{"organisation": "UNDP", "amount": "100.00"}]
    assert reserved["data"]["draws"] == [{"earmark": ["4"], "amount": "100.00"}]


async def test_the_feed_is_for_services_the_secretariat_and_the_administrator(world: World) -> None:
    await established(world)
    for role, status in (
        ("service", 200),
        ("secretariat", 200),
        ("administrator", 200),
        ("analyst", 403),
        ("member_DE", 403),
        ("agent_MPTFO", 403),
        ("organisation_UNDP", 403),
        ("donor_DE", 403),
    ):
        assert (await world[role].get("/v1/events")).status_code == status, role

"""Official figures beside what the incident feed says: queries drafted, sent or dismissed, and answered."""

from __future__ import annotations

from typing import Any

import httpx
from feed_of_incidents import Feed
from kpi_world import World, accepted, if_match, ok, on, opened, pointers, record, refusal, report_of, submitted, told

from common.contracts import incidents as published


def seized(quantity: str, kind: str = "handgun", unit: str = "piece", setting: str = "inland") -> dict[str, Any]:
    return {"setting": setting, "items": [{"kind": kind, "quantity": quantity, "unit": unit}]}


def of_ba(feed: Feed) -> None:
    """Firearms seized in BA in the first half of 2020: 100 inland, 20 at borders; and much that does not count."""
    day = {"jurisdiction": "BA", "occurred_on": "2020-03-14"}
    feed.report("inland", **day, seizure=seized("60"))
    feed.report("rifles", **day, seizure=seized("40", "rifle"))
    feed.report("border", **day, seizure=seized("20", setting="border"))
    feed.report("rounds", **day, seizure=seized("5000", "ammunition", "round"))
    feed.report("grenades", **day, seizure=seized("700", "hand_grenade"))
    feed.report("weight", **day, seizure=seized("9", "explosive", "kg"))
    feed.report("shooting", **day)
    feed.report("elsewhere", **{**day, "jurisdiction": "RS"}, seizure=seized("300"))
    feed.report("earlier", **{**day, "occurred_on": "2019-12-31"}, seizure=seized("300"))
    feed.report("some time", **day, date_precision="year", seizure=seized("300"))
    feed.report("twice", **day, seizure=seized("300"))
    feed.append("twice", published.IncidentMarkedDuplicate(duplicate_of=feed.received[0].envelope.subject))
    feed.report("gone", **day, seizure=seized("300"))
    feed.append("gone", published.IncidentRetracted())


def by_setting(inland: str, border: str) -> dict[str, Any]:
    cells = [
        {"dimensions": {"setting": "inland"}, "value": inland},
        {"dimensions": {"setting": "border"}, "value": border},
    ]
    return on("2020-08-01", presence="reported", cells=cells)


async def with_feed(world: World) -> Any:
    feed = Feed()
    of_ba(feed)
    await told(world, feed)
    return await report_of(world, (await opened(world))["id"], "BA")


async def post(client: httpx.AsyncClient, report: Any, below: str, **more: Any) -> httpx.Response:
    return await client.post(f"/v1/reports/{report['id']}/{below}", json=on("2020-08-20", **more))


async def queries(world: World, report: Any, who: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await ok(await world[who].get(f"/v1/reports/{report['id']}/queries")))["items"]
    return items


async def test_pieces_stand_beside_pieces_and_only_what_lies_within_counts(world: World) -> None:
    report = await with_feed(world)
    await submitted(world, report, {"6.1": by_setting("80", "20"), "6.2": "5000"})
    compared = await ok(await world["commission_BA"].get(f"/v1/reports/{report['id']}/feed-comparison"))
    found = {(c["kpi"], c["dimensions"].get("setting")): c for c in compared["items"]}
    assert {key: (c["official"], c["feed"], c["discrepant"]) for key, c in found.items()} == {
        ("6.1", None): ("100", "120", True),
        ("6.1", "inland"): ("80", "100", True),
        ("6.1", "border"): ("20", "20", False),
        ("6.2", None): ("5000", "5000", False),
        ("6.2", "inland"): (None, "5000", False),
        ("6.2", "border"): (None, "0", False),
    }
    assert compared["freshness"]["incidents"]["position"] == 14


async def test_where_nothing_was_ever_heard_of_the_feed_nothing_is_asked(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    await submitted(world, report, {"6.1": by_setting("0", "0")})
    assert await queries(world, report, "secretariat") == []
    compared = await ok(await world["secretariat"].get(f"/v1/reports/{report['id']}/feed-comparison"))
    assert compared["items"] == []


async def test_submitting_drafts_a_query_for_the_secretariat_alone(world: World) -> None:
    report = await with_feed(world)
    await submitted(world, report, {"6.1": by_setting("80", "18")})
    drafts = await queries(world, report, "secretariat")
    assert [(q["number"], q["kpi"], q["dimensions"], q["official"], q["feed"], q["status"]) for q in drafts] == [
        (1, "6.1", {}, "98", "120", "drafted"),
        (2, "6.1", {"setting": "inland"}, "80", "100", "drafted"),
    ]
    assert {q["tolerance_percent"] for q in drafts} == {"10"}
    me = (await ok(await world["reader"].get("/v1/me")))["id"]
    await ok(await post(world["commission_head_BA"], report, "readers", reader=me))
    for who in ("commission_head_BA", "institution_BA_police", "reader"):
        assert await queries(world, report, who) == []
        assert (await ok(await world[who].get(f"/v1/reports/{report['id']}")))["queries"] == []
    assert len((await ok(await world["secretariat"].get(f"/v1/reports/{report['id']}")))["queries"]) == 2
    refused = await world["commission_RS"].get(f"/v1/reports/{report['id']}/queries")
    assert refusal(refused, 403)["code"] == "draft_withheld"


async def test_a_query_is_sent_and_answered_in_the_report(world: World) -> None:
    report = await with_feed(world)
    await submitted(world, report, {"6.1": by_setting("80", "18")})
    office, client = world["secretariat"], world["commission_BA"]
    early = await post(client, report, "queries/1/answer", answer="So.")
    assert refusal(early, 409)["code"] == "query_state"
    assert pointers(await post(office, report, "queries/1/send", text=" ")) == {"/text": "empty"}
    await ok(await post(office, report, "queries/1/send", text="Media told of more."))
    twice = await post(office, report, "queries/1/send")
    assert (refusal(twice, 409)["code"], "sent" in twice.json()["detail"]) == ("query_state", True)
    (asked,) = await queries(world, report, "commission_BA")
    assert (asked["number"], asked["status"], asked["text"]) == (1, "sent", "Media told of more.")
    assert pointers(await post(client, report, "queries/1/answer", answer=" ")) == {"/answer": "empty"}
    answered = await ok(await post(client, report, "queries/1/answer", answer="Gas pistols are among them."))
    (query,) = answered["queries"]
    assert (query["status"], query["answer"]) == ("answered", "Gas pistols are among them.")
    assert answered["state"] == "submitted"
    assert refusal(await post(client, report, "queries/9/answer", answer="So."), 404)["code"] == "query_unknown"


async def test_a_query_is_dismissed_with_a_reason_and_not_asked_again(world: World) -> None:
    report = await with_feed(world)
    sent = await submitted(world, report, {"6.1": by_setting("80", "18")})
    office = world["secretariat"]
    path = f"/v1/reports/{report['id']}/queries/2/dismiss"
    assert pointers(await office.post(path, json={})) == {"/reason": "missing"}
    assert pointers(await office.post(path, json={"reason": "  "})) == {"/reason": "empty"}
    dismissed = await ok(await post(office, report, "queries/2/dismiss"))
    assert [(q["status"], q["reason"]) for q in dismissed["queries"]][1] == ("dismissed", "Written down for a test.")
    again = await ok(await post(office, report, "compare-with-feed"))
    assert (again["version"], len(again["queries"])) == (dismissed["version"], 2)
    await ok(await record(world["commission_BA"], sent, "6.1", by_setting("79", "18")))
    now = await ok(await world["commission_head_BA"].get(f"/v1/reports/{report['id']}"))
    endorse = f"/v1/reports/{report['id']}/endorse"
    await ok(await world["commission_head_BA"].post(endorse, json=on("2020-08-21"), headers=if_match(now["version"])))
    assert [(q["official"], q["status"]) for q in await queries(world, report, "secretariat")] == [
        ("98", "drafted"),
        ("80", "dismissed"),
        ("97", "drafted"),
        ("79", "drafted"),
    ]


async def test_the_feed_asks_about_what_was_submitted_not_about_drafts(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    office = world["secretariat"]
    assert refusal(await post(office, report, "compare-with-feed"), 409)["code"] == "not_submitted"
    sent = await submitted(world, report, {"6.1": by_setting("80", "18")})
    feed = Feed()
    of_ba(feed)
    await told(world, feed)
    path = f"/v1/reports/{report['id']}"
    body = on("2020-08-12", comments=[{"text": "Why?"}])
    await ok(await office.post(f"{path}/return", json=body, headers=if_match(sent["version"])))
    await ok(await record(world["commission_BA"], sent, "6.1", by_setting("1", "1")))
    answer = await post(office, report, "compare-with-feed")
    assert (refusal(answer, 409)["code"], answer.json()["detail"]) == ("not_submitted", "It is returned.")
    await accepted(world, await ok(await world["commission_BA"].get(path)), {"6.1": by_setting("2", "2")})
    assert [q["official"] for q in await queries(world, report, "secretariat")] == ["4", "2", "2"]


async def test_a_correction_of_the_feed_is_asked_about_once_it_is_told(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    feed = Feed()
    day = {"jurisdiction": "BA", "occurred_on": "2020-06-30"}
    feed.report("inland", **day, seizure=seized("10"))
    await told(world, feed)
    await submitted(world, report, {"6.1": by_setting("9", "0")})
    office = world["secretariat"]
    assert (await ok(await post(office, report, "compare-with-feed")))["queries"] == []
    feed.correct("inland", **day, seizure=seized("11"))
    await told(world, feed)
    asked = (await ok(await post(office, report, "compare-with-feed")))["queries"]
    assert [(q["official"], q["feed"]) for q in asked] == [("9", "11"), ("9", "11")]

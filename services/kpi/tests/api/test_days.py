"""The day a fact happened, the moment it was written down, and reading what held or what was known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from kpi_world import (
    World,
    accepted,
    explained,
    fill,
    if_match,
    ok,
    on,
    opened,
    pointers,
    published,
    record,
    refusal,
    report_of,
    submitted,
)

VALUES = {"12.1": 538, "11.1": 5_000}


async def ba(world: World) -> Any:
    return await report_of(world, (await opened(world))["id"], "BA")


def reported(value: str, **more: Any) -> dict[str, Any]:
    return {"presence": "reported", "value": value, **more}


async def test_a_day_in_the_future_is_refused_for_everybody(world: World) -> None:
    report = await ba(world)
    tomorrow = str((datetime.now(UTC) + timedelta(days=2)).date())
    answer = await record(world["commission_BA"], report, "12.1", reported("1", on=tomorrow, reason="So."))
    assert pointers(answer) == {"/on": "date_in_future"}
    posted = await world["secretariat"].post("/v1/rounds", json=on(tomorrow, roadmap="wb-salw", period="2020-S2"))
    assert pointers(posted) == {"/on": "date_in_future"}
    assert pointers(await record(world["commission_BA"], report, "12.1", reported("1", on="1.8.2020"))) == {
        "/on": "date_malformed"
    }


async def test_an_earlier_day_needs_the_scope_and_a_reason(world: World) -> None:
    report = await ba(world)
    body = reported("1", on="2020-08-01")
    today = world.plain("commission_BA")
    error = refusal(await record(today, report, "12.1", {**body, "reason": "Paper."}), 403)
    assert (error["pointer"], error["code"]) == ("/on", "backdate_not_allowed")
    assert "scope backdate" in error["detail"]
    client = world["commission_BA"]
    for reason in ({}, {"reason": "  "}):
        assert pointers(await record(client, report, "12.1", {**body, **reason})) == {"/reason": "reason_required"}
    told = await ok(await record(client, report, "12.1", {**body, "reason": "Paper."}))
    assert told["on"] == "2020-08-01"
    (item,) = (await ok(await client.get(f"/v1/reports/{report['id']}/values/12.1/history")))["items"]
    assert (item["on"], item["reason"]) == ("2020-08-01", "Paper.")
    assert item["recorded_at"].startswith(str(datetime.now(UTC).date())[:7])


async def test_without_a_day_it_is_today_where_the_report_is_made(world: World) -> None:
    report = await ba(world)
    told = await ok(await record(world.plain("commission_BA"), report, "12.1", reported("1")))
    now = datetime.now(UTC)
    assert told["on"] in {str((now + timedelta(hours=h)).date()) for h in (0, 1, 2)}
    again = await ok(await record(world.plain("commission_BA"), report, "12.2", reported("1", on=told["on"])))
    assert again["on"] == told["on"]


async def test_no_day_lies_before_the_opening(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    answer = await record(world["commission_BA"], report, "12.1", reported("1", **on("2020-06-30")))
    assert (refusal(answer, 422)["code"], "2020-07-01" in answer.json()["detail"]) == ("before_opening", True)
    shared = await world["secretariat"].post(
        f"/v1/rounds/{round_['id']}/share-draft", json=on("2020-06-30", object_by="2020-08-01"), headers=if_match(1)
    )
    assert refusal(shared, 422)["code"] == "before_opening"


async def test_what_was_known_is_read_by_position_and_by_instant(world: World) -> None:
    report = await ba(world)
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}"
    first = await record(client, report, "12.1", reported("5"))
    position = first.headers["salwatch-position"].rpartition(":")[2]
    (item,) = (await ok(await client.get(f"{path}/values/12.1/history")))["items"]
    await ok(await record(client, report, "12.1", reported("6"), 2))
    for as_of in (position, item["recorded_at"]):
        then = await client.get(path, params={"as_of": as_of})
        assert [v["value"] for v in (await ok(then))["values"]] == ["5"]
        assert then.headers["etag"] == '"2"'
    now = await ok(await client.get(path, params={"as_of": str(int(position) + 1)}))
    assert [v["value"] for v in now["values"]] == ["6"]
    for early in ("0", "2019-01-01T00:00:00Z"):
        assert refusal(await client.get(path, params={"as_of": early}), 404)["code"] == "not_yet_opened"
    assert pointers(await client.get(path, params={"as_of": "yesterday"})) == {"?as_of": "as_of_malformed"}
    assert pointers(await client.get(path, params={"as_of": "2020-01-01T00:00:00"})) == {"?as_of": "as_of_malformed"}


async def test_what_held_on_a_day_leaves_out_what_happened_later(world: World) -> None:
    report = await ba(world)
    sent = await submitted(world, report, VALUES, "2020-08-10")
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}"
    await ok(await record(client, sent, "12.1", reported("540", **on("2020-08-20"))))
    then = await client.get(path, params={"on": "2020-08-15"})
    document = await ok(then)
    assert (document["state"], document["endorsement"]["valid"]) == ("submitted", True)
    assert {v["value"] for v in document["values"] if v["kpi"] == "12.1"} == {"538"}
    assert then.headers["etag"] == f'"{sent["version"]}"'
    assert (await ok(await client.get(path, params={"on": "2020-07-31"})))["values"] == []
    assert refusal(await client.get(path, params={"on": "2020-06-30"}), 404)["code"] == "not_yet_opened"
    assert (await ok(await client.get(path)))["state"] == "draft"


async def test_what_held_is_told_as_it_was_known_where_both_are_asked(world: World) -> None:
    report = await ba(world)
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}"
    first = await record(client, report, "12.1", reported("5", **on("2020-08-01")))
    position = first.headers["salwatch-position"].rpartition(":")[2]
    await ok(await record(client, report, "12.1", reported("6", **on("2020-08-01")), 2))
    known = {"on": "2020-08-02", "as_of": position}
    assert [v["value"] for v in (await ok(await client.get(path, params=known)))["values"]] == ["5"]
    assert [v["value"] for v in (await ok(await client.get(path, params={"on": "2020-08-02"})))["values"]] == ["6"]


async def test_a_past_state_names_the_streams_versions_and_offers_what_may_be_done_now(world: World) -> None:
    """An earlier day may leave events out in between; what is seen stays good for If-Match."""
    report = await ba(world)
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}"
    await ok(await record(client, report, "12.1", reported("5", **on("2020-08-20"))))
    last = await ok(await record(client, report, "12.2", reported("7", **on("2020-08-01"))))
    then = await ok(await client.get(path, params={"on": "2020-08-02"}))
    assert [(v["kpi"], v["version"]) for v in then["values"]] == [("12.2", last["version"])]
    assert then["version"] == last["version"] == 3
    done = await accepted(world, await ok(await client.get(path)), VALUES, "2020-08-25")
    then = await ok(await client.get(path, params={"on": "2020-08-02"}))
    assert then["state"] == "draft"
    assert then["actions"] == (await ok(await client.get(path)))["actions"]
    assert done["state"] == "accepted"


async def test_the_past_shows_nobody_a_draft_that_the_present_withholds(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    head, office, reader = world["commission_head_BA"], world["secretariat"], world["reader"]
    me = (await ok(await reader.get("/v1/me")))["id"]
    invited = await head.post(f"{path}/readers", json=on("2020-07-02", reader=me))
    position = invited.headers["salwatch-position"].rpartition(":")[2]
    await ok(invited)
    sent = await submitted(world, report, VALUES, "2020-08-10")
    await ok(await head.delete(f"{path}/readers/{me}"))
    body = on("2020-08-12", comments=[{"text": "Why?"}])
    await ok(await office.post(f"{path}/return", json=body, headers=if_match(sent["version"])))
    for client, past in (
        (reader, {"as_of": str(int(position) + 30)}),
        (reader, {"on": "2020-08-11"}),
        (office, {"on": "2020-08-11"}),
    ):
        then = await ok(await client.get(path, params=past))
        assert then["values"] is None, past
        assert "538" not in str(then)
    now = await ok(await world["commission_BA"].get(path))
    resent = await ok(await head.post(f"{path}/endorse", json=on("2020-08-13"), headers=if_match(now["version"])))
    seen = await ok(await office.get(path, params={"on": "2020-08-11"}))
    assert {v["value"] for v in seen["values"] if v["kpi"] == "12.1"} == {"538"}
    assert (await ok(await office.get(path, params={"on": "2020-08-05"})))["values"] is None
    await ok(await office.post(f"{path}/accept", json=on("2020-08-14"), headers=if_match(resent["version"])))
    await published(world, round_["id"])
    before = await ok(await world["commission_RS"].get(path, params={"on": "2020-08-31"}))
    assert before["values"] is None
    after = await ok(await world["commission_RS"].get(path, params={"on": "2020-09-01"}))
    assert {v["value"] for v in after["values"] if v["kpi"] == "12.1"} == {"538"}


async def test_a_round_is_read_as_it_was_too(world: World) -> None:
    round_ = await opened(world)
    path = f"/v1/rounds/{round_['id']}"
    await accepted(world, await report_of(world, round_["id"], "BA"), VALUES)
    await published(world, round_["id"])
    client = world["analyst"]
    now = await ok(await client.get(path))
    before = await ok(await client.get(path, params={"on": "2020-08-20"}))
    assert (len(now["editions"]), before["editions"], before["object_by"]) == (1, [], now["object_by"])
    assert before["version"] == now["version"] - 1
    assert (await ok(await client.get(path, params={"on": "2020-07-02"})))["object_by"] is None
    assert (await client.get(path, params={"on": "2020-06-30"})).status_code == 404
    assert (await client.get(path, params={"as_of": "1"})).status_code == 404
    assert (await ok(await client.get(path, params={"as_of": "1000000"}))) == now


async def test_an_approval_is_not_dated_before_what_it_is_about(world: World) -> None:
    """Else what held on a day would show an approval of other figures than those that held."""
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    client, head, office = world["commission_BA"], world["commission_head_BA"], world["secretariat"]
    police = world["institution_BA_police"]
    given = await client.put(f"{path}/values/10/inputs/police", json=on("2020-08-05", value="1"), headers=if_match(1))
    clear = f"{path}/institutions/police/clear"
    early = await police.post(clear, json=on("2020-08-04"), headers=if_match((await ok(given))["version"]))
    assert pointers(early) == {"/on": "before_last_change"}
    await fill(world, report, {**VALUES, "10": 1}, "2020-08-10")
    now = await explained(world, report, "2020-08-10")

    async def act(client: httpx.AsyncClient, name: str, day: str, seen: Any, **more: Any) -> httpx.Response:
        return await client.post(f"{path}/{name}", json=on(day, **more), headers=if_match(seen["version"]))

    early = await act(head, "endorse", "2020-08-09", now)
    assert pointers(early) == {"/on": "before_last_change"}
    assert "2020-08-10" in early.json()["detail"]
    sent = await ok(await act(head, "endorse", "2020-08-12", now))
    comments = [{"text": "Why?"}]
    assert pointers(await act(office, "return", "2020-08-11", sent, comments=comments)) == {"/on": "before_last_change"}
    assert pointers(await act(office, "accept", "2020-08-11", sent)) == {"/on": "before_last_change"}
    done = await ok(await act(office, "accept", "2020-08-14", sent))
    assert pointers(await act(office, "reopen", "2020-08-13", done)) == {"/on": "before_last_change"}
    shared = await office.post(
        f"/v1/rounds/{round_['id']}/share-draft", json=on("2020-08-11", object_by="2020-08-11"), headers=if_match(1)
    )
    publish = f"/v1/rounds/{round_['id']}/publish"
    seen = if_match((await ok(shared))["version"])
    assert pointers(await office.post(publish, json=on("2020-08-12"), headers=seen)) == {"/on": "before_last_change"}
    await ok(await office.post(publish, json=on("2020-08-15"), headers=seen))
    assert pointers(await act(office, "restate", "2020-08-14", done)) == {"/on": "before_last_change"}
    for day in ("2020-08-14", "2020-08-20"):
        then = await ok(await client.get(path, params={"on": day}))
        assert then["acceptance"]["digest"] == then["digest"]

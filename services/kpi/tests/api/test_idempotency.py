"""A repeated request is answered as the first one was, and does nothing twice."""

from __future__ import annotations

import asyncio
from typing import Any

from kpi_world import World, explained, fill, if_match, ok, on, opened, record, refusal, report_of


def key(name: str, version: int | None = None) -> dict[str, str]:
    return {"Idempotency-Key": name} | (if_match(version) if version else {})


async def test_a_round_is_opened_once_under_its_key(world: World) -> None:
    office = world["secretariat"]
    for _ in range(2):
        answer = await office.post("/v1/roadmaps", json=on("2018-07-10", code="wb-salw"), headers=key("r"))
        await ok(answer, 201)
    assert answer.headers["idempotency-replayed"] == "true"
    body = on("2020-07-01", roadmap="wb-salw", period="2020-S1")
    answers = [await office.post("/v1/rounds", json=body, headers=key("o")) for _ in range(2)]
    first, again = [await ok(answer, 201) for answer in answers]
    assert first == again
    assert answers[0].headers["location"] == answers[1].headers["location"] == f"/v1/rounds/{first['id']}"
    assert "idempotency-replayed" not in answers[0].headers
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[1].headers["salwatch-position"]
    assert len((await ok(await office.get("/v1/reports")))["items"]) == 7


async def test_another_body_under_the_same_key_is_refused_and_a_refused_request_frees_it(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    client, path = world["commission_head_BA"], f"/v1/reports/{report['id']}/readers"
    wrong = await client.post(path, json={"reader": ""}, headers=key("k"))
    assert wrong.status_code == 422
    await ok(await client.post(path, json={"reader": "person:a"}, headers=key("k")))
    other = await client.post(path, json={"reader": "person:b"}, headers=key("k"))
    assert refusal(other, 422)["code"] == "idempotency_key_reused"
    bad = await client.post(path, json={"reader": "person:b"}, headers={"Idempotency-Key": "a b"})
    assert refusal(bad, 400)["code"] == "malformed_idempotency_key"
    now = await ok(await client.get(f"/v1/reports/{report['id']}"))
    assert (now["readers"], now["version"]) == (["person:a"], 2)


async def test_a_repeated_endorsement_is_answered_as_it_was_then_whatever_came_after(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    await fill(world, report, {"12.1": 5, "11.1": 5})
    now = await explained(world, report)
    head, path = world["commission_head_BA"], f"/v1/reports/{report['id']}/endorse"
    headers = key("e", now["version"])
    first = await head.post(path, json=on("2020-08-02"), headers=headers)
    sent: Any = await ok(first)
    await ok(await record(world["commission_BA"], sent, "12.1", {"presence": "reported", "value": "6"}))
    again = await head.post(path, json=on("2020-08-02"), headers=headers)
    assert {**(await ok(again)), "actions": None} == {**sent, "actions": None}
    assert again.headers["etag"] == first.headers["etag"]
    assert (await ok(await head.get(f"/v1/reports/{report['id']}")))["state"] == "draft"


async def test_equal_requests_at_once_do_it_once(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}/evidence"
    file = {"name": "a", "media_type": "text/plain", "size": 1, "sha256": "a" * 64, "link": "https://ba.test"}
    answers = await asyncio.gather(*(client.post(path, json=file, headers=key("e")) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert sum(answer.headers.get("idempotency-replayed") == "true" for answer in answers) == 4


async def test_two_at_once_on_different_kpis_never_collide_and_on_the_same_one_does(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    client = world["commission_BA"]
    body = {"presence": "reported", "value": "1"}
    parts = ("3.1", "3.2", "3.3", "4.1", "8.1", "9.1", "12.1", "12.2")
    answers = await asyncio.gather(*(record(client, report, part, body) for part in parts))
    assert [answer.status_code for answer in answers] == [200] * len(parts)
    values = [{"presence": "reported", "value": str(n)} for n in range(2, 7)]
    seen = await ok(await client.get(f"/v1/reports/{report['id']}"))
    answers = await asyncio.gather(*(record(client, seen, "12.1", value) for value in values))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    won = next(answer.json()["value"] for answer in answers if answer.status_code == 200)
    assert {answer.json()["current"]["value"] for answer in answers if answer.status_code == 412} == {won}


async def test_a_repeated_import_is_answered_as_the_first_one_was(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}/import"
    wrong = {"values": [{"kpi": "12.1", "presence": "reported", "value": "-5"}]}
    assert (await client.post(path, json=wrong, headers=key("i", 1))).status_code == 422
    dry = await client.post(f"{path}?dry_run=true", json=wrong | {"values": []}, headers=key("d", 1))
    assert (await ok(dry))["outcome"] == "dry_run"
    right = {"values": [{"kpi": "12.1", "presence": "reported", "value": "5"}]}
    first, again = [await client.post(path, json=right, headers=key("i", 1)) for _ in range(2)]
    assert (await ok(first))["items"][0]["outcome"] == "recorded"
    assert (await ok(again)) == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"] == '"2"'
    other = await client.post(path, json={"values": []}, headers=key("i", 1))
    assert refusal(other, 422)["code"] == "idempotency_key_reused"


async def test_every_post_takes_a_key(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        if "post" in methods:
            assert "idempotency-key" in {p["name"].lower() for p in methods["post"]["parameters"]}, path

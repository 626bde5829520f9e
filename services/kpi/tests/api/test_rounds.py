"""Rounds: opened for all, shared as a draft, objected to, published as editions that stay; roadmaps they are for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from kpi_world import (
    MEMBERS,
    World,
    accepted,
    explained,
    if_match,
    ok,
    on,
    opened,
    pointers,
    published,
    record,
    refusal,
    report_of,
)

BA = {"12.1": 538, "11.1": {"presence": "reported", "value": "5000", "comment": "Counted twice."}}
RS = {"12.1": 900, "11.1": 100}


async def do(client: httpx.AsyncClient, round_: Any, name: str, version: int, body: Any) -> httpx.Response:
    return await client.post(f"/v1/rounds/{round_['id']}/{name}", json=body, headers=if_match(version))


async def read(world: World, round_: Any, who: str = "secretariat") -> Any:
    return await ok(await world[who].get(f"/v1/rounds/{round_['id']}"))


async def with_ba(world: World, *, shared: str | None = "2020-08-25") -> Any:
    """A round in which BA's report is accepted, its draft shared until that day."""
    round_ = await opened(world)
    await accepted(world, await report_of(world, round_["id"], "BA"), BA)
    if shared is None:
        return round_
    return await ok(await do(world["secretariat"], round_, "share-draft", 1, on("2020-08-15", object_by=shared)))


async def test_a_roadmap_is_published_from_what_the_pack_ships(world: World) -> None:
    office = world["secretariat"]
    shipped = (await ok(await office.get("/v1/roadmaps")))["items"]
    assert {r["status"] for r in shipped} == {"shipped"}
    (ours,) = [r for r in shipped if r["code"] == "wb-salw"]
    assert (ours["kpis"], sorted(ours["members"]), ours["digest"]) == (14, list(MEMBERS), None)
    assert refusal(await office.get("/v1/roadmaps/wb-salw"), 404)["code"] == "roadmap_unknown"
    early = await office.post("/v1/rounds", json={"roadmap": "wb-salw", "period": "2020-S1"})
    assert "POST /v1/roadmaps" in refusal(early, 404)["detail"]
    unknown = await office.post("/v1/roadmaps", json={"code": "wb-salw", "version": "1"})
    assert "wb-salw 2018.1" in refusal(unknown, 404)["detail"]
    posted = await office.post("/v1/roadmaps", json=on("2018-07-10", code="wb-salw", version="2018.1"))
    first = await ok(posted, 201)
    assert (first["status"], first["published_on"], posted.headers["etag"]) == ("published", "2018-07-10", '"1"')
    assert posted.headers["location"] == "/v1/roadmaps/wb-salw"
    again = await ok(await office.post("/v1/roadmaps", json={"code": "wb-salw"}), 201)
    assert again == first
    whole = await ok(await world["reader"].get("/v1/roadmaps/wb-salw?version=2018.1"))
    assert {k["number"]: k["collector"] for k in whole["kpis"] if k["collector"] != "commission"} == {
        "5": "third_party",
        "14": "survey",
    }
    assert {k["wording_status"] for k in whole["kpis"]} == {"unverified"}


WRONG_ROUNDS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {"/period": "one_of"}),
    ({"period": "2020-S1", "number": 4}, {"/period": "one_of"}),
    ({"period": "2020"}, {"/period": "period_unknown"}),
    ({"period": "last year"}, {"/period": "period_unknown"}),
    ({"number": 0}, {"/number": "too_small"}),
    ({"number": "4"}, {"/number": "int_type"}),
    ({"period": "2020-S1", "due": "2020-06-01"}, {"/due": "due_before_opening"}),
    ({"period": "2020-S1", "due": "30.9."}, {"/due": "date_malformed"}),
    ({"period": "2020-S1", "members": []}, {"/members": "unknown_field"}),
    (
        {"period": "2020-S1", "due": "2020-09-30", "reminders": ["2020-09-01", "2020-10-01"]},
        {"/reminders/1": "reminder_outside"},
    ),
    ({"period": "2020-S1", "reminders": ["2020-06-30"]}, {"/reminders/0": "reminder_outside"}),
]


async def test_a_round_that_the_schedule_does_not_have_is_refused(world: World) -> None:
    await ok(await world["secretariat"].post("/v1/roadmaps", json=on("2018-07-10", code="wb-salw")), 201)
    for body, expected in WRONG_ROUNDS:
        answer = await world["secretariat"].post("/v1/rounds", json=on("2020-07-01", roadmap="wb-salw", **body))
        assert pointers(answer) == expected
    assert (await ok(await world["secretariat"].get("/v1/rounds")))["items"] == []
    assert (await ok(await world["secretariat"].get("/v1/reports")))["items"] == []


async def test_a_period_that_no_report_covers_is_refused_with_those_that_are(world: World) -> None:
    await ok(await world["secretariat"].post("/v1/roadmaps", json=on("2018-07-10", code="wb-salw")), 201)
    answer = await world["secretariat"].post("/v1/rounds", json=on("2020-07-01", roadmap="wb-salw", period="2020-H1"))
    assert "2018, 2019-S1, 2019-S2" in refusal(answer, 422)["detail"]


async def test_numbers_periods_deadlines_and_reminders_follow_the_schedule(world: World) -> None:
    office = world["secretariat"]
    await ok(await office.post("/v1/roadmaps", json=on("2018-07-10", code="wb-salw")), 201)
    first = await ok(await office.post("/v1/rounds", json=on("2019-01-02", roadmap="wb-salw", number=1)), 201)
    assert (first["period"], first["values_period"], first["due"]) == ("2018", "2018", "2019-03-01")
    assert first["reminders"] == ["2019-01-30", "2019-02-22", "2019-02-28"]
    last = await ok(await office.post("/v1/rounds", json=on("2025-01-02", roadmap="wb-salw", number=13)), 201)
    assert (last["period"], last["values_period"]) == ("2024-S2", "2024")
    listed = (await ok(await office.get("/v1/rounds", params={"period": "2018"})))["items"]
    assert [r["number"] for r in listed] == [1]
    head = await report_of(world, last["id"], "RS")
    assert (head["due"], head["number"]) == (last["due"], 13)


async def test_the_draft_is_for_members_once_it_is_shared_and_holds_what_is_accepted(world: World) -> None:
    round_ = await with_ba(world, shared=None)
    path = f"/v1/rounds/{round_['id']}/draft"
    assert refusal(await world["commission_RS"].get(path), 409)["code"] == "draft_not_shared"
    before = await ok(await world["secretariat"].get(path))
    assert [r["jurisdiction"] for r in before["reports"]] == ["BA"]
    await ok(await do(world["secretariat"], round_, "share-draft", 1, on("2020-08-15", object_by="2020-08-25")))
    for who in ("commission_RS", "institution_RS_police", "commission_head_BA", "secretariat", "analyst"):
        draft = await ok(await world[who].get(path))
        (ours,) = draft["reports"]
        values = {v["kpi"]: v for v in ours["values"] if v["value"]}
        assert (values["12.1"]["value"], values["11.1"]["comment"]) == ("538", "Counted twice.")
        assert draft["missing"] == ["AL", "XK", "ME", "MK", "RS"]
        assert {"inputs", "returned", "queries", "findings"}.isdisjoint(ours)
    for who in ("reader", "administrator", "service", "commission_MD", "commission_head_MD"):
        assert refusal(await world[who].get(path), 403)["code"] == "members_only"
    report = await ok(await world["commission_RS"].get(f"/v1/reports/{ours['id']}"))
    assert report["values"] is None


async def test_members_object_until_the_day_and_the_secretariat_answers(world: World) -> None:
    round_ = await with_ba(world, shared=None)
    head, office = world["commission_head_RS"], world["secretariat"]
    early = await do(head, round_, "objections", 1, on("2020-08-14", text="No."))
    assert refusal(early, 409)["code"] == "draft_not_shared"
    without = await office.post(f"/v1/rounds/{round_['id']}/share-draft", json={"object_by": "2020-08-25"})
    assert refusal(without, 428)["code"] == "version_required"
    shared = await ok(await do(office, round_, "share-draft", 1, on("2020-08-15", object_by="2020-08-25")))
    for body, expected in (
        (on("2020-08-20"), {"/text": "missing"}),
        (on("2020-08-20", text=" "), {"/text": "empty"}),
        (on("2020-08-20", text="No.", kpi="99"), {"/kpi": "kpi_unknown"}),
        (on("2020-08-20", text="No.", jurisdiction="BA"), {"/jurisdiction": "unknown_field"}),
    ):
        assert pointers(await do(head, round_, "objections", shared["version"], body)) == expected
    late = await do(head, round_, "objections", shared["version"], on("2020-08-26", text="No."))
    assert (refusal(late, 409)["code"], "2020-08-25" in late.json()["detail"]) == ("objection_period_over", True)
    body = on("2020-08-25", text="Our pieces are among theirs.", kpi="12.1")
    raised = await ok(await do(head, round_, "objections", shared["version"], body))
    (objection,) = raised["objections"]
    assert (objection["jurisdiction"], objection["kpi"], objection["answer"]) == ("RS", "12.1", None)
    blocked = await do(office, round_, "publish", raised["version"], on("2020-08-26"))
    assert (refusal(blocked, 409)["code"], "objection 1" in blocked.json()["detail"]) == ("open_objections", True)
    for number, status, code in (("2", 404, "objection_unknown"), ("x", 422, "int_parsing")):
        wrong = await do(
            office, round_, f"objections/{number}/answer", raised["version"], on("2020-08-26", answer="So.")
        )
        assert refusal(wrong, status)["code"] == code
    answered = await ok(
        await do(office, round_, "objections/1/answer", raised["version"], on("2020-08-26", answer="They are not."))
    )
    assert (answered["objections"][0]["answer"], answered["objections"][0]["answered_on"]) == (
        "They are not.",
        "2020-08-26",
    )
    twice = await do(office, round_, "objections/1/answer", answered["version"], on("2020-08-26", answer="No."))
    assert refusal(twice, 409)["code"] == "already_answered"
    for who in ("institution_AL_police", "analyst"):
        assert (await read(world, round_, who))["objections"][0]["text"] == "Our pieces are among theirs."
    for who in ("reader", "administrator", "commission_MD"):
        assert (await read(world, round_, who))["objections"] is None


async def test_who_is_no_member_does_not_object(world: World) -> None:
    round_ = await with_ba(world, shared=str((datetime.now(UTC) + timedelta(days=3)).date()))
    for who, allowed in (("commission_head_MD", False), ("commission_head_RS", True)):
        actions = {a["action"]: a["allowed"] for a in (await read(world, round_, who))["actions"]}
        assert actions["object"] is allowed
    answer = await do(world["commission_head_MD"], round_, "objections", round_["version"], {"text": "No."})
    assert "not_a_member" in answer.text
    assert answer.status_code in (403, 422)
    await ok(await do(world["commission_head_RS"], round_, "objections", round_["version"], {"text": "No."}))


async def test_the_time_to_object_is_only_ever_made_longer(world: World) -> None:
    round_ = await with_ba(world)
    office = world["secretariat"]
    shorter = await do(office, round_, "share-draft", round_["version"], on("2020-08-16", object_by="2020-08-20"))
    assert pointers(shorter) == {"/object_by": "too_early"}
    longer = await ok(
        await do(office, round_, "share-draft", round_["version"], on("2020-08-16", object_by="2020-08-30"))
    )
    assert longer["object_by"] == "2020-08-30"
    past = await do(office, round_, "publish", longer["version"], on("2020-08-30"))
    assert refusal(past, 409)["code"] == "objection_period_open"


async def test_a_round_is_published_as_it_was_seen(world: World) -> None:
    round_ = await with_ba(world, shared=None)
    office = world["secretariat"]
    unshared = await do(office, round_, "publish", 1, on("2020-08-26"))
    assert refusal(unshared, 409)["code"] == "draft_not_shared"
    await ok(await do(office, round_, "share-draft", 1, on("2020-08-15", object_by="2020-08-25")))
    for headers in (if_match(1), {**if_match(1), "Idempotency-Key": "k"}):
        stale = await office.post(f"/v1/rounds/{round_['id']}/publish", json=on("2020-08-26"), headers=headers)
        assert refusal(stale, 412)["code"] == "stale_version"
    done = await ok(await do(office, round_, "publish", 2, on("2020-08-26")))
    assert (done["state"], [e["edition"] for e in done["editions"]]) == ("published", [1])
    assert refusal(await do(office, round_, "share-draft", 3, on("2020-08-27", object_by="2020-09-25")), 409)
    twice = await do(office, round_, "publish", 3, on("2020-08-27"))
    assert refusal(twice, 409)["code"] == "nothing_restated"


async def test_a_publication_is_done_once_under_its_key(world: World) -> None:
    round_ = await with_ba(world)
    headers = {**if_match(round_["version"]), "Idempotency-Key": "k"}
    path = f"/v1/rounds/{round_['id']}/publish"
    first = await world["secretariat"].post(path, json=on("2020-08-26"), headers=headers)
    again = await world["secretariat"].post(path, json=on("2020-08-26"), headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert [e["edition"] for e in (await ok(again))["editions"]] == [1]
    assert {**first.json(), "actions": None} == {**again.json(), "actions": None}


async def test_editions_stay_as_they_were_word_for_word(world: World) -> None:
    round_ = await with_ba(world)
    office, client = world["secretariat"], world["commission_BA"]
    await published(world, round_["id"], day="2020-08-26")
    report = await report_of(world, round_["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    first = await ok(await world["reader"].get(f"/v1/rounds/{round_['id']}/editions/1"))
    await ok(await office.post(f"{path}/restate", json=on("2020-10-01")))
    under_way = await ok(await world["commission_RS"].get(path))
    assert (under_way["state"], under_way["withheld"]) == ("draft", "draft")
    assert {v["value"] for v in under_way["values"] if v["kpi"] == "12.1"} == {"538"}
    now = await ok(await client.get(path))
    body = on("2020-10-02", presence="reported", value="500", comment="Thirty-eight were counted twice.")
    await ok(await record(client, now, "12.1", body))
    assert {v["value"] for v in (await ok(await world["commission_RS"].get(path)))["values"] if v["kpi"] == "12.1"} == {
        "538"
    }
    now = await explained(world, report, "2020-10-02")
    head = world["commission_head_BA"]
    sent = await ok(await head.post(f"{path}/endorse", json=on("2020-10-03"), headers=if_match(now["version"])))
    await ok(await office.post(f"{path}/accept", json=on("2020-10-04"), headers=if_match(sent["version"])))
    seen = await read(world, round_)
    no_reason = await do(world.plain("secretariat"), round_, "publish", seen["version"], {})
    assert pointers(no_reason) == {"/reason": "reason_required"}
    again = await ok(await do(office, round_, "publish", seen["version"], on("2020-10-05")))
    assert [(e["edition"], e["published_on"]) for e in again["editions"]] == [(1, "2020-08-26"), (2, "2020-10-05")]
    assert await ok(await world["reader"].get(f"/v1/rounds/{round_['id']}/editions/1")) == first
    second = await ok(await world["reader"].get(f"/v1/rounds/{round_['id']}/editions/2"))
    assert second["reason"] == "Written down for a test."
    for edition, value, comment in ((first, "538", None), (second, "500", "Thirty-eight were counted twice.")):
        (ours,) = [v for r in edition["reports"] for v in r["values"] if v["kpi"] == "12.1"]
        assert (ours["value"], ours["comment"]) == (value, comment)
    shown = await ok(await world["reader"].get(path))
    assert [(p["edition"], p["restates"]) for p in shown["published"]] == [(1, None), (2, 1)]
    history = (await ok(await world["reader"].get(f"{path}/values/12.1/history")))["items"]
    assert [(item["edition"], item["value"]) for item in history] == [(1, "538"), (2, "500")]


async def test_a_later_report_makes_a_new_edition_and_the_others_stay_what_they_were(world: World) -> None:
    round_ = await with_ba(world)
    await published(world, round_["id"], day="2020-08-26")
    await accepted(world, await report_of(world, round_["id"], "RS"), RS, "2020-09-10")
    again = await published(world, round_["id"], day="2020-09-11")
    first, second = again["editions"]
    assert (first["missing"], second["missing"]) == (["AL", "XK", "ME", "MK", "RS"], ["AL", "XK", "ME", "MK"])
    assert {r["jurisdiction"]: r["published_in"] for r in second["reports"]} == {"BA": 1, "RS": 2}
    assert [r for r in second["reports"] if r["jurisdiction"] == "BA"] == first["reports"]


async def test_a_restatement_that_says_the_same_makes_no_edition(world: World) -> None:
    round_ = await with_ba(world)
    office, head = world["secretariat"], world["commission_head_BA"]
    seen = await published(world, round_["id"], day="2020-08-26")
    report = await report_of(world, round_["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    await ok(await office.post(f"{path}/restate", json=on("2020-10-01")))
    now = await ok(await head.get(path))
    sent = await ok(await head.post(f"{path}/endorse", json=on("2020-10-03"), headers=if_match(now["version"])))
    await ok(await office.post(f"{path}/accept", json=on("2020-10-04"), headers=if_match(sent["version"])))
    again = await do(office, round_, "publish", seen["version"], on("2020-10-05"))
    assert refusal(again, 409)["code"] == "nothing_restated"
    (publish,) = [a for a in (await read(world, round_))["actions"] if a["action"] == "publish"]
    assert publish["why"] == ["No report differs from the latest edition"]


async def test_what_others_collect_stands_in_the_secretariats_report_and_is_frozen_with_the_round(
    world: World,
) -> None:
    round_ = await with_ba(world)
    office = world["secretariat"]
    others = await report_of(world, round_["id"], None)
    assert (others["kind"], others["jurisdiction"], others["withheld"]) == ("secretariat", None, None)
    values = f"/v1/reports/{others['id']}/values"
    for kpi, body, expected in (
        ("14", {"presence": "not_reported"}, {"/jurisdiction": "required"}),
        ("14", {"presence": "not_reported", "jurisdiction": "MD"}, {"/jurisdiction": "not_a_member"}),
        ("14", {"presence": "reported", "value": "61.55", "jurisdiction": "BA"}, {"/value": "too_many_decimals"}),
    ):
        answer = await office.put(f"{values}/{kpi}", json=on("2020-08-20", **body), headers=if_match(1))
        assert pointers(answer) == expected
    commissions = await office.put(
        f"{values}/12.1", json=on("2020-08-20", presence="not_reported", jurisdiction="BA"), headers=if_match(1)
    )
    assert refusal(commissions, 409)["code"] == "not_collected_here"
    for kpi, jurisdiction, value in (("14", "BA", "61.5"), ("14", "RS", "70"), ("5", "regional", "4000")):
        body = on("2020-08-20", presence="reported", value=value, jurisdiction=jurisdiction, comment="A survey.")
        await ok(await office.put(f"{values}/{kpi}", json=body, headers=if_match(1)))
    assert (await ok(await world["analyst"].get(f"{values}/14", params={"jurisdiction": "RS"})))["value"] == "70"
    for url in (f"{values}/14", f"{values}/14/history"):
        assert pointers(await office.get(url)) == {"?jurisdiction": "required"}
    assert (await world["commission_BA"].get(f"{values}/14", params={"jurisdiction": "BA"})).status_code == 403
    assert (await ok(await world["commission_BA"].get(f"/v1/reports/{others['id']}")))["values"] is None
    done = await published(world, round_["id"], day="2020-08-26")
    assert [(r["kind"], r["jurisdiction"]) for r in done["editions"][0]["reports"]] == [
        ("jurisdiction", "BA"),
        ("secretariat", None),
    ]
    edition = await ok(await world["commission_BA"].get(f"/v1/rounds/{round_['id']}/editions/1"))
    frozen = edition["reports"][-1]
    assert [(v["kpi"], v["jurisdiction"], v["value"], v["comment"]) for v in frozen["values"]] == [
        ("14", "BA", "61.5", "A survey."),
        ("14", "RS", "70", "A survey."),
        ("5", "regional", "4000", "A survey."),
    ]
    body = on("2020-09-01", presence="reported", value="62", jurisdiction="BA")
    closed = await office.put(f"{values}/14", json=body, headers=if_match(99))
    assert refusal(closed, 409)["code"] == "report_published"
    await ok(await office.post(f"/v1/reports/{others['id']}/restate", json=on("2020-09-01")))
    seen = await ok(await office.get(f"/v1/reports/{others['id']}"))
    await ok(await office.put(f"{values}/14", json=body, headers=if_match(seen["version"])))
    again = await published(world, round_["id"], day="2020-09-02")
    assert {r["jurisdiction"]: r["published_in"] for r in again["editions"][1]["reports"]} == {"BA": 1, None: 2}


async def test_a_round_that_two_open_or_publish_at_once_is_there_once(world: World) -> None:
    office = world["secretariat"]
    await ok(await office.post("/v1/roadmaps", json=on("2018-07-10", code="wb-salw")), 201)
    body = on("2020-01-02", roadmap="wb-salw", period="2019-S2")
    answers = await asyncio.gather(*(office.post("/v1/rounds", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len((await ok(await office.get("/v1/reports")))["items"]) == 7
    round_ = await with_ba(world)
    path = f"/v1/rounds/{round_['id']}/publish"
    headers = if_match(round_["version"])
    answers = await asyncio.gather(*(office.post(path, json=on("2020-08-26"), headers=headers) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert [e["edition"] for e in (await read(world, round_))["editions"]] == [1]


async def test_what_is_reopened_at_the_moment_of_publishing_is_either_published_or_not(world: World) -> None:
    round_ = await with_ba(world)
    office = world["secretariat"]
    report = await report_of(world, round_["id"], "BA")
    publish, reopen = await asyncio.gather(
        do(office, round_, "publish", round_["version"], on("2020-08-26")),
        office.post(f"/v1/reports/{report['id']}/reopen", json=on("2020-08-26")),
    )
    assert {publish.status_code, reopen.status_code} == {200, 409}
    now = await report_of(world, round_["id"], "BA")
    assert now["state"] == ("published" if publish.status_code == 200 else "draft")
    assert len((await read(world, round_))["editions"]) == (publish.status_code == 200)

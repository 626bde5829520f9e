"""From the opening of a round to its regional edition, and to a restatement of it."""

from __future__ import annotations

from kpi_world import MEMBERS, World, accepted, fill, if_match, ok, on, opened, published, record, report_of

BA = {"12.1": 538, "12.2": 381, "11.1": 5_000}


async def test_a_round_opens_a_report_for_every_member_and_one_for_the_secretariat(world: World) -> None:
    round_ = await opened(world)
    assert (round_["number"], round_["period"], round_["state"]) == (4, "2020-S1", "open")
    assert sorted(round_["members"]) == list(MEMBERS)
    reports = (await ok(await world["analyst"].get("/v1/reports", params={"round": round_["id"]})))["items"]
    assert [(r["kind"], r["jurisdiction"]) for r in reports] == [
        *(("jurisdiction", member) for member in MEMBERS),
        ("secretariat", None),
    ]
    again = await world["secretariat"].post(
        "/v1/rounds", json=on("2020-07-01", roadmap="wb-salw", period="2020-S1", due="2020-09-30")
    )
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "already_opened")


async def test_it_is_recorded_endorsed_accepted_and_published(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    done = await accepted(world, report, BA)
    assert (done["state"], done["received_on"], done["late_by_days"]) == ("accepted", "2020-08-10", 0)
    edition = (await published(world, round_["id"]))["editions"][0]
    assert edition["missing"] == ["AL", "XK", "ME", "MK", "RS"]
    assert edition["published_on"] == "2020-09-01"
    read = await ok(await world["analyst"].get(f"/v1/rounds/{round_['id']}/editions/1"))
    (frozen,) = [r for r in read["reports"] if r["jurisdiction"] == "BA"]
    assert frozen["digest"] == done["digest"]
    assert {v["kpi"]: v["value"] for v in frozen["values"] if v["value"]} == {
        "11.1": "5000",
        "12.1": "538",
        "12.2": "381",
    }


async def test_a_restatement_makes_a_new_edition_and_leaves_the_old_one(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    await accepted(world, report, BA)
    await published(world, round_["id"])
    path = f"/v1/reports/{report['id']}"
    refused = await record(world["commission_BA"], report, "12.1", {"presence": "reported", "value": "500"}, 99)
    assert refused.json()["errors"][0]["code"] == "report_published"
    await ok(await world["secretariat"].post(f"{path}/restate", json=on("2020-10-01")))
    seen = await ok(await world["commission_BA"].get(path))
    body = on("2020-10-02", presence="reported", value="500")
    await ok(await record(world["commission_BA"], seen, "12.1", body))
    seen = await ok(await world["commission_BA"].get(path))
    head = world["commission_head_BA"]
    sent = await ok(await head.post(f"{path}/endorse", json=on("2020-10-03"), headers=if_match(seen["version"])))
    await ok(
        await world["secretariat"].post(f"{path}/accept", json=on("2020-10-04"), headers=if_match(sent["version"]))
    )
    again = await published(world, round_["id"], day="2020-10-05")
    assert [e["edition"] for e in again["editions"]] == [1, 2]
    values = []
    for number in (1, 2):
        read = await ok(await world["analyst"].get(f"/v1/rounds/{round_['id']}/editions/{number}"))
        values += [v["value"] for r in read["reports"] for v in r["values"] if v["kpi"] == "12.1"]
    assert values == ["538", "500"]


async def test_two_people_collide_on_the_same_part_only(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    one, other = world["commission_BA"], world["commission_head_BA"]
    await ok(await record(one, report, "12.1", {"presence": "reported", "value": "5"}))
    await ok(await record(other, report, "12.2", {"presence": "reported", "value": "7"}))
    stale = await record(other, report, "12.1", {"presence": "reported", "value": "6"})
    assert stale.status_code == 412
    assert stale.json()["current"]["value"] == "5"
    assert (
        await one.put(f"/v1/reports/{report['id']}/values/12.1", json={"presence": "not_reported"})
    ).status_code == 428


async def test_drafts_are_for_their_own_jurisdiction_and_whom_it_invites(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    await fill(world, report, BA)
    path = f"/v1/reports/{report['id']}"
    for name in ("secretariat", "analyst", "commission_RS", "administrator"):
        seen = await ok(await world[name].get(path))
        assert (seen["values"], seen["withheld"]) == (None, "draft")
        assert "538" not in str(seen)
        assert (await world[name].get(f"{path}/values/12.1")).status_code == 403
    reader = (await ok(await world["reader"].get("/v1/me")))["id"]
    await ok(await world["commission_head_BA"].post(f"{path}/readers", json={"reader": reader}))
    assert (await ok(await world["reader"].get(f"{path}/values/12.1")))["value"] == "538"
    await ok(await world["commission_head_BA"].delete(f"{path}/readers/{reader}"))
    assert (await world["reader"].get(f"{path}/values/12.1")).status_code == 403

"""Jurisdictions beside each other, completeness, timeliness and deadlines."""

from __future__ import annotations

from icalendar import Calendar
from kpi_world import World, accepted, fill, if_match, ok, on, opened, published, record, report_of


async def edition(world: World, period: str, values: dict[str, dict[str, object]], day: str) -> str:
    round_ = await opened(world, period, day)
    for jurisdiction, theirs in values.items():
        await accepted(world, await report_of(world, round_["id"], jurisdiction), theirs, day)
    await published(world, round_["id"], day, "2021-12-01" if period == "2020-S2" else "2020-09-01")
    return str(round_["id"])


async def test_values_stand_beside_each_other_with_the_regions_total(world: World) -> None:
    await edition(world, "2020-S1", {"BA": {"13.1": 10, "13.2": 5}, "RS": {"13.1": 30, "13.2": 6}}, "2020-07-20")
    found = await ok(await world["analyst"].get("/v1/compare", params={"kpi": "13", "periods": "2020-S1"}))
    values = {(r["key"]["kpi"], r["key"]["jurisdiction"]): r["value"] for r in found["rows"]}
    assert values["13.3", "BA"] == "50"
    assert values["13.3", "RS"] == "20"
    assert values["13.1", "AL"] is None
    regional = {entry["kpi"]: entry for entry in found["regional"]}
    assert regional["13.1"]["total"] == "40"
    assert regional["13.3"]["total"] == "27.5"  # 11 of 40, not the mean of 50 and 20
    assert regional["13.1"]["coverage"] == {
        "reported": 2,
        "of": 6,
        "members": ["AL", "BA", "XK", "ME", "MK", "RS"],
        "text": "2 of 6",
    }
    assert regional["13.1"]["phrases"]["reported"] == "2 of 6 jurisdictions"
    labels = [r["label"] for r in found["rows"] if r["key"]["kpi"] == "13.1"]
    assert labels == ["Tirana", "Sarajevo", "Pristina", "Podgorica", "Skopje", "Belgrade"]
    assert any(note["jurisdiction"] == "XK" for note in found["footnotes"])


async def test_a_change_is_told_against_the_period_before(world: World) -> None:
    await edition(world, "2020-S1", {"BA": {"12.1": 538}}, "2020-07-20")
    await edition(world, "2020-S2", {"BA": {"12.1": 269}}, "2021-01-20")
    found = await ok(
        await world["analyst"].get("/v1/compare", params={"kpi": "12.1", "periods": "2020-S2", "jurisdiction": "BA"})
    )
    (row,) = found["rows"]
    assert row["change"]["previous"] == {"period": "2020-S1", "value": "538", "absolute": "-269", "percent": -50.0}
    assert row["change"]["baseline"]["percent"] == "n/a"
    assert row["band"]["code"] == "no_baseline"
    assert found["regional"][0]["counts"]["decreased"] == 1


async def test_several_periods_are_named_by_commas_or_one_by_one(world: World) -> None:
    await edition(world, "2020-S1", {"BA": {"12.1": 538}}, "2020-07-20")
    for several in (["2018,2020-S1"], ["2018", "2020-S1"], ["2018", "2020-S1,2018"]):
        found = await ok(await world["analyst"].get("/v1/compare", params={"kpi": "12.1", "periods": several}))
        assert found["periods"] == ["2018", "2020-S1"]


async def test_completeness_counts_what_commissions_collect(world: World) -> None:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    await fill(world, report, {"12.1": 538})
    path = f"/v1/rounds/{round_['id']}/completeness"
    withheld = {row["jurisdiction"]: row for row in (await ok(await world["analyst"].get(path)))["rows"]}
    assert (withheld["BA"]["complete"], withheld["BA"]["cells"]["12.1"]) == (True, "recorded")  # it is a draft
    found = await ok(await world["commission_BA"].get(path))
    rows = {row["jurisdiction"]: row for row in found["rows"]}
    assert rows["BA"]["complete"]
    assert rows["BA"]["cells"]["12.1"] == "reported"
    assert (rows["RS"]["complete"], rows["RS"]["said"]) == (False, 0)
    assert {entry["kpi"] for entry in found["apart"]} == {"5", "14"}
    assert "538" not in str(found)


async def test_a_late_report_is_late_unless_its_deadline_was_extended(world: World) -> None:
    round_ = await opened(world)
    for jurisdiction, extended in (("BA", False), ("RS", True)):
        report = await report_of(world, round_["id"], jurisdiction)
        if extended:
            body = on("2020-09-15", due="2020-10-20")
            await ok(await world["secretariat"].post(f"/v1/reports/{report['id']}/extend", json=body))
        await accepted(world, report, {}, "2020-10-10")
    found = await ok(await world["analyst"].get(f"/v1/rounds/{round_['id']}/timeliness"))
    items = {item["jurisdiction"]: item for item in found["items"]}
    assert (items["BA"]["late_by_days"], items["RS"]["late_by_days"]) == (10, 0)
    assert items["RS"]["extension_reasons"] == ["Written down for a test."]
    assert items["AL"]["overdue"]


async def test_deadlines_are_a_calendar(world: World) -> None:
    await opened(world)
    answer = await world["commission_BA"].get("/v1/deadlines.ics", params={"jurisdiction": "BA"})
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event.decoded("dtstart")) == "2020-09-30"
    assert "Sarajevo" in event.decoded("summary")
    assert len(event.walk("VALARM")) == 3


async def test_what_the_secretariat_enters_stands_beside_a_jurisdictions_own(world: World) -> None:
    round_ = await opened(world)
    await accepted(world, await report_of(world, round_["id"], "BA"), {"12.1": 538}, "2020-07-20")
    office = await report_of(world, round_["id"], None)
    body = on("2020-07-21", presence="reported", quality="estimated", value="61.5", jurisdiction="BA")
    await ok(await record(world["secretariat"], office, "14", body))
    await published(world, round_["id"])
    for kpi, value in (("12.1", "538"), ("14", "61.5")):
        asked = {"kpi": kpi, "periods": "2020-S1", "jurisdiction": "BA"}
        (row,) = (await ok(await world["analyst"].get("/v1/compare", params=asked)))["rows"]
        assert row["value"] == value


async def test_the_past_is_that_of_editions(world: World) -> None:
    analyst = world["analyst"]
    asked = {"kpi": "12.1", "periods": "2020-S1", "jurisdiction": "BA"}

    async def value(**past: str) -> object:
        found = await ok(await analyst.get("/v1/compare", params=asked | past))
        return found["rows"][0]["value"]

    round_id = await edition(world, "2020-S1", {"BA": {"12.1": 538}}, "2020-07-20")
    positions = [p.position for p in await world.app.state.services.queries.publications()]
    first = await ok(await analyst.get(f"/v1/rounds/{round_id}/editions/1"))
    path = f"/v1/reports/{(await report_of(world, round_id, 'BA'))['id']}"
    seen = await ok(await world["secretariat"].get(path))
    body = on("2020-10-01", reason="Counted twice.")
    seen = await ok(await world["secretariat"].post(f"{path}/restate", json=body, headers=if_match(seen["version"])))
    await accepted(world, seen, {"12.1": 500}, "2020-10-02")
    await published(world, round_id, day="2020-11-01")
    assert await value() == "500"
    assert await value(on="2020-10-31") == await value(as_of=first["recorded_at"]) == "538"
    assert await value(as_of=str(positions[0])) == "538"
    assert await value(as_of=str(positions[0] - 1)) is None
    assert await value(on="2020-08-31") is None
    assert (await analyst.get("/v1/compare", params=asked | {"as_of": "0"})).status_code == 404
    refused = await analyst.get("/v1/compare", params=asked | {"as_of": "1", "edition": "current"})
    assert refused.status_code == 422

"""Series that go on in a newer version of their roadmap under other numbers."""

from __future__ import annotations

from dataclasses import replace

from kpi_world import World, accepted, ok, on, opened, published, report_of

from kpi.domain.roadmap import Mapping


async def test_a_mapping_carries_series_over_to_a_newer_version(world: World) -> None:
    earlier = await opened(world, "2020-S1")
    await accepted(world, await report_of(world, earlier["id"], "BA"), {"12.1": 538}, "2020-07-20")
    await published(world, earlier["id"])
    services = world.app.state.services
    old = services.shipped["wb-salw", "2018.1"]
    (destruction,) = [kpi for kpi in old.kpis if kpi.number == "12"]
    renamed = replace(destruction, number="20", parts=(replace(destruction.parts[0], number="20"),))
    kpis = (*(kpi for kpi in old.kpis if kpi.number != "12"), renamed)
    newer = replace(old, version="2025.1", kpis=kpis, mappings=(Mapping("2018.1", (("12.1", "20"),)),))
    services.shipped["wb-salw", "2025.1"] = newer
    await ok(await world["secretariat"].post("/v1/roadmaps", json=on("2020-12-01", code="wb-salw")), 201)
    round_ = await ok(
        await world["secretariat"].post("/v1/rounds", json=on("2021-01-10", roadmap="wb-salw", period="2020-S2")), 201
    )
    assert round_["roadmap_version"] == "2025.1"
    report = await report_of(world, round_["id"], "BA")
    await accepted(world, report, {"20": 100}, "2021-01-20")
    await published(world, round_["id"], "2021-02-01", "2021-03-01")
    findings = await ok(await world["secretariat"].get(f"/v1/reports/{report['id']}/validation"))
    assert "change/20" in [finding["id"] for finding in findings["items"]]
    data = await ok(await world["analyst"].get("/v1/data", params={"c[KPI]": "20"}))
    assert [(item["time_period"], item["value"]) for item in data["items"]] == [("2020-S1", "538"), ("2020-S2", "100")]
    asked = {"kpi": "20", "periods": "2020-S2", "jurisdiction": "BA"}
    (row,) = (await ok(await world["analyst"].get("/v1/compare", params=asked)))["rows"]
    assert row["change"]["previous"]["value"] == "538"
    first = await ok(await world["analyst"].get(f"/v1/rounds/{earlier['id']}/editions/1"))
    assert "12.1" in [value["kpi"] for value in first["reports"][0]["values"]]

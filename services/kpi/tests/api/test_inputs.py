"""What institutions contribute to a figure."""

from __future__ import annotations

from typing import Any

from kpi_world import World, if_match, ok, on, opened, refusal, report_of, submitted


async def contribute(world: World, report: Any, value: str, seen: int) -> Any:
    path = f"/v1/reports/{report['id']}/values/12.1/inputs/police"
    return await world["commission_BA"].put(path, json=on("2020-08-02", value=value), headers=if_match(seen))


async def test_an_input_names_its_institution(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    path = f"/v1/reports/{report['id']}/values/10/inputs/%20"
    answer = await world["commission_BA"].put(path, json={"value": "1"}, headers=if_match(1))
    assert refusal(answer, 422)["code"] == "institution_missing"


async def test_an_input_that_changes_after_the_endorsement_voids_it(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    await ok(await contribute(world, report, "538", 1))
    sent = await submitted(world, report, {"12.1": 538})
    await ok(await contribute(world, report, "500", sent["version"]))
    path = f"/v1/reports/{report['id']}"
    now = await ok(await world["secretariat"].get(path))
    assert (now["state"], now["endorsement"]["valid"], now["voided"][-1]["kind"]) == ("draft", False, "endorsement")
    accept = on("2020-08-12", digest=now["digest"])
    answer = await world["secretariat"].post(f"{path}/accept", json=accept, headers=if_match(sent["version"]))
    assert refusal(answer, 409)["code"] == "not_submitted"
    answer = await world["commission_head_BA"].post(
        f"{path}/endorse", json=on("2020-08-12", digest=now["digest"]), headers=if_match(now["version"])
    )
    assert refusal(answer, 409)["code"] == "inputs_add_up/12.1"


async def test_who_endorses_has_seen_the_inputs_as_they_are(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    seen = report["version"]
    await ok(await contribute(world, report, "538", seen))
    answer = await world["commission_head_BA"].post(
        f"/v1/reports/{report['id']}/endorse", json=on("2020-08-12"), headers=if_match(seen)
    )
    assert refusal(answer, 412)["code"] == "stale_version"

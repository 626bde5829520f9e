"""Published figures in the formats of SDMX, read back by others' readers."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sdmx
from kpi_world import World, accepted, if_match, ok, on, opened, published, record, report_of
from pysdmx.io.csv.sdmx20.reader import read as read_csv

SEIZED = {
    "presence": "reported",
    "quality": "provisional",
    "cells": [
        {"dimensions": {"setting": "inland"}, "value": "12"},
        {"dimensions": {"setting": "border"}, "value": "3"},
    ],
}
BA = {"6.1": SEIZED, "7.1": 3, "12.1": 538, "12.4": "1.250"}


@pytest.fixture
async def edition(world: World) -> str:
    """The id of a round whose first edition holds the report of BA."""
    round_ = await opened(world)
    await accepted(world, await report_of(world, round_["id"], "BA"), BA)
    await published(world, round_["id"])
    return str(round_["id"])


async def restate(world: World, round_id: str, part: str, value: str) -> None:
    report = await report_of(world, round_id, "BA")
    path = f"/v1/reports/{report['id']}"
    await ok(await world["secretariat"].post(f"{path}/restate", json=on("2020-10-01")))
    seen = await ok(await world["commission_BA"].get(path))
    await ok(await record(world["commission_BA"], seen, part, on("2020-10-02", presence="reported", value=value)))
    for who, act in (("commission_head_BA", "endorse"), ("secretariat", "accept")):
        seen = await ok(await world[who].get(path))
        await ok(await world[who].post(f"{path}/{act}", json=on("2020-10-03"), headers=if_match(seen["version"])))
    await published(world, round_id, day="2020-10-04")


async def test_nothing_is_told_before_an_edition(world: World) -> None:
    round_ = await opened(world)
    await accepted(world, await report_of(world, round_["id"], "BA"), BA)
    assert (await ok(await world["secretariat"].get("/v1/data")))["items"] == []


async def test_sdmx_csv_is_read_by_pysdmx(world: World, edition: str) -> None:
    answer = await world["analyst"].get("/v1/data", params={"format": "sdmx-csv"})
    assert answer.headers["content-type"].startswith("application/vnd.sdmx.data+csv;version=2.0.0")
    (data,) = read_csv(answer.text)
    assert data.short_urn == "Dataflow=SALWATCH:WB_SALW(2018.1)"
    table = data.data
    assert list(table.columns)[:4] == ["REF_AREA", "KPI", "SETTING", "SEX"]
    seized = table[table.KPI == "6.1"]
    assert dict(zip(seized.SETTING, seized.OBS_VALUE, strict=True)) == {"_T": "15", "inland": "12", "border": "3"}
    assert set(seized.OBS_STATUS) == {"P"}
    assert set(seized.TIME_PERIOD) == {"2020-S1"}
    assert set(seized.UNIT) == {"piece"}
    share = table[table.KPI == "7.2"]
    assert list(share.OBS_VALUE) == ["20"]
    weight = table[table.KPI == "12.4"]
    assert (list(weight.OBS_VALUE), list(weight.UNIT)) == (["1.25"], ["tonne"])
    missing = table[table.KPI == "11.1"]
    assert (list(missing.OBS_VALUE), list(missing.OBS_STATUS)) == ([""], ["O"])


async def test_sdmx_json_is_read_by_sdmx1(world: World, edition: str) -> None:
    accept = {"Accept": "application/vnd.sdmx.data+json;version=2.0.0"}
    answer = await world["analyst"].get("/v1/data", params={"c[KPI]": "6.1"}, headers=accept)
    assert answer.headers["content-type"] == "application/vnd.sdmx.data+json;version=2.0.0"
    message = answer.json()
    # sdmx1 knows the names of 2.0 and the nesting of 1.0, where structure and data sets stand at the top
    flat = {
        "header": message["meta"],
        "structure": message["data"]["structures"][0],
        "dataSets": message["data"]["dataSets"],
    }
    read = sdmx.read_sdmx(io.BytesIO(json.dumps(flat).encode()), format="json")
    found = {
        (str(o.dimension["REF_AREA"].value), str(o.dimension["SETTING"].value)): Decimal(str(o.value))
        for o in read.data[0].obs
    }
    assert found == {("BA", "_T"): 15, ("BA", "inland"): 12, ("BA", "border"): 3}


async def test_history_tells_what_each_edition_said(world: World, edition: str) -> None:
    before = datetime.now(UTC)
    await restate(world, edition, "12.1", "500")
    analyst = world["analyst"]

    async def told(**more: str) -> list[tuple[str, int]]:
        found = await ok(await analyst.get("/v1/data", params={"c[KPI]": "12.1", **more}))
        return [(item["value"], item["edition"]) for item in found["items"]]

    assert await told() == [("500", 2)]
    assert await told(asOf=before.isoformat()) == [("538", 1)]
    assert await told(includeHistory="true") == [("538", 1), ("500", 2)]
    assert await told(updatedAfter=before.isoformat()) == [("500", 2)]
    assert await told(updatedAfter=(datetime.now(UTC) + timedelta(hours=1)).isoformat()) == []
    rows = (await analyst.get("/v1/data", params={"format": "sdmx-csv", "includeHistory": "true"})).text.splitlines()
    assert rows[0].endswith("VALID_FROM,VALID_TO")


async def test_keys_and_filters_choose(world: World, edition: str) -> None:
    analyst = world["analyst"]

    async def told(**more: str) -> list[str]:
        found = await ok(await analyst.get("/v1/data", params=more))
        return [item["value"] for item in found["items"]]

    assert await told(key="BA.6_1.inland") == ["12"]
    assert await told(key="BA+RS.6_1+12_1") == ["15", "3", "12", "538"]
    assert await told(**{"c[KPI]": "6.1", "c[SETTING]": "ne:_T"}) == ["3", "12"]
    assert await told(**{"c[KPI]": "12.1", "c[TIME_PERIOD]": "ge:2020-S1+le:2020-S2"}) == ["538"]
    assert await told(**{"c[KPI]": "12.1", "startPeriod": "2020-S2"}) == []
    wrong = await analyst.get("/v1/data", params={"c[COLOUR]": "red"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_parameter")
    wrong = await analyst.get("/v1/data", params={"c[DESTINATION]": "DE"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "component_unknown")
    wrong = await analyst.get("/v1/data", params={"c[TIME_PERIOD]": "near:2020"})
    assert wrong.json()["errors"][0]["pointer"] == "?c[TIME_PERIOD]"


async def test_a_span_of_periods_is_whole_years_and_halves(world: World, edition: str) -> None:
    async def told(**more: str) -> list[str]:
        found = await ok(await world["analyst"].get("/v1/data", params={"c[KPI]": "12.1", **more}))
        return [item["value"] for item in found["items"]]

    assert await told(startPeriod="2020", endPeriod="2020") == ["538"]
    assert await told(startPeriod="2020-S1", endPeriod="2020-S1") == ["538"]
    assert await told(endPeriod="2019") == []
    assert await told(startPeriod="2020", **{"c[TIME_PERIOD]": "2020-S2"}) == []


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"startPeriod": "2020-H1"}, "?startPeriod"),
        ({"endPeriod": "x"}, "?endPeriod"),
        ({"startPeriod": "2020-S2", "endPeriod": "2020-S1"}, "?endPeriod"),
        ({"asOf": "yesterday"}, "?asOf"),
        ({"updatedAfter": "2020-01-01"}, "?updatedAfter"),
    ],
)
async def test_what_is_wrong_with_a_parameter_names_it(world: World, parameters: dict[str, str], pointer: str) -> None:
    await ok(await world["secretariat"].post("/v1/roadmaps", json={"code": "wb-salw"}), 201)
    wrong = await world["analyst"].get("/v1/data", params=parameters)
    (error,) = wrong.json()["errors"]
    assert (wrong.status_code, error["pointer"]) == (422, pointer)
    assert pointer[1:] in error["detail"] or "2020-S1" in error["detail"]


async def test_a_restatement_makes_nobody_late(world: World, edition: str) -> None:
    analyst = world["analyst"]

    async def received() -> tuple[str, int]:
        items = (await ok(await analyst.get(f"/v1/rounds/{edition}/timeliness")))["items"]
        (found,) = [item for item in items if item["jurisdiction"] == "BA"]
        return found["received_on"], found["late_by_days"]

    before = await received()
    await restate(world, edition, "12.1", "500")
    assert await received() == before

"""Workbooks, CSV and JSON out and in again."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest
import python_calamine
from kpi_world import World, accepted, if_match, ok, on, opened, published, record, report_of

from kpi.application.sheets import COMMENT, FIRST_ROW, KEY, LAST, PRESENCE, VALUE, WHAT

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(content: bytes) -> dict[tuple[str, str], list[Any]]:
    """Every line of every sheet, by part and what of it."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        (row[KEY], row[WHAT]): row
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)[FIRST_ROW:]
        if row[KEY]
    }


def filled(content: bytes, values: dict[tuple[str, str], dict[int, Any]]) -> bytes:
    """The template with cells filled in: written anew by a plain writer, as people's programs do."""
    import xlsxwriter

    out = io.BytesIO()
    source = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        for name in source.sheet_names:
            sheet = book.add_worksheet(name)
            for r, row in enumerate(source.get_sheet_by_name(name).to_python(skip_empty_area=False)):
                more = values.get((row[KEY], row[WHAT]), {}) if r >= FIRST_ROW else {}
                for c, value in enumerate(row):
                    sheet.write(r, c, more.get(c, value))
    return out.getvalue()


async def push(world: World, report: dict[str, Any], content: bytes, kind: str = XLSX, **more: str) -> Any:
    params = {"on": "2020-08-01", "reason": "Filled in offline.", **more}
    return await world["commission_BA"].post(
        f"/v1/reports/{report['id']}/import",
        content=content,
        params=params,
        headers={"Content-Type": kind, **if_match(report["version"])},
    )


@pytest.fixture
async def report(world: World) -> dict[str, Any]:
    round_ = await opened(world)
    found: dict[str, Any] = await report_of(world, round_["id"], "BA")
    return found


async def test_a_filled_in_template_is_taken_over(world: World, report: dict[str, Any]) -> None:
    answer = await world["commission_BA"].get(f"/v1/reports/{report['id']}/template.xlsx")
    assert answer.headers["content-type"] == XLSX
    content = filled(
        answer.content,
        {
            ("6.1", "setting=inland"): {VALUE: 12},
            ("6.1", "setting=border"): {VALUE: 3},
            ("12.4", ""): {VALUE: 1.25, COMMENT: "=cmd()"},
            ("11.1", ""): {PRESENCE: "not_available_yet"},
        },
    )
    tried = await ok(await push(world, report, content, dry_run="true"))
    assert (tried["outcome"], tried["summary"]["recorded"]) == ("dry_run", 4)
    assert (await report_of(world, report["round"], "BA"))["values"] == []
    done = await ok(await push(world, report, content))
    assert done["outcome"] == "recorded"
    values = {v["kpi"]: v for v in (await report_of(world, report["round"], "BA"))["values"]}
    assert (values["6.1"]["value"], values["12.4"]["value"]) == ("15", "1.25")
    assert values["12.4"]["comment"] == "=cmd()"
    assert values["11.1"]["presence"] == "not_available_yet"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_what_is_pushed_back_unchanged_records_nothing(world: World, report: dict[str, Any], kind: str) -> None:
    client = world["commission_BA"]
    seized = {
        "presence": "reported",
        "quality": "estimated",
        "comment": "-3 were returned",
        "cells": [{"dimensions": {"setting": "inland"}, "value": "12"}],
        "evidence": [
            {
                "name": "Minutes",
                "media_type": "application/pdf",
                "size": 9,
                "sha256": "a" * 64,
                "link": "https://e.org/m",
            }
        ],
    }
    await ok(await record(client, report, "6.1", on("2020-08-01", **seized)))
    statuses = [{"item": "weapons_law", "status": "adopted"}]
    definition = await ok(await client.get("/v1/roadmaps/wb-salw"))
    part = definition["kpis"][0]["parts"][0]
    statuses = [{"item": part["items"][0]["code"], "status": part["statuses"][1]["code"]}]
    await ok(await record(client, report, "1", on("2020-08-01", presence="reported", statuses=statuses)))
    documents = [{"title": "Strategy", "link": "https://e.org/s", "adopted_on": "2020-01-02"}]
    await ok(await record(client, report, "2", on("2020-08-01", presence="reported", documents=documents)))
    await ok(await record(client, report, "9.2", on("2020-08-01", presence="reported", text="We met.\nTwice.")))
    seen = await report_of(world, report["round"], "BA")
    content = (await client.get(f"/v1/reports/{report['id']}/template.{kind}")).content
    done = await ok(await push(world, seen, content, XLSX if kind == "xlsx" else "text/csv"))
    assert done["summary"] == {"recorded": 0, "unchanged": 4, "rejected": 0, "held_back": 0}
    assert (await report_of(world, report["round"], "BA"))["version"] == seen["version"]


async def test_last_periods_values_stand_in_grey(world: World) -> None:
    earlier = await opened(world, "2019-S2", "2020-01-10")
    before = await report_of(world, earlier["id"], "BA")
    await accepted(world, before, {"12.1": 77}, "2020-02-01")
    await published(world, earlier["id"], "2020-02-02", "2020-03-01")
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    content = (await world["commission_BA"].get(f"/v1/reports/{report['id']}/template.xlsx")).content
    assert rows_of(content)["12.1", ""][LAST] == 77
    done = await ok(await push(world, report, content))
    assert done["items"] == []


async def test_one_wrong_cell_refuses_all_and_is_named(world: World, report: dict[str, Any]) -> None:
    content = (await world["commission_BA"].get(f"/v1/reports/{report['id']}/template.xlsx")).content
    wrong = filled(
        content,
        {
            ("12.1", ""): {VALUE: 5},
            ("12.2", ""): {VALUE: 1.5},
            ("12.3", ""): {VALUE: "many"},
            ("13.1", ""): {VALUE: -2},
        },
    )
    answer = await push(world, report, wrong)
    assert answer.status_code == 422
    items = {item["kpi"]: item for item in answer.json()["items"]}
    assert items["12.3"]["errors"][0]["code"] == "decimal_malformed"
    assert items["12.3"]["cell"].startswith("Goal 6!G")
    assert items["12.1"]["outcome"] == "held_back"
    assert (await report_of(world, report["round"], "BA"))["values"] == []
    mended = filled(content, {("12.2", ""): {VALUE: 1.5}, ("13.1", ""): {VALUE: -2}})
    items = {item["kpi"]: item for item in (await push(world, report, mended)).json()["items"]}
    assert items["12.2"]["errors"][0]["code"] == "too_many_decimals"
    assert items["13.1"]["errors"][0]["code"] == "negative"


async def test_json_and_csv_are_taken_likewise(world: World, report: dict[str, Any]) -> None:
    client = world["commission_BA"]
    good = b'{"kpi": "12.1", "presence": "reported", "value": "5"}'
    body = b'{"values": [' + good + b', {"kpi": "12.2", "presence": "reported"}]}'
    refused = await push(world, report, body, "application/json")
    assert [item["outcome"] for item in refused.json()["items"]] == ["held_back", "rejected"]
    assert refused.json()["items"][1]["errors"][0]["code"] == "value_missing"
    await ok(await push(world, report, b'{"values": [' + good + b"]}", "application/json"))
    template = (await client.get(f"/v1/reports/{report['id']}/template.csv")).text
    lines = list(csv.DictReader(io.StringIO(template)))
    assert {line["kpi"]: line["value"] for line in lines if line["kpi"].startswith("12")}["12.1"] == "5"
    sent = "kpi,what,value\r\n6.1,setting=inland,4\r\n6.1,setting=moon,4\r\n"
    items = (await push(world, report, sent.encode(), "text/csv")).json()["items"]
    assert [(item["cell"], item["outcome"]) for item in items] == [("line 2", "held_back"), ("line 3", "rejected")]
    assert items[1]["errors"][0]["code"] == "code_unknown"
    unit = b'{"values": [{"kpi": "12.1", "presence": "reported", "value": "5", "unit": "kilogram"}]}'
    refused = await push(world, report, unit, "application/json")
    assert refused.json()["items"][0]["errors"][0]["code"] == "unit_differs"


async def test_json_tells_the_day_as_every_command_does(world: World, report: dict[str, Any]) -> None:
    body: dict[str, Any] = {"values": [{"kpi": "12.1", "presence": "reported", "value": "5"}]}
    path, client, headers = f"/v1/reports/{report['id']}/import", world["commission_BA"], if_match(report["version"])
    misspelt = await client.post(path, json={**body, "one": "2020-08-01"}, headers=headers)
    assert misspelt.status_code == 400
    assert "one" in misspelt.json()["detail"]
    assert (await client.post(path, json={**body, "on": "2020-08-01"}, headers=headers)).status_code == 422  # no reason
    await ok(await client.post(path, json={**body, **on("2020-08-01")}, headers=headers))


async def test_what_is_no_workbook_is_refused(world: World, report: dict[str, Any]) -> None:
    assert (await push(world, report, b"no zip")).json()["type"] == "/problems/unreadable-workbook"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 70_000_000)
    assert "unpacks to more" in (await push(world, report, bomb.getvalue())).json()["detail"]
    assert (await push(world, report, b"x" * 6_000_000)).status_code == 413
    assert (await push(world, report, b"{}", "text/plain")).status_code == 415


async def test_a_report_prints_for_signature(world: World, report: dict[str, Any]) -> None:
    client = world["commission_BA"]
    body = on("2020-08-01", presence="reported", value="538", comment="<script>alert(1)</script>")
    await ok(await record(client, report, "12.1", body))
    narrative = on("2020-08-01", language="bs", original="Uništeno je oružje.", translation="Weapons were destroyed.")
    path = f"/v1/reports/{report['id']}"
    await ok(await client.put(f"{path}/narratives/6", json=narrative, headers=if_match(report["version"])))
    page = (await client.get(f"{path}/print")).text
    assert page.count("<html") == 1
    assert "<script" not in page
    assert "Uništeno je oružje." in page
    assert "Bosnia and Herzegovina" in page
    assert (await client.get(path)).json()["digest"] in page
    assert (await world["secretariat"].get(f"{path}/print")).status_code == 403

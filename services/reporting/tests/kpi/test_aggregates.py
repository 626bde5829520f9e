"""`GET /v1/aggregates/kpi` over HTTP, from a real read model."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from feed_of_incidents import LOG
from feed_of_kpi import figure

from common.contracts import kpi as published
from reporting import bootstrap
from reporting.settings import Settings

PATH = "/v1/aggregates/kpi"


@pytest.fixture
async def client(world, monkeypatch):
    monkeypatch.setattr(bootstrap, "WAIT_SECONDS", 0.1)
    settings = Settings(database_url=world.dsn, port=0, kpi_url="http://kpi.test/", note="Illustrative.")
    async with (
        bootstrap.api(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client,
    ):
        yield client


@pytest.fixture
async def told(world):
    feed = world.kpi
    feed.roadmap()
    feed.round(3, "2019-S2")
    feed.publish(3, figure("AL", "6.1", 40), figure("BA", "6.1", 60), figure("RS", "6.1", 0), figure("BA", "10", 900))
    feed.round(4, "2020-S1")
    feed.publish(
        4,
        figure("AL", "6.1", inland=30, border=5),
        figure("AL", "6.3", 7),
        figure("AL", "10", 1000),
        figure("BA", "6.1", 65),
        figure("BA", "6.2", "10.8"),
        figure("BA", "6.3", presence="not_available_yet"),
        figure("RS", "6.1", presence="not_applicable"),
        secretariat=(figure("regional", "14", "61.5"), figure("BA", "14", "55")),
    )
    await world.tell_kpi()
    return world


async def ask(client: httpx.AsyncClient, **parameters: Any) -> dict[str, Any]:
    answer = await client.get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(document: dict[str, Any]) -> dict[Any, Any]:
    keys = [tuple(row["key"].values()) for row in document["rows"]]
    return {key[0] if len(key) == 1 else key: row["value"] for key, row in zip(keys, document["rows"], strict=True)}


async def test_every_member_has_its_row_and_what_is_not_there_says_why(client, told):
    document = await ask(client, kpi="6.1", by="jurisdiction")
    assert list(document) == [
        *("measure", "by", "period", "roadmap", "editions", "rows", "total", "coverage", "freshness", "footnotes")
    ]
    assert values(document) == {"AL": "35", "BA": "65", "RS": None, "XK": None}
    assert [row.get("state") for row in document["rows"]] == [None, None, "not_applicable", "not_reported"]
    assert document["total"] == "100"
    assert document["coverage"] == {"reported": 2, "of": 4, "members": ["AL", "BA", "RS", "XK"]}
    assert document["period"] == {"from": "2020-01-01", "to": "2020-06-30", "periods": ["2020-S1"]}
    assert document["freshness"] == {"kpi": {**document["freshness"]["kpi"], "position": len(told.kpi.received)}}
    assert document["rows"][0] == {
        "key": {"jurisdiction": "AL"},
        "value": "35",
        "previous": "40",
        "year_before": None,
        "change_percent": -12.5,
        "links": {
            "data": "http://kpi.test/v1/data?roadmap=wb&c%5BKPI%5D=6.1&c%5BREF_AREA%5D=AL&c%5BTIME_PERIOD%5D=2020-S1"
            "&c%5BSETTING%5D=_T"
        },
    }


async def test_a_zero_is_a_zero(client, told):
    assert values(await ask(client, kpi="6.1", by="jurisdiction", period="2019-S2"))["RS"] == "0"


async def test_a_breakdown_and_a_filter_by_setting(client, told):
    assert values(await ask(client, kpi="6.1", by="setting")) == {"inland": "30", "border": "5"}
    inland = await ask(client, kpi="6.1", by="jurisdiction", setting="inland")
    assert (inland["total"], values(inland)["BA"]) == ("30", None)
    assert inland["rows"][0]["links"]["data"].endswith("&c%5BSETTING%5D=inland")


async def test_flows_add_up_over_periods_and_stocks_do_not(client, told):
    assert values(await ask(client, kpi="6.1", by="period")) == {"2019-S2": "100", "2020-S1": "100"}
    assert (await ask(client, kpi="6.1", by="period"))["total"] == "200"
    assert (await ask(client, kpi="6.1", by="jurisdiction", year=["2019", "2020"]))["total"] == "200"
    stock = await ask(client, kpi="10", by="half")
    assert stock["total"] is None
    assert any("not added over periods" in note["text"] for note in stock["footnotes"])


async def test_different_units_are_never_added(client, told):
    document = await ask(client, kpi="6", by="kpi")
    assert values(document)["6.2"] == "10.8"
    assert document["total"] is None
    assert any("never added" in note["text"] for note in document["footnotes"])
    assert (await ask(client, kpi="6", by="jurisdiction"))["by"] == ["jurisdiction", "kpi"]


async def test_a_share_of_the_region_is_that_of_the_sums_of_those_who_told_both(client, told):
    document = await ask(client, kpi="6.4", by="jurisdiction")
    assert values(document)["AL"] == "20"
    assert document["total"] == "20"  # BA told no traced firearms: its seized ones are not below the line either
    assert [row.get("state") for row in document["rows"]][1] == "not_available_yet"


async def test_a_kpi_that_not_all_chose_is_not_applicable_to_the_others(client, told):
    document = await ask(client, kpi="10", by="jurisdiction")
    assert [row.get("state") for row in document["rows"]] == [None, "not_reported", "not_applicable", "not_applicable"]
    assert document["coverage"] == {"reported": 1, "of": 2, "members": ["AL", "BA"]}


async def test_the_region_as_a_whole_is_what_its_collector_said(client, told):
    document = await ask(client, kpi="14", by="jurisdiction")
    assert values(document) == {"AL": None, "BA": "55", "RS": None, "XK": None, "regional": "61.5"}
    assert document["total"] == "61.5"


async def test_goals_are_keys_and_filters(client, told):
    assert values(await ask(client, goal="6", by="kpi")) == {"10": "1000", "14": "61.5"}
    assert ("3", "6.1") in values(await ask(client, by="goal,kpi"))


async def test_what_is_not_published_is_not_shown(client, told):
    told.kpi.round(5, "2020-S2")
    told.kpi.accept(5, "AL")
    told.kpi.happen(5, "AL", published.DiscrepancyFound, query=1, kpi="6.1", dimensions={})
    await told.tell_kpi()
    document = await ask(client, kpi="6.1", by="jurisdiction", period="2020-S2")
    assert {row["state"] for row in document["rows"]} == {"not_available_yet"}
    assert document["total"] is None
    assert document["coverage"]["reported"] == 0
    assert (await ask(client, kpi="6.1"))["period"]["periods"] == ["2020-S1"]


async def test_an_edition_is_shown_once_all_its_reports_have_arrived(client, told):
    feed = told.kpi
    feed.happen(4, "BA", published.RestatementOpened)
    late = feed.freeze(4, "BA", 2, [figure("BA", "6.1", 66)])
    feed.received.remove(late)  # on a topic it may come after the round's event
    announced = feed.announce(4, 2)
    await told.apply_kpi([announced])
    assert (await ask(client, kpi="6.1"))["editions"] == {"2020-S1": 1}
    await told.apply_kpi([feed.received[-2], late])
    assert (await ask(client, kpi="6.1"))["total"] == "101"


async def test_a_restatement_names_its_edition_and_the_earlier_one_stays(client, told):
    told.kpi.publish(4, figure("BA", "6.1", 66))
    await told.tell_kpi()
    now = await ask(client, kpi="6.1", by="jurisdiction")
    assert (now["total"], now["editions"]) == ("101", {"2020-S1": 2})
    assert any("edition 2 of report 4, which restates edition 1" in note["text"] for note in now["footnotes"])
    then = await ask(client, kpi="6.1", by="jurisdiction", edition=1, period="2020-S1")
    assert (then["total"], then["editions"]) == ("100", {"2020-S1": 1})
    assert any("edition 2 has restated it" in note["text"] for note in then["footnotes"])


async def test_a_newer_version_of_the_roadmap_goes_on_with_its_series(client, told):
    seized = {"number": "7", "name": "Seized", "kind": "quantity", "unit": "piece", "dimensions": ["setting"]}
    kpi = {"number": "7", "name": "Seizures", "goals": ["3"], "collector": "commission", "level": "regional"}
    mappings = [{"version": "1", "parts": {"6.1": "7"}}]
    told.kpi.roadmap(version="2", kpis=[{**kpi, "parts": [seized]}], mappings=mappings)
    told.kpi.round(5, "2020-S2", version="2")
    told.kpi.publish(5, figure("AL", "7", 12))
    await told.tell_kpi()
    assert values(await ask(client, kpi="7", by="period")) == {"2019-S2": "100", "2020-S1": "100", "2020-S2": "12"}


async def test_footnotes(client, told):
    notes = (await ask(client, kpi="6.1"))["footnotes"]
    assert [note["jurisdiction"] for note in notes if "1244" in note["text"]] == ["XK"]
    texts = [note["text"] for note in notes]
    assert any("never added" in text for text in texts)
    assert any(text.startswith("2020-S1: edition 1 of report 4") and "without XK" in text for text in texts)
    assert texts[-1] == "Illustrative."


async def test_csv_has_a_line_per_row(client, told):
    answer = await client.get(PATH, params={"kpi": "6.1", "by": "jurisdiction", "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(line["jurisdiction"], line["value"], line["state"]) for line in lines[:3]] == [
        *(("AL", "35", ""), ("BA", "65", ""), ("RS", "", "not_applicable"))
    ]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("colour=red", "?colour", "unknown_parameter"),
        ("kpi=6.1&by=colour", "?by", "unknown_dimension"),
        ("kpi=99", "?kpi", "unknown_kpi"),
        ("kpi=6.2&by=setting", "?by", "not_broken_down"),
        ("kpi=6.1&setting=sea", "?setting", "unknown_value"),
        ("kpi=6.1&jurisdiction=ZZ", "?jurisdiction", "unknown_value"),
        ("kpi=6.1&period=soon", "?period", "period_malformed"),
        ("kpi=6.1&goal=9", "?goal", "unknown_goal"),
        ("kpi=6.1&edition=9", "?edition", "unknown_edition"),
        ("kpi=6.1&roadmap=none", "?roadmap", "unknown_roadmap"),
        (f"kpi=6.1&wait_for=other:{LOG}:7", "?wait_for", "unknown_publisher"),
    ],
)
async def test_refuses_what_cannot_be_asked(client, told, query, pointer, code):
    answer = await client.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_waits_for_a_position_of_kpi(client, told):
    last = len(told.kpi.received)
    assert (await client.get(PATH, params={"kpi": "6.1", "wait_for": f"kpi:{LOG}:{last}"})).status_code == 200
    unknown = await client.get(PATH, params={"kpi": "99", "wait_for": f"kpi:{LOG}:{last + 1}"})
    assert (unknown.status_code, unknown.json()["visible"]) == (504, None)  # it may be in what has not arrived
    late = await client.get(PATH, params={"kpi": "6.1", "wait_for": f"kpi:{LOG}:{last + 1}"})
    assert late.status_code == 504
    assert late.json()["visible"]["total"] == "100"


async def test_before_a_roadmap_is_published_the_answer_is_empty(client, world):
    document = await ask(client)
    assert (document["rows"], document["total"], document["editions"]) == ([], None, {})
    assert document["coverage"] == {"reported": 0, "of": 0, "members": []}
    assert (await client.get(PATH, params={"roadmap": "wb"})).status_code == 422


async def test_without_any_question_every_kpi_that_is_told_has_its_row(client, told):
    assert values(await ask(client)) == {
        "6.1": "100",
        "6.2": "10.8",
        "6.3": "7",
        "6.4": "20",
        "10": "1000",
        "14": "61.5",
    }


async def test_before_anything_is_published_it_says_so(client, world):
    world.kpi.roadmap()
    world.kpi.round(4, "2020-S1")
    await world.tell_kpi()
    document = await ask(client, kpi="6.1", by="jurisdiction")
    assert {row["state"] for row in document["rows"]} == {"not_available_yet"}

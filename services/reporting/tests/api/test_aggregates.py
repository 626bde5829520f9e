"""`GET /v1/aggregates/incidents` over HTTP."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from feed_of_incidents import LOG, person

from common.security.permissions import undeclared_routes
from reporting import bootstrap
from reporting.application.questions import DIMENSIONS, MEASURES
from reporting.readmodel import dimensions
from reporting.settings import Settings

PATH = "/v1/aggregates/incidents"


@pytest.fixture
async def app(world, monkeypatch):
    monkeypatch.setattr(bootstrap, "WAIT_SECONDS", 0.1)
    settings = Settings(database_url=world.dsn, port=0, incidents_url="http://incidents.test", note="Illustrative.")
    async with bootstrap.api(settings) as app:
        yield app


@pytest.fixture
async def client(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client:
        yield client


@pytest.fixture
async def told(world):
    world.feed.report("one", persons=[person(sex="female")])
    world.feed.report("two", jurisdiction="XK", occurred_on="2020-04-02")
    world.feed.declare("RS", "2020-12-31")
    await world.tell()
    return world


async def test_answers_anybody(client, told):
    answer = await client.get(PATH, params={"by": "jurisdiction,month", "from": "2020-03-01", "to": "2020-03-31"})
    assert answer.status_code == 200
    document = answer.json()
    assert list(document) == ["measure", "by", "period", "rows", "total", "coverage", "freshness", "footnotes"]
    assert document["by"] == ["jurisdiction", "month"]
    assert document["period"] == {"from": "2020-03-01", "to": "2020-03-31"}
    assert document["total"] == 1
    assert document["coverage"] == {"reported": 1, "of": 7, "members": ["AL", "BA", "XK", "ME", "MK", "RS", "MD"]}
    assert document["freshness"]["incidents"]["position"] == 3
    assert document["freshness"]["incidents"]["lag_events"] == 0
    row = next(row for row in document["rows"] if row["key"]["jurisdiction"] == "RS")
    assert row == {
        "key": {"jurisdiction": "RS", "month": "2020-03"},
        "value": 1,
        "previous": 0,
        "year_before": 0,
        "change_percent": "n/a",
        "links": {"incidents": "http://incidents.test/v1/incidents?jurisdiction=RS&from=2020-03-01&to=2020-03-31"},
    }


async def test_dimensions_repeat_or_are_separated_by_commas(client, told):
    separated = await client.get(PATH, params={"by": "category, sex"})
    repeated = await client.get(PATH, params=[("by", "category"), ("by", "sex")])
    assert separated.json()["by"] == repeated.json()["by"] == ["category", "sex"]


async def test_footnotes_of_names_and_of_the_installation(client, told):
    notes = (await client.get(PATH)).json()["footnotes"]
    assert [note["jurisdiction"] for note in notes if "1244" in note["text"]] == ["XK"]
    assert notes[-1] == {"jurisdiction": None, "text": "Illustrative."}
    only_serbia = (await client.get(PATH, params={"jurisdiction": "RS"})).json()
    assert not [note for note in only_serbia["footnotes"] if note["jurisdiction"]]


async def test_csv_has_a_line_per_row(client, told):
    answer = await client.get(PATH, params={"by": "jurisdiction", "jurisdiction": ["RS", "AL"], "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert '"position":3' in answer.headers["SALWatch-Freshness"]
    first, second = csv.DictReader(io.StringIO(answer.text))
    assert (first["jurisdiction"], first["value"], first["state"]) == ("AL", "", "not_reported")
    assert (second["jurisdiction"], second["value"], second["change_percent"]) == ("RS", "1", "n/a")
    assert second["incidents"].startswith("http://incidents.test/v1/incidents?jurisdiction=RS")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("colour=red", "?colour", "unknown_parameter"),
        ("by=colour", "?by", "unknown_by"),
        ("measure=wounds", "?measure", "unknown_measure"),
        ("scope=nato", "?scope", "unknown_scope"),
        ("category=crime", "?category", "unknown_category"),
        ("sex=unknown", "?sex", "unknown_sex"),
        ("jurisdiction=ZZ", "?jurisdiction", "unknown_jurisdiction"),
        ("jurisdiction=MD&scope=roadmap", "?jurisdiction", "not_a_member"),
        ("month=2020-Q1", "?month", "unknown_period"),
        ("from=2020-02-01&to=2020-01-01", "?from", "span_reversed"),
        ("from=2020-02-30", "?from", "date_malformed"),
        ("to=1584144000", "?to", "value_error"),
        ("measure=seized_items", "?unit", "unit_required"),
        ("measure=seized_items&unit=kg&unit=piece", "?unit", "unit_required"),
        ("per=1000", "?per", "unknown_per"),
        ("per=100000&by=admin", "?per", "no_population"),
        ("format=xml", "?format", "unknown_value"),
        ("wait_for=7", "?wait_for", "malformed_position"),
        (f"wait_for=other:{LOG}:7", "?wait_for", "unknown_publisher"),
        ("by=jurisdiction,month&from=1000-01-01&to=9999-12-31", "?from", "too_many_rows"),
    ],
)
async def test_refuses_what_cannot_be_asked(client, told, query, pointer, code):
    answer = await client.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_an_unknown_parameter_names_those_that_exist(client):
    detail = (await client.get(f"{PATH}?colour=red")).json()["errors"][0]["detail"]
    assert all(name in detail for name in (*DIMENSIONS, "by", "from", "to", "measure", "scope", "per", "wait_for"))


async def test_waits_for_a_position(client, told):
    assert (await client.get(PATH, params={"wait_for": f"incidents:{LOG}:3"})).status_code == 200


async def test_a_position_that_does_not_come_in_time_is_504_with_what_is_visible(client, told):
    answer = await client.get(PATH, params={"wait_for": f"incidents:{LOG}:4"})
    assert answer.status_code == 504
    assert answer.json()["visible"]["total"] == 2
    assert answer.json()["visible"]["freshness"]["incidents"]["position"] == 3


async def test_a_position_of_another_log_is_409(client, told):
    other = "00000000-0000-0000-0000-000000000009"
    assert (await client.get(PATH, params={"wait_for": f"incidents:{other}:1"})).status_code == 409


async def test_a_credential_of_another_service_is_not_refused(client, told):
    assert (await client.get(PATH, headers={"Authorization": "ApiKey sw_1_2"})).status_code == 200


async def test_every_route_says_who_may_call_it(app):
    assert undeclared_routes(app) == []


async def test_ready_once_migrated(client):
    assert (await client.get("/readyz")).status_code == 200


def test_what_can_be_asked_is_what_the_tables_hold():
    assert set(MEASURES) == set(dimensions.MEASURES)
    assert set(DIMENSIONS) == set(dimensions.DIMENSIONS)

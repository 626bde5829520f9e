"""`GET /v1/aggregates/funds` over HTTP, from a real read model; every figure is counted by hand."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, get_args

import httpx
import pytest
from feed_of_funds import of, plan, quantity, shares
from feed_of_incidents import LOG

from common.contracts import funds as published
from common.contracts import funds_projects as projects
from common.contracts.funds_parts import ActivityKind
from reporting import bootstrap
from reporting.application.funds.questions import ACTIVITIES
from reporting.settings import Settings

FUNDS = "/v1/aggregates/funds"


@pytest.fixture
async def client(world, monkeypatch):
    monkeypatch.setattr(bootstrap, "WAIT_SECONDS", 0.1)
    settings = Settings(database_url=world.dsn, port=0, funds_url="http://funds.test/", note="Illustrative.")
    async with (
        bootstrap.api(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client,
    ):
        yield client


@pytest.fixture
async def told(world):
    """Two mechanisms, three donors, three projects, one of them with a grant of each."""
    feed = world.funds
    feed.fund()
    feed.fund("WIN", kind="funding_window")
    feed.commit("c1", "DE", "4450000.00", usd_at_signing="4950000.00", on="2019-04-01")
    feed.commit("c2", "NO", "15000000.00", "NOK", on="2019-05-01")
    feed.commit("c3", "US", "100.00", "USD", on="2020-05-01")
    feed.deposit("d1", "DE", "4950000.00", "2019-06-01", amount="4450000.00", fee="49500.00")
    feed.deposit("d2", "DE", "3630000.00", "2020-08-01", amount="3000000.00", fee="36300.00")
    feed.deposit("d3", "NO", "540000.00", "2019-07-01", amount="5000000.00", currency="NOK", fee="5400.00")
    feed.deposit("d4", "DE", "100.00", "2020-07-01", code="WIN")
    feed.deposit("d5", "SE", "1.00", "2020-09-01", amount="10.00", currency="SEK")
    feed.reverse("d5", "deposit", "2021-01-15")
    feed.call("First call", 1)
    for name in ("HALT", "CPIAT in Kosovo", "EXPLODE+"):
        feed.project(name)
    both = {"UNDP": "1500000.00", "UNODC": "700000.01"}
    feed.grant("HALT", "halt", call="First call", on="2020-02-03", budget=both, kpis=["3", "8"])
    where = {"jurisdictions": shares(XK=100), "goals": shares(g3=100), "kpis": ["3"]}
    feed.grant("CPIAT in Kosovo", "cpiat", call="First call", on="2020-02-03", budget={"UNDP": "660000.00"}, **where)
    wide = {"jurisdictions": shares(AL="33.33", BA="33.33", regional="33.34"), "goals": shares(g6=100), "kpis": []}
    feed.grant("EXPLODE+", "window", code="WIN", on="2019-05-02", budget={"UNDP": "100.00"}, **wide)
    feed.grant("EXPLODE+", "fund", on="2020-02-03", budget={"UNDP": "50.00"}, goals=shares(g6=100), kpis=[])
    feed.start("HALT", "halt", "2020-02-10")
    feed.start("CPIAT in Kosovo", "cpiat", "2021-02-01")
    feed.start("EXPLODE+", "window", "2019-06-01")
    feed.happen("EXPLODE+", "window", projects.GrantOperationallyClosed, "2019-12-31")
    feed.start("EXPLODE+", "fund", "2020-02-20")
    feed.move("t1", "HALT", "halt", "1000000.00", on="2020-02-15")
    feed.move("t2", "HALT", "halt", "700000.01", organisation="UNODC", on="2020-03-15")
    feed.move("t3", "EXPLODE+", "window", "100.00", code="WIN", on="2020-07-02")
    feed.move("r1", "HALT", "halt", "1.00", published.RefundReceived, on="2020-12-01")
    feed.spend("e1", "HALT", "halt", {1: "100.00", 5: "50.00"}, "2020-01-01/2020-06-30")
    feed.spend("e2", "HALT", "halt", {1: "260.00", 5: "90.10"}, "2020-01-01/2020-12-31", certified=True)
    await world.tell_funds()
    return world


async def ask(client: httpx.AsyncClient, path: str = FUNDS, **parameters: Any) -> dict[str, Any]:
    answer = await client.get(path, params={name.replace("start", "from"): of_ for name, of_ in parameters.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(document: dict[str, Any], what: str = "value") -> dict[Any, Any]:
    keys = [tuple(row["key"].values()) for row in document["rows"]]
    return {key[0] if len(key) == 1 else key: row[what] for key, row in zip(keys, document["rows"], strict=True)}


def texts(document: dict[str, Any]) -> str:
    return " ".join(note["text"] for note in document["footnotes"])


async def test_an_answer_has_the_shape_of_the_other_aggregates(client, told):
    document = await ask(client, measure="deposited", by="donor")
    assert list(document) == [
        *("measure", "by", "period", "rows", "total", "coverage", "names", "freshness", "footnotes")
    ]
    assert values(document) == {"DE": "8580100.00", "NO": "540000.00", "SE": "0.00"}
    assert document["total"] == "9120100.00"
    assert document["coverage"] is None
    assert document["freshness"] == {"funds": {**document["freshness"]["funds"], "position": len(told.funds.received)}}
    assert document["rows"][0] == {
        "key": {"donor": "DE"},
        "value": "8580100.00",
        "previous": None,
        "year_before": None,
        "change_percent": "n/a",
        "links": {"funds": "http://funds.test/v1/funds"},
    }
    assert document["footnotes"][-1] == {"jurisdiction": None, "text": "Illustrative."}


async def test_a_reversal_is_subtracted_on_its_own_day(client, told):
    assert (await ask(client, measure="deposited", donor="SE", year="2020"))["total"] == "1.00"
    assert (await ask(client, measure="deposited", donor="SE", year="2021"))["total"] == "-1.00"


async def test_what_was_promised_is_told_at_signing_and_what_has_no_rate_is_named(client, told):
    document = await ask(client, measure="committed", by="donor")
    assert values(document) == {"DE": "4950000.00", "US": "100.00"}
    assert document["total"] == "4950100.00"
    assert "not known: 1 (NO NOK 15000000.00 of 2019-05-01)" in texts(document)


async def test_original_amounts_are_never_added_over_currencies(client, told):
    document = await ask(client, measure="committed", by="donor,currency")
    assert values(document) == {("DE", "EUR"): "4450000.00", ("NO", "NOK"): "15000000.00", ("US", "USD"): "100.00"}
    assert document["total"] is None
    assert (await ask(client, measure="committed", currency="NOK"))["total"] == "15000000.00"
    assert values(await ask(client, measure="deposited", by="currency")) == {
        "EUR": "7450100.00",
        "NOK": "5000000.00",
        "SEK": "0.00",
    }
    assert values(await ask(client, measure="approved", by="currency")) == {"USD": "2860150.01"}


async def test_approved_by_whatever_a_grant_is_for(client, told):
    assert values(await ask(client, measure="approved", by="organisation")) == {
        "UNDP": "2160150.00",
        "UNODC": "700000.01",
    }
    by_call = await ask(client, measure="approved", by="call")
    first = str(of("call", "First call"))
    assert values(by_call) == {first: "2860000.01", "outside": "150.00"}
    assert by_call["names"] == {"call": {first: "First call"}}
    assert values(await ask(client, measure="approved", by="mechanism,year")) == {
        ("SLW00", "2020"): "2860050.01",
        ("WIN", "2019"): "100.00",
    }
    # 2,200,000.01 halved: the odd cent goes to the first goal
    assert values(await ask(client, measure="approved", by="goal")) == {
        "2": "1100000.01",
        "3": "660000.00",
        "6": "150.00",
        "7": "1100000.00",
    }


async def test_money_is_divided_to_the_cent_and_every_member_has_its_row(client, told):
    document = await ask(client, measure="approved", by="jurisdiction")
    assert values(document) == {
        "AL": "33.33",
        "BA": "2200083.34",
        "ME": "0.00",
        "MK": "0.00",
        "RS": "0.00",
        "XK": "660000.00",
        "regional": "33.34",
    }
    assert document["total"] == "2860150.01"
    assert document["footnotes"][0]["jurisdiction"] == "XK"
    assert values(await ask(client, measure="approved", by="jurisdiction", jurisdiction="AL")) == {"AL": "33.33"}
    assert values(await ask(client, measure="transferred", by="jurisdiction,half"))["AL", "2020-S2"] == "33.33"


async def test_by_kpi_rows_overlap_and_the_total_counts_once(client, told):
    document = await ask(client, measure="approved", by="kpi")
    assert values(document) == {"3": "2860000.01", "8": "2200000.01", "unknown": "150.00"}
    assert document["total"] == "2860150.01"
    assert "several KPIs" in texts(document)
    assert (await ask(client, measure="approved", kpi="8"))["total"] == "2200000.01"


async def test_expenditure_is_that_in_force_on_the_last_day_of_its_period(client, told):
    assert values(await ask(client, measure="expenditure", by="category,year")) == {
        ("1", "2020"): "260.00",
        ("5", "2020"): "90.10",
    }
    assert (await ask(client, measure="expenditure", to="2020-06-30"))[
        "total"
    ] == "0.00"  # the certified took its place
    told.funds.reverse("e2", "expenditure", "2021-03-10")
    await told.tell_funds()
    assert (await ask(client, measure="expenditure", to="2020-06-30"))["total"] == "150.00"


async def test_what_is_available_is_told_at_the_end_of_a_period(client, told):
    """SLW00: 2019 4,950,000 - 49,500 + 540,000 - 5,400 = 5,435,100. 2020: + 3,593,700 + 1 - 2,860,050.01 + 1.00."""
    document = await ask(client, measure="available", by="mechanism,year")
    assert values(document) == {
        ("SLW00", "2019"): "5435100.00",
        ("SLW00", "2020"): "6168751.99",
        ("SLW00", "2021"): "6168750.99",
        ("WIN", "2019"): "-100.00",
        ("WIN", "2020"): "0.00",
        ("WIN", "2021"): "0.00",
    }
    assert document["total"] == "6168750.99"
    assert values(document, "previous")["SLW00", "2020"] == "5435100.00"
    assert (await ask(client, measure="available", to="2019-12-31", mechanism="SLW00"))["total"] == "5435100.00"
    assert (await ask(client, measure="available", year="2020", mechanism="SLW00"))["total"] == "6168751.99"
    assert (await ask(client, measure="available", to="2018-12-31"))["total"] == "0.00"


async def test_what_an_agreement_promises_reserves_nothing(client, told):
    told.funds.fund("EU", kind="eu_instrument", governance="agreement")
    told.funds.deposit("eu", "EU", "1000.00", "2020-01-10", code="EU")
    told.funds.project("Arms control")
    told.funds.grant("Arms control", "eu", code="EU", budget={"SEESAC": "6900000.00"})
    told.funds.move("eu moved", "Arms control", "eu", "400.00", code="EU", organisation="SEESAC", on="2020-03-01")
    await told.tell_funds()
    assert (await ask(client, measure="available", mechanism="EU"))["total"] == "600.00"
    assert (await ask(client, measure="approved", mechanism="EU"))["total"] == "6900000.00"


async def test_no_span_is_too_long_to_ask_for(client, told):
    ever = {"start": "0001-01-01", "to": "9999-12-31"}
    for measure in ("deposited", "available", "projects"):
        for by in ("year", "month", "mechanism"):
            document = await ask(client, measure=measure, by=by, **ever)
            assert 0 < len(document["rows"]) < 200, (measure, by)
    assert (await ask(client, measure="available", year="9999"))["total"] == "6168750.99"
    assert (await ask(client, measure="available", by="year", year="9999"))["rows"] == []


async def test_a_project_with_grants_of_two_mechanisms_counts_once(client, told):
    document = await ask(client, measure="projects", by="mechanism")
    assert values(document) == {"SLW00": 3, "WIN": 1}
    assert document["total"] == 3
    assert values(await ask(client, measure="projects", by="year", to="2021-03-18")) == {
        "2019": 1,
        "2020": 2,
        "2021": 3,
    }
    assert values(await ask(client, measure="projects", by="jurisdiction", year="2020"))["XK"] == 0
    assert values(await ask(client, measure="projects", by="organisation", to="2020-12-31")) == {"UNDP": 2, "UNODC": 1}
    assert (await ask(client, measure="projects", start="2020-01-01", to="2020-02-15"))[
        "total"
    ] == 1  # not yet EXPLODE+
    assert (await ask(client, measure="projects", by="project"))["total"] == 3


async def test_titles_carry_the_footnote_of_a_jurisdiction(client, told):
    document = await ask(client, measure="projects", by="project")
    assert document["names"]["project"][str(of("project", "CPIAT in Kosovo"))] == "CPIAT in Kosovo*"
    assert document["footnotes"][0]["jurisdiction"] == "XK"
    answer = await client.get(FUNDS, params={"measure": "projects", "by": "project", "format": "csv"})
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("﻿"))))
    assert lines[0] == ["project", "project_name", "value", "previous", "year_before", "change_percent", "funds"]
    assert "CPIAT in Kosovo*" in [line[1] for line in lines]
    assert json.loads(answer.headers["SALWatch-Freshness"])["funds"]["position"] == len(told.funds.received)


async def test_a_span_is_compared_with_the_one_before_and_a_year_earlier(client, told):
    document = await ask(client, measure="deposited", by="donor", start="2020-01-01", to="2020-12-31")
    assert values(document) == {"DE": "3630100.00", "SE": "1.00"}
    assert values(document, "previous") == {"DE": "4950000.00", "SE": "0.00"}
    assert values(document, "change_percent") == {"DE": -26.7, "SE": "n/a"}
    halves = await ask(client, measure="deposited", by="half", start="2020-07-01")
    assert values(halves) == {"2020-S2": "3630101.00", "2021-S1": "-1.00"}
    assert values(halves, "previous") == {"2020-S2": "0.00", "2021-S1": "3630101.00"}
    assert values(halves, "year_before") == {"2020-S2": "540000.00", "2021-S1": "0.00"}


async def test_a_figure_leads_to_what_is_behind_it(client, told):
    async def link(**parameters: Any) -> str:
        return (await ask(client, **parameters))["rows"][0]["links"]["funds"].removeprefix("http://funds.test")

    assert await link(measure="deposited", by="mechanism") == "/v1/funds/SLW00/contributions"
    assert await link(measure="available", mechanism="SLW00") == "/v1/funds/SLW00"
    halt = str(of("project", "HALT"))
    assert await link(measure="approved", project=halt) == f"/v1/projects/{halt}"
    assert await link(measure="projects", by="year") == "/v1/projects?year=2019"


async def test_shares_are_those_of_the_grant_as_last_revised(client, told):
    revised = {"plan": plan({"UNDP": "660000.00"}, jurisdictions=shares(XK=50, MK=50)), "number": 2, "kind": "scope"}
    told.funds.happen("CPIAT in Kosovo", "cpiat", projects.ProjectRevised, "2021-03-01", **revised)
    await told.tell_funds()
    found = values(await ask(client, measure="approved", by="jurisdiction"))
    assert (found["XK"], found["MK"]) == ("330000.00", "330000.00")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("measure=money", "?measure", "unknown_measure"),
        ("measure=expenditure&by=donor", "?by", "not_told_by"),
        ("measure=available&by=goal", "?by", "not_told_by"),
        ("measure=deposited&organisation=UNDP", "?organisation", "not_told_by"),
        ("measure=approved&by=colour", "?by", "unknown_by"),
        ("measure=approved&year=2020-S1", "?year", "unknown_period"),
        ("measure=approved&project=HALT", "?project", "unknown_project"),
        ("measure=approved&mechanism=NONE", "?mechanism", "unknown_mechanism"),
        ("measure=approved&jurisdiction=ZZ", "?jurisdiction", "unknown_jurisdiction"),
        ("measure=approved&by=jurisdiction,month&from=0001-01-01", "?from", "too_many_rows"),
        ("measure=expenditure&category=9", "?category", "unknown_category"),
        ("measure=approved&from=2021-01-01&to=2020-01-01", "?from", "span_reversed"),
        ("measure=approved&colour=red", "?colour", "unknown_parameter"),
        ("measure=approved&from=yesterday", "?from", "value_error"),
        (f"wait_for=other:{LOG}:7", "?wait_for", "unknown_publisher"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_what_exists(client, told, query, pointer, code):
    answer = await client.get(f"{FUNDS}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert (pointer, code) in errors


async def test_nothing_published_is_an_empty_answer(client):
    for measure in ("deposited", "committed", "approved", "available", "projects"):
        document = await ask(client, measure=measure)
        assert document["total"] in ("0.00", 0)
        assert len(document["rows"]) == 1
    assert (await client.get(FUNDS)).status_code == 200
    assert (await client.get("/v1/aggregates/results")).json()["rows"] == []


async def test_a_write_that_is_not_visible_yet_is_waited_for(client, told):
    answer = await client.get(FUNDS, params={"wait_for": f"funds:{LOG}:{len(told.funds.received)}"})
    assert answer.status_code == 200
    late = await client.get(FUNDS, params={"wait_for": f"funds:{LOG}:99999"})
    assert late.status_code == 504
    assert late.json()["visible"]["total"] == "9120100.00"


RESULTS = "/v1/aggregates/results"


@pytest.fixture
async def done(told):
    feed = told.funds
    feed.activity("Course", project=of("project", "HALT"))
    feed.held("Course", "2020-05-02", [quantity(24), quantity(10, sex="female"), quantity(3, "manuals", "piece")])
    feed.activity("Forum", "meeting", jurisdictions=["AL", "BA", "XK"], goals=["2", "3"], kpis=[])
    feed.held(
        "Forum", "2020-11-20", [quantity(6, jurisdiction="AL", sex="male"), quantity(20), quantity(8, sex="male")]
    )
    feed.activity("Storage", "storage_upgrade", jurisdictions=["AL"])
    feed.held("Storage", "2021-02-01", [quantity(2, "storages", "storage", jurisdiction="AL")])
    feed.activity("Next", "meeting", start="2021-06-01", end="2021-06-02", targets=[quantity(30)])
    await feed_told(told)
    return told


async def feed_told(world) -> None:
    await world.tell_funds()


async def test_results_are_quantities_with_units(client, done):
    document = await ask(client, RESULTS, by="kind,unit")
    assert values(document) == {
        ("meeting", "person"): "20",
        ("storage_upgrade", "storage"): "2",
        ("training", "person"): "24",
        ("training", "piece"): "3",
    }
    assert document["total"] is None
    assert (await ask(client, RESULTS, unit="person"))["total"] == "44"
    assert values(await ask(client, RESULTS, unit="person", by="year")) == {"2020": "44"}
    assert values(await ask(client, RESULTS, unit="person", by="what")) == {"participants": "44"}


async def test_parts_are_never_added_to_their_whole(client, done):
    """Course: 24, of them 10 women. Forum: 20, of them 8 men, 6 of whom were from AL; no jurisdiction for the rest."""
    assert values(await ask(client, RESULTS, unit="person", by="sex")) == {"female": "10", "male": "8", "unknown": "26"}
    found = values(await ask(client, RESULTS, unit="person", by="jurisdiction"))
    assert {code: number for code, number in found.items() if number != "0"} == {
        "AL": "6",
        "BA": "24",
        "regional": "14",
    }
    assert values(await ask(client, RESULTS, unit="person", by="mechanism")) == {"SLW00": "24", "none": "20"}
    by_goal = await ask(client, RESULTS, unit="person", by="goal")
    assert values(by_goal) == {"2": "44", "3": "20"}
    assert by_goal["total"] == "44"


def test_the_kinds_of_activities_are_those_of_the_contract():
    assert get_args(ActivityKind) == ACTIVITIES


async def test_how_many_activities_there_were(client, done):
    assert values(await ask(client, RESULTS, measure="activities", by="kind")) == {
        "meeting": 1,
        "storage_upgrade": 1,
        "training": 1,
    }
    assert values(await ask(client, RESULTS, measure="activities", by="state,year")) == {
        ("held", "2020"): 2,
        ("held", "2021"): 1,
        ("planned", "2021"): 1,
    }
    by_place = await ask(client, RESULTS, measure="activities", by="jurisdiction")
    assert values(by_place) == {"AL": 2, "BA": 2, "ME": 0, "MK": 0, "RS": 0, "XK": 1}
    assert by_place["total"] == 3


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("by=kind", "?unit", "unit_required"),
        ("by=kind&unit=person,piece", "?unit", "unit_required"),
        ("by=donor", "?by", "unknown_by"),
        ("measure=activities&by=unit", "?by", "not_told_by"),
        ("by=unit&kind=party", "?kind", "unknown_kind"),
        ("by=unit&sex=other", "?sex", "unknown_sex"),
        ("donor=DE", "?donor", "unknown_parameter"),
    ],
)
async def test_results_refuse_what_cannot_be_asked(client, done, query, pointer, code):
    answer = await client.get(f"{RESULTS}?{query}")
    assert answer.status_code == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]

"""The page of official figures over HTTP, from a real read model of both publishers."""

from __future__ import annotations

import re

import httpx
import pytest
from feed_of_kpi import figure

from common.contracts import kpi as published
from reporting import bootstrap
from reporting.settings import Settings


@pytest.fixture
async def client(world):
    settings = Settings(database_url=world.dsn, port=0, note="<b>Made up</b> & so on")
    async with (
        bootstrap.api(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client,
    ):
        yield client


@pytest.fixture
async def told(world):
    feed = world.kpi
    feed.roadmap()
    feed.round(1, "2018")
    feed.publish(1, figure("AL", "6.1", 100), figure("AL", "6.3", 10), figure("BA", "6.1", 50), figure("BA", "6.3", 5))
    feed.round(4, "2020-S1")
    feed.accept(4, "AL")
    feed.happen(4, "AL", published.DiscrepancyFound, query=1, kpi="6.1", dimensions={})
    feed.happen(4, "AL", published.QuerySent, query=1)
    instruments = {**figure("BA", "1"), "cells": [], "statuses": [{"item": "law", "status": "done"}]}
    feed.publish(
        4,
        figure("AL", "6.1", inland=30, border=5),
        figure("AL", "6.3", 7),
        instruments,
        {**figure("BA", "6.1", 1_065), "quality": "estimated"},
        figure("RS", "6.1", presence="not_applicable"),
        secretariat=(figure("regional", "14", "61.5"),),
    )
    feed.round(5, "2020-S2")
    feed.accept(5, "BA")
    feed.happen(5, "RS", published.ReportSubmitted, digest="b" * 64)
    feed.happen(5, "XK", published.ReportReturned, digest="b" * 64, kpis=())
    await world.tell_kpi()
    handguns = [{"kind": "handgun", "quantity": "38", "unit": "piece"}]
    rifles = [{"kind": "rifle", "quantity": "900", "unit": "piece"}]
    seized = {"jurisdiction": "AL", "occurred_on": "2020-02-03", "category": "weapon_seizure"}
    world.feed.report("a", **seized, seizure={"setting": "inland", "items": handguns})
    world.feed.report("b", **seized, seizure={"setting": "inland", "items": rifles})
    world.feed.declare("BA", "2020-12-31")
    await world.tell()
    return world


def rows(html: str, section: str) -> dict[str, list[str]]:
    """The cells of the section's tables by the head of their line."""
    part = re.search(rf'<section id="{section}".*?</section>', html, re.DOTALL)[0]
    found = {}
    for line in re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL):
        cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)]
        found[cells[0]] = cells[1:]
    return found


async def test_sets_jurisdictions_beside_each_other_by_their_capitals_with_bands(client, told):
    html = (await client.get("/kpi")).text
    assert "<strong>First half of 2020</strong>, the latest published period (1 January 2020 to 30 June 2020)" in html
    lines = rows(html, "matrix")
    assert lines["KPI"] == ["Tirana", "Sarajevo", "Belgrade", "Pristina*", "Region", "Reported"]
    assert lines["6.1 Firearms seized pieces"] == [
        *("35", "1,065 estimated", "not applicable", "not reported", "1,100", "2 of 4")
    ]
    assert lines["6.4 Share traced percent"][0] == "20.0% Some of the way"
    assert lines["1 Instruments items: done"][1] == "1 of 2"
    assert lines["10 Registered firearms pieces"][2] == "not applicable"


async def test_what_commissions_do_not_collect_stands_apart(client, told):
    html = (await client.get("/kpi")).text
    assert "What others collect, first half of 2020" in html
    assert rows(html, "matrix")["14 Feeling safe percent, by a survey"][-2:] == ["61.5%", "0 of 4"]


async def test_shows_the_course_with_the_baseline(client, told):
    html = (await client.get("/kpi?kpi=6")).text
    lines = rows(html, "course")
    assert "Baseline (2018)" in html
    assert "baseline: 2018, for a period of the same length" in html
    assert lines["Tirana"] == ["10.0%", "20.0%", "n/a"]  # the last table: shares
    assert html.count("Column charts, one per jurisdiction") == 2 * 3


async def test_official_figures_stand_beside_the_feed_and_are_never_added(client, told):
    lines = rows((await client.get("/kpi")).text, "triangulation")
    assert lines["Jurisdiction"] == ["Official", "Incident feed", "Query"]
    assert lines["Tirana"] == ["35", "38", "asked about"]
    assert lines["Sarajevo"] == ["1,065", "0", ""]
    assert lines["Belgrade"] == ["not applicable", "not reported", ""]


async def test_a_discrepancy_of_an_unpublished_figure_is_not_told(client, told):
    told.kpi.happen(4, "BA", published.RestatementOpened)
    told.kpi.happen(4, "BA", published.DiscrepancyFound, query=1, kpi="6.1", dimensions={})
    told.kpi.happen(4, "BA", published.QuerySent, query=1)
    await told.tell_kpi()
    assert rows((await client.get("/kpi")).text, "triangulation")["Sarajevo"][-1] == ""


async def test_shows_how_complete_the_rounds_are(client, told):
    lines = rows((await client.get("/kpi")).text, "completeness")
    newest = lines["Report 5: second half of 2020 due 1 February 2021"]
    assert newest == ["none yet", "open", "accepted late by 28 days", "submitted late by 28 days", "open", "open"]
    published_round = lines["Report 4: first half of 2020 due 1 February 2021"]
    assert published_round[0].startswith("1 1 March 2021")
    assert published_round[1:] == ["published late by 28 days", "published", "published", "missing", "published"]


async def test_a_restatement_names_its_edition(client, told):
    told.kpi.publish(4, figure("BA", "6.1", 1_066))
    await told.tell_kpi()
    html = (await client.get("/kpi")).text
    assert "restates edition 1, published 1 March 2021" in html
    assert rows(html, "matrix")["6.1 Firearms seized pieces"][1] == "1,066"


async def test_an_earlier_period_can_be_chosen(client, told):
    html = (await client.get("/kpi?period=2018")).text
    assert '<option value="2018" selected>' in html
    assert rows(html, "matrix")["6.1 Firearms seized pieces"][0] == "100"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/kpi?period=<script>", "“&lt;script&gt;” is no period with a published edition"),
        ("/kpi?kpi=99", "“99” is no KPI of this roadmap"),
        ("/kpi?roadmap=none", "“none” is no published roadmap"),
        ("/kpi?colour=red", "colour"),
    ],
)
async def test_what_cannot_be_shown_is_said_on_the_page(client, told, address, said):
    answer = await client.get(address)
    assert answer.status_code == 422
    assert said in answer.text
    assert rows(answer.text, "matrix")["6.1 Firearms seized pieces"][0] == "35"


async def test_before_a_roadmap_and_before_an_edition_there_is_a_page(client, world):
    answer = await client.get("/kpi")
    assert answer.status_code == 200
    assert "No roadmap has been published yet." in answer.text
    world.kpi.roadmap()
    world.kpi.round(4, "2020-S1")
    await world.tell_kpi()
    html = (await client.get("/kpi")).text
    assert "No round has been published yet." in html
    assert rows(html, "completeness")["Report 4: first half of 2020 due 1 February 2021"][:2] == ["none yet", "open"]


async def test_each_page_leads_to_the_other_and_both_have_the_footnote(client, told):
    for address, other in (("/", "/kpi"), ("/kpi", "/")):
        html = (await client.get(address)).text
        assert f'<a href="{other}">' in html
        assert "* References to Kosovo shall be understood" in html


async def test_nothing_on_the_page_runs_or_comes_from_elsewhere(client, told):
    answer = await client.get("/kpi")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', answer.text) == []
    assert "&lt;b&gt;Made up&lt;/b&gt; &amp; so on" in answer.text


async def test_figures_for_programs_are_the_same(client, told):
    html = (await client.get("/kpi")).text
    addresses = set(re.findall(r'href="(/v1/aggregates/[^"]+)"', html))
    assert len(addresses) >= 6
    for address in addresses:
        assert (await client.get(address.replace("&amp;", "&"))).status_code == 200, address

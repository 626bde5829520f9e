"""The page of the funds over HTTP, from a real read model of what `funds` publishes."""

from __future__ import annotations

import re

import httpx
import pytest
from feed_of_funds import eventful, of, plan, shares

from common.contracts import funds as published
from common.contracts import funds_projects as projects
from reporting import bootstrap
from reporting.settings import Settings

TITLE = "Crossing <b>borders</b> of Kosovo"


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
    """All that can happen, and a project whose title and office name a jurisdiction with a footnote."""
    feed = world.funds
    eventful(feed)
    office = [{"organisation": "UNDP", "name": "UNDP Kosovo"}]
    given = {"budget": {"UNDP": "300.01"}, "offices": office, "jurisdictions": shares(XK=50, MK=50)}
    feed.project(TITLE, **given)
    feed.grant(TITLE, "crossing", call="Second call", on="2020-11-20", **given)
    feed.start(TITLE, "crossing", "2021-04-01")
    feed.move("crossing", TITLE, "crossing", "300.01", on="2020-12-01")
    await world.tell_funds()
    return world


def rows(html: str, section: str) -> dict[str, list[str]]:
    """The cells of the section's tables by the head of their line, which is the last of several."""
    part = re.search(rf'<section id="{section}".*?</section>', html, re.DOTALL)[0]
    found = {}
    for line in re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL):
        heads = [_text(cell) for cell in re.findall(r"<th.*?</th>", line, re.DOTALL)]
        cells = [_text(cell) for cell in re.findall(r"<td.*?</td>", line, re.DOTALL)]
        found[" | ".join(heads)] = cells
    return found


def _text(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell).strip()


async def test_shows_the_whole_record_of_all_mechanisms_by_default(client, told):
    html = (await client.get("/funds")).text
    assert "<strong>Whole record</strong>" in html
    assert "All 2 mechanisms." in html
    assert '<option value="" selected>All</option>' in html
    assert '<option value="WIN">Fund WIN</option>' in html


async def test_the_statement_is_that_of_the_day(client, told):
    """Worked out by hand from the example: a deposit and a transfer were reversed, and so was a charge."""
    lines = rows((await client.get("/funds?mechanism=SLW00&year=2020")).text, "sources")
    assert lines["Contributions from donors"] == ["0.00", "5,680,000.50", "5,680,000.50"]
    assert lines["Agent&#39;s fee"] == ["0.00", "56,800.01", "56,800.01"]
    assert lines["Bank charges"] == ["0.00", "0.00", "0.00"]
    assert lines["Exchange gain or loss"] == ["0.00", "1.76", "1.76"]
    assert lines["Net funded transfers less refunds"] == ["0.00", "799,300.01", "799,300.01"]


async def test_the_figures_for_programs_are_the_same(client, told):
    html = (await client.get("/funds?mechanism=SLW00")).text
    addresses = {address.replace("&amp;", "&") for address in re.findall(r'href="(/v1/aggregates/[^"]+)"', html)}
    assert len(addresses) >= 10
    for address in addresses:
        assert (await client.get(address)).status_code == 200, address


@pytest.mark.parametrize("query", ["", "?year=2020", "?mechanism=WIN&year=2020"])
async def test_every_address_on_the_page_can_be_asked(client, told, query):
    html = (await client.get(f"/funds{query}")).text
    for address in re.findall(r'href="(/v1/aggregates/[^"]+)"', html):
        assert (await client.get(address.replace("&amp;", "&"))).status_code == 200, address


async def test_transfers_by_jurisdiction_are_those_of_the_aggregates(client, told):
    lines = rows((await client.get("/funds?mechanism=SLW00")).text, "flow")
    told_ = (await client.get("/v1/aggregates/funds?measure=transferred&by=jurisdiction&mechanism=SLW00")).json()
    by_code = {row["key"]["jurisdiction"]: f"{float(row['value']):,.2f}" for row in told_["rows"]}
    assert lines["UNDP | Kosovo*"] == [by_code["XK"]]
    assert lines["UNDP | North Macedonia"] == [by_code["MK"]]


async def test_projects_of_a_year_are_those_that_were_active_in_it(client, told):
    html = (await client.get("/funds?year=2020")).text
    names = " ".join(rows(html, "projects"))
    assert "HALT" in names
    assert "Crossing" not in names
    later = " ".join(rows((await client.get("/funds?year=2021")).text, "projects"))
    assert "Crossing" in later


async def test_a_footnote_follows_a_name_in_titles_offices_and_pictures(client, told):
    html = (await client.get("/funds")).text
    assert "Crossing &lt;b&gt;borders&lt;/b&gt; of Kosovo*" in html
    assert "UNDP Kosovo*" in html
    without_notes = re.sub(r'<p class="footnote">.*?</p>', "", html, flags=re.DOTALL)
    assert re.findall(r"\bKosovo\b(?!\*)", without_notes) == []
    assert "* References to Kosovo shall be understood" in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("mechanism=<script>", "“&lt;script&gt;” is no mechanism. There are: SLW00, WIN."),
        ("year=soon", "“soon” is no year of the record. There are: 2019 to 2021."),
        ("colour=red", "colour"),
    ],
)
async def test_what_cannot_be_shown_is_said_on_the_page(client, told, query, said):
    answer = await client.get(f"/funds?{query}")
    assert answer.status_code == 422
    assert said in answer.text
    assert "Closing balance" in answer.text


async def test_before_a_fund_there_is_a_page(client, world):
    answer = await client.get("/funds")
    assert answer.status_code == 200
    assert "No fund has been recorded yet." in answer.text
    assert "Nothing has been read from any publisher yet." in answer.text
    world.funds.fund()
    await world.tell_funds()
    assert "No money is recorded yet." in (await client.get("/funds")).text


async def test_a_grant_of_a_fund_that_is_not_known_yet_waits_for_it(client, world):
    """Over Kafka a project's events may come before its fund's."""
    world.funds.fund("FIRST")
    world.funds.project("Early")
    given = {"grant": of("grant", "early"), "fund": of("fund", "LATE"), "plan": plan(), "on": "2020-01-10"}
    world.funds.append(of("project", "Early"), projects.GrantApproved, given)
    await world.tell_funds()
    assert "No project is recorded." in (await client.get("/funds")).text
    world.funds.fund("LATE")
    await world.tell_funds()
    assert "1 project with 1 grant of USD 1,000.00." in (await client.get("/funds")).text


async def test_all_pages_lead_to_each_other(client, told):
    for address, others in (("/", ("/kpi", "/funds")), ("/kpi", ("/", "/funds")), ("/funds", ("/", "/kpi"))):
        html = (await client.get(address)).text
        for other in others:
            assert f'<a href="{other}">' in html


async def test_nothing_on_the_page_runs_or_comes_from_elsewhere(client, told):
    answer = await client.get("/funds")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', answer.text) == []
    assert "&lt;b&gt;Made up&lt;/b&gt; &amp; so on" in answer.text


async def test_it_says_how_far_it_has_read(client, told):
    told.funds.append(of("fund", "SLW00"), published.FundExtended, {"end": "2025-12-31", "on": "2021-01-01"})
    await told.tell_funds()
    assert f"event {len(told.funds.received)} of funds" in (await client.get("/funds")).text

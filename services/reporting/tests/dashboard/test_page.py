"""The page over HTTP, from a real read model."""

from __future__ import annotations

import re

import httpx
import pytest
from feed_of_incidents import person

from reporting import bootstrap
from reporting.settings import Settings


@pytest.fixture
async def client(world):
    settings = Settings(
        database_url=world.dsn, port=0, incidents_url="http://incidents.test", note="<b>Made up</b> & so on"
    )
    async with (
        bootstrap.api(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client,
    ):
        yield client


@pytest.fixture
async def told(world):
    feed = world.feed
    feed.report("a", persons=[person(sex="female"), person(sex="male", outcome="injured")])
    feed.report(
        "b", jurisdiction="XK", occurred_on="2020-04-02", category="suicide", persons=[person(outcome="suicide")]
    )
    feed.report("c", occurred_on="2019-05-01", persons=[person(sex="male")])
    feed.report("d", occurred_on="2020-01-01", date_precision="year")
    feed.report(
        "e",
        category="weapon_seizure",
        seizure={
            "setting": "inland",
            "items": [
                {"kind": "ammunition", "quantity": "12.500", "unit": "kg"},
                {"kind": "ammunition", "quantity": "1200", "unit": "round"},
            ],
        },
    )
    feed.declare("RS", "2020-12-31")
    await world.tell()
    return world


def rows(html: str, section: str) -> list[list[str]]:
    """The cells of the section's tables, line by line."""
    part = re.search(rf'<section id="{section}".*?</section>', html, re.DOTALL)[0]
    lines = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)]
        for line in lines
    ]


def tile(html: str, name: str) -> str:
    return re.search(rf'<dt>{name}.*?<dd class="value[^"]*">([^<]+)', html, re.DOTALL)[1]


async def test_shows_the_latest_full_year_with_data(client, told):
    html = (await client.get("/")).text
    assert "<strong>2020</strong>, the latest full year with data (1 January 2020 to 31 December 2020)" in html
    assert [tile(html, name) for name in ("Incidents", "Killed", "Suicides", "Deaths", "Injured", "Seizures")] == [
        *("4", "1", "1", "2", "1", "1")
    ]


async def test_says_who_has_not_reported_and_never_makes_it_a_zero(client, told):
    html = (await client.get("/")).text
    assert "<strong>1 of 7</strong> jurisdictions reported the whole period" in html
    assert "Not or not wholly reported: Albania, Bosnia and Herzegovina, Kosovo*, " in html
    by_name = {line[0]: line[1:] for line in rows(html, "where")}
    assert by_name["Serbia Belgrade · RS"][0] == "3"
    assert by_name["Kosovo* Pristina · XK"][0] == "1"
    assert by_name["Albania Tirana · AL"] == ["not reported", "not reported", "n/a", "not reported"]


async def test_the_footnote_stands_below_whatever_is_chosen(client, told):
    for address in ("/", "/?jurisdiction=RS", "/?year=soon"):
        html = (await client.get(address)).text
        assert "* References to Kosovo shall be understood" in html


async def test_an_unreported_sex_is_a_value_and_a_share_names_its_denominator(client, told):
    lines = rows((await client.get("/")).text, "casualties")
    assert lines[0][1:4] == ["Women", "Men", "Sex unreported"]
    assert lines[1] == ["Killed", "1", "0", "0", "1", "100% (1 of 1)"]
    assert lines[2] == ["Suicides", "0", "0", "1", "1", "n/a (0 of 0)"]


async def test_units_stand_apart(client, told):
    lines = rows((await client.get("/")).text, "seizures")
    assert ["Ammunition", "12.5", "0", "n/a"] in lines
    assert ["Ammunition", "1,200", "0", "n/a"] in lines


async def test_what_is_dated_too_coarsely_has_its_column(client, told):
    html = (await client.get("/")).text
    lines = rows(html, "trend")
    assert lines[0][-2:] == ["Month not known", "Total"]
    assert next(line for line in lines if line[0] == "Criminal context")[-2:] == ["1", "2"]


async def test_a_year_earlier_is_whole_where_a_category_occurs_no_more(client, told):
    told.feed.report("f", occurred_on="2019-02-03", category="accidental_shooting")
    told.feed.report("g", occurred_on="2019-06-03", category="suicide", persons=[person(outcome="suicide")])
    await told.tell()
    lines = rows((await client.get("/?year=2020")).text, "trend")
    past = {name[0]: line[1:] for name, line in zip(lines[1::2], lines[2::2], strict=True)}
    months = ["0"] * 12
    assert past["Accidental shooting"] == [*months[:1], "1", *months[2:], "0", "1"]
    assert past["Suicide"] == [*months[:5], "1", *months[6:], "0", "1"]
    assert past["All categories"][-2:] == ["0", "3"]


async def test_filters_by_part_and_jurisdiction(client, told):
    html = (await client.get("/", params={"year": "2020", "part": "Q2", "jurisdiction": "XK"})).text
    assert "<strong>Second quarter of 2020</strong> (1 April 2020 to 30 June 2020).\nKosovo*." in html
    assert tile(html, "Incidents") == "1"
    assert tile(html, "Killed") == "not reported"
    assert 'value="XK" checked' in html
    assert '<option value="Q2" selected>' in html


async def test_tells_where_the_record_begins(client, told):
    assert "The record begins in 2019" in (await client.get("/?year=2019")).text
    assert "The record begins" not in (await client.get("/?year=2020")).text


async def test_an_empty_read_model_has_a_page(client):
    answer = await client.get("/")
    assert answer.status_code == 200
    assert "No incidents are recorded." in answer.text
    assert "Nothing has been read from any publisher yet." in answer.text
    assert tile(answer.text, "Incidents") == "not reported"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/?year=<script>", "“&lt;script&gt;” is not a year that can be shown"),
        ("/?colour=red", "colour"),
        ("/?from=2020-02-01", "“to” is missing"),
        ("/?jurisdiction=ZZ", "“ZZ” is not the code of a jurisdiction"),
        ("/?from=2020-02-01&to=2020-01-01", "lies after the last"),
        ("/?year=%00", "NUL"),
    ],
)
async def test_what_cannot_be_shown_is_said_on_the_page(client, told, address, said):
    answer = await client.get(address)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert said in answer.text
    assert tile(answer.text, "Incidents") == "4"


@pytest.mark.parametrize("address", ["/?year=0999", "/?from=0001-01-01&to=0001-12-31", "/?year=9999"])
async def test_years_beyond_reason_are_refused(client, told, address):
    assert (await client.get(address)).status_code == 422


async def test_the_widest_span_is_shown(client, told):
    html = (await client.get("/?from=1900-01-01&to=2199-12-31")).text
    assert tile(html, "Incidents") == "5"


async def test_nothing_on_the_page_runs_or_comes_from_elsewhere(client, told):
    answer = await client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', answer.text) == []


async def test_the_notice_is_text(client, told):
    html = (await client.get("/")).text
    assert "&lt;b&gt;Made up&lt;/b&gt; &amp; so on" in html
    assert html.count("Made up") == 1


async def test_figures_for_programs_are_the_same(client, told):
    html = (await client.get("/")).text
    for address in set(re.findall(r'href="(/v1/aggregates/[^"]+)"', html)):
        assert (await client.get(address.replace("&amp;", "&"))).status_code == 200, address


async def test_the_stylesheet_is_not_sent_twice(client):
    first = await client.get("/static/salwatch.css")
    assert first.headers["content-type"].startswith("text/css")
    again = await client.get("/static/salwatch.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

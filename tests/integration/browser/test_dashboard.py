"""Both pages of the demo's dashboard in a real browser, cut off from every network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from demonstration import ROOT
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCREENSHOTS = ROOT / "var" / "screenshots"  # kept out of git
DESKTOP, PHONE = 1280, 360
YEAR = {"from": "2020-01-01", "to": "2020-12-31"}


PAGES = ["/", "/kpi"]


@pytest.mark.parametrize("address", PAGES)
def test_loads_alone_and_without_complaint(reading, address):
    reader = reading.reader()
    page = reader.open(address)
    page.wait_for_load_state("networkidle")
    assert "2020" in page.title()
    assert reader.elsewhere == []
    assert reader.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(
    "address",
    [
        *("/", "/?year=2020&part=Q2&jurisdiction=XK", "/?year=2015", "/?year=soon"),
        *("/kpi", "/kpi?period=2020-S1&kpi=12", "/kpi?period=soon"),
    ],
)
def test_axe_finds_nothing(reading, scheme, width, address):
    page = reading.reader(width=width, scheme=scheme).open(address)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [DESKTOP, 800, PHONE])
@pytest.mark.parametrize("address", PAGES)
def test_nothing_hangs_over_the_edge(reading, width, address):
    page = reading.reader(width=width).open(address)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_is_read_without_scripts(reading, client):
    page = reading.reader(scripts=False).open()
    assert page.locator("script").count() == 0
    assert _headline(page, "Incidents") == _total(client, "incidents")


@pytest.mark.parametrize(("address", "pictures"), [("/", 6), ("/kpi?kpi=6", 3)])
def test_a_table_stands_beside_every_picture(reading, address, pictures):
    page = reading.reader().open(address)
    exhibits = page.locator(".exhibit:has(svg)")
    assert exhibits.count() >= pictures
    for exhibit in exhibits.all():
        assert exhibit.locator("svg:visible").count() == 1
        assert exhibit.locator("svg:visible").get_attribute("aria-label")
        assert exhibit.locator("table:visible tbody tr").count() > 0
    assert page.locator("svg").count() == exhibits.locator("svg").count()


def test_shows_what_the_aggregates_say(reading, client):
    page = reading.reader().open()
    for name, measure, only in [
        ("Incidents", "incidents", {}),
        ("Killed", "killed", {}),
        ("Suicides", "suicides", {}),
        ("Deaths", "deaths", {}),
        ("Injured", "injured", {}),
        ("Seizures", "incidents", {"category": "weapon_seizure"}),
    ]:
        assert _headline(page, name) == _total(client, measure, **only), name
    assert _column(page, "categories") == _values(client, by="category")
    assert _column(page, "where") == _values(client, by="jurisdiction")


def test_shows_official_figures_as_the_aggregates_say_them(reading, client):
    page = reading.reader(scripts=False).open("/kpi?period=2020-S1")
    for kpi, name in (("6.1", "6.1 Firearms seized"), ("11.1", "11.1 Firearms surrendered")):
        answer = client.get("/v1/aggregates/kpi", params={"kpi": kpi, "by": "jurisdiction", "period": "2020-S1"}).json()
        line = page.locator("#matrix tbody tr").filter(has=page.locator("th", has_text=re.compile(f"^{name}")))
        shown = [text.split("\n")[0] for text in line.locator("td").all_inner_texts()]
        told = [f"{int(row['value']):,}" for row in answer["rows"]]
        assert shown == [*told, f"{int(answer['total']):,}", f"{len(told)} of {len(told)}"]


def test_official_figures_stand_beside_the_feed(reading, client):
    page = reading.reader().open("/kpi?period=2020-S1")
    first = page.locator("#triangulation table").first
    assert first.locator("thead th").all_inner_texts()[:3] == ["Jurisdiction", "Official", "Incident feed"]
    assert first.locator("tbody th").all_inner_texts() == [
        *("Tirana", "Sarajevo", "Pristina*", "Podgorica", "Skopje", "Belgrade")
    ]
    assert first.locator("tfoot").count() == 0  # nothing is added up


def test_the_keyboard_chooses_an_earlier_period(reading):
    page = reading.reader().open("/kpi")
    for name in ("", "roadmap", "period"):  # the first is the link past the filters
        page.keyboard.press("Tab")
        assert (page.evaluate("document.activeElement.name") or "") == name
    page.keyboard.press("End")
    for _ in ("kpi", "button"):
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    chosen = page.locator("select[name=period]").input_value()
    assert chosen
    assert f"period={chosen}" in page.url


def test_one_page_leads_to_the_other(reading):
    page = reading.reader().open()
    page.get_by_role("link", name="key performance indicators").click()
    assert page.url.endswith("/kpi")
    page.get_by_role("link", name="armed violence and firearm seizures").click()
    assert page.url.endswith("/")


def test_the_tables_of_the_trend_add_up(reading, client):
    page = reading.reader().open()
    *_, last, _ = page.locator("#trend tbody tr").all()
    cells = [_number(text) for text in last.locator("td").all_inner_texts()]
    assert sum(cells[:-1]) == cells[-1] == _total(client, "incidents")


def test_the_keyboard_suffices(reading, client):
    page = reading.reader().open()
    page.keyboard.press("Tab")
    assert _focused(page) == "Skip to the figures"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "year"
    page.keyboard.press("ArrowDown")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "RS":
            break
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "year=2019" in page.url
    assert "jurisdiction=RS" in page.url
    told = _total(client, "incidents", jurisdiction="RS", **{"from": "2019-01-01", "to": "2019-12-31"})
    assert _headline(page, "Incidents") == told


@pytest.mark.parametrize("address", PAGES)
def test_focus_can_be_seen(reading, address):
    page = reading.reader().open(address)
    for _ in range(6):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style not in ("none", ""), _focused(page)


def test_what_cannot_be_asked_is_said_on_the_page(reading):
    reader = reading.reader()
    answer = reader.page.goto(f"{reader.dashboard}/?colour=red&year=soon")
    assert answer.status == 422
    assert "colour" in reader.page.get_by_role("alert").inner_text()
    assert _headline(reader.page, "Incidents") > 0


@pytest.mark.parametrize(("name", "width", "scheme"), [("desktop", DESKTOP, "light"), ("phone", PHONE, "dark")])
@pytest.mark.parametrize("address", PAGES)
def test_can_be_photographed(reading, name, width, scheme, address):
    page = reading.reader(width=width, scheme=scheme).open(address)
    picture = SCREENSHOTS / f"{'kpi' if address == '/kpi' else 'dashboard'}-{name}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 50_000


@pytest.mark.parametrize("address", PAGES)
def test_prints_on_paper(reading, tmp_path: Path, address):
    page = reading.reader().open(address)
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden()
    assert page.locator("table").first.is_visible()
    assert page.pdf(path=tmp_path / "dashboard.pdf").startswith(b"%PDF")


@pytest.fixture
def client(demo):
    with httpx.Client(base_url=demo.document["services"]["reporting"]) as client:
        yield client


def _answer(client: httpx.Client, measure: str, **parameters: str) -> Any:
    path = "/v1/aggregates/incidents"
    answer = client.get(path, params={"measure": measure, **YEAR, **parameters})
    answer.raise_for_status()
    return answer.json()


def _total(client: httpx.Client, measure: str, **parameters: str) -> int:
    return int(_answer(client, measure, **parameters)["total"])


def _values(client: httpx.Client, by: str) -> list[int]:
    return sorted((row["value"] for row in _answer(client, "incidents", by=by)["rows"]), reverse=True)


def _headline(page: Page, name: str) -> int:
    tile = page.locator(".tile").filter(has=page.locator("dt", has_text=re.compile(rf"^{name}")))
    return _number(tile.locator(".value").inner_text())


def _column(page: Page, section: str) -> list[int]:
    return [_number(text) for text in page.locator(f"#{section} tbody td:nth-of-type(1)").all_inner_texts()]


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText"))

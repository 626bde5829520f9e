"""The page of the funds in a real browser, with the founding document's fund."""

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
FUND = "SLW00"
ADDRESSES = ["/funds", "/funds?year=2020", f"/funds?mechanism={FUND}&year=2020", "/funds?year=soon"]


@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_loads_alone_and_without_complaint(reading, address):
    reader = reading.reader()
    page = reader.open(address)
    page.wait_for_load_state("networkidle")
    assert "funds" in page.title()
    assert reader.elsewhere == []
    assert reader.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(reading, scheme, width, address):
    page = reading.reader(width=width, scheme=scheme).open(address)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [DESKTOP, 800, PHONE])
@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_nothing_hangs_over_the_edge(reading, width, address):
    page = reading.reader(width=width).open(address)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_table_stands_beside_every_picture(reading):
    page = reading.reader(scripts=False).open(f"/funds?mechanism={FUND}")
    assert page.locator("script").count() == 0
    exhibits = page.locator(".exhibit:has(svg)")
    assert exhibits.count() >= 5
    for exhibit in exhibits.all():
        assert exhibit.locator("svg:visible").count() == 1
        assert exhibit.locator("svg:visible").get_attribute("aria-label")
        assert exhibit.locator("table:visible tbody tr").count() > 0


def test_shows_the_sources_and_uses_of_2020(reading):
    page = reading.reader().open(f"/funds?mechanism={FUND}&year=2020")
    lines = _lines(page, "sources")
    assert lines["Contributions from donors"][2] == "15,900,000.00"
    assert lines["Contributions from donors"][1] == "4,430,000.00"
    assert lines["Agent's fee"][2] == "159,000.00"
    before, within, together = (_amount(text) for text in lines["Sources less uses"])
    assert before + within == together == _amount(lines["Closing balance"][2])
    for line in ("Interest earned by the fund", "Direct costs", "Bank charges", "Refunds to donors"):
        assert lines[line] == ["0.00", "0.00", "0.00"]


@pytest.mark.parametrize(
    ("section", "column", "measure"), [("contributions", 4, "deposited"), ("calls", 6, "approved")]
)
def test_shows_what_the_aggregates_say(reading, client, section, column, measure):
    page = reading.reader().open(f"/funds?mechanism={FUND}")
    by = {"contributions": "donor", "calls": "call"}[section]
    told = _answer(client, measure, by=by, mechanism=FUND)
    shown = [_amount(cells[column]) for name, cells in _lines(page, section).items() if name != "All donors"]
    assert sorted(amount for amount in shown if amount) == sorted(_amount(row["value"]) for row in told["rows"])


def test_counts_the_projects_of_each_year(reading, client):
    page = reading.reader().open("/funds")
    told = {row["key"]["year"]: str(row["value"]) for row in _answer(client, "projects", by="year")["rows"]}
    shown = {name: cells[2] for name, cells in _lines(page, "projects", table=0).items()}
    assert shown.items() <= told.items()
    assert (shown["2019"], shown["2020"]) == ("36", "42")


def test_as_much_flows_in_as_out(reading):
    page = reading.reader().open(f"/funds?mechanism={FUND}&year=2020")
    flowing = []
    for line in page.locator("#flow tbody tr").all():
        source, target = line.locator("th").all_inner_texts()
        flowing.append((source, target, _amount(line.locator("td").inner_text())))
    for node in (FUND, "UNDP", "UNODC"):
        into = sum(amount for _, target, amount in flowing if target == node)
        assert into > 0
        assert into == sum(amount for source, _, amount in flowing if source == node), node


@pytest.mark.parametrize("address", ["/funds", f"/funds?mechanism={FUND}&year=2020"])
def test_the_footnote_follows_the_name_wherever_it_is_printed(reading, address):
    page = reading.reader().open(address)
    texts = page.locator("main").evaluate(
        """main => {
            const copy = main.cloneNode(true);
            copy.querySelectorAll('.footnote').forEach(note => note.remove());
            const labels = [...copy.querySelectorAll('[aria-label]')].map(each => each.getAttribute('aria-label'));
            return [copy.textContent, ...labels].join('\\n');
        }"""
    )
    assert "Kosovo*" in texts
    assert re.findall(r"\bKosovo\b(?!\*)", texts) == []


def test_the_keyboard_chooses_a_mechanism_and_a_year(reading):
    page = reading.reader().open("/funds")
    for name in ("", "mechanism"):  # the first is the link past the filters
        page.keyboard.press("Tab")
        assert (page.evaluate("document.activeElement.name") or "") == name
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "year"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert re.search(r"mechanism=[A-Z].*year=20\d\d", page.url)


def test_all_pages_lead_to_each_other(reading):
    page = reading.reader().open()
    page.get_by_role("link", name="funds and projects").click()
    assert page.url.endswith("/funds")
    page.get_by_role("link", name="key performance indicators").click()
    page.get_by_role("link", name="funds and projects").click()
    page.get_by_role("link", name="armed violence and firearm seizures").click()
    assert page.url.endswith("/")


def test_what_cannot_be_asked_is_said_on_the_page(reading):
    reader = reading.reader()
    answer = reader.page.goto(f"{reader.dashboard}/funds?mechanism=<none>&year=soon&colour=red")
    assert answer.status == 422
    assert "colour" in reader.page.get_by_role("alert").inner_text()
    assert reader.page.locator("#sources table").count() > 0


@pytest.mark.parametrize(("name", "width", "scheme"), [("desktop", DESKTOP, "light"), ("phone", PHONE, "dark")])
def test_can_be_photographed(reading, name, width, scheme):
    page = reading.reader(width=width, scheme=scheme).open("/funds?year=2020")
    picture = SCREENSHOTS / f"funds-{name}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 50_000


def test_prints_on_paper(reading, tmp_path: Path):
    page = reading.reader().open("/funds")
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden()
    assert page.locator("table").first.is_visible()
    assert page.pdf(path=tmp_path / "funds.pdf").startswith(b"%PDF")


@pytest.fixture
def client(demo):
    with httpx.Client(base_url=demo.document["services"]["reporting"]) as client:
        yield client


def _answer(client: httpx.Client, measure: str, **parameters: str) -> Any:
    answer = client.get("/v1/aggregates/funds", params={"measure": measure, **parameters})
    answer.raise_for_status()
    return answer.json()


def _lines(page: Page, section: str, table: int = 0) -> dict[str, list[str]]:
    """The cells of a section's table by the head of their line, without its note."""
    found = {}
    for line in page.locator(f"#{section} table").nth(table).locator("tbody tr, tfoot tr").all():
        head = line.locator("th").first.evaluate("th => th.firstChild.textContent.trim()")
        found[head] = line.locator("td").all_inner_texts()
    return found


def _amount(text: str) -> int:
    """In cents; a currency before it and what is a dash count for nothing."""
    digits = re.sub(r"[^\d−-]", "", text).replace("−", "-")
    return int(digits) if re.search(r"\d", digits) else 0

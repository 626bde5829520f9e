"""Pictures: what is drawn, and that nothing from the data becomes markup."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from reporting.dashboard.charts import theme
from reporting.dashboard.charts.bars import Bar, bars
from reporting.dashboard.charts.choropleth import Area, choropleth, class_breaks
from reporting.dashboard.charts.geometry import load_map
from reporting.dashboard.charts.grouped import Group, grouped
from reporting.dashboard.charts.trend import Panel, trend
from reporting.dashboard.drawing import Drawing

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module")
def drawing():
    return Drawing()


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own picture


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter("{http://www.w3.org/2000/svg}text")]


async def test_bars_carry_their_figures(drawing):
    svg = await drawing.svg(
        bars([Bar("Seizure", 1229, "1,229", 791, "+55.4%"), Bar("Other", None, "n/r")], 556), "Bars"
    )
    assert {"Seizure", "1,229 (+55.4%)", "Other", "n/r"} <= set(texts(svg))


async def test_nothing_at_all_can_be_drawn(drawing):
    assert (await drawing.svg(bars([], 556), "Nothing")).startswith("<svg")


async def test_groups_and_panels_are_headed(drawing):
    groups = [Group("Killed", "Women", 3, "3"), Group("Killed", "Men", None, "not reported")]
    assert {"Killed", "Women", "3", "not reported"} <= set(texts(await drawing.svg(grouped(groups, 302), "Groups")))
    panel = Panel("Suicide", "66", [1, None], [0, 2])
    svg = await drawing.svg(trend([panel], ["2020-01", "2020-02"], ["J", "F"], 302, 2), "Panels")
    assert "J" in texts(svg)
    assert "Suicide" in svg


async def test_the_map_names_capitals_and_shades_by_rate(drawing, pack):
    ground = load_map(pack.folder, frozenset({"RS", "XK"}), 400)
    areas = {"RS": Area(9.4, ("Belgrade", "647")), "XK": Area(None, ("Pristina", "n/r"))}
    svg = await drawing.svg(choropleth(ground, areas, "Rate"), "Map")
    assert {"Belgrade", "647", "Pristina", "n/r", "Rate"} <= set(texts(svg))
    assert f'fill="{theme.NO_FIGURE}"' in svg
    assert "NaN" not in svg


def test_the_map_fits_what_is_asked_for(pack):
    ground = load_map(pack.folder, frozenset({"ME"}), 400)
    (montenegro,) = [shape for shape in ground.shapes if shape.feature == "ME"]
    points = [point for polygon in montenegro.polygons for ring in polygon for point in ring]
    assert 10 <= min(x for x, _ in points) < max(x for x, _ in points) <= 390
    assert 0 < min(y for _, y in points) < max(y for _, y in points) < ground.height


def test_a_pack_may_have_no_map(pack, tmp_path):
    assert load_map(tmp_path, frozenset({"RS"}), 400) is None
    assert load_map(pack.folder, frozenset({"nowhere"}), 400) is None


@pytest.mark.parametrize(
    ("rates", "breaks"),
    [([37.4, 6.4], [10, 20, 30]), ([0.31, 0.02], [0.1, 0.2, 0.3]), ([50], [10, 20, 30, 40]), ([0.0], [1]), ([], [1])],
)
def test_classes_are_round(rates, breaks):
    assert class_breaks(rates) == breaks


async def test_nothing_from_the_data_becomes_markup(drawing):
    svg = await drawing.svg(bars([Bar(HOSTILE, 1, HOSTILE)], 556), HOSTILE)
    assert "<script" not in svg
    root = parsed(svg)
    assert root.get("aria-label") == HOSTILE
    assert not [element for element in root.iter() if element.tag.endswith("script")]


async def test_a_picture_is_one_image_without_styles_of_its_own(drawing):
    svg = await drawing.svg(bars([Bar("A", 1, "1")], 302), "One")
    assert svg.count("role=") == 1
    assert "style" not in svg
    assert "aria-roledescription" not in svg


async def test_equal_pictures_are_drawn_once_and_old_ones_dropped(monkeypatch):
    drawn = []
    monkeypatch.setattr("reporting.dashboard.drawing._convert", lambda text: drawn.append(text) or "<svg />")
    drawing = Drawing(most_kept=2)
    for label in ("a", "b", "a", "c", "a", "b"):
        await drawing.svg(bars([Bar(label, 1, "1")], 302), label)
    assert [re.findall(r'"label": "(.)"', text)[0] for text in drawn] == ["a", "b", "c", "b"]


def test_every_colour_has_its_rule_for_the_screen():
    styles = (files("reporting.dashboard") / "static" / "salwatch.css").read_text()
    colours = {value for name, value in vars(theme).items() if name.isupper() and str(value).startswith("#")}
    for colour in colours | set(theme.RAMP):
        assert f'="{colour}"]' in styles, colour


def test_definitions_are_data():
    """What a printer or an archive needs to draw it again."""
    spec = bars([Bar("A", 1, "1")], 302)
    assert json.loads(json.dumps(spec)) == spec

"""Official figures beside what the incident feed says of the same jurisdictions and period. They are never added."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reporting.application.kpi.model import Part
from reporting.dashboard import wording as numbers
from reporting.dashboard.charts.grouped import Group, grouped
from reporting.dashboard.charts.theme import NARROW, WIDE
from reporting.dashboard.kpi import wording
from reporting.dashboard.kpi.figures import SETTING, Feed, Figures
from reporting.dashboard.names import Names
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

BROAD = 1_100
OFFICIAL, MEDIA = "Official", "Incident feed"
NOTE = (
    "The incident feed is what agencies collect, media among their sources, and counts items, as the official figures "
    "do. Media report only part of what happens: an official figure above the feed's is to be expected, one below is "
    "asked about. The two are never added."
)
NOTHING = "No KPI of this roadmap can be set beside the incident feed."
ASKED = {"sent": "asked about", "answered": "asked and answered"}


def triangulation(figures: Figures, names: Names) -> Section:
    exhibits = [
        _exhibit(figures.asked.roadmap.parts[number], feed, figures, names) for number, feed in figures.feed.items()
    ]
    title = f"Beside the incident feed, {wording.period(figures.period)}"
    return Section("triangulation", title, "" if exhibits else NOTHING, exhibits)


def _exhibit(part: Part, feed: Feed, figures: Figures, names: Names) -> Exhibit:
    settings = _settings(part, figures)
    pairs = [(f"{label}: ", code) for code, label in settings]
    heads = [f"{before}{name}".capitalize() for before, _ in [("", ""), *pairs] for name in (OFFICIAL, MEDIA)]
    table = Table(
        caption=f"{part.name}: official figures and the incident feed, each by itself",
        columns=[Column("Jurisdiction", numeric=False), *map(Column, heads), Column("Query", numeric=False)],
        lines=[
            Line([Head(names.city(code))], _cells(part, feed, code, [code for code, _ in settings], figures))
            for code in figures.members
        ],
        address=f"{figures.asked.address}&kpi={part.number}&by=jurisdiction",
    )
    sketch = _sketch(part, feed, figures, names, broad=bool(settings))
    return Exhibit(sketch, table, [NOTE], broad=bool(settings))


def _cells(part: Part, feed: Feed, code: str, settings: Sequence[str], figures: Figures) -> list[Cell]:
    official, media = figures.value(part, code), feed.total.get(code)
    cells = [Cell(_official(part, code, figures), strong=official is not None), Cell(numbers.number(media))]
    for setting in settings:
        there = figures.asked.shown.value(part, code, figures.period, ((SETTING, setting),))
        said = feed.by_setting.get((code, setting), None if media is None else Decimal(0))
        cells += [Cell(numbers.number(there)), Cell(numbers.number(said))]
    return [*cells, Cell(_query(part, code, figures))]


def _official(part: Part, code: str, figures: Figures) -> str:
    value = figures.value(part, code)
    if value is not None:
        return numbers.number(value)
    presence = figures.presence(part, code)
    return wording.STATES.get(presence, wording.STATES["not_reported"])


def _query(part: Part, code: str, figures: Figures) -> str:
    """Whether the jurisdiction was asked about its figure; what was drafted only, or given up, is not told."""
    _, edition = figures.published
    found = figures.everything.queries(edition)
    states = {d.state for report, d in found if (report.jurisdiction, d.part) == (code, part.number)}
    return next((text for state, text in ASKED.items() if state in states), "")


def _settings(part: Part, figures: Figures) -> list[tuple[str, str]]:
    """Those that both tell apart."""
    if not part.comparable_by_setting or SETTING not in part.dimensions:
        return []
    return [(code.code, code.label) for code in figures.asked.roadmap.lists[SETTING].codes]


def _sketch(part: Part, feed: Feed, figures: Figures, names: Names, *, broad: bool) -> Sketch:
    bars, told = [], []
    for code in figures.members:
        for name, value in ((OFFICIAL, figures.value(part, code)), (MEDIA, feed.total.get(code))):
            bars.append(Group(names.city(code), name, None if value is None else int(value), numbers.number(value)))
        told.append(f"{names.city(code)} {bars[-2].text} and {bars[-1].text}")
    return Sketch(
        caption=f"{part.name}: official figures, and below each what the incident feed says.",
        description=f"Bar chart. {part.name}, official figure and incident feed: {'; '.join(told)}.",
        wide=grouped(bars, BROAD if broad else WIDE),
        narrow=grouped(bars, NARROW),
    )

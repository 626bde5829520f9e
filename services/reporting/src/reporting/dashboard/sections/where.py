"""Incidents by jurisdiction: a map shaded by rate, marked with counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reporting.application.answers import Row
from reporting.dashboard import wording
from reporting.dashboard.charts.choropleth import Area, choropleth
from reporting.dashboard.charts.geometry import Map, load_map
from reporting.dashboard.charts.theme import NARROW, WIDE, Spec
from reporting.dashboard.comparing import known
from reporting.dashboard.figures import Figures
from reporting.dashboard.sections.shared import Context, bar, bar_sketch, by_size, number
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

RATE = "Incidents per 100,000 inhabitants"
BOUNDARIES = (
    "Boundaries and names shown on the map, and the designations used, imply no endorsement or acceptance, and no "
    "opinion on the legal status of any country, territory, city or area or on the delimitation of its frontiers."
)
POPULATION = (
    "Rates are by the population of the year or of the nearest earlier one that is known; "
    "footnotes to the same figures as JSON name the sources and how far they were checked."
)


def where(figures: Figures, context: Context) -> Section:
    rates = {row.key["jurisdiction"]: row for row in figures.rates.rows}
    rows = by_size(figures.jurisdictions.rows)
    drawn = _map(rows, rates, context)
    sketch = drawn or bar_sketch(
        [bar(_name(row, context), row) for row in rows], f"Incidents, {context.comparing.shown}", context
    )
    return Section(
        anchor="where",
        title=f"Incidents by jurisdiction, {context.comparing.shown}",
        lead=_lead(rows, context),
        exhibits=[
            Exhibit(sketch, _table(figures, rows, rates, context), [POPULATION, BOUNDARIES] if drawn else [POPULATION])
        ],
    )


def _map(rows: Sequence[Row], rates: Mapping[str, Row], context: Context) -> Sketch | None:
    """None for a pack without a map."""
    wide, narrow = _ground(context, WIDE), _ground(context, NARROW)
    if wide is None or narrow is None:
        return None
    described = "; ".join(f"{_name(row, context)} {known(row)}" for row in rows)
    return Sketch(
        caption=f"Colour: incidents per 100,000 inhabitants. Figures: number of incidents, {context.comparing.shown}.",
        description=f"Map. Number of incidents, {context.comparing.shown}: {described}.",
        wide=_drawn(wide, rows, rates, context, capitals=True),
        narrow=_drawn(narrow, rows, rates, context, capitals=False),
    )


def _ground(context: Context, width: int) -> Map | None:
    pack = context.names.pack
    features = frozenset(j.map_feature for j in pack.jurisdictions.values() if j.map_feature)
    return load_map(pack.folder, features, width)


def _drawn(ground: Map, rows: Sequence[Row], rates: Mapping[str, Row], context: Context, *, capitals: bool) -> Spec:
    areas = {}
    for row in rows:
        code = row.key["jurisdiction"]
        feature = context.names.pack.jurisdictions[code].map_feature
        if feature:
            figure = wording.number(row.value) if row.value is not None else "n/r"
            areas[feature] = Area(
                number(rates[code].value), (context.names.capital(code) if capitals else code, figure)
            )
    return choropleth(ground, areas, RATE)


def _table(figures: Figures, rows: Sequence[Row], rates: Mapping[str, Row], context: Context) -> Table:
    comparing = context.comparing
    lines = [
        Line(
            [Head(_name(row, context), f"{context.names.capital(code)} · {code}")],
            [*comparing.cells(row), Cell(known(rates[code]))],
        )
        for row in rows
        for code in [row.key["jurisdiction"]]
    ]
    total = figures.headlines["Incidents"].only
    return Table(
        caption="Incidents and rates by jurisdiction",
        columns=[Column("Jurisdiction", numeric=False), *comparing.columns, Column("Per 100,000")],
        lines=lines,
        total=Line([Head(context.who)], [*comparing.cells(total), Cell(wording.number(figures.rates.answer.total))]),
        address=figures.jurisdictions.address,
    )


def _lead(rows: Sequence[Row], context: Context) -> str:
    told = [row for row in rows if row.value]
    if len(told) < 2:
        return ""
    first, second = (f"{_name(row, context)} ({known(row)})" for row in told[:2])
    return f"Most incidents were recorded in {first}, followed by {second}."


def _name(row: Row, context: Context) -> str:
    return context.names.jurisdiction(row.key["jurisdiction"])

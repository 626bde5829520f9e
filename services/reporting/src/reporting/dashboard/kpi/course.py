"""The course of one KPI over the published periods, with its baseline: a panel per jurisdiction."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reporting.application.kpi.aggregates import REGIONAL
from reporting.application.kpi.model import Part
from reporting.dashboard.charts.theme import NARROW
from reporting.dashboard.charts.trend import Panel, trend
from reporting.dashboard.kpi import wording
from reporting.dashboard.kpi.figures import Figures
from reporting.dashboard.names import Names
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

BROAD = 1_100
NOTHING = "Nothing is reported of it in numbers yet."


def course(figures: Figures, names: Names) -> Section:
    kpi = figures.asked.kpi
    parts = [part for part in kpi.parts if part.numeric or part.kind == "statuses"]
    drawn = [part for part in parts if any(_values(part, code, figures) for code in figures.members)]
    exhibits = [_exhibit(part, figures, names) for part in drawn]
    return Section("course", f"KPI {kpi.number} over time: {kpi.name}", "" if exhibits else NOTHING, exhibits)


def _exhibit(part: Part, figures: Figures, names: Names) -> Exhibit:
    places = [*figures.members, *([REGIONAL] if _values(part, REGIONAL, figures) else [])]
    drawn = places if part.kind == "percent" else figures.members  # sums would leave the others no height
    return Exhibit(_sketch(part, drawn, figures, names), _table(part, places, figures, names), broad=True)


def _periods(figures: Figures) -> Sequence[str]:
    return figures.asked.shown.periods


def _values(part: Part, code: str, figures: Figures) -> dict[str, Decimal]:
    """By period, where something is known."""
    found = {
        period: figures.region(part, period) if code == REGIONAL else figures.value(part, code, period)
        for period in _periods(figures)
        if period != part.baseline or len(_periods(figures)) == 1
    }
    return {period: value for period, value in found.items() if value is not None}


def _sketch(part: Part, places: Sequence[str], figures: Figures, names: Names) -> Sketch:
    panels, told = [], []
    periods = [period for period in _periods(figures) if period != part.baseline] or list(_periods(figures))
    for code in places:
        values, baseline = _values(part, code, figures), figures.baseline(part, code)
        latest = wording.value(part, values[max(values, key=periods.index)]) if values else "not reported"
        past = [_number(figures.baseline_for(part, baseline, period)) for period in periods]
        panels.append(Panel(_name(code, names), latest, [_number(values.get(period)) for period in periods], past))
        told.append(f"{_name(code, names)} {latest}")
    labels = [wording.short(period) for period in periods]
    unit = wording.unit(part) or "number"
    return Sketch(
        caption=f"{part.name} ({unit}); below each name the latest figure. All panels have the same scale.",
        description=f"Column charts, one per jurisdiction. {part.name}. Latest figures: {'; '.join(told)}.",
        wide=trend(panels, periods, labels, BROAD, 4),
        narrow=trend(panels, periods, labels, NARROW, 2),
        legend=f"baseline: {wording.period(part.baseline)}, for a period of the same length" if part.baseline else "",
    )


def _table(part: Part, places: Sequence[str], figures: Figures, names: Names) -> Table:
    periods = [period for period in _periods(figures) if period != part.baseline]
    first = [Column(f"Baseline ({part.baseline})")] if part.baseline else []
    columns = [*first, *(Column(period) for period in periods), Column("Last change")]
    return Table(
        caption=f"{part.number} {part.name} by jurisdiction and period",
        columns=[Column("Jurisdiction", numeric=False), *columns],
        lines=[Line([Head(_name(code, names))], _cells(part, code, periods, figures)) for code in places],
        address=f"/v1/aggregates/kpi?roadmap={figures.asked.roadmap.code}&kpi={part.number}&by=jurisdiction,period",
    )


def _cells(part: Part, code: str, periods: Sequence[str], figures: Figures) -> list[Cell]:
    values, baseline = _values(part, code, figures), figures.baseline(part, code)
    cells = [Cell(_told(part, baseline))] if part.baseline else []
    cells += [Cell(_told(part, values.get(period)), strong=period == figures.period) for period in periods]
    earlier, later = (values.get(period) for period in periods[-2:]) if len(periods) > 1 else (None, None)
    return [*cells, Cell(wording.change(earlier, later))]


def _told(part: Part, value: Decimal | None) -> str:
    return "n/r" if value is None else wording.value(part, value)


def _name(code: str, names: Names) -> str:
    return "Region" if code == REGIONAL else names.city(code)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)

"""Small multiples: one panel per category, all on one scale, with the year before behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard.charts.theme import BLUE, INK, MUTED, PAST, Spec, picture

AXIS, GAP = 40, 18


@dataclass(frozen=True, slots=True)
class Panel:
    """`values` and `past` stand in the order of the periods; None where nothing is known."""

    title: str
    total: str
    values: Sequence[float | None]
    past: Sequence[float | None]

    @property
    def heading(self) -> str:
        return f"{self.title}\n{self.total}"


def trend(panels: Sequence[Panel], periods: Sequence[str], labels: Sequence[str], width: int, columns: int) -> Spec:
    """`periods` are the keys on the axis, `labels` what is printed for them."""
    panel_width = (width - AXIS - GAP * (columns - 1)) // columns
    values = [
        {"panel": panel.heading, "period": period, "value": value, "past": past}
        for panel in panels
        for period, value, past in zip(periods, panel.values, panel.past, strict=True)
    ]
    headings = [panel.heading for panel in panels]
    return picture(
        {
            "data": {"values": values},
            "facet": {"field": "panel", "type": "nominal", "sort": headings, "header": _header(panel_width)},
            "columns": columns,
            "spacing": {"row": 20, "column": GAP},
            "spec": {
                "width": panel_width,
                "height": 90,
                "encoding": {"x": _periods(_label_expression(periods, labels))},
                "layer": [
                    {"mark": {"type": "bar", "color": BLUE}, "encoding": {"y": _counts("value")}},
                    {
                        "mark": {"type": "tick", "color": PAST, "thickness": 2.5, "opacity": 1},
                        "encoding": {"y": _counts("past")},
                    },
                ],
            },
        },
        fitted=False,
    )


def _header(panel_width: int) -> Spec:
    return {
        "title": None,
        "labelAnchor": "start",
        "labelExpr": "split(datum.value, '\\n')",
        "labelFontSize": 12 if panel_width > 150 else 11,
        "labelLineHeight": 15,
        "labelLimit": panel_width + GAP,
        "labelFontWeight": "bold",
        "labelColor": INK,
        "labelPadding": 6,
    }


def _periods(label_expression: str) -> Spec:
    axis = {"title": None, "ticks": False, "labelAngle": 0, "labelOverlap": "greedy", "labelExpr": label_expression}
    return {
        "field": "period",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.25, "paddingOuter": 0.1},
        "axis": {**axis, "labelColor": MUTED, "labelFontSize": 11},
    }


def _counts(field: str) -> Spec:
    axis = {"title": None, "format": ",d", "tickMinStep": 1, "tickCount": 3, "grid": True}
    return {
        "field": field,
        "type": "quantitative",
        "axis": {**axis, "domain": False, "ticks": False, "labelColor": MUTED},
    }


def _label_expression(periods: Sequence[str], labels: Sequence[str]) -> str:
    """Vega reads this as code, so that nothing but our own names of periods may stand in it."""
    pairs = ", ".join(f"'{period}': '{label}'" for period, label in zip(periods, labels, strict=True))
    return f"({{{pairs}}})[datum.value]"

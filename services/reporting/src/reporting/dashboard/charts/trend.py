"""Small multiples: one panel per category, all on one scale, with the year before behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard.charts.theme import BLUE, INK, MUTED, PAST, Spec, picture, whole_numbers


@dataclass(frozen=True, slots=True)
class Panel:
    """`values` and `past` stand in the order of the periods; None where nothing is known."""

    title: str
    total: str
    values: Sequence[int | None]
    past: Sequence[int | None]


def trend(panels: Sequence[Panel], periods: Sequence[str], labels: Sequence[str], width: int, columns: int) -> Spec:
    """`periods` are the keys on the axis, `labels` what is printed for them."""
    panel_width = (width - 40 - 18 * (columns - 1)) // columns
    values = [
        {"panel": f"{panel.title}\n{panel.total}", "period": period, "value": value, "past": past}
        for panel in panels
        for period, value, past in zip(periods, panel.values, panel.past, strict=True)
    ]
    x = {
        "field": "period",
        "type": "ordinal",
        "sort": None,
        "scale": {"paddingInner": 0.25, "paddingOuter": 0.1},
        "axis": {
            "title": None,
            "ticks": False,
            "labelAngle": 0,
            "labelColor": MUTED,
            "labelFontSize": 11,
            "labelOverlap": "greedy",
            "labelExpr": _label_expression(periods, labels),
        },
    }
    y = {
        "type": "quantitative",
        "axis": {**whole_numbers(), "grid": True, "domain": False, "ticks": False, "labelColor": MUTED, "tickCount": 3},
    }
    return picture(
        {
            "data": {"values": values},
            "facet": {
                "field": "panel",
                "type": "nominal",
                "sort": [f"{panel.title}\n{panel.total}" for panel in panels],
                "header": {
                    "title": None,
                    "labelAnchor": "start",
                    "labelExpr": "split(datum.value, '\\n')",
                    "labelFontSize": 12 if panel_width > 150 else 11,
                    "labelLineHeight": 15,
                    "labelLimit": panel_width + 16,
                    "labelFontWeight": "bold",
                    "labelColor": INK,
                    "labelPadding": 6,
                },
            },
            "columns": columns,
            "spacing": {"row": 20, "column": 18},
            "spec": {
                "width": panel_width,
                "height": 90,
                "encoding": {"x": x},
                "layer": [
                    {"mark": {"type": "bar", "color": BLUE}, "encoding": {"y": {"field": "value", **y}}},
                    {
                        "mark": {"type": "tick", "color": PAST, "thickness": 2.5, "opacity": 1},
                        "encoding": {"y": {"field": "past", **y}},
                    },
                ],
            },
        },
    ) | {"autosize": "pad"}


def _label_expression(periods: Sequence[str], labels: Sequence[str]) -> str:
    """Vega reads this as code, so that nothing but our own names of periods may stand in it."""
    pairs = ", ".join(f"'{period}': '{label}'" for period, label in zip(periods, labels, strict=True))
    return f"({{{pairs}}})[datum.value]"

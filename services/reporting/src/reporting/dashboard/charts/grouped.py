"""Horizontal bars in groups: a heading per group, a bar per part of it, each with its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard.charts.theme import BLUE, INK, UNREPORTED, WOMEN, Spec, picture

COLOURS = (WOMEN, BLUE, UNREPORTED)
LABELS, FIGURES = 118, 90  # room for the names of parts, and behind the longest bar
HEADER = {
    "title": None,
    "labelOrient": "top",
    "labelAnchor": "start",
    "labelFontSize": 13,
    "labelFontWeight": "bold",
    "labelColor": INK,
    "labelPadding": 4,
}


@dataclass(frozen=True, slots=True)
class Group:
    """One bar: `part` of the group `name`."""

    name: str
    part: str
    value: int | None
    text: str


def grouped(bars: Sequence[Group], width: int) -> Spec:
    """Groups and parts in the order of their first bars; a part has one colour throughout."""
    names = list(dict.fromkeys(bar.name for bar in bars))
    parts = list(dict.fromkeys(bar.part for bar in bars))
    most = max((bar.value or 0 for bar in bars), default=0)
    scale = {"domain": [0, most or 1], "range": [0, width - LABELS - FIGURES]}
    axis = {"title": None, "ticks": False, "domain": False, "labelPadding": 8}
    colour = {"field": "part", "type": "nominal", "legend": None, "scale": {"domain": parts, "range": COLOURS}}
    return picture(
        {
            "data": {"values": [_datum(bar) for bar in bars]},
            "facet": {"row": {"field": "name", "sort": names, "header": HEADER}},
            "spacing": 14,
            "spec": {
                "width": width - LABELS,
                "height": {"step": 24},
                "encoding": {
                    "y": {"field": "part", "type": "nominal", "sort": parts, "axis": axis},
                    "x": {"field": "value", "type": "quantitative", "axis": None, "scale": scale},
                },
                "layer": [
                    {"mark": {"type": "bar", "height": 15}, "encoding": {"color": colour}},
                    {
                        "mark": {"type": "text", "align": "left", "dx": 7, "color": INK},
                        "encoding": {"text": {"field": "text"}},
                    },
                ],
            },
        },
        fitted=False,
    )


def _datum(bar: Group) -> Spec:
    return {"name": bar.name, "part": bar.part, "value": bar.value or 0, "text": bar.text}

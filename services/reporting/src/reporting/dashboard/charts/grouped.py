"""Horizontal bars in groups: a heading per group, a bar per part of it, each with its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard.charts.theme import BLUE, INK, UNREPORTED, WOMEN, Spec, picture

COLOURS = (WOMEN, BLUE, UNREPORTED)


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
    labels = 118
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, most or 1], "range": [0, width - labels - 90]},
    }
    values = [{"name": bar.name, "part": bar.part, "value": bar.value or 0, "text": bar.text} for bar in bars]
    y = {"field": "part", "type": "nominal", "sort": parts}
    return picture(
        {
            "data": {"values": values},
            "facet": {
                "row": {
                    "field": "name",
                    "sort": names,
                    "header": {
                        "title": None,
                        "labelOrient": "top",
                        "labelAnchor": "start",
                        "labelFontSize": 13,
                        "labelFontWeight": "bold",
                        "labelColor": INK,
                        "labelPadding": 4,
                    },
                }
            },
            "spacing": 14,
            "spec": {
                "width": width - labels,
                "height": {"step": 24},
                "encoding": {
                    "y": {**y, "axis": {"title": None, "ticks": False, "domain": False, "labelPadding": 8}},
                    "x": x,
                },
                "layer": [
                    {
                        "mark": {"type": "bar", "height": 15},
                        "encoding": {
                            "color": {
                                "field": "part",
                                "type": "nominal",
                                "legend": None,
                                "scale": {"domain": parts, "range": list(COLOURS)},
                            }
                        },
                    },
                    {
                        "mark": {"type": "text", "align": "left", "dx": 7, "color": INK},
                        "encoding": {"text": {"field": "text"}},
                    },
                ],
            },
        }
    ) | {"autosize": "pad"}

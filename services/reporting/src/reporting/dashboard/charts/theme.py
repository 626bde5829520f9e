"""Colours and type of every picture. The stylesheet gives each colour its counterpart for dark screens."""

from __future__ import annotations

from typing import Any, TypeAlias

Spec: TypeAlias = dict[str, Any]
"""A Vega-Lite definition, its data inline."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Helvetica, Arial, Liberation Sans, sans-serif"

INK = "#1b2733"
MUTED = "#566371"
LINE = "#d5dbe1"
BLUE = "#1f5f8b"
PAST = "#b97512"
WOMEN = "#b3540c"
UNREPORTED = "#8a95a1"
LAND = "#eceff2"
SHORE = "#c3cad2"
NO_FIGURE = "#fbfcfd"
HALO = "#f4f8fb"
RAMP = ("#e4eef6", "#c4dbeb", "#a0c5e0", "#7badd2", "#5b97c4")
"""Light enough throughout that one ink can be read on all of them."""

WIDE, NARROW = 556, 302
"""Widths in pixels of the two drawings of each picture: letters keep their size on a phone."""


def picture(body: Spec) -> Spec:
    """A whole definition from what is particular to it."""
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"},
        **body,
        "config": {
            "aria": False,  # the page describes the picture as a whole, and a table beside it gives its figures
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelColor": INK,
                "labelFontSize": 12,
                "titleColor": MUTED,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "grid": False,
                "gridColor": LINE,
                "domainColor": LINE,
                "tickColor": LINE,
            },
            "legend": {"labelColor": INK, "labelFontSize": 12, "titleColor": MUTED, "titleFontWeight": "normal"},
            "text": {"color": INK, "fontSize": 12},
        },
    }


def whole_numbers(title: str | None = None) -> Spec:
    """An axis of counts."""
    return {"title": title, "format": ",d", "tickMinStep": 1, "tickCount": 4}

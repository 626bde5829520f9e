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


def picture(body: Spec, *, fitted: bool = True) -> Spec:
    """A whole definition from what is particular to it. A fitted one is as wide as it says, axes included; only single
    views can be."""
    return {
        "$schema": SCHEMA,
        "background": "transparent",
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"} if fitted else "pad",
        **body,
        "config": {
            "aria": False,  # the page describes the picture as a whole, and a table beside it gives its figures
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelColor": INK, "labelFontSize": 12, "grid": False, "gridColor": LINE, "domainColor": LINE},
            "legend": {"labelColor": INK, "labelFontSize": 12, "titleColor": MUTED, "titleFontWeight": "normal"},
            "text": {"color": INK, "fontSize": 12},
        },
    }

"""Horizontal bars in the order given, each with its figure; a tick shows what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard.charts.theme import BLUE, INK, PAST, Spec, picture

STEP = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` and `past` are None where nothing is known; `text` and `change` are printed at the end."""

    label: str
    value: float | None
    text: str
    past: float | None = None
    change: str = ""
    colour: str = BLUE


def bars(rows: Sequence[Bar], width: int) -> Spec:
    """The longest takes the whole width less the room for its text."""
    most = max((max(row.value or 0, row.past or 0) for row in rows), default=0)
    texts = [f"{row.text} ({row.change})" if row.change else row.text for row in rows]
    room = max(map(len, texts), default=0) * 6.7 + 12
    values = [
        {
            "label": row.label,
            "value": row.value or 0,
            "past": row.past,
            "end": max(row.value or 0, row.past or 0),
            "text": text,
            "colour": row.colour,
        }
        for row, text in zip(rows, texts, strict=True)
    ]
    y = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "ticks": False, "domain": False, "labelPadding": 8, "labelLimit": width * 0.45},
    }
    x = {"type": "quantitative", "scale": {"domain": [0, most or 1], "range": [0, {"expr": f"width - {room}"}]}}
    return picture(
        {
            "width": width,
            "height": {"step": STEP},
            "data": {"values": values},
            "encoding": {"y": y},
            "layer": [
                {
                    "mark": {"type": "bar", "height": 16},
                    "encoding": {
                        "x": {"field": "value", **x, "axis": None},
                        "color": {"field": "colour", "type": "nominal", "scale": None},
                    },
                },
                {
                    "transform": [{"filter": "datum.past !== null"}],
                    "mark": {"type": "tick", "color": PAST, "thickness": 3, "size": 24, "opacity": 1},
                    "encoding": {"x": {"field": "past", **x, "axis": None}},
                },
                {
                    "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 7, "color": INK},
                    "encoding": {"x": {"field": "end", **x, "axis": None}, "text": {"field": "text"}},
                },
            ],
        }
    )

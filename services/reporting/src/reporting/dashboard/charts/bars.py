"""Horizontal bars in the order given, each with its figure; a tick shows what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard.charts.theme import BLUE, INK, PAST, Spec, picture

STEP = 30
LETTER = 6.7  # the width of a letter, about


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` and `past` are None where nothing is known; `text` and `change` are printed at the end."""

    label: str
    value: float | None
    text: str
    past: float | None = None
    change: str = ""

    @property
    def end(self) -> float:
        """Where bar and tick end."""
        return max(self.value or 0, self.past or 0)

    @property
    def printed(self) -> str:
        return f"{self.text} ({self.change})" if self.change else self.text


def bars(rows: Sequence[Bar], width: int, full: float = 0) -> Spec:
    """The longest, or one of `full` where none is longer, takes the whole width less the room for its text."""
    most = max((full, *(row.end for row in rows)))
    room = max((len(row.printed) for row in rows), default=0) * LETTER + 12
    scale = {"domain": [0, most or 1], "range": [0, {"expr": f"width - {room}"}]}
    axis = {"title": None, "ticks": False, "domain": False, "labelPadding": 8, "labelLimit": width * 0.45}

    def along(field: str) -> Spec:
        return {"x": {"field": field, "type": "quantitative", "axis": None, "scale": scale}}

    return picture(
        {
            "width": width,
            "height": {"step": STEP},
            "data": {"values": [_datum(row) for row in rows]},
            "encoding": {"y": {"field": "label", "type": "nominal", "sort": None, "axis": axis}},
            "layer": [
                {"mark": {"type": "bar", "height": 16, "color": BLUE}, "encoding": along("value")},
                {
                    "transform": [{"filter": "datum.past !== null"}],
                    "mark": {"type": "tick", "color": PAST, "thickness": 3, "size": 24, "opacity": 1},
                    "encoding": along("past"),
                },
                {
                    "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 7, "color": INK},
                    "encoding": {**along("end"), "text": {"field": "text"}},
                },
            ],
        }
    )


def _datum(row: Bar) -> Spec:
    return {"label": row.label, "value": row.value or 0, "past": row.past, "end": row.end, "text": row.printed}

"""Pictures as wide as the page, for exhibits whose tables need all of its width."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.dashboard.charts.bars import Bar, bars
from reporting.dashboard.charts.theme import NARROW
from reporting.dashboard.tables import Sketch

BROAD = 1_100


def broad_bars(rows: Sequence[Bar], caption: str) -> Sketch:
    described = "; ".join(f"{row.label} {row.text}" for row in rows)
    return Sketch(caption, f"Bar chart. {caption}. {described}.", bars(rows, BROAD), bars(rows, NARROW))

"""What the sections have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reporting.application.answers import Row
from reporting.dashboard import wording
from reporting.dashboard.charts.bars import Bar, bars
from reporting.dashboard.charts.theme import NARROW, WIDE
from reporting.dashboard.comparing import Comparing, known, yearly_change
from reporting.dashboard.names import Names
from reporting.dashboard.tables import Sketch

NOTHING = "No incidents are recorded."


@dataclass(frozen=True, slots=True)
class Context:
    """`who` says whose incidents are shown, in a title."""

    names: Names
    comparing: Comparing
    who: str


def bar(label: str, row: Row) -> Bar:
    """With the change against the year before."""
    percent = yearly_change(row)
    change = "" if percent == "n/a" else wording.change(percent)
    return Bar(label, number(row.value), known(row), number(row.year_before), change)


def bar_sketch(rows: Sequence[Bar], caption: str, context: Context | None = None) -> Sketch:
    """With `context` the bars have ticks for the year before. A narrow drawing has no room for changes."""
    described = "; ".join(f"{row.label} {row.text}" for row in rows)
    narrow = bars([replace(row, change="") for row in rows], NARROW)
    legend = context.comparing.year_before if context else ""
    return Sketch(caption, f"Bar chart. {caption}. {described}.", bars(rows, WIDE), narrow, legend)


def number(figure: int | str | None) -> float | None:
    return None if figure is None else float(figure)


def by_size(rows: Sequence[Row]) -> list[Row]:
    """Largest first, what is not known last."""
    return sorted(rows, key=lambda row: (row.value is None, -(number(row.value) or 0)))

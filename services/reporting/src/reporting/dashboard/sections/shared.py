"""What the sections have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.application.answers import Row
from reporting.dashboard import wording
from reporting.dashboard.charts.bars import Bar, bars
from reporting.dashboard.charts.theme import NARROW, WIDE
from reporting.dashboard.comparing import Comparing, known, yearly_change
from reporting.dashboard.names import Names
from reporting.dashboard.tables import Sketch


@dataclass(frozen=True, slots=True)
class Context:
    """`who` says whose incidents are shown, in a title."""

    names: Names
    comparing: Comparing
    who: str


def bar(label: str, row: Row) -> Bar:
    """With the change against the year before."""
    text = known(row)
    if row.value is not None and row.year_before:
        text = f"{text} ({wording.change(yearly_change(row))})"
    return Bar(label, number(row.value), text, number(row.year_before))


def bar_sketch(rows: Sequence[Bar], caption: str, context: Context | None = None) -> Sketch:
    """With `context` the bars have ticks for the year before."""
    described = "; ".join(f"{row.label} {row.text}" for row in rows)
    legend = context.comparing.year_before if context else ""
    return Sketch(caption, f"Bar chart. {caption}. {described}.", bars(rows, WIDE), bars(rows, NARROW), legend)


def number(figure: int | str | None) -> float | None:
    return None if figure is None else float(figure)


def by_size(rows: Sequence[Row]) -> list[Row]:
    """Largest first, what is not known last."""
    return sorted(rows, key=lambda row: (row.value is None, -(number(row.value) or 0)))

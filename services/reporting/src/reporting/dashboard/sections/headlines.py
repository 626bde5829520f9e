"""The totals at the head of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard import wording
from reporting.dashboard.comparing import Comparing, known, yearly_change
from reporting.dashboard.figures import Figures

NOTES = {
    "Killed": "without suicides",
    "Suicides": "counted apart",
    "Deaths": "killed and suicides together",
    "Seizures": "incidents in which weapons were seized",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    change: str
    period: str
    figure: str


@dataclass(frozen=True, slots=True)
class Headline:
    name: str
    note: str
    value: str
    comparisons: Sequence[Comparison]


def headlines(figures: Figures, comparing: Comparing) -> list[Headline]:
    return [_headline(name, figures, comparing) for name in figures.headlines]


def _headline(name: str, figures: Figures, comparing: Comparing) -> Headline:
    row = figures.headlines[name].only
    found = [Comparison(wording.change(yearly_change(row)), comparing.year_before, wording.number(row.year_before))]
    if comparing.before is not None:
        found.append(Comparison(wording.change(row.change_percent), comparing.before, wording.number(row.previous)))
    return Headline(name, NOTES.get(name, ""), known(row), found)

"""What the edition holds, at the head of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.dashboard import wording
from reporting.dashboard.kpi.figures import Figures
from reporting.dashboard.names import Names


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    note: str
    value: str


@dataclass(frozen=True, slots=True)
class Headlines:
    """`missing` names the members that are not in the edition."""

    tiles: Sequence[Tile]
    reported: int
    of: int
    missing: str


def headlines(figures: Figures, names: Names) -> Headlines:
    round_, edition = figures.published
    there = [code for code in round_.members if code not in edition.missing]
    parts = [part for part in figures.asked.roadmap.parts.values() if part.formula is None]
    asked = [(part, code) for part in parts for code in figures.members]
    said = [each for each in asked if figures.presence(*each) == "reported"]
    restated = f"restates edition {edition.edition - 1}, " if edition.edition > 1 else ""
    tiles = [
        Tile("Report", "of the roadmap's schedule", wording.number(round_.number)),
        Tile("Edition", f"{restated}published {wording.day(edition.on)}", wording.number(edition.edition)),
        Tile("Jurisdictions", f"of {len(round_.members)} have a report in this edition", wording.number(len(there))),
        Tile("Figures", f"of {wording.number(len(asked))} that could be reported", wording.number(len(said))),
    ]
    missing = ", ".join(names.city(code) for code in edition.missing)
    return Headlines(tiles, len(there), len(round_.members), missing)

"""Killed, suicides and injured by sex; an unreported sex is a value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from reporting.dashboard import wording
from reporting.dashboard.charts.grouped import Group, grouped
from reporting.dashboard.charts.theme import NARROW, WIDE
from reporting.dashboard.comparing import amount
from reporting.dashboard.figures import CASUALTIES, Figures
from reporting.dashboard.names import SEXES
from reporting.dashboard.sections.shared import Context
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

ROLES = "Persons in any role. Where only a number of casualties was reported, their sex counts as unreported."

Counts = Mapping[str, int | None]


def people(figures: Figures, context: Context) -> Section:
    counts = {name: _by_sex(figures, measure) for measure, name in CASUALTIES.items()}
    title = f"Casualties by sex, {context.comparing.shown}"
    table = Table(
        caption="Casualties by sex",
        columns=[
            Column("Outcome", numeric=False),
            *(Column(name) for name in SEXES.values()),
            Column("All"),
            Column("Women, of those whose sex is known"),
        ],
        lines=[_line(name, found) for name, found in counts.items()],
        address=figures.casualties["killed"].address,
    )
    exhibit = Exhibit(_sketch(counts, title), table, [ROLES])
    return Section("casualties", title, _lead(counts[CASUALTIES["killed"]]), [exhibit])


def _sketch(counts: Mapping[str, Counts], title: str) -> Sketch:
    groups = [
        Group(name, sex, found[code], wording.number(found[code]))
        for name, found in counts.items()
        for code, sex in SEXES.items()
    ]
    described = "; ".join(f"{group.name}, {group.part.lower()}: {group.text}" for group in groups)
    return Sketch(
        caption="Persons killed, persons who took their own life, and persons injured",
        description=f"Bar chart. {title}. {described}.",
        wide=grouped(groups, WIDE),
        narrow=grouped(groups, NARROW),
    )


def _by_sex(figures: Figures, measure: str) -> dict[str, int | None]:
    """What does not occur is a zero where anybody has reported, else not known."""
    told = figures.casualties[measure]
    found = {row.key["sex"]: amount(row.value) for row in told.rows}
    missing = None if figures.headlines[CASUALTIES[measure]].only.value is None else Decimal(0)
    values = {code: found.get(code, missing) for code in SEXES}
    return {code: None if value is None else int(value) for code, value in values.items()}


def _line(name: str, counts: Counts) -> Line:
    known = [value for value in counts.values() if value is not None]
    cells = [Cell(wording.number(value)) for value in counts.values()]
    return Line(
        [Head(name)], [*cells, Cell(wording.number(sum(known) if known else None), strong=True), Cell(_women(counts))]
    )


def _women(counts: Counts) -> str:
    """With the denominator."""
    women, men = counts["female"], counts["male"]
    if women is None or men is None:
        return wording.NOT_REPORTED
    return f"{wording.share(Decimal(women), Decimal(women + men))} ({women:,} of {women + men:,})"


def _lead(killed: Counts) -> str:
    women, men = killed["female"], killed["male"]
    if not women or men is None:
        return ""
    return f"{wording.number(women)} of the {wording.number(women + men)} persons killed whose sex is known were women."

"""Incidents over time: a panel per category, on one scale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.kernel.periods import Period
from reporting.application.answers import Row
from reporting.application.questions import UNKNOWN
from reporting.dashboard import wording
from reporting.dashboard.charts.theme import NARROW
from reporting.dashboard.charts.trend import Panel, trend
from reporting.dashboard.figures import Figures, Trend
from reporting.dashboard.sections.shared import Context
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

BROAD = 1080
MOST_PANELS = 8
ALL_OTHER = "All other categories"
STEPS: Mapping[str, str] = {"month": "month", "quarter": "quarter", "year": "year"}


@dataclass(frozen=True, slots=True)
class Course:
    """One category's figures in the order of the periods; None where nobody reported."""

    name: str
    values: Sequence[int | None]
    past: Sequence[int | None]

    @property
    def total(self) -> int:
        return sum(value or 0 for value in self.values)


def over_time(figures: Figures, context: Context) -> Section:
    told = figures.trend
    periods, when = told.periods, wording.span(told.start, told.end)
    courses = _courses(told, periods, context)
    title = f"Incidents by {STEPS[told.grain]} and category, {when}"
    return Section(
        anchor="trend",
        title=title,
        lead=_lead(told, periods, courses),
        exhibits=[
            Exhibit(_sketch(courses, told, title) if courses else None, _table(courses, told, title), broad=True)
        ],
        notes=list(_notes(told, context)),
    )


def _courses(told: Trend, periods: Sequence[Period], context: Context) -> list[Course]:
    """The largest first; those for which there is no panel of their own together."""
    cells: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in told.by_category.rows:
        cells[row.key["category"]][row.key[told.grain]] = row
    now, before = _reported(told, "value"), _reported(told, "year_before")
    courses = [
        Course(
            context.names.category(category),
            [_cell(rows.get(str(p)), "value", reported=str(p) in now) for p in periods],
            [_cell(rows.get(str(p)), "year_before", reported=str(p) in before) for p in periods],
        )
        for category, rows in cells.items()
    ]
    courses.sort(key=lambda course: -course.total)
    return (
        courses if len(courses) <= MOST_PANELS else [*courses[: MOST_PANELS - 1], _together(courses[MOST_PANELS - 1 :])]
    )


def _reported(told: Trend, column: str) -> set[str]:
    """The periods of which any jurisdiction has told anything: there, what does not occur is a zero."""
    return {row.key[told.grain] for row in told.by_jurisdiction.rows if getattr(row, column) is not None}


def _cell(row: Row | None, column: str, *, reported: bool) -> int | None:
    figure = None if row is None else getattr(row, column)
    if figure is None:
        return 0 if reported else None
    return int(figure)


def _together(courses: Sequence[Course]) -> Course:
    return Course(ALL_OTHER, _sums([c.values for c in courses]), _sums([c.past for c in courses]))


def _sums(columns: Sequence[Sequence[int | None]]) -> list[int | None]:
    """Per period; None where nothing is known of any."""
    return [
        None if all(value is None for value in values) else sum(value or 0 for value in values)
        for values in zip(*columns, strict=True)
    ]


def _sketch(courses: Sequence[Course], told: Trend, title: str) -> Sketch:
    panels = [Panel(course.name, wording.number(course.total), course.values, course.past) for course in courses]
    keys, labels = [str(period) for period in told.periods], [_short(period) for period in told.periods]
    described = "; ".join(f"{course.name} {wording.number(course.total)}" for course in courses)
    return Sketch(
        caption="Number of incidents; below each name its total. All panels have the same scale.",
        description=f"Column charts, one per category. {title}. Totals: {described}.",
        wide=trend(panels, keys, labels, BROAD, 4),
        narrow=trend(panels, keys, labels, NARROW, 2),
        legend="the same period one year earlier",
    )


def _table(courses: Sequence[Course], told: Trend, title: str) -> Table:
    now, before = wording.span(told.start, told.end), "a year earlier"
    whole = (
        Course("All categories", _sums([c.values for c in courses]), _sums([c.past for c in courses]))
        if courses
        else None
    )
    groups = [_lines(course, now, before) for course in [*courses, *([whole] if whole else [])]]
    return Table(
        caption=title,
        columns=[
            Column("Category", numeric=False),
            Column("Period", numeric=False),
            *(Column(_column(period)) for period in told.periods),
            Column("Total"),
        ],
        lines=[line for group in groups for line in group],
        address=told.by_category.address,
    )


def _lines(course: Course, now: str, before: str) -> list[Line]:
    return [
        Line([Head(course.name, span=2), Head(now)], _cells(course.values, strong=True)),
        Line([Head(before)], _cells(course.past, strong=False)),
    ]


def _cells(values: Sequence[int | None], *, strong: bool) -> list[Cell]:
    known = [value for value in values if value is not None]
    total = wording.number(sum(known)) if known else "n/r"
    return [*(Cell("n/r" if v is None else wording.number(v), strong) for v in values), Cell(total, strong)]


def _short(period: Period) -> str:
    """One letter for a month; the year where it begins."""
    match period.grain:
        case "month":
            return wording.MONTHS[period.index - 1][0]
        case "quarter":
            return str(period.year) if period.index == 1 else ""
        case _:
            return str(period.year)


def _column(period: Period) -> str:
    match period.grain:
        case "month":
            return f"{wording.MONTHS[period.index - 1][:3]} {period.year % 100:02}"
        case "quarter":
            return f"Q{period.index} {period.year % 100:02}"
        case _:
            return str(period.year)


def _lead(told: Trend, periods: Sequence[Period], courses: Sequence[Course]) -> str:
    sums = _sums([course.values for course in courses]) if courses else []
    known = [(value, period) for value, period in zip(sums, periods, strict=False) if value]
    if len(known) < 2:
        return ""
    (most, high), (least, low) = max(known, key=lambda pair: pair[0]), min(known, key=lambda pair: pair[0])
    return (
        f"Most incidents were recorded in {wording.period(high)} ({wording.number(most)}), "
        f"fewest in {wording.period(low)} ({wording.number(least)})."
    )


def _notes(told: Trend, context: Context) -> list[str]:
    unknown = sum(int(row.value or 0) for row in told.by_category.rows if row.key[told.grain] == UNKNOWN)
    notes = []
    if wording.span(told.start, told.end) != context.comparing.shown:
        notes.append("A short period is shown with the months before it, so that a trend can be seen.")
    if unknown:
        notes.append(f"{wording.number(unknown)} incidents are left out: their date is not known to the {told.grain}.")
    return notes

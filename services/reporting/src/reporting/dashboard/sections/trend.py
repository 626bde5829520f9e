"""Incidents over time: a panel per category, on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from common.kernel.periods import Period
from reporting.dashboard import wording
from reporting.dashboard.charts.theme import NARROW
from reporting.dashboard.charts.trend import Panel, trend
from reporting.dashboard.figures import Figures, Trend
from reporting.dashboard.sections.courses import Course, courses_of, together
from reporting.dashboard.sections.shared import NOTHING, Context
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

BROAD = 1_100
MOST_PANELS = 8
LONGER = "The trend is shown in whole periods, and over a year at least."
NOT_REPORTED = "n/r"


def over_time(figures: Figures, context: Context) -> Section:
    told = figures.trend
    courses = _panels(courses_of(told, context.names))
    title = f"Incidents by {told.grain} and category, {wording.span(told.start, told.end)}"
    longer = wording.span(told.start, told.end) != context.comparing.shown
    return Section(
        anchor="trend",
        title=title,
        lead=_lead(told, courses),
        exhibits=[_exhibit(courses, told, title, longer=longer)] if courses else [],
    )


def _exhibit(courses: Sequence[Course], told: Trend, title: str, *, longer: bool) -> Exhibit:
    notes = [LONGER] if longer else []
    return Exhibit(_sketch(courses, told, title), _table(courses, told, title), notes, broad=True)


def _panels(courses: Sequence[Course]) -> list[Course]:
    """The largest first; those for which there is no panel of their own together."""
    ranked = sorted(courses, key=lambda course: -course.total)
    if len(ranked) <= MOST_PANELS:
        return ranked
    return [*ranked[: MOST_PANELS - 1], together("All other categories", ranked[MOST_PANELS - 1 :])]


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
    """With a column of those whose date is too coarse, where there are any."""
    coarse = any(course.coarse or course.coarse_past for course in courses)
    whole = together("All categories", courses)
    columns = [Column(_column(period, told)) for period in told.periods]
    return Table(
        caption=title,
        columns=[
            Column("Category", numeric=False),
            Column("Period", numeric=False),
            *columns,
            *([Column(f"{told.grain.capitalize()} not known")] if coarse else []),
            Column("Total"),
        ],
        lines=[line for course in [*courses, whole] for line in _lines(course, told, coarse=coarse)],
        address=told.by_category.address,
    )


def _lines(course: Course, told: Trend, *, coarse: bool) -> Iterator[Line]:
    now = _cells(course.values, [course.coarse] if coarse else [], course.total, strong=True)
    yield Line([Head(course.name, span=2), Head(_span(told))], now)
    yield Line([Head("a year earlier")], _cells(course.past, [course.coarse_past] if coarse else [], course.total_past))


def _cells(
    values: Sequence[int | None], coarse: Sequence[int | None], total: int | None, *, strong: bool = False
) -> list[Cell]:
    return [Cell(_figure(value), strong) for value in [*values, *coarse, total]]


def _figure(value: int | None) -> str:
    return NOT_REPORTED if value is None else wording.number(value)


def _span(told: Trend) -> str:
    found = wording.calendar_period(told.start, told.end)
    return wording.period(found) if found else "this period"


def _short(period: Period) -> str:
    """One letter for a month; the year where it begins."""
    match period.grain:
        case "month":
            return wording.MONTHS[period.index - 1][0]
        case "quarter":
            return str(period.year) if period.index == 1 else ""
        case _:
            return str(period.year)


def _column(period: Period, told: Trend) -> str:
    """Without the year where it is the same throughout."""
    names: Mapping[str, str] = {
        "month": wording.MONTHS[period.index - 1][:3],
        "quarter": f"Q{period.index}",
    }
    if period.grain not in names:
        return str(period.year)
    return names[period.grain] + ("" if told.start.year == told.end.year else f" {period.year}")


def _lead(told: Trend, courses: Sequence[Course]) -> str:
    if not courses:
        return NOTHING
    sums = together("", courses).values
    known = [(value, period) for value, period in zip(sums, told.periods, strict=True) if value is not None]
    if len(known) < 2:
        return ""
    (most, high), (least, low) = max(known, key=lambda pair: pair[0]), min(known, key=lambda pair: pair[0])
    return (
        f"Most incidents were recorded in {wording.period(high)} ({wording.number(most)}), "
        f"fewest in {wording.period(low)} ({wording.number(least)})."
    )

"""Projects with their grants, periods, revisions and states; how many there were by year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reporting.application.funds.model import Grant, Project
from reporting.dashboard import wording as numbers
from reporting.dashboard.charts.bars import Bar
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.figures import Figures, active, recorded_years
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.sections.shared import bar_sketch
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table

COUNTED = (
    "A project counts once in a year when one of its grants, of whatever mechanism is shown, was active on a day of "
    "it: started, and not yet closed or cancelled. One that is approved and not yet started does not count."
)
PERIODS = (
    "Periods are those of the latest version of the project document; under revisions stand its versions. A dash for a "
    "budget: none was told."
)
KINDS = ("mptf", "funding_window", "eu_instrument", "bilateral")
TONES = {"suspended": "tone-away", "cancelled": "absent"}
NOTHING = "No project is recorded."


def projects(figures: Figures, names: FundNames) -> Section:
    found = sorted(figures.projects, key=lambda each: _place(figures, *each))
    when = f", {figures.asked.year}" if figures.asked.year else ""
    exhibits = [*_by_year(figures), *([_list(figures, found, names)] if found else [])]
    return Section("projects", f"Projects and grants{when}", _lead(figures, found), exhibits)


def _place(figures: Figures, project: Project, grants: Sequence[Grant]) -> tuple[object, ...]:
    """By mechanism, trust funds first, then by their start."""
    known = {each.code: each for each in figures.everything.mechanisms}
    rank = min((KINDS.index(known[grant.mechanism].kind), grant.mechanism) for grant in grants)
    return (*rank, _first(grants), _natural(project.title))


def _natural(title: str) -> list[tuple[int, str]]:
    """So that project 2 stands before project 10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", title, flags=re.ASCII)]


def _first(grants: Sequence[Grant]) -> str:
    return min(str(grant.started_on or grant.start or "9") for grant in grants)


def _counts(figures: Figures) -> dict[int, tuple[int, int]]:
    """By year: how many projects were initiated, how many had begun before."""
    found = {}
    for year in recorded_years(figures.everything):
        initiated = ongoing = 0
        for project in figures.everything.projects:
            grants = [grant for grant in project.grants if grant.mechanism in figures.asked.codes]
            if any(active(grant, year) for grant in grants):
                began = min(grant.started_on for grant in grants if grant.started_on).year
                initiated, ongoing = initiated + (began == year), ongoing + (began != year)
        found[year] = (initiated, ongoing)
    return {year: counts for year, counts in found.items() if any(counts)}


def _by_year(figures: Figures) -> Iterator[Exhibit]:
    counts = _counts(figures)
    if not counts:
        return
    caption = "Projects initiated or ongoing by year"
    bars = [Bar(str(year), sum(both), numbers.number(sum(both))) for year, both in counts.items()]
    table = Table(
        caption=caption,
        columns=[Column("Year", numeric=False), *map(Column, ("Initiated", "Ongoing from before", "Together"))],
        lines=[
            Line(
                [Head(str(year))],
                [*(Cell(numbers.number(n)) for n in both), Cell(numbers.number(sum(both)), strong=True)],
            )
            for year, both in counts.items()
        ],
        address=f"/v1/aggregates/funds?measure=projects&by=year{_only(figures)}",
    )
    yield Exhibit(bar_sketch(bars, caption), table, [COUNTED])


def _only(figures: Figures) -> str:
    return f"&mechanism={figures.asked.mechanisms[0].code}" if figures.asked.named else ""


def _list(figures: Figures, found: Sequence[tuple[Project, Sequence[Grant]]], names: FundNames) -> Exhibit:
    table = Table(
        caption="Projects and their grants",
        columns=[
            Column("Project", numeric=False),
            Column("Mechanism", numeric=False),
            Column("Offices", numeric=False),
            Column("Budget"),
            *(Column(head, numeric=False) for head in ("Period", "State", "Revisions")),
        ],
        lines=[line for project, grants in found for line in _lines(figures, project, grants, names)],
        address=figures.asked.address("projects", "project", "mechanism"),
    )
    return Exhibit(None, table, [PERIODS], broad=True)


def _lines(figures: Figures, project: Project, grants: Sequence[Grant], names: FundNames) -> Iterator[Line]:
    """One per grant; the title stands at the first."""
    places = names.places(project.jurisdictions)
    for number, grant in enumerate(grants):
        heads = [Head(names.marked(project.title), places, len(grants))] if number == 0 else []
        currency = grant.currency or figures.currency(grant.mechanism)
        yield Line(
            heads,
            [
                Cell(grant.mechanism, words=True),
                Cell(", ".join(names.marked(office) for office in grant.offices or grant.organisations), words=True),
                Cell(f"{currency} {wording.money(grant.budget)}" if grant.budget else wording.NONE),
                Cell(wording.months(grant.started_on or grant.start, grant.closed_on or grant.end), words=True),
                Cell(wording.words(grant.status), tone=TONES.get(grant.status, ""), words=True),
                Cell("; ".join(_revisions(grant)) or wording.NONE, words=True),
            ],
        )


def _revisions(grant: Grant) -> Iterator[str]:
    for revision in grant.revisions:
        yield f"{revision.version}: {wording.words(revision.kind)}, {wording.on(revision.on)}"


def _lead(figures: Figures, found: Sequence[tuple[Project, Sequence[Grant]]]) -> str:
    if not found:
        return NOTHING
    grants = [grant for _, each in found for grant in each]
    budgets: dict[str, Decimal] = {}
    for grant in grants:
        budgets[grant.currency] = budgets.get(grant.currency, Decimal(0)) + grant.budget
    together = " and ".join(f"{currency} {wording.money(amount)}" for currency, amount in budgets.items())
    what = f"{len(found)} {'project' if len(found) == 1 else 'projects'}"
    when = f" initiated or ongoing in {figures.asked.year}" if figures.asked.year else ""
    return f"{what}{when} with {len(grants)} {'grant' if len(grants) == 1 else 'grants'} of {together}."

"""The figures of the page: what was recorded of the mechanisms and the year that are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from reporting.application.funds.model import Activity, Call, Everything, Fact, Grant, Project
from reporting.dashboard.funds.asked import Asked

K = TypeVar("K")
ZERO = Decimal(0)
MOVES = ("deposit", "transfer", "expenditure")
NET = {"transfer": 1, "refund": -1}
"""How facts count towards what an organisation has been funded with."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All of one moment. `through` is the last day that counts: of the year, else of the record."""

    everything: Everything
    freshness: Mapping[str, Mapping[str, Any]]
    asked: Asked
    today: date

    def state_of(self, call: Call) -> str:
        """A call that nobody has closed is closed after its deadline."""
        over = call.state == "open" and call.deadline is not None and call.deadline < self.today
        return "closed" if over else call.state

    def facts(self, *kinds: str, through: bool = False, mechanism: str | None = None) -> Iterator[Fact]:
        """Of the year, or up to its end; of the mechanisms asked for, or of one."""
        wanted = {mechanism} if mechanism else self.asked.codes
        start = date.min if through else self.asked.start
        for fact in self.everything.facts:
            if fact.kind in kinds and fact.mechanism in wanted and start <= fact.on <= self.asked.end:
                yield fact

    def currency(self, mechanism: str) -> str:
        return next(each.currency for each in self.everything.mechanisms if each.code == mechanism)

    @property
    def under_agreements(self) -> frozenset[str]:
        """Mechanisms that no committee or board governs."""
        return frozenset(each.code for each in self.everything.mechanisms if each.governance == "agreement")

    @property
    def currencies(self) -> list[str]:
        """Of the mechanisms asked for whose money is recorded, not only what was approved of it; the first where there
        is none."""
        moved = {fact.mechanism for fact in self.everything.facts if fact.kind in MOVES}
        found = dict.fromkeys(each.currency for each in self.asked.mechanisms if each.code in moved)
        return list(found) or [each.currency for each in self.asked.mechanisms[:1]]

    @property
    def projects(self) -> list[tuple[Project, tuple[Grant, ...]]]:
        """With their grants of the mechanisms asked for: all of them, or those that were active in the year."""
        found = []
        for project in self.everything.projects:
            grants = tuple(grant for grant in project.grants if grant.mechanism in self.asked.codes)
            if self.asked.year:
                grants = tuple(grant for grant in grants if active(grant, self.asked.year))
            if grants:
                found.append((project, grants))
        return found

    @property
    def activities(self) -> list[Activity]:
        """Of projects with a grant of the mechanisms asked for, and without a filter those of no project too."""
        of = {
            project.id
            for project in self.everything.projects
            for g in project.grants
            if g.mechanism in self.asked.codes
        }
        year = self.asked.year
        return [
            activity
            for activity in self.everything.activities
            if (activity.project in of or not self.asked.named) and (year is None or activity.day.year == year)
        ]

    @property
    def calls(self) -> list[Call]:
        """Of the year: opened, decided or planned in it, or whose grants were approved in it."""
        approved = {fact.call for fact in self.facts("approval")}
        return [
            call
            for call in self.everything.calls
            if call.mechanism in self.asked.codes
            and (self.asked.year is None or self.asked.year in _years_of(call) or call.id in approved)
        ]

    def title(self, project: UUID | None) -> str:
        """A project of which only money has arrived has none yet."""
        known = self.everything.projects_by_id.get(project) if project else None
        return known.title if known else ""


def active(grant: Grant, year: int) -> bool:
    """On a day of the year."""
    return grant.active(date(year, 1, 1), date(year, 12, 31))


def summed(facts: Iterable[Fact], by: Callable[[Fact], K], signs: Mapping[str, int] | None = None) -> dict[K, Decimal]:
    """Amounts by key; with `signs` facts of those kinds count that way."""
    found: dict[K, Decimal] = defaultdict(Decimal)
    for fact in facts:
        found[by(fact)] += fact.amount * (signs or {}).get(fact.kind, 1)
    return dict(found)


def total(facts: Iterable[Fact], signs: Mapping[str, int] | None = None) -> Decimal:
    return sum((fact.amount * (signs or {}).get(fact.kind, 1) for fact in facts), ZERO)


def recorded_years(everything: Everything) -> range:
    """From the first year of the record to the last, plans included."""
    years = [fact.on.year for fact in everything.facts]
    years += [commitment.on.year for commitment in everything.commitments]
    years += [activity.day.year for activity in everything.activities]
    years += [g.started_on.year for project in everything.projects for g in project.grants if g.started_on]
    years += [year for call in everything.calls for year in _years_of(call)]
    return range(min(years), max(years) + 1) if years else range(0)


def _years_of(call: Call) -> set[int]:
    return {day.year for day in (call.planned_for, call.opened_on, call.deadline, call.closed_on) if day}

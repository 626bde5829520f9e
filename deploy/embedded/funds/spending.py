"""Transfers and expenditure of the ten projects: illustration throughout, within what was approved and received."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from embedded.funds.budget import lines
from embedded.funds.projects import PROJECTS, Project

SPENT_IN_2020 = {1: 42, 2: 3}
"""Percent of the budget, by call; of those projects only that had started."""
YEAR_ENDS = date(2020, 12, 31)
INTERIM, CERTIFIED = date(2021, 2, 15), date(2021, 4, 26)
"""What was spent in 2020 was reported as interim first, then by headquarters, due on 30 April."""
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Transfer:
    """`requested` is the day on which the chair signed the request."""

    project: Project
    organisation: str
    amount: Decimal
    request: str
    requested: date
    on: date


@dataclass(frozen=True, slots=True)
class Expenditure:
    """From the start to the end of 2020, in USD by category."""

    project: Project
    organisation: str
    start: date
    lines: Mapping[int, Decimal]


def _transfers() -> Iterator[Transfer]:
    number = 0
    for project in PROJECTS:
        for on, percent in project.paid:
            for organisation, budget in project.of_organisations.items():
                number += 1
                amount = (budget * percent / 100).quantize(_CENT)
                yield Transfer(project, organisation, amount, f"TR-{number:03}", on.replace(day=on.day - 3), on)


def _expenditures() -> Iterator[Expenditure]:
    for project in PROJECTS:
        if project.starts > YEAR_ENDS:
            continue
        for organisation, budget in project.of_organisations.items():
            percent = SPENT_IN_2020[project.call]
            spent = {
                category: (amount * percent / 100).quantize(_CENT, ROUND_FLOOR)
                for category, amount in lines(budget).items()
            }
            yield Expenditure(project, organisation, project.starts, spent)


TRANSFERS = tuple(_transfers())
EXPENDITURES = tuple(_expenditures())

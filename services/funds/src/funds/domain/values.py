"""What money, plans and results are made of. Amounts are in the fund's base currency where none stands beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from common.kernel.money import ZERO

Earmark: TypeAlias = tuple[str, ...]
"""The goals that money may be spent on, sorted; () for money without such a condition."""

UNEARMARKED: Earmark = ()
REGIONAL = "regional"
"""Stands for no single jurisdiction."""

INDIRECT = 8
CATEGORIES: Mapping[int, str] = {
    1: "Staff and other personnel",
    2: "Supplies, commodities, materials",
    3: "Equipment, vehicles, furniture, depreciation included",
    4: "Contractual services",
    5: "Travel",
    6: "Transfers and grants to counterparts",
    7: "General operating and other direct costs",
    INDIRECT: "Indirect support costs",
}
"""The harmonised budget categories of the United Nations Development Group."""


@dataclass(frozen=True, slots=True)
class OrganisationAmount:
    organisation: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Draw:
    """What is taken from the money with an earmark."""

    earmark: Earmark
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """A jurisdiction or `regional`, or a goal, and how much of the whole falls to it."""

    code: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class BudgetLine:
    organisation: str
    category: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CategoryAmount:
    category: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """A file that lies elsewhere. `sha256` is of its content; `size` in bytes."""

    title: str
    link: str
    sha256: str | None = None
    media_type: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    """Of a commitment, in its currency."""

    due: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Office:
    """Where an organisation implements: UNDP, "UNDP Albania"."""

    organisation: str
    name: str


@dataclass(frozen=True, slots=True)
class Consultation:
    """A commission was consulted on a proposal."""

    jurisdiction: str
    on: date


@dataclass(frozen=True, slots=True)
class Criterion:
    """Of a call: scores are 0 to 100, weights relative."""

    code: str
    title: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    criterion: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Quantity:
    """A result, or a target for one: 24 participants, 12 of them female, is two quantities."""

    what: str
    unit: str
    quantity: Decimal
    sex: Literal["female", "male", "unknown"] | None = None
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is proposed, and what a project is approved to do. Shares add up to 100 each."""

    title: str
    offices: tuple[Office, ...]
    jurisdictions: tuple[Share, ...]
    goals: tuple[Share, ...]
    kpis: tuple[str, ...]
    budget: tuple[BudgetLine, ...]
    start: date
    end: date

    def of_organisations(self) -> tuple[OrganisationAmount, ...]:
        """The budget by organisation, in the order of its lines."""
        sums: dict[str, Decimal] = {}
        for line in self.budget:
            sums[line.organisation] = sums.get(line.organisation, ZERO) + line.amount
        return tuple(OrganisationAmount(*each) for each in sums.items())

    def total(self) -> Decimal:
        return total(line.amount for line in self.budget)


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def summed(draws: Iterable[Draw]) -> tuple[Draw, ...]:
    """One draw for each earmark, in the order of the earmarks; those of nothing left out."""
    sums: dict[Earmark, Decimal] = {}
    for draw in draws:
        sums[draw.earmark] = sums.get(draw.earmark, ZERO) + draw.amount
    return tuple(Draw(earmark, sums[earmark]) for earmark in sorted(sums) if sums[earmark])

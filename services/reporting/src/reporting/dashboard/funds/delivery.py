"""Delivery: how much of what they were funded with organisations and projects have spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from reporting.dashboard.charts.bars import Bar, bars
from reporting.dashboard.charts.theme import NARROW, WIDE
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.figures import NET, Figures, summed
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

NOTE = (
    "Delivery rate: expenditure as a share of net funded, which is transfers less refunds, both from the beginning. "
    "Expenditure is dated by the end of the period that was reported; interim figures count until certified ones come."
)
NOTHING = "Nothing has been transferred yet."


@dataclass(frozen=True, slots=True)
class Delivered:
    funded: Decimal
    spent: Decimal

    @property
    def rate(self) -> str:
        return wording.delivery(self.spent, self.funded)

    def __add__(self, other: Delivered) -> Delivered:
        return Delivered(self.funded + other.funded, self.spent + other.spent)


def delivery(figures: Figures, names: FundNames) -> Section:
    exhibits = [each for currency in figures.currencies for each in _exhibits(figures, currency, names)]
    when = f" by the end of {figures.asked.year}" if figures.asked.year else ""
    return Section("delivery", f"Delivery{when}", _lead(figures) if exhibits else NOTHING, exhibits)


def delivered(figures: Figures, currency: str) -> dict[tuple[str, UUID | None], Delivered]:
    """By organisation and project."""

    def sums(*kinds: str, signs: Mapping[str, int] | None = None) -> dict[tuple[str, UUID | None], Decimal]:
        facts = [f for f in figures.facts(*kinds, through=True) if figures.currency(f.mechanism) == currency]
        return summed(facts, lambda fact: (fact.organisation or "", fact.project), signs)

    funded, spent = sums(*NET, signs=NET), sums("expenditure")
    found = {
        key: Delivered(funded.get(key, Decimal(0)), spent.get(key, Decimal(0)))
        for key in dict.fromkeys([*funded, *spent])
    }
    return {key: each for key, each in found.items() if each.funded or each.spent}


def together(found: Mapping[tuple[str, UUID | None], Delivered]) -> Delivered:
    return sum(found.values(), Delivered(Decimal(0), Decimal(0)))


def _exhibits(figures: Figures, currency: str, names: FundNames) -> Iterator[Exhibit]:
    found = delivered(figures, currency)
    if not found:
        return
    by_organisation: dict[str, Delivered] = {}
    by_project: dict[str, Delivered] = {}
    for (organisation, project), each in found.items():
        nothing = Delivered(Decimal(0), Decimal(0))
        by_organisation[organisation] = by_organisation.get(organisation, nothing) + each
        title = f"{figures.title(project)} ({organisation})"
        by_project[title] = by_project.get(title, nothing) + each
    yield _exhibit(figures, currency, "organisation", _marked(by_organisation, names))
    yield _exhibit(figures, currency, "project", _marked(by_project, names))


def _marked(found: Mapping[str, Delivered], names: FundNames) -> dict[str, Delivered]:
    """Largest first."""
    return {names.marked(key): found[key] for key in sorted(found, key=lambda each: -found[each].funded)}


def _exhibit(figures: Figures, currency: str, what: str, found: Mapping[str, Delivered]) -> Exhibit:
    total = sum(found.values(), Delivered(Decimal(0), Decimal(0)))
    keys = ("organisation",) if what == "organisation" else ("project", "organisation")
    table = Table(
        caption=f"Net funded and spent by {what}, in {currency}",
        columns=[
            Column(what.capitalize(), numeric=False),
            *map(Column, ("Net funded", "Expenditure", "Delivery rate")),
        ],
        lines=[Line([Head(name)], _cells(each)) for name, each in found.items()],
        address=figures.asked.address("expenditure", *keys, through=True),
        total=Line([Head("Together")], _cells(total)),
    )
    return Exhibit(_sketch(what, found) if what == "organisation" else None, table, [NOTE], broad=what == "project")


def _cells(each: Delivered) -> list[Cell]:
    return [Cell(wording.money(each.funded)), Cell(wording.money(each.spent)), Cell(each.rate, strong=True)]


def _sketch(what: str, found: Mapping[str, Delivered]) -> Sketch | None:
    rows = [
        Bar(name, float(each.spent * 100 / each.funded), each.rate) for name, each in found.items() if each.funded > 0
    ]
    described = "; ".join(f"{row.label} {row.text}" for row in rows)
    caption = f"Delivery rate by {what}; the whole width is 100%"
    wide, narrow = (bars(rows, width, full=100) for width in (WIDE, NARROW))
    return Sketch(caption, f"Bar chart. {caption}. {described}.", wide, narrow) if rows else None


def _lead(figures: Figures) -> str:
    told = []
    for currency in figures.currencies:
        both = together(delivered(figures, currency))
        if both.funded:
            told.append(
                f"{currency} {wording.money(both.spent)} of {wording.money(both.funded)} are spent ({both.rate})"
            )
    return f"{'; '.join(told)}." if told else ""

"""What is available of each earmark: money that donors gave for goals of the roadmap, and money without a condition."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reporting.application.funds.model import Mechanism
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.figures import Figures
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Table

Earmark = tuple[str, ...]
NOTE = "Each deposit bears its own fee. A decision names the earmarks that it draws on; the rest is not earmarked."


def earmarked(figures: Figures, mechanism: Mechanism, names: FundNames) -> Iterator[Exhibit]:
    """Nothing where no money has an earmark, for then the statement says it all."""
    found = _positions(figures, mechanism.code)
    if not any(found):
        return
    together = [sum((amounts[n] for amounts in found.values()), Decimal(0)) for n in (0, 1)]
    when = f" at the end of {figures.asked.year}" if figures.asked.year else ""
    table = Table(
        caption=f"What is available of {names.mechanism(mechanism)}{when} by earmark, in {mechanism.currency}",
        columns=[Column("Earmark", numeric=False), *map(Column, ("Cash", "Reserved", "Available"))],
        lines=[Line([Head(_named(earmark))], _cells(*found[earmark])) for earmark in sorted(found)],
        address="",
        total=Line([Head("Together")], _cells(*together)),
    )
    yield Exhibit(None, table, [NOTE])


def _positions(figures: Figures, mechanism: str) -> dict[Earmark, tuple[Decimal, Decimal]]:
    """Cash and what is reserved of it."""
    found: dict[Earmark, tuple[Decimal, Decimal]] = {}
    for each in figures.everything.positions:
        if each.mechanism == mechanism and each.on <= figures.asked.end:
            cash, reserved = found.get(each.earmark, (Decimal(0), Decimal(0)))
            found[each.earmark] = (cash + each.cash, reserved + each.reserved)
    return {earmark: amounts for earmark, amounts in found.items() if any(amounts)}


def _named(earmark: Earmark) -> str:
    if not earmark:
        return "Not earmarked"
    return f"Goal {earmark[0]}" if len(earmark) == 1 else f"Goals {', '.join(earmark)}"


def _cells(cash: Decimal, reserved: Decimal) -> list[Cell]:
    return [Cell(wording.money(cash)), Cell(wording.money(reserved)), Cell(wording.money(cash - reserved), strong=True)]

"""The main figures at the head of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.dashboard import wording as numbers
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.delivery import delivered, together
from reporting.dashboard.funds.figures import NET, Figures, total


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    note: str
    value: str


def headlines(figures: Figures) -> list[Tile]:
    """Amounts in the currency of most deposits alone: different ones are never added."""
    currency = max(figures.currencies, key=lambda each: _deposited(figures, each), default="")
    deposits = [fact for fact in figures.facts("deposit") if figures.currency(fact.mechanism) == currency]
    donors = len({fact.donor for fact in deposits})
    funded = [fact for fact in figures.facts(*NET) if figures.currency(fact.mechanism) == currency]
    both = together(delivered(figures, currency))
    return [
        Tile("Deposited", f"{currency}, by {_counted(donors, 'donor')}", wording.millions(total(deposits))),
        Tile("Net funded", f"{currency}, to organisations", wording.millions(total(funded, NET))),
        Tile("Delivery rate", "of what was funded from the beginning", both.rate),
        Tile("Projects", _projects(figures), numbers.number(len(figures.projects))),
    ]


def _deposited(figures: Figures, currency: str) -> Decimal:
    return total(fact for fact in figures.facts("deposit") if figures.currency(fact.mechanism) == currency)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _projects(figures: Figures) -> str:
    grants: Sequence[object] = [grant for _, each in figures.projects for grant in each]
    when = f", initiated or ongoing in {figures.asked.year}" if figures.asked.year else ""
    return f"with {_counted(len(grants), 'grant')}{when}"

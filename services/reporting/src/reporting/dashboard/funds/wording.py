"""How money, parties and states are written for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from reporting.dashboard import wording

DONORS: Mapping[str, str] = {
    "DE": "Germany",
    "GB": "United Kingdom",
    "NL": "Netherlands",
    "SE": "Sweden",
    "FR": "France",
    "NO": "Norway",
    "EU": "European Union",
    "US": "United States",
    "SK": "Slovakia",
}
NONE = "–"
MILLION = 1_000_000


def donor(code: str) -> str:
    """A party that has no name here is printed by its code."""
    return DONORS.get(code, code)


def money(amount: Decimal | None) -> str:
    """To the cent: "8,580,000.00"; what is not known, or was never said, is a dash."""
    return NONE if amount is None else f"{amount:,.2f}".replace("-", "−")


def millions(amount: Decimal) -> str:
    """ "8.58 M", beside which the exact amount stands in a table; small ones in thousands, so that they are no zero."""
    if abs(amount) >= MILLION / 100 or not amount:
        return f"{amount / MILLION:,.2f} M".replace("-", "−")
    return f"{amount / 1000:,.2f} k".replace("-", "−")


def rate(amount: Decimal, original: Decimal) -> str:
    """How much of the base currency a unit was worth."""
    return f"{amount / original:.4f}" if original else NONE


def delivery(expenditure: Decimal, funded: Decimal) -> str:
    """ "45.3%"; of nothing there is no share."""
    return f"{expenditure * 100 / funded:,.1f}%".replace("-", "−") if funded else "n/a"


def on(day: date | None) -> str:
    return NONE if day is None else wording.day(day)


def months(start: date | None, end: date | None) -> str:
    """ "February 2020 to June 2023"; what is open is said to be."""
    first = f"{wording.MONTHS[start.month - 1]} {start.year}" if start else "not started"
    last = f"{wording.MONTHS[end.month - 1]} {end.year}" if end else "open"
    return f"{first} to {last}" if start or end else NONE


def words(code: str) -> str:
    """A code as a word: "no_cost_extension" as "no cost extension"."""
    return code.replace("_", " ")

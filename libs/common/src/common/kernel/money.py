"""Money: exact amounts with the minor unit of their currency. Never a float, never converted in passing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)

MINOR_UNITS = {
    "ALL": 2,
    "BAM": 2,
    "CHF": 2,
    "EUR": 2,
    "GBP": 2,
    "JPY": 0,
    "KWD": 3,
    "MDL": 2,
    "MKD": 2,
    "NOK": 2,
    "RSD": 2,
    "SEK": 2,
    "TTD": 2,
    "USD": 2,
}
"""Digits after the point, as ISO 4217 has them (what libraries take from CLDR is wrong for ALL and RSD)."""


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


def step(currency: str) -> Decimal:
    """The smallest amount of a currency, 0.01 for most. Raises `KeyError` for an unknown one."""
    return Decimal(1).scaleb(-MINOR_UNITS[currency])


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up to the minor unit."""
    return amount.quantize(step(currency), ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether it has no more digits than the currency's minor unit."""
    return amount == amount.quantize(step(currency), ROUND_FLOOR)


def written(amount: Decimal, currency: str) -> str:
    """With all digits of the minor unit: 12.50."""
    return f"{amount.quantize(step(currency)):f}"


def split(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Parts in proportion to weights that add up to the amount exactly: each is rounded down to the minor unit, and
    what is left goes to the largest remainders, the first of equal ones before. Weights are not negative and at least
    one is positive."""
    total, unit = sum(weights, ZERO), step(currency)
    exact = [amount * weight / total for weight in weights]
    parts = [each.quantize(unit, ROUND_FLOOR) for each in exact]
    left = int((amount - sum(parts, ZERO)) / unit)
    by_remainder = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in by_remainder[:left]:
        parts[n] += unit
    return parts

"""Budgets by the eight UNDG categories: illustrative lines under a total that is given."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

INDIRECT = 8
"""The category of indirect support costs: at most 7 % of the sum of the other seven."""
CAP_PERCENT = 7
_CENT = Decimal("0.01")
_SHARES = (24, 8, 14, 27, 6, 12, 9)  # of categories 1 to 7, in percent


def lines(total: Decimal) -> dict[int, Decimal]:
    """Amounts by category; they add up to the total to the cent, and the indirect costs lie within their cap."""
    direct = (total * 100 / (100 + CAP_PERCENT)).quantize(_CENT, ROUND_CEILING)
    return {**dict(enumerate(split(direct, _SHARES), 1)), INDIRECT: total - direct}


def split(total: Decimal, shares: Sequence[int]) -> list[Decimal]:
    """In proportion to the shares; the cents that are left go to the first."""
    whole = sum(shares)
    parts = [(total * share / whole).quantize(_CENT, ROUND_FLOOR) for share in shares]
    return [parts[0] + total - sum(parts), *parts[1:]]

"""How figures are written and compared."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

_TENTH = Decimal("0.1")


def plain(quantity: Decimal) -> str:
    """12.000 as 12 and 2.500 as 2.5, never 1E+3."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def change_percent(value: Decimal | None, previous: Decimal | None) -> float | Literal["n/a"]:
    """Rounded half up to one decimal; "n/a" from zero or from what is missing."""
    if value is None or not previous:
        return "n/a"
    return float(((value - previous) * 100 / previous).quantize(_TENTH, ROUND_HALF_UP))

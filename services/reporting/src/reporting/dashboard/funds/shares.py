"""Money divided by the shares of a project, to the cent: the parts add up to the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from reporting.application.funds.model import Share

CENT = Decimal("0.01")


def divided(amount: Decimal, shares: Sequence[Share], nobody: str) -> Mapping[str, Decimal]:
    """What is lost by rounding down goes, a cent each, to the largest remainders; without shares all is `nobody`'s."""
    weight = sum((share.percent for share in shares), Decimal(0))
    if not weight:
        return {nobody: amount}
    exact = {share.key: amount * share.percent / weight for share in shares}
    parts = {key: part.quantize(CENT, ROUND_DOWN) for key, part in exact.items()}
    missing = int((amount - sum(parts.values())) / CENT)
    sign = CENT if missing >= 0 else -CENT
    for key in sorted(exact, key=lambda each: -abs(exact[each] - parts[each]))[: abs(missing)]:
        parts[key] += sign
    return parts

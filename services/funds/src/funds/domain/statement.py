"""The statement of sources and uses, in the layout of the administrative agent, for any days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from common.kernel.money import ZERO
from funds.domain.balances import Movement, movements
from funds.domain.fund_state import State

SOURCES = ("contributions", "interest_fund", "interest_organisations", "exchange", "rounding")
COSTS = ("fee", "direct_costs", "bank_charges", "donor_refunds")

LABELS = {
    "contributions": "Gross contributions",
    "interest_fund": "Interest earned by the fund",
    "interest_organisations": "Interest earned by participating organisations",
    "exchange": "Exchange gains and losses",
    "rounding": "Rounding differences",
    "total_sources": "Total sources of funds",
    "transfers": "Transfers to participating organisations",
    "refunds": "Refunds received from participating organisations",
    "net_funded": "Net funded amount",
    "fee": "Administrative agent's fee",
    "direct_costs": "Direct costs",
    "bank_charges": "Bank charges",
    "donor_refunds": "Refunds to donors",
    "total_uses": "Total uses of funds",
}
"""In the order of the statement."""


class Columns(NamedTuple):
    """What came before the period, within it, and both together."""

    prior: Decimal
    period: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """Sources and uses are positive, refunds and gains too. `opening` + `change` = `closing`, what the agent holds."""

    lines: tuple[tuple[str, Columns], ...]
    opening: Decimal
    change: Decimal
    closing: Decimal


def statement(state: State, first: date | None, last: date) -> Statement:
    """Of the facts dated from `first` (None: the beginning) to `last`, both inclusive."""
    dated = [each for each in movements(state) if each.on <= last]
    before = _column([each for each in dated if first is not None and each.on < first])
    within = _column([each for each in dated if first is None or each.on >= first])
    lines = tuple((code, Columns(before[code], within[code], before[code] + within[code])) for code in LABELS)
    opening = before["total_sources"] - before["total_uses"]
    change = within["total_sources"] - within["total_uses"]
    return Statement(lines, opening, change, opening + change)


def _column(moved: Sequence[Movement]) -> dict[str, Decimal]:
    sums = dict.fromkeys(LABELS, ZERO)
    for movement in moved:
        if movement.line == "reserved":
            continue
        came = movement.line in (*SOURCES, "refunds")
        sums[movement.line] += movement.cash if came else -movement.cash
    sums["net_funded"] = sums["transfers"] - sums["refunds"]
    sums["total_sources"] = sum((sums[code] for code in SOURCES), ZERO)
    sums["total_uses"] = sums["net_funded"] + sum((sums[code] for code in COSTS), ZERO)
    return sums

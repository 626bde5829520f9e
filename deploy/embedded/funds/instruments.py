"""The six instruments of donors beside both mechanisms, and the secretariat's budget.

Printed: name, sum, purpose, and for the EU's three their status. Periods are illustration, within what is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Instrument:
    """One project of the inventory; `closed` is the day of its operational closure."""

    code: str
    donor: str
    name: str
    purpose: str
    usd: Decimal
    jurisdictions: Sequence[str]
    goals: Sequence[str]
    starts: date
    ends: date
    closed: date | None = None


_ALL = ["regional"]
_SEE = "SEESAC disarmament and arms control activities in SEE"
_GENDER = "Gender mainstreaming in SSR (phase II)"
INSTRUMENTS = (
    Instrument(
        "EU-2016-2356",
        "EU",
        "EU Council Decision 2016/2356 amended by 2019/2113",
        _SEE,
        Decimal(6_900_000),
        _ALL,
        ["1", "2", "3", "6", "7"],
        date(2016, 12, 29),
        date(2020, 6, 30),
        date(2020, 9, 30),
    ),
    Instrument(
        "EU-2018-1788",
        "EU",
        "EU Council Decision 2018/1788",
        "Implementation of the Roadmap",
        Decimal(4_600_000),
        _ALL,
        ["1", "2", "3", "4", "5", "6", "7"],
        date(2018, 12, 1),
        date(2021, 12, 31),
    ),
    Instrument(
        "EU-2019-2111",
        "EU",
        "EU Council Decision 2019/2111",
        _SEE,
        Decimal(13_200_000),
        _ALL,
        ["1", "2", "3", "6", "7"],
        date(2020, 1, 1),
        date(2023, 12, 31),
    ),
    Instrument(
        "US-STATE",
        "US",
        "US Department of State",
        "Infrastructure upgrade works in Albania and Serbia",
        Decimal(1_700_000),
        ["AL", "RS"],
        ["7"],
        date(2018, 10, 1),
        date(2021, 12, 31),
    ),
    Instrument(
        "NO-MFA",
        "NO",
        "Norwegian Ministry of Foreign Affairs",
        _GENDER,
        Decimal(2_300_000),
        _ALL,
        ["2"],
        date(2018, 12, 1),
        date(2021, 12, 31),
    ),
    Instrument(
        "SK-MFEA",
        "SK",
        "Slovak Ministry of Foreign and European Affairs",
        _GENDER,
        Decimal(200_000),
        _ALL,
        ["2"],
        date(2018, 12, 1),
        date(2021, 12, 31),
    ),
)
"""That the last three are ongoing is our reading: the slide gives them no status."""
DONORS = {"EU": "European Union", "US": "United States", "NO": "Norway", "SK": "Slovakia"}
SECRETARIAT = "SEESAC"
BUDGET_YEAR, BUDGET_USD = 2020, Decimal(3_135_925)
"""Of the secretariat in 2020 (lines 95–97): beside the mechanisms, in no ledger."""

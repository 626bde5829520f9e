"""Who promised and paid what into the trust fund. Printed: sums by donor; split and days are marked illustration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CODE = "SLW00"
NAME = "Western Balkans SALW Control Roadmap Multi-Partner Trust Fund"
FEE_PERCENT = Decimal(1)

DONORS: Mapping[str, str] = {
    "DE": "Germany",
    "GB": "United Kingdom",
    "NL": "Netherlands",
    "SE": "Sweden",
    "FR": "France",
    "NO": "Norway",
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """A commitment in the donor's currency, each instalment by its due date; without one no plan is known."""

    donor: str
    reference: str
    amount: Decimal
    currency: str
    signed: date
    due: date | None


@dataclass(frozen=True, slots=True)
class Deposit:
    """Cash: what was paid and the USD that it brought are two facts. `printed`: whether what was paid is."""

    agreement: str
    on: date
    amount: Decimal
    currency: str
    usd: Decimal
    printed: bool = True


def _million(text: str) -> Decimal:
    return Decimal(text) * 1_000_000


AGREEMENTS = (
    Agreement("DE", "SAA-DE-1", _million("4.45"), "EUR", date(2019, 6, 24), date(2019, 7, 31)),
    Agreement("GB", "SAA-GB-1", _million("2.00"), "GBP", date(2019, 4, 8), date(2019, 5, 31)),
    Agreement("NL", "SAA-NL-1", _million("1.50"), "EUR", date(2019, 9, 2), date(2019, 10, 31)),
    Agreement("FR", "SAA-FR-1", _million("0.90"), "EUR", date(2019, 7, 8), date(2019, 8, 31)),
    Agreement("SE", "SAA-SE-1", _million("7.00"), "SEK", date(2019, 10, 7), date(2019, 11, 30)),
    Agreement("NO", "SAA-NO-1", _million("15.00"), "NOK", date(2019, 10, 21), None),
    Agreement("DE", "SAA-DE-2", _million("3.00"), "EUR", date(2020, 7, 20), date(2020, 9, 30)),
    Agreement("SE", "SAA-SE-2", _million("7.00"), "SEK", date(2020, 9, 7), date(2020, 10, 31)),
)
"""Germany's EUR 4.45 M stood alone in June 2020; that Sweden signed twice for SEK 7 M is illustration."""
DEPOSITS = (
    Deposit("SAA-GB-1", date(2019, 5, 6), _million("2.00"), "GBP", _million("2.61")),
    Deposit("SAA-DE-1", date(2019, 7, 22), _million("4.45"), "EUR", _million("4.95")),
    Deposit("SAA-FR-1", date(2019, 8, 12), _million("0.90"), "EUR", _million("1.00")),
    Deposit("SAA-NL-1", date(2019, 10, 14), _million("1.50"), "EUR", _million("1.65")),
    Deposit("SAA-SE-1", date(2019, 11, 4), _million("7.00"), "SEK", _million("0.72")),
    Deposit("SAA-NO-1", date(2019, 11, 18), _million("5.00"), "NOK", _million("0.54"), printed=False),
    Deposit("SAA-DE-2", date(2020, 8, 17), _million("3.00"), "EUR", _million("3.63")),
    Deposit("SAA-SE-2", date(2020, 10, 5), _million("7.00"), "SEK", _million("0.80")),
)
"""Norway's USD 0.54 M beside NOK 15 M is read as the part deposited so far; its NOK 5 M are illustration."""
BY_REFERENCE = {agreement.reference: agreement for agreement in AGREEMENTS}


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for one unit, illustrative: rounded, near the rates that follow from what was credited."""

    currency: str
    on: date
    usd: Decimal


RATES = (
    Rate("EUR", date(2019, 4, 1), Decimal("1.1200")),
    Rate("GBP", date(2019, 4, 1), Decimal("1.3050")),
    Rate("SEK", date(2019, 4, 1), Decimal("0.1060")),
    Rate("NOK", date(2019, 4, 1), Decimal("0.1150")),
    Rate("EUR", date(2019, 9, 1), Decimal("1.1050")),
    Rate("SEK", date(2019, 9, 1), Decimal("0.1025")),
    Rate("NOK", date(2019, 9, 1), Decimal("0.1090")),
    Rate("EUR", date(2020, 7, 1), Decimal("1.1700")),
    Rate("SEK", date(2020, 7, 1), Decimal("0.1130")),
    Rate("EUR", date(2021, 3, 1), Decimal("1.2000")),
    Rate("GBP", date(2021, 3, 1), Decimal("1.3900")),
    Rate("SEK", date(2021, 3, 1), Decimal("0.1180")),
    Rate("NOK", date(2021, 3, 1), Decimal("0.1170")),
)
SOURCE_OF_RATES = "Illustrative rates (docs/demo-data.md)"


def fee(deposit: Deposit) -> Decimal:
    """The agent's, of each deposit, in cents."""
    return (deposit.usd * FEE_PERCENT / 100).quantize(Decimal("0.01"))

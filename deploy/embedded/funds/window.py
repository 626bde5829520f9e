"""The UNDP funding window and its eight projects. Printed: titles, organisations, sums, the period, one finalised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CODE = "UNDP-FW-GIPS"
NAME = (
    "UNDP Funding Window: Governance for Inclusive and Peaceful Societies - Regional Project in support of the Roadmap"
)
DONOR = "DE"
AMOUNT, CURRENCY, USD = Decimal(5_500_000), "EUR", Decimal(6_200_000)
STARTS, ENDS = date(2019, 5, 1), date(2021, 12, 31)
SIGNED, PAID = date(2019, 5, 2), date(2019, 5, 6)
APPROVED = date(2019, 5, 8)
BOARD_MEETS = (APPROVED, date(2020, 11, 24))
"""Printed: the board's annual meeting in November 2020 (line 536)."""


@dataclass(frozen=True, slots=True)
class WindowProject:
    """`budget` is USD, illustrative but for the sum of all; `closed` the day of its operational closure."""

    key: str
    title: str
    office: str
    jurisdiction: str
    budget: Decimal
    goals: Sequence[str]
    kpis: Sequence[str]
    starts: date = date(2019, 5, 15)
    ends: date = ENDS
    closed: date | None = None


PROJECTS = (
    WindowProject(
        "FW-REDUCE",
        "Reduce risk - Increase safety - Towards ending SALW misuse in domestic violence context",
        "UNDP Serbia",
        "RS",
        Decimal(780_000),
        ["4"],
        ["4", "14"],
    ),
    WindowProject(
        "FW-SERBIA-I",
        "Advancing the Capacities of the Ministry of Interior in the Field of Custody Chain, Crime Scene "
        "Investigations and the Ballistic Laboratory in the Field of Operations and Investigations in Trafficking of "
        "Firearms and Firearms Criminality",
        "UNDP Serbia",
        "RS",
        Decimal(1_020_000),
        ["2", "3"],
        ["3", "7"],
    ),
    WindowProject(
        "FW-ALBANIA",
        "Support Albania's Law Enforcement Authorities to Strengthen Firearms Criminality Evidence Management and "
        "Investigation Capacities",
        "UNDP Albania",
        "AL",
        Decimal(900_000),
        ["2", "3"],
        ["3", "7"],
    ),
    WindowProject(
        "FW-CIAT",
        "Countering Illicit Arms Trafficking (CIAT)",
        "UNDP Bosnia and Herzegovina",
        "BA",
        Decimal(950_000),
        ["3"],
        ["3", "6"],
    ),
    WindowProject(
        "EXPLODE+",
        "Urgent Action on Ammunition Destruction - Project EXPLODE+",
        "UNDP Bosnia and Herzegovina",
        "BA",
        Decimal(450_000),
        ["6", "7"],
        ["12", "13"],
        ends=date(2019, 11, 30),
        closed=date(2019, 12, 16),
    ),
    WindowProject(
        "FW-KOSOVO",
        "Support to counter Illicit arms trafficking",
        "UNDP Kosovo",
        "XK",
        Decimal(820_000),
        ["3"],
        ["3", "6"],
    ),
    WindowProject(
        "FW-MACEDONIA",
        "Improving national SALW-related practices and building violence-resilient communities",
        "UNDP North Macedonia",
        "MK",
        Decimal(700_000),
        ["4", "5"],
        ["10", "14"],
    ),
    WindowProject(
        "FW-ROGAME",
        "Rogame SALW Storage Upgrade",
        "UNDP Montenegro",
        "ME",
        Decimal(580_000),
        ["7"],
        ["13"],
    ),
)

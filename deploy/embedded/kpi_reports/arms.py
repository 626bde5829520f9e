"""The arms-export returns of the demo: 2018, with the two shares that the founding document prints, and 2017 before it.

Printed of 2018: Serbia 75.57 %, ML3 62.44 %, fewer licences than in 2017, a greater share of them realised. The sums in
EUR, their split and all of 2017 are illustration; so is that the shares are read as those of actual exports.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from embedded.kpi_reports.plan import ILLUSTRATIVE, Calendar

ROADMAP = "arms-exports"
MEMBERS = ("AL", "BA", "ME", "MK", "RS")
ROUNDS = (
    Calendar(
        1,
        "2017",
        date(2018, 1, 15),
        date(2018, 6, 30),
        date(2018, 6, 4),
        date(2018, 9, 3),
        date(2018, 9, 10),
        date(2018, 9, 30),
        date(2019, 2, 4),
    ),
    Calendar(
        2,
        "2018",
        date(2019, 2, 11),
        date(2019, 6, 30),
        date(2019, 6, 3),
        date(2019, 9, 2),
        date(2019, 9, 9),
        date(2019, 9, 30),
        date(2020, 6, 15),
    ),
)
COMMENT = f"{ILLUSTRATIVE} The shares of Serbia and of ML3 in 2018 are printed."

_ACTUAL: dict[str, dict[tuple[str, str], str]] = {  # EUR in 2018, by destination and category
    "AL": {("US", "ML3"): "1760000", ("DE", "ML1"): "240000"},
    "BA": {("AE", "ML3"): "35000000", ("US", "ML3"): "20000000", ("AT", "ML1"): "5000000"},
    "ME": {("US", "ML3"): "8000000", ("PL", "ML1"): "2000000"},
    "MK": {("US", "ML3"): "15000000", ("BG", "ML4"): "10720000"},
    "RS": {
        ("AE", "ML3"): "90000000",
        ("US", "ML3"): "80000000",
        ("SA", "ML4"): "82280000",
        ("US", "ML1"): "50000000",
    },
}
_LICENCES = {
    "2017": {"AL": 32, "BA": 117, "ME": 42, "MK": 64, "RS": 445},
    "2018": {"AL": 30, "BA": 110, "ME": 40, "MK": 60, "RS": 420},
}
_OF_ACTUAL = {  # actual exports, and the value licensed, as multiples of the actual exports of 2018
    "2017": (Decimal("0.95"), Decimal("2.5")),
    "2018": (Decimal(1), Decimal("2.25")),
}


def values(period: str, jurisdiction: str) -> list[dict[str, Any]]:
    actual, licensed = _OF_ACTUAL[period]
    licences = {"kpi": "1", "presence": "reported", "value": str(_LICENCES[period][jurisdiction]), "comment": COMMENT}
    return [licences, _part("2", jurisdiction, licensed), _part("3", jurisdiction, actual)]


def _part(part: str, jurisdiction: str, times: Decimal) -> dict[str, Any]:
    """Every destination and category, each category's total, and the sum of all."""
    exact = {key: Decimal(value) * times for key, value in _ACTUAL[jurisdiction].items()}
    categories = sorted({category for _, category in exact})
    sums = {name: sum(value for (_, category), value in exact.items() if category == name) for name in categories}
    cells = [
        {"dimensions": {"destination": destination, "ml_category": category}, "value": f"{value:.2f}"}
        for (destination, category), value in exact.items()
    ]
    cells += [{"dimensions": {"ml_category": name}, "value": f"{value:.2f}"} for name, value in sums.items()]
    total = {"dimensions": {}, "value": f"{sum(exact.values()):.2f}"}
    return {"kpi": part, "presence": "reported", "cells": [total, *cells], "comment": COMMENT}

"""How figures of KPIs are written for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from common.kernel.numbers import change_percent, plain
from common.kernel.periods import Period
from reporting.application.kpi.model import Kpi, Part
from reporting.dashboard import wording

STATES: Mapping[str, str] = {
    "not_reported": "not reported",
    "not_applicable": "not applicable",
    "not_available_yet": "not available yet",
}
UNITS: Mapping[str, str] = {"piece": "pieces", "kilogram": "kilograms", "tonne": "tonnes"}
COLLECTORS: Mapping[str, str] = {"secretariat": "the secretariat", "third_party": "third parties", "survey": "a survey"}


def value(part: Part, amount: Decimal) -> str:
    """ "1,676", "2.5", "20.0%", "2 of 6" for items."""
    if part.kind == "statuses":
        return f"{wording.number(amount)} of {len(part.items)}"
    return f"{wording.number(amount)}%" if part.kind == "percent" else wording.number(plain(amount))


def unit(part: Part) -> str:
    """What the figures of a part are."""
    if part.unit is not None:
        return UNITS.get(part.unit, part.unit)
    if part.kind == "statuses":
        return f"items: {part.statuses[-1].label.lower()}"
    return "" if part.kind in ("number", "narrative") else part.kind


def named(kpi: Kpi, part: Part) -> str:
    """ "6.1 Firearms seized"."""
    return f"{part.number} {part.name}" if len(kpi.parts) > 1 else f"{kpi.number} {kpi.name}"


def period(name: str) -> str:
    return wording.period(Period.parse(name))


def short(name: str) -> str:
    """On an axis."""
    found = Period.parse(name)
    return name if found.grain == "year" else name[2:]


def change(earlier: Decimal | None, later: Decimal | None) -> str:
    return wording.change(change_percent(later, earlier))

"""How figures and periods are written for a reader."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from common.kernel.periods import Period
from reporting.application.answers import Figure

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
NOT_REPORTED = "not reported"
NOT_AVAILABLE = "not available"


def number(value: Figure | Decimal) -> str:
    """1229 as "1,229", "12.5" as "12.5"; what is missing is said to be, never written as 0."""
    if value is None:
        return NOT_REPORTED
    text = f"{Decimal(value):,f}"
    return text.replace("-", "−")


def change(percent: float | Literal["n/a"]) -> str:
    """ "+55.4%", "−3.0%", "0.0%" or "n/a"."""
    if percent == "n/a":
        return "n/a"
    return f"{percent:+,.1f}%".replace("-", "−") if percent else "0.0%"


def share(part: Decimal, whole: Decimal) -> str:
    """In whole percent, which leaves small groups small; nothing of nothing is "n/a"."""
    return f"{part * 100 / whole:.0f}%" if whole else "n/a"


def day(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def period(of: Period) -> str:
    """ "2020", "first half of 2020", "first quarter of 2020" or "March 2020"."""
    ordinal = ("first", "second", "third", "fourth")
    match of.grain:
        case "year":
            return str(of.year)
        case "half":
            return f"{ordinal[of.index - 1]} half of {of.year}"
        case "quarter":
            return f"{ordinal[of.index - 1]} quarter of {of.year}"
        case "month":
            return f"{MONTHS[of.index - 1]} {of.year}"


def span(start: date, end: date) -> str:
    """The calendar period where the days make one, else both days, in short."""
    found = calendar_period(start, end)
    return period(found) if found else f"{_short(start)} to {_short(end)}"


def calendar_period(start: date, end: date) -> Period | None:
    for grain in ("year", "half", "quarter", "month"):
        candidate = Period.containing(start, grain)
        if (candidate.start, candidate.end) == (start, end):
            return candidate
    return None


def capitalised(text: str) -> str:
    """With its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def _short(on: date) -> str:
    return f"{on.day} {MONTHS[on.month - 1][:3]} {on.year}"

"""What an IATI 2.03 activity says, as far as funds and grants say it; the codes are those of the IATI code lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

SECTOR = "15240"  # DAC: reintegration and SALW control
EUROPE = "89"  # DAC region: Europe, regional

INCOMING_FUNDS, OUTGOING_COMMITMENT, DISBURSEMENT, EXPENDITURE, INCOMING_COMMITMENT = "1", "2", "3", "4", "11"
PIPELINE, IMPLEMENTATION, COMPLETION, POST_COMPLETION, CANCELLED, SUSPENDED = "1", "2", "3", "4", "5", "6"
FUNDING, ACCOUNTABLE, EXTENDING, IMPLEMENTING = "1", "2", "3", "4"
GOVERNMENT, OTHER_PUBLIC, MULTILATERAL = "10", "15", "40"
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"
PARENT, CHILD, SIBLING = "1", "2", "3"
ORIGINAL, REVISED = "1", "2"
REGIONAL, MULTINATIONAL, NATIONAL = "2", "3", "4"


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    ref: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    organisation: Organisation
    role: str


@dataclass(frozen=True, slots=True)
class Share:
    """A recipient country, or a region; the shares of an activity make 100."""

    code: str
    percentage: Decimal
    name: str = ""
    region: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    start: date
    end: date
    value: Decimal
    value_on: date
    kind: str = ORIGINAL


@dataclass(frozen=True, slots=True)
class Transaction:
    """`provider_activity` and `receiver_activity` are the identifiers by which money is followed from one activity to
    the next."""

    ref: str
    kind: str
    on: date
    value: Decimal
    currency: str
    provider: Organisation | None = None
    receiver: Organisation | None = None
    provider_activity: str | None = None
    receiver_activity: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A target or an actual value; `dimensions` as (name, value)."""

    value: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    start: date
    end: date
    targets: tuple[Measured, ...] = ()
    actuals: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    on: date
    value: str


@dataclass(frozen=True, slots=True)
class Indicator:
    title: str
    spans: tuple[Span, ...]
    baseline: Baseline | None = None
    aggregable: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    indicators: tuple[Indicator, ...]
    kind: str = "1"  # output


@dataclass(frozen=True, slots=True)
class Activity:
    """`updated` is written with its offset, in a zone where the day of every transaction has begun."""

    identifier: str
    reporter: Organisation
    title: str
    description: str
    participants: tuple[Participant, ...]
    status: str
    dates: tuple[tuple[str, date], ...]
    shares: tuple[Share, ...]
    currency: str
    updated: datetime
    scope: str = REGIONAL
    hierarchy: int = 1
    secondary: bool = False
    notes: tuple[str, ...] = ()
    aid_type: str = "B04"  # basket funds, pooled funding
    budgets: tuple[Budget, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    results: tuple[Result, ...] = ()


def split_by_year(start: date, end: date, value: Decimal, minor: int) -> Iterator[tuple[date, date, Decimal]]:
    """The calendar years of a period, each with its part of the value by its days; the last takes what is left, so that
    nothing is lost. `minor` is the number of decimals of the currency."""
    days = (end - start).days + 1
    unit = Decimal(1).scaleb(-minor)
    left, first = value, start
    while first <= end:
        last = min(end, date(first.year, 12, 31))
        part = (value * ((last - first).days + 1) / days).quantize(unit, ROUND_DOWN) if last < end else left
        yield first, last, part
        left -= part
        if last == end:
            return
        first = last + timedelta(days=1)


def percentages(weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Shares in percent with two decimals that make exactly 100: what rounding leaves goes to the largest."""
    total = sum(weights, Decimal(0))
    even = [Decimal(1)] * len(weights) if total == 0 else list(weights)
    whole = sum(even, Decimal(0))
    parts = [(weight * 100 / whole).quantize(Decimal("0.01"), ROUND_DOWN) for weight in even]
    if parts:
        largest = max(range(len(parts)), key=lambda n: parts[n])
        parts[largest] += Decimal(100) - sum(parts, Decimal(0))
    return tuple(parts)

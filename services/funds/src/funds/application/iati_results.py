"""What a project has done and reached as IATI results: its indicators, and the quantities of its activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from funds.application.iati_model import Baseline, Indicator, Measured, Result, Span
from funds.application.iati_naming import Naming
from funds.domain.values import Quantity


@dataclass(frozen=True, slots=True)
class Done:
    """An activity: from `start` to `end` as it was planned, or as it was held."""

    title: str
    start: date
    end: date
    targets: tuple[Quantity, ...]
    results: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """An indicator of a project, with the latest value that was measured."""

    title: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    value: Decimal | None
    start: date
    end: date


def results(activities: Iterable[Done], indicators: Iterable[Watched], naming: Naming) -> tuple[Result, ...]:
    found = [_of_indicator(each, naming) for each in indicators]
    return (*found, *(each for activity in activities for each in _of_activity(activity, naming)))


def _of_indicator(watched: Watched, naming: Naming) -> Result:
    title = naming.marked(f"{watched.title} ({watched.unit})")
    baseline = None if watched.baseline is None else Baseline(watched.start, f"{watched.baseline:f}")
    span = Span(watched.start, max(watched.start, watched.end), _value(watched.target), _value(watched.value))
    return Result(title, (Indicator(title, (span,), baseline),))


def _value(value: Decimal | None) -> tuple[Measured, ...]:
    return () if value is None else (Measured(f"{value:f}"),)


def _of_activity(done: Done, naming: Naming) -> Iterator[Result]:
    indicators = tuple(_counted(done, naming))
    if indicators:
        yield Result(naming.marked(done.title), indicators)


def _counted(done: Done, naming: Naming) -> Iterator[Indicator]:
    """An indicator for each thing that was counted."""
    everything = (*done.targets, *done.results)
    for what, unit in dict.fromkeys((each.what, each.unit) for each in everything):
        span = Span(
            done.start,
            max(done.start, done.end),
            _of(done.targets, what, unit),
            _of(done.results, what, unit),
        )
        yield Indicator(naming.marked(f"{what} ({unit})"), (span,))


def _of(quantities: Sequence[Quantity], what: str, unit: str) -> tuple[Measured, ...]:
    return tuple(
        Measured(f"{each.quantity:f}", tuple(_dimensions(each)))
        for each in quantities
        if (each.what, each.unit) == (what, unit)
    )


def _dimensions(quantity: Quantity) -> Iterator[tuple[str, str]]:
    if quantity.sex is not None:
        yield "sex", quantity.sex
    if quantity.jurisdiction is not None:
        yield "jurisdiction", quantity.jurisdiction

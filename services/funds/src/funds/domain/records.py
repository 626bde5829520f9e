"""What stands beside funds and projects: challenges, rates of exchange, institutions' budgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from funds.domain import checks, errors, events

SMALLEST_RATE = Decimal("0.000000001")
"""So that the largest amount at the largest rate, and at its inverse, still has all of its digits."""


@dataclass(frozen=True, slots=True)
class RecordChallenge:
    title: str
    start: date
    end: date | None
    jurisdictions: tuple[str, ...]
    activities: tuple[UUID, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class LinkChallenge:
    activity: UUID
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """`version` is the stream's."""

    title: str
    start: date
    end: date | None
    jurisdictions: tuple[str, ...]
    activities: tuple[UUID, ...]
    on: date
    version: int = 1


@dataclass(frozen=True, slots=True)
class RecordRate:
    base: str
    quote: str
    day: date
    rate: Decimal
    source: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """The last that was recorded for a day."""

    day: date
    rate: Decimal
    source: str
    corrected: bool


@dataclass(frozen=True, slots=True)
class Rates:
    """Of a pair of currencies, by day; `version` is the stream's."""

    base: str
    quote: str
    version: int = 0
    rates: tuple[Rate, ...] = ()

    def on(self, day: date) -> Decimal | None:
        """The latest up to a day."""
        return next((each.rate for each in reversed(self.rates) if each.day <= day), None)


@dataclass(frozen=True, slots=True)
class RecordBudget:
    institution: str
    year: int
    amount: Decimal
    currency: str
    source: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """`version` is the stream's: above 1 it was corrected."""

    institution: str
    year: int
    amount: Decimal
    currency: str
    source: str
    on: date
    version: int = 1


ChallengeCommand: TypeAlias = RecordChallenge | LinkChallenge


def challenge_decider() -> Decider[ChallengeCommand, Challenge | None, events.ChallengeEvent]:
    return Decider(None, evolve_challenge, _decide_challenge)


def rate_decider() -> Decider[RecordRate, Rates | None, events.RateEvent]:
    return Decider(None, evolve_rate, _decide_rate)


def budget_decider() -> Decider[RecordBudget, Budget | None, events.BudgetEvent]:
    return Decider(None, evolve_budget, _decide_budget)


def evolve_challenge(state: Challenge | None, event: events.ChallengeEvent) -> Challenge:
    if isinstance(event, events.ChallengeRecorded):
        return Challenge(event.title, event.start, event.end, event.jurisdictions, event.activities, event.on)
    assert state is not None, "the first event records"
    return replace(state, version=state.version + 1, activities=(*state.activities, event.activity))


def _decide_challenge(command: ChallengeCommand, state: Challenge | None) -> Decision[Any]:
    if isinstance(command, RecordChallenge):
        if state is not None:
            raise errors.AlreadyThere
        checks.require(checks.span(command.start, command.end))
        recorded = events.ChallengeRecorded(
            command.title,
            command.start,
            command.end,
            command.jurisdictions,
            command.activities,
            command.on,
            command.reason,
        )
        return Decision((recorded,))
    if state is None:
        raise errors.UnknownThing("challenge")
    if command.activity in state.activities:
        return Decision()
    return Decision((events.ChallengeLinked(command.activity, command.on, command.reason),))


def evolve_rate(state: Rates | None, event: events.RateEvent) -> Rates:
    known = state or Rates(event.base, event.quote)
    corrected = any(each.day == event.day for each in known.rates)
    rate = Rate(event.day, event.rate, event.source, corrected)
    others = [each for each in known.rates if each.day != event.day]
    rates = tuple(sorted([*others, rate], key=lambda each: each.day))
    return replace(known, version=known.version + 1, rates=rates)


def _decide_rate(command: RecordRate, state: Rates | None) -> Decision[Any]:
    def violations() -> Iterator[Violation]:
        yield from checks.currency(command.base, "/base")
        yield from checks.currency(command.quote, "/quote")
        if command.base == command.quote:
            yield Violation("/quote", "same_currency", "A rate is between two currencies.")
        if not SMALLEST_RATE <= command.rate <= 1 / SMALLEST_RATE:
            detail = f"A rate lies between {SMALLEST_RATE:f} and {1 / SMALLEST_RATE:f}."
            yield Violation("/rate", "out_of_range", detail)
        if command.day > command.on:
            yield Violation("/day", "date_in_future", f"On {command.on} no rate of {command.day} is known.")

    checks.require(violations())
    held = next((each for each in state.rates if each.day == command.day), None) if state else None
    if held is not None:
        if (held.rate, held.source) == (command.rate, command.source):
            return Decision()
        if command.reason is None:
            raise errors.ReasonRequired
    recorded = events.RateRecorded(
        command.base, command.quote, command.day, command.rate, command.source, command.on, command.reason
    )
    return Decision((recorded,))


def evolve_budget(state: Budget | None, event: events.BudgetEvent) -> Budget:
    version = 1 if state is None else state.version + 1
    return Budget(event.institution, event.year, event.amount, event.currency, event.source, event.on, version)


def _decide_budget(command: RecordBudget, state: Budget | None) -> Decision[Any]:
    checks.require(
        [*checks.currency(command.currency, "/currency"), *checks.amount(command.amount, command.currency, "/amount")]
    )
    if state is not None:
        if (state.amount, state.currency, state.source) == (command.amount, command.currency, command.source):
            return Decision()
        if command.reason is None:
            raise errors.ReasonRequired
    recorded = events.BudgetRecorded(
        command.institution,
        command.year,
        command.amount,
        command.currency,
        command.source,
        command.on,
        command.reason,
    )
    return Decision((recorded,))

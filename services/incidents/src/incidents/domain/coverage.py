"""Coverage: an agency says through which day its incidents in a jurisdiction are complete. Also with none to report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeAlias

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from incidents.domain.commands import CoverageCommand
from incidents.domain.errors import InvalidCoverage
from incidents.domain.events import CoverageDeclared, CoverageEvent
from incidents.domain.rules import EARLIEST_YEAR
from incidents.domain.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class State:
    """One stream per agency and jurisdiction; None before the first declaration."""

    complete_through: date | None = None


CoverageDecider: TypeAlias = Decider[CoverageCommand, State, CoverageEvent]


def decider(vocabulary: Vocabulary) -> CoverageDecider:
    return Decider(State(), evolve, partial(decide, vocabulary))


def evolve(_: State, event: CoverageEvent) -> State:
    return State(event.complete_through)


def decide(vocabulary: Vocabulary, command: CoverageCommand, state: State) -> Decision[CoverageEvent]:
    """An earlier day than before mends a mistaken declaration; the same day changes nothing."""
    day = command.complete_through
    if command.jurisdiction not in vocabulary.territories:
        detail = f"{command.jurisdiction[:60]!r} is not a jurisdiction. Known: {', '.join(vocabulary.territories)}."
        raise InvalidCoverage("", Violation("", "unknown_jurisdiction", detail))
    today = vocabulary.today(command.jurisdiction, command.now)
    if day > today:
        detail = f"{day} lies in the future: in {command.jurisdiction} today is {today}."
        raise InvalidCoverage("", Violation("/complete_through", "date_in_future", detail))
    if day.year < EARLIEST_YEAR:
        detail = f"{day} lies before {EARLIEST_YEAR}; check the year."
        raise InvalidCoverage("", Violation("/complete_through", "date_too_early", detail))
    if day == state.complete_through:
        return Decision()
    return Decision((CoverageDeclared(command.agency, command.jurisdiction, day),))

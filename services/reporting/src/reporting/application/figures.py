"""From counts to figures: zeros that nobody vouches for, rates, changes, and how each is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from common.kernel.numbers import plain
from reporting.application.answers import Figure, State
from reporting.application.questions import Question
from reporting.application.scope import Scope, Span

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A count or an exact rate; without one, why."""

    exact: Decimal | None
    state: State | None = None


MISSING = Reckoned(None)


def reckon(
    question: Question, scope: Scope, count: Decimal | None, jurisdictions: Sequence[str] | None, span: Span
) -> Reckoned:
    """`count` is None where nothing was found: a zero, if any of the jurisdictions (None: all members) has reported."""
    members = scope.members(span) if jurisdictions is None else jurisdictions
    if count is None:
        if not set(scope.reported(span)).intersection(members):
            return Reckoned(None, "not_reported")
        count = Decimal(0)
    if question.per is None:
        return Reckoned(count)
    population = scope.population(members, span)
    return Reckoned(count * question.per / population) if population else Reckoned(None, "not_available")


def written(question: Question, exact: Decimal | None) -> Figure:
    """Rates with two decimals, quantities as plain decimals, everything else as an integer."""
    if exact is None:
        return None
    if question.per is not None:
        return f"{exact.quantize(_CENT, ROUND_HALF_UP):f}"
    if question.measure == "seized_items":
        return plain(exact)
    return int(exact)

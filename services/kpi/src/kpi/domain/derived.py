"""What follows from recorded figures: totals, and the parts that a formula makes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from common.kernel.expressions import Reference, parse
from kpi.domain.commands import History
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.values import Content, Dimensions, Figure


def cell(definitions: Definitions, part: Part, figure: Figure, dimensions: Dimensions = ()) -> Decimal | None:
    """The value there: the one that was reported, else the sum of what makes it up; None where neither is known.

    A sum needs a dimension whose codes are disjoint and complete, and counts what was reported of them.
    """
    return _cell(definitions, part, {held.dimensions: held.value for held in figure.cells}, dimensions)


def total(definitions: Definitions, part: Part, figure: Figure) -> Decimal | None:
    """The grand total of a numeric part that is reported."""
    return cell(definitions, part, figure)


def _cell(
    definitions: Definitions, part: Part, values: Mapping[Dimensions, Decimal], dimensions: Dimensions
) -> Decimal | None:
    if dimensions in values:
        return values[dimensions]
    named = {name for name, _ in dimensions}
    for name in part.dimensions:
        if name in named or not definitions.code_list(name).parts_make_total:
            continue
        if not any(set(dimensions) < set(known) and name in dict(known) for known in values):
            continue
        below = [
            _cell(definitions, part, values, tuple(sorted((*dimensions, (name, code)))))
            for code in definitions.codes(name)
        ]
        if found := [value for value in below if value is not None]:
            return sum(found, Decimal(0))
    return None


def evaluate(definitions: Definitions, content: Content, history: History | None = None) -> dict[str, Decimal | None]:
    """The grand total of every numeric part, derived ones included, rounded half up to the part's decimals."""
    lookup = Lookup(definitions, content, history or History())
    return {part.number: lookup.total(part) for part in definitions.parts.values() if part.numeric}


class Lookup:
    """Answers the references of rules and formulas from a content and what was reported before."""

    def __init__(self, definitions: Definitions, content: Content, history: History) -> None:
        self._definitions = definitions
        self._figures = dict(content.figures)
        self._history = dict(history.periods)
        self._last = history.periods[-1][1] if history.periods else {}

    def __call__(self, reference: Reference) -> Decimal | None:
        part = self._definitions.parts.get(reference.series)
        if part is None:
            return None
        if reference.when == "previous":
            return self._last.get(part.number)
        if reference.when == "baseline":
            return self._history.get(part.baseline or "", {}).get(part.number)
        return self.total(part) if not reference.dimensions else self._cell(part, reference.dimensions)

    def total(self, part: Part) -> Decimal | None:
        if part.formula is not None:
            value = parse(part.formula).evaluate(self)
            return None if value is None else rounded(value, part.decimals)
        return self._cell(part, ())

    def _cell(self, part: Part, dimensions: Dimensions) -> Decimal | None:
        figure = self._figures.get(part.number)
        return None if figure is None else cell(self._definitions, part, figure, dimensions)


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)

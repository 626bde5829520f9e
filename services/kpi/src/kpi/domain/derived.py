"""What follows from recorded figures: totals, and the parts that a formula makes."""

from __future__ import annotations

from decimal import MAX_PREC, ROUND_HALF_UP, Context, Decimal

from common.kernel.cells import value_at
from common.kernel.expressions import Reference, parse
from kpi.domain.commands import History
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part
from kpi.domain.values import Content, Dimensions, Figure


def cell(definitions: Definitions, part: Part, figure: Figure, dimensions: Dimensions = ()) -> Decimal | None:
    """The value there: the one that was reported, else the sum of what makes it up; None where neither is known.

    A sum needs a dimension whose codes are disjoint and complete, and counts what was reported of them.
    """
    values = {held.dimensions: held.value for held in figure.cells}
    return value_at(values, dimensions, definitions.summable(part))


def total(definitions: Definitions, part: Part, figure: Figure) -> Decimal | None:
    """The grand total of a numeric part that is reported."""
    return cell(definitions, part, figure)


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
        if reference.when is not None and reference.dimensions:
            return None  # of earlier periods the totals are known
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
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(prec=MAX_PREC))

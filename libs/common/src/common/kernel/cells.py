"""Totals of a table whose cells are known in part: what was told, or what the cells below it make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

Dimensions = tuple[tuple[str, str], ...]
"""Pairs of a dimension and a code, sorted; a dimension that is not named is at its total, so () is the grand total."""


def value_at(
    values: Mapping[Dimensions, Decimal],
    dimensions: Dimensions,
    summable: Mapping[str, Sequence[str]],
) -> Decimal | None:
    """The value there: the one that was told, else the sum along the first dimension of `summable` of which anything
    is known; None where nothing is. `summable` has the codes of the dimensions whose codes are disjoint and complete.
    """
    if dimensions in values:
        return values[dimensions]
    named = {name for name, _ in dimensions}
    wanted = set(dimensions)
    for name, codes in summable.items():
        if name in named or not any(wanted < set(known) and name in dict(known) for known in values):
            continue
        below = [value_at(values, tuple(sorted((*dimensions, (name, code)))), summable) for code in codes]
        if found := [value for value in below if value is not None]:
            return sum(found, Decimal(0))
    return None

"""What a question asks of one thing that there are kinds of: each of its kinds as the number of a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reporting.readmodel.conditions import Filters
from reporting.readmodel.dimensions import KIND_OF, Measure
from reporting.readmodel.tables import KINDS

Names: TypeAlias = tuple[str, ...]

BITS = 62  # of a bigint that are used as one word of a set of keys


@dataclass(frozen=True, slots=True)
class Axis:
    """`by` are its dimensions among the asked ones, `kinds` is how many there are. `numbers` gives each kind, at its
    code less one, the number of its key from 1, and 0 where the kind does not meet the conditions. `keys` are the
    values of `by` for every number; a list of tags or areas has several."""

    of: str
    by: tuple[str, ...]
    filtered: bool
    kinds: int
    numbers: list[int]
    keys: Sequence[Sequence[Names]]

    @property
    def rare(self) -> bool:
        """Whether few kinds meet the conditions, so that it pays to look before unnesting them."""
        return 4 * sum(self.ones) < self.kinds

    @property
    def ones(self) -> list[int]:
        """Instead of the numbers, a 1 for the kinds that meet the conditions."""
        return [int(number > 0) for number in self.numbers]

    @property
    def words(self) -> int:
        """How many it takes to hold a bit for every key."""
        return max(1, -(-len(self.keys) // BITS))

    def bits(self, word: int) -> list[int]:
        """Instead of the numbers, the bits of the keys that belong to the word."""
        return [1 << (n - 1) % BITS if n and (n - 1) // BITS == word else 0 for n in self.numbers]

    @property
    def rows(self) -> Iterator[tuple[int, Names]]:
        """Numbers with their keys."""
        for number, keys in enumerate(self.keys, 1):
            yield from ((number, key) for key in keys)


def axis(of: str, kinds: Mapping[int, Names], by: Sequence[str], filters: Filters, measure: Measure) -> Axis:
    """`kinds` are all that there are of it, by code."""
    own = tuple(name for name in by if KIND_OF.get(name) == of)
    asked = {name: values for name, values in filters.items() if name in KINDS[of]}
    projected = _of_lists if of in ("tags", "admin") else _of_details
    conditions = _Conditions(asked, measure if measure.grain == of else Measure(of))
    numbers, known = [0] * max(kinds, default=0), dict[tuple[Names, ...], int]()
    for code, names in kinds.items():
        keys = projected(of, names, own, conditions)
        if keys is not None:
            numbers[code - 1] = known.setdefault(keys, len(known) + 1)
    return Axis(of, own, bool(asked), len(kinds), numbers, list(known))


@dataclass(frozen=True, slots=True)
class _Conditions:
    filters: Filters
    measure: Measure

    def met_by(self, values: Mapping[str, str]) -> bool:
        return (
            all(values[name] in allowed for name, allowed in self.filters.items())
            and all(values[name] in allowed for name, allowed in self.measure.having.items())
            and not any(values[name] in refused for name, refused in self.measure.lacking.items())
        )


def _of_details(of: str, names: Names, by: Names, conditions: _Conditions) -> tuple[Names, ...] | None:
    values = dict(zip(KINDS[of], names, strict=True))
    return (tuple(values[name] for name in by),) if conditions.met_by(values) else None


def _of_lists(of: str, names: Names, by: Names, conditions: _Conditions) -> tuple[Names, ...] | None:
    """Those of the list that are asked for; without a filter a list may be empty."""
    (name,) = KINDS[of]
    kept = [each for each in names if conditions.met_by({name: each})]
    if conditions.filters and not kept:
        return None
    return tuple((each,) for each in kept) if by else ((),)

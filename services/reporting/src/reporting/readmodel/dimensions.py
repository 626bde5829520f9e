"""Where each dimension and measure of an aggregate lies in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from reporting.readmodel.tables import CHILDREN

MONTHS_PER: Mapping[str, int] = MappingProxyType({"month": 1, "quarter": 3, "half": 6, "year": 12})
SCALARS = frozenset({"jurisdiction", "category", "verification"})
ARRAYS: Mapping[str, str] = MappingProxyType({"tag": "tags", "admin": "admin"})
CHILD_TABLES: Mapping[str, str] = MappingProxyType(
    {name: grain.table for grain in CHILDREN for name in grain.dimensions}
)
DIMENSIONS = frozenset({*MONTHS_PER, *SCALARS, *ARRAYS, *CHILD_TABLES})

UNKNOWN = "unknown"
"""The key of incidents whose date is too coarse for the period asked for."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is added up, over the rows of `table` for which every condition holds.

    `having` keeps the rows with one of these values in a column, `lacking` those with none of them.
    """

    table: str
    having: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "incidents": Measure("incident"),
        "victims": Measure("person", {"role": ("victim",)}, {"outcome": ("suicide",)}),
        "perpetrators": Measure("person", lacking={"role": ("victim",)}),
        "killed": Measure("person", {"outcome": ("killed",)}),
        "suicides": Measure("person", {"outcome": ("suicide",)}),
        "deaths": Measure("person", {"outcome": ("killed", "suicide")}),
        "injured": Measure("person", {"outcome": ("injured",)}),
        "threatened": Measure("person", {"outcome": ("threatened",)}),
        "weapons": Measure("weapon"),
        "seized_items": Measure("item"),
    }
)

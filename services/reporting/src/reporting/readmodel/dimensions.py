"""Where each dimension and measure of an aggregate lies in the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from reporting.readmodel.tables import KINDS

MONTHS_PER: Mapping[str, int] = MappingProxyType({"month": 1, "quarter": 3, "half": 6, "year": 12})
KIND_OF: Mapping[str, str] = MappingProxyType(
    {name: of for of, names in KINDS.items() for name in names if name != "status"}
)
"""Of what there are kinds that have the dimension."""
DIMENSIONS = frozenset({*MONTHS_PER, *KIND_OF})

UNKNOWN = "unknown"
"""The key of incidents whose date is too coarse for the period asked for."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is added up: incidents, or those of their persons, weapons or items for which every condition holds.

    `having` keeps the kinds with one of these values in a dimension, `lacking` those with none of them.
    """

    grain: str
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

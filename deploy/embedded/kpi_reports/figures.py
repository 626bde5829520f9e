"""The published KPI figures, each with its line in the founding document and the question that gives it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KpiFigure:
    """`value` is the `total` of `GET /v1/aggregates/kpi` with these parameters."""

    what: str
    value: str
    line: int
    query: dict[str, str] = field(default_factory=dict)


def _region(what: str, value: int, line: int, **query: str) -> KpiFigure:
    return KpiFigure(what, str(value), line, {"by": "jurisdiction", **query})


FIGURES: tuple[KpiFigure, ...] = (
    _region("firearms seized inland", 1_676, 64, kpi="6.1", period="2020-S1", setting="inland"),
    _region("firearms seized at borders", 35, 64, kpi="6.1", period="2020-S1", setting="border"),
    _region("firearms voluntarily surrendered", 32_550, 65, kpi="11.1", period="2020-S1"),
)
DESTROYED_BY_BA = {"12.1": 1_076, "12.2": 763}  # line 250, in 2020: reports 4 and 5 together
"""Pieces of SALW, parts and components."""
SHARES_OF_2018 = {"RS": "75.57", "ML3": "62.44"}
"""Percent of actual arms exports."""

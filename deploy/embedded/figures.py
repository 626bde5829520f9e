"""The founding document's figures, asked of the public API: what `make demo ONCE=1` checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class Figure:
    """A published sum, and the aggregate that must show it."""

    title: str
    expected: int
    measure: str = "incidents"
    year: int = 2020
    filters: Mapping[str, str] = field(default_factory=dict)


DOMESTIC_FEMALE = {"category": "domestic_violence", "sex": "female"}

FIGURES: Sequence[Figure] = (
    Figure("incidents", 2881),
    Figure("weapon seizures", 1229, filters={"category": "weapon_seizure"}),
    Figure("weapon seizures", 791, year=2019, filters={"category": "weapon_seizure"}),
    Figure("incidents in criminal context", 529, filters={"category": "criminal_context"}),
    Figure("of them with a handgun", 248, filters={"category": "criminal_context", "weapon_type": "handgun"}),
    Figure("persons killed", 155, "killed"),
    Figure("suicides", 66, "suicides"),
    Figure("female victims of domestic violence", 60, "victims", filters=DOMESTIC_FEMALE),
    Figure("of them killed", 23, "killed", filters=DOMESTIC_FEMALE),
)


async def read(client: httpx.AsyncClient, figure: Figure) -> int:
    """What the aggregates say now."""
    span = {"from": f"{figure.year}-01-01", "to": f"{figure.year}-12-31"}
    answer = await client.get("/v1/aggregates/incidents", params={"measure": figure.measure, **span, **figure.filters})
    answer.raise_for_status()
    return int(answer.json()["total"])

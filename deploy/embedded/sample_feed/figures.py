"""The published figures, each with the line of the founding document it stands on and the question that gives it.

The document: "SEESAC 2020 Key Achievements and Plans for 2021", 18 March 2021, in its text form.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is the `total` of `GET /v1/aggregates/incidents` with `measure`, the whole `year` and `filters`."""

    what: str
    value: int
    line: int
    year: int = 2020
    measure: str = "incidents"
    filters: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, str]:
        whole_year = {"from": f"{self.year}-01-01", "to": f"{self.year}-12-31"}
        return {"measure": self.measure, **whole_year, **self.filters}


_DOMESTIC = {"category": "domestic_violence", "sex": "female"}

INCIDENTS_IN_2020 = Figure("firearms-related incidents", 2881, 55)
BEFORE_THE_RETRACTION = Figure("the same on another slide", 2882, 189)

FIGURES: tuple[Figure, ...] = (
    INCIDENTS_IN_2020,
    Figure("weapon seizures", 1229, 56, filters={"category": "weapon_seizure"}),
    Figure("weapon seizures", 791, 56, year=2019, filters={"category": "weapon_seizure"}),
    Figure("incidents in criminal context", 529, 57, filters={"category": "criminal_context"}),
    Figure(
        "incidents in criminal context with a handgun",
        248,
        813,
        filters={"category": "criminal_context", "weapon_type": "handgun"},
    ),
    Figure("people killed", 155, 58, measure="killed"),
    Figure("suicides", 66, 58, measure="suicides"),
    Figure("female victims of domestic violence", 60, 59, measure="victims", filters=_DOMESTIC),
    Figure("female victims of domestic violence who were killed", 23, 59, measure="killed", filters=_DOMESTIC),
)

ROSE_SLIGHTLY = ("public_dispute", "domestic_violence", "accidental_shooting")  # line 60, without numbers

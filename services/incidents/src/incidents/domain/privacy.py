"""What the public may know of an incident: age group and settlement or coarser, and no free text."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from incidents.domain.body import IncidentBody, Person, Place, PlacePrecision

PublicPrecision = Literal["settlement", "admin", "jurisdiction"]

COARSE_DEGREE_PLACES = 1  # a tenth of a degree is about ten kilometres


def public_body(body: IncidentBody) -> IncidentBody:
    """Without narrative, sources and exact ages; the place coarsened, its precision `settlement` at the finest."""
    return replace(
        body,
        place=public_place(body.place) if body.place else None,
        persons=tuple(map(_public_person, body.persons)),
        sources=(),
        narrative=None,
    )


def public_place(place: Place) -> Place:
    """Coordinates rounded to a tenth of a degree."""
    return replace(
        place,
        latitude=coarse(place.latitude),
        longitude=coarse(place.longitude),
        precision=public_precision(place.precision),
    )


def public_precision(precision: PlacePrecision | None) -> PublicPrecision:
    """`settlement` at the finest."""
    return "settlement" if precision is None or precision == "exact" else precision


def coarse(degrees: float | None) -> float | None:
    """A coordinate as the public sees it."""
    return None if degrees is None else round(degrees, COARSE_DEGREE_PLACES) + 0.0  # never -0.0


def _public_person(person: Person) -> Person:
    return person if person.age is None else replace(person, age=None)

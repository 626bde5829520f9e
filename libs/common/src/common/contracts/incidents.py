"""What `incidents` publishes. No free text, no exact age, no exact place: see `Place` and `Person`.

Every event that changes an incident's facts carries the whole incident as it then stands, so that a consumer
never needs an earlier event to understand a later one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from common.contracts.base import Contract as Contract  # what reads these contracts names their base with them


class Place(Contract):
    """Settlement or coarser: coordinates are rounded to a tenth of a degree (about 10 km)."""

    name: str | None = None
    admin: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    precision: Literal["settlement", "admin", "jurisdiction"]


class Weapon(Contract):
    type: str
    count: int
    possession: Literal["legal", "illegal", "unknown"]
    converted: bool = False
    stolen: bool = False


class Person(Contract):
    """A person by age group; the exact age stays with the agency and the secretariat."""

    role: Literal["victim", "perpetrator", "co_perpetrator", "instigator", "accomplice"]
    sex: Literal["female", "male", "unreported"]
    age_group: str
    outcome: Literal["killed", "injured", "threatened", "suicide", "unharmed", "arrested", "unreported"]
    relation: str | None = None


class Range(Contract):
    low: int
    best: int
    high: int


class Casualties(Contract):
    killed: Range | None = None
    injured: Range | None = None


class SeizedItem(Contract):
    kind: str
    quantity: Decimal
    unit: Literal["piece", "kg", "round"]


class Seizure(Contract):
    setting: Literal["inland", "border", "unknown"]
    items: tuple[SeizedItem, ...]


class Incident(Contract):
    """An incident as the public may know it."""

    agency: str
    occurred_on: date
    date_precision: Literal["day", "week", "month", "year"]
    jurisdiction: str
    place: Place | None = None
    category: str
    tags: tuple[str, ...] = ()
    weapons: tuple[Weapon, ...] = ()
    persons: tuple[Person, ...] = ()
    casualties: Casualties | None = None
    seizure: Seizure | None = None


class IncidentReported(Contract):
    incident: Incident


class IncidentCorrected(Contract):
    """Facts were replaced, by the agency's push or by the secretariat. A verification is void by it."""

    fields: tuple[str, ...]
    incident: Incident


class IncidentReclassified(Contract):
    """The main category changed. A verification is void by it."""

    category: str
    incident: Incident


class IncidentVerified(Contract):
    version_seen: int


class IncidentDisputed(Contract):
    pass


class IncidentMarkedDuplicate(Contract):
    """It is the same as another one and no longer counts."""

    duplicate_of: UUID


class IncidentUnmarkedDuplicate(Contract):
    pass


class IncidentRetracted(Contract):
    """Withdrawn for good: it no longer counts; its history stays."""


class CoverageDeclared(Contract):
    """An agency says that its incidents in a jurisdiction are complete through a date (inclusive)."""

    agency: str
    jurisdiction: str
    complete_through: date

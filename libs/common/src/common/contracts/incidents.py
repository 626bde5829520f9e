"""What `incidents` publishes. No free text, no exact age, no exact place: see `Place` and `Person`.

Every event that changes an incident's facts carries the whole incident as it then stands, so that a consumer
never needs an earlier event to understand a later one. What is said of the incident comes in events of its own and
outlives a correction of its facts, but for a verification: that it is disputed, a duplicate, retracted.
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
    """The settlement, as the agency writes it."""
    admin: tuple[str, ...] = ()
    """The administrative areas around it, from the largest to the smallest."""
    latitude: float | None = None
    """Degrees north. Given together with the longitude or not at all."""
    longitude: float | None = None
    """Degrees east."""
    precision: Literal["settlement", "admin", "jurisdiction"]
    """How exact the agency knows the place to be; `settlement` also stands for what it knows better."""


class Weapon(Contract):
    """Weapons of one kind that were used or found."""

    type: str
    """A code of the list of weapon types."""
    count: int
    """How many, at least 1."""
    possession: Literal["legal", "illegal", "unknown"]
    """Whether they were held legally."""
    converted: bool = False
    """Whether they were made to fire by a conversion."""
    stolen: bool = False
    """Whether they had been stolen."""


class Person(Contract):
    """A person by age group; the exact age stays with the agency and the secretariat."""

    role: Literal["victim", "perpetrator", "co_perpetrator", "instigator", "accomplice"]
    """The person's part in the incident."""
    sex: Literal["female", "male", "unreported"]
    """As reported."""
    age_group: str
    """A code of the list of age groups, `unreported` where the age is not known."""
    outcome: Literal["killed", "injured", "threatened", "suicide", "unharmed", "arrested", "unreported"]
    """What became of the person. A suicide is told apart from a killing."""
    relation: str | None = None
    """A code of the list of relations, of a victim to a perpetrator or the other way round; null: nothing reported."""


class Range(Contract):
    """An estimate: low ≤ best ≤ high, none below 0."""

    low: int
    """At the least."""
    best: int
    """The figure that counts. Never below the number of persons listed with this outcome."""
    high: int
    """At the most."""


class Casualties(Contract):
    """Figures for incidents in which not every person is listed; the listed ones are included in them."""

    killed: Range | None = None
    """Null where no figure was given: count the listed persons."""
    injured: Range | None = None
    """Null where no figure was given: count the listed persons."""


class SeizedItem(Contract):
    """Quantities of different units are never added up."""

    kind: str
    """A code of the list of seized kinds."""
    quantity: Decimal
    """A plain decimal in a string, not below 0, with at most 3 places."""
    unit: Literal["piece", "kg", "round"]
    """What the quantity counts."""


class Seizure(Contract):
    """What was seized."""

    setting: Literal["inland", "border", "unknown"]
    """Where the seizure took place."""
    items: tuple[SeizedItem, ...]
    """At least one."""


class Incident(Contract):
    """An incident as the public may know it."""

    agency: str
    """The code of the agency that reported it, and whose incident it stays."""
    occurred_on: date
    """When it took place: a local date. Where `date_precision` is coarser, any day of that week, month or year."""
    date_precision: Literal["day", "week", "month", "year"]
    """How exact `occurred_on` is. A week runs from Monday to Sunday."""
    jurisdiction: str
    """A code of the list of jurisdictions, two letters as in ISO 3166-1 where that has one."""
    place: Place | None = None
    """Where it took place; null where nothing was reported."""
    category: str
    """A code of the list of categories: the one main context."""
    tags: tuple[str, ...] = ()
    """Codes of the list of tags: any number, sorted, each once."""
    weapons: tuple[Weapon, ...] = ()
    """In the order in which the agency reported them."""
    persons: tuple[Person, ...] = ()
    """In the order in which the agency reported them."""
    casualties: Casualties | None = None
    """Null where no figures were given: count the listed persons."""
    seizure: Seizure | None = None
    """Never null where the category is `weapon_seizure`."""


class IncidentReported(Contract):
    """An agency reported an incident for the first time. It counts from now on, unverified."""

    incident: Incident
    """The whole incident as it stands."""


class IncidentCorrected(Contract):
    """Facts were replaced, by the agency's push or by the secretariat. A verification is void by it."""

    fields: tuple[str, ...]
    """The top-level fields that changed; `narrative` and `sources` may be among them, which are not published."""
    incident: Incident
    """The whole incident as it now stands."""


class IncidentReclassified(Contract):
    """The main category changed. A verification is void by it."""

    category: str
    """The new one."""
    incident: Incident
    """The whole incident as it now stands."""


class IncidentVerified(Contract):
    """Somebody outside the reporting agency confirmed the facts. It ends a dispute."""

    version_seen: int
    """The version of the incident that was confirmed."""


class IncidentDisputed(Contract):
    """Somebody doubts the facts. It still counts, and stays disputed until it is verified."""


class IncidentMarkedDuplicate(Contract):
    """It is the same as another one and no longer counts."""

    duplicate_of: UUID
    """The stream (`subject`) of the incident that counts in its place."""


class IncidentUnmarkedDuplicate(Contract):
    """It is no duplicate after all and counts again."""


class IncidentRetracted(Contract):
    """Withdrawn for good: it no longer counts; its history stays."""


class CoverageDeclared(Contract):
    """An agency says that its incidents in a jurisdiction are complete through a date (inclusive).

    The stream is the pair of agency and jurisdiction. The last declaration holds, also where it takes an earlier one
    back.
    """

    agency: str
    """The code of the agency."""
    jurisdiction: str
    """A code of the list of jurisdictions."""
    complete_through: date
    """The last day that is complete."""

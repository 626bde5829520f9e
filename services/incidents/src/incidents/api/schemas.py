"""What a partner sends: the body of an incident and of the commands on it.

Whatever a value must keep beyond its shape (codes, ranges, dates, what goes with what) the domain says.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, WithJsonSchema

from common.http.sent import Day, PlainDecimal, Sent, SentPart, Text
from common.kernel.periods import DatePrecision
from common.kernel.text import ErasableText
from incidents.domain import body as domain

Quantity = Annotated[PlainDecimal, WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d{1,3})?$"})]
Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]
ReadOnly = Annotated[Any, Field(exclude=True, json_schema_extra={"readOnly": True})]


class Place(SentPart):
    name: Text | None = None
    admin: tuple[Text, ...] = Field((), description="from the largest area to the smallest")
    latitude: Degrees | None = None
    longitude: Degrees | None = None
    precision: domain.PlacePrecision | None = Field(None, description="without it, it follows from what is given")

    def to_domain(self) -> domain.Place:
        return domain.Place(self.name, self.admin, self.latitude, self.longitude, self.precision)


class Weapon(SentPart):
    type: Text
    count: StrictInt = 1
    possession: domain.Possession = "unknown"
    converted: StrictBool = False
    stolen: StrictBool = False

    def to_domain(self) -> domain.Weapon:
        return domain.Weapon(self.type, self.count, self.possession, self.converted, self.stolen)


class Person(SentPart):
    """Never a name. `age` in completed years; where it is given, the age group may be left out."""

    role: domain.Role
    sex: domain.Sex = "unreported"
    age: StrictInt | None = None
    age_group: Text = domain.UNREPORTED
    outcome: domain.PersonOutcome = "unreported"
    relation: Text | None = None

    def to_domain(self) -> domain.Person:
        return domain.Person(self.role, self.sex, self.age, self.age_group, self.outcome, self.relation)


class Range(SentPart):
    low: StrictInt
    best: StrictInt
    high: StrictInt

    def to_domain(self) -> domain.Range:
        return domain.Range(self.low, self.best, self.high)


class Casualties(SentPart):
    """Where persons are not known one by one."""

    killed: Range | None = None
    injured: Range | None = None

    def to_domain(self) -> domain.Casualties:
        return domain.Casualties(
            self.killed.to_domain() if self.killed else None,
            self.injured.to_domain() if self.injured else None,
        )


class SeizedItem(SentPart):
    kind: Text
    quantity: Quantity
    unit: domain.Unit

    def to_domain(self) -> domain.SeizedItem:
        return domain.SeizedItem(self.kind, self.quantity, self.unit)


class Seizure(SentPart):
    setting: domain.Setting = "unknown"
    items: tuple[SeizedItem, ...] = ()

    def to_domain(self) -> domain.Seizure:
        return domain.Seizure(tuple(item.to_domain() for item in self.items), self.setting)


class Source(SentPart):
    kind: domain.SourceKind
    publisher: Text | None = None
    url: Text | None = None
    published_on: Day | None = None
    language: Text | None = None

    def to_domain(self) -> domain.Source:
        return domain.Source(self.kind, self.publisher, self.url, self.published_on, self.language)


class IncidentLine(Sent):
    """An incident as its agency reports it. What a read adds is accepted and ignored, so that an export can be pushed
    back as it is."""

    external_id: Text = Field(description="your own id of the incident, unique within your agency")
    occurred_on: Day
    jurisdiction: Text
    category: Text
    date_precision: DatePrecision = "day"
    place: Place | None = None
    tags: tuple[Text, ...] = ()
    weapons: tuple[Weapon, ...] = ()
    persons: tuple[Person, ...] = ()
    casualties: Casualties | None = None
    seizure: Seizure | None = None
    sources: tuple[Source, ...] = ()
    narrative: Text | None = None

    id: ReadOnly = None
    version: ReadOnly = None
    agency: ReadOnly = None
    status: ReadOnly = None
    verification: ReadOnly = None
    duplicate_of: ReadOnly = None
    recorded_at: ReadOnly = None

    def to_domain(self) -> domain.IncidentBody:
        return domain.IncidentBody(
            external_id=self.external_id,
            occurred_on=self.occurred_on,
            jurisdiction=self.jurisdiction,
            category=self.category,
            date_precision=self.date_precision,
            place=self.place.to_domain() if self.place else None,
            tags=self.tags,
            weapons=tuple(weapon.to_domain() for weapon in self.weapons),
            persons=tuple(person.to_domain() for person in self.persons),
            casualties=self.casualties.to_domain() if self.casualties else None,
            seizure=self.seizure.to_domain() if self.seizure else None,
            sources=tuple(source.to_domain() for source in self.sources),
            narrative=ErasableText.of(self.narrative) if self.narrative else None,
        )


def _absent() -> Any:
    """The default of a member that may be left out but, unless its type says so, not be null."""
    return Field(default_factory=lambda: None)


class CorrectedFields(Sent):
    """Top-level members, each replacing the whole of the old one; null takes an optional one away."""

    external_id: Text = _absent()
    occurred_on: Day = _absent()
    date_precision: DatePrecision = _absent()
    jurisdiction: Text = _absent()
    place: Place | None = None
    category: Text = _absent()
    tags: tuple[Text, ...] = _absent()
    weapons: tuple[Weapon, ...] = _absent()
    persons: tuple[Person, ...] = _absent()
    casualties: Casualties | None = None
    seizure: Seizure | None = None
    sources: tuple[Source, ...] = _absent()
    narrative: Text | None = None

    def to_domain(self) -> dict[str, Any]:
        """What was sent, as values of `IncidentBody`."""
        sent = (name for name in CorrectedFields.model_fields if name in self.model_fields_set)
        return {name: _value(name, getattr(self, name)) for name in sent}


class Correction(Sent):
    fields: CorrectedFields
    reason: Text


class Reclassification(Sent):
    category: Text
    reason: Text


class Comment(Sent):
    comment: Text | None = None


class Reason(Sent):
    reason: Text


class DuplicateMark(Sent):
    duplicate_of: UUID
    reason: Text


class CoverageDeclaration(Sent):
    complete_through: Day


def _value(name: str, value: Any) -> Any:
    if name == "narrative":
        return ErasableText.of(value) if value else None
    if isinstance(value, tuple):
        return tuple(element.to_domain() if isinstance(element, SentPart) else element for element in value)
    return value.to_domain() if isinstance(value, SentPart) else value

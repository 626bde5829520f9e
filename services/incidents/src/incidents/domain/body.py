"""The facts of an incident, as the reporting agency knows them.

Lists keep the order in which they were sent. `normalise` brings a body into the one form in which equality is
equality of content, whatever format it came in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from unicodedata import normalize as to_unicode_form

from common.kernel.periods import DatePrecision
from common.kernel.text import ErasableText

PlacePrecision = Literal["exact", "settlement", "admin", "jurisdiction"]
Possession = Literal["legal", "illegal", "unknown"]
Role = Literal["victim", "perpetrator", "co_perpetrator", "instigator", "accomplice"]
Sex = Literal["female", "male", "unreported"]
PersonOutcome = Literal["killed", "injured", "threatened", "suicide", "unharmed", "arrested", "unreported"]
Setting = Literal["inland", "border", "unknown"]
Unit = Literal["piece", "kg", "round"]
SourceKind = Literal["media", "official"]

UNREPORTED = "unreported"


@dataclass(frozen=True, slots=True)
class Place:
    """`admin` runs from the largest area to the smallest; without `precision` it follows from what is given."""

    name: str | None = None
    admin: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    precision: PlacePrecision | None = None


@dataclass(frozen=True, slots=True)
class Weapon:
    type: str
    count: int = 1
    possession: Possession = "unknown"
    converted: bool = False
    stolen: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    role: Role
    sex: Sex = "unreported"
    age: int | None = None
    age_group: str = UNREPORTED
    outcome: PersonOutcome = "unreported"
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    low: int
    best: int
    high: int


@dataclass(frozen=True, slots=True)
class Casualties:
    killed: Range | None = None
    injured: Range | None = None


@dataclass(frozen=True, slots=True)
class SeizedItem:
    kind: str
    quantity: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class Seizure:
    items: tuple[SeizedItem, ...] = ()
    setting: Setting = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    kind: SourceKind
    publisher: str | None = None
    url: str | None = None
    published_on: date | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentBody:
    external_id: str
    occurred_on: date
    jurisdiction: str
    category: str
    date_precision: DatePrecision = "day"
    place: Place | None = None
    tags: tuple[str, ...] = ()
    weapons: tuple[Weapon, ...] = ()
    persons: tuple[Person, ...] = ()
    casualties: Casualties | None = None
    seizure: Seizure | None = None
    sources: tuple[Source, ...] = ()
    narrative: ErasableText | None = None


BODY_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(IncidentBody))


def changed_fields(before: IncidentBody, after: IncidentBody) -> tuple[str, ...]:
    """The top-level names in which two bodies differ, in the order of the body."""
    return tuple(name for name in BODY_FIELDS if getattr(before, name) != getattr(after, name))


def normalise(body: IncidentBody) -> IncidentBody:
    """Trimmed NFC texts, empty optionals dropped, plain decimals, tags sorted and each once. Idempotent."""
    tidied = tidy(body)
    return replace(tidied, tags=in_order(tidied.tags))


def in_order(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(tags))) if len(tags) > 1 else tags


def tidy(body: IncidentBody, complete: Callable[[tuple[Person, ...]], tuple[Person, ...]] = tuple) -> IncidentBody:
    """`normalise` but for the order of tags, so that the rules can still point at the tag that was sent; `complete`
    adds to the persons what follows from what they say."""
    return IncidentBody(
        external_id=clean(body.external_id),
        occurred_on=body.occurred_on,
        jurisdiction=clean(body.jurisdiction),
        category=clean(body.category),
        date_precision=body.date_precision,
        place=_place(body.place) if body.place else None,
        tags=tuple(map(clean, body.tags)),
        weapons=tuple(map(_weapon, body.weapons)),
        persons=complete(tuple(map(_person, body.persons))),
        casualties=body.casualties if body.casualties != Casualties() else None,
        seizure=_seizure(body.seizure) if body.seizure else None,
        sources=tuple(map(_source, body.sources)),
        narrative=_narrative(body.narrative) if body.narrative else None,
    )


def clean(text: str) -> str:
    """Trimmed and in Unicode form C: the form in which identifiers are compared."""
    return text.strip() if text.isascii() else to_unicode_form("NFC", text).strip()


def _optional(text: str | None) -> str | None:
    return clean(text) or None if text else None


def _place(place: Place) -> Place | None:
    name = _optional(place.name)
    admin = tuple(filter(None, map(clean, place.admin)))
    # +0.0 turns -0.0 into 0.0 and an integer into the float that a CSV cell would have been
    latitude = place.latitude + 0.0 if place.latitude is not None else None
    longitude = place.longitude + 0.0 if place.longitude is not None else None
    if place.precision is None and latitude is None and longitude is None and name is None and not admin:
        return None
    return Place(name, admin, latitude, longitude, place.precision or _precision_of(name, admin, latitude))


def _precision_of(name: str | None, admin: tuple[str, ...], latitude: float | None) -> PlacePrecision:
    if latitude is not None:
        return "exact"
    if name is not None:
        return "settlement"
    return "admin" if admin else "jurisdiction"


def _weapon(weapon: Weapon) -> Weapon:
    kind = clean(weapon.type)
    return weapon if kind == weapon.type else replace(weapon, type=kind)


def _person(person: Person) -> Person:
    age_group, relation = clean(person.age_group) or UNREPORTED, _optional(person.relation)
    if (age_group, relation) == (person.age_group, person.relation):
        return person
    return replace(person, age_group=age_group, relation=relation)


def _seizure(seizure: Seizure) -> Seizure:
    items = tuple(SeizedItem(clean(item.kind), _plain(item.quantity), item.unit) for item in seizure.items)
    return Seizure(items, seizure.setting)


def _plain(quantity: Decimal) -> Decimal:
    """3.000 as 3 and 2.50 as 2.5, never 1E+2; what the rules will refuse anyway stays as it was sent."""
    if not quantity.is_finite() or quantity.adjusted() > 15 or len(quantity.as_tuple().digits) > 20:
        return quantity
    digits = f"{quantity:f}"
    return Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits) if quantity else Decimal(0)


def _source(source: Source) -> Source:
    publisher, url, language = _optional(source.publisher), _optional(source.url), _optional(source.language)
    if (publisher, url, language) == (source.publisher, source.url, source.language):
        return source
    return Source(source.kind, publisher, url, source.published_on, language)


def _narrative(text: ErasableText) -> ErasableText | None:
    if text.body is None:
        return text
    body = clean(text.body)
    if not body:
        return None
    return text if body == text.body else ErasableText.of(body)

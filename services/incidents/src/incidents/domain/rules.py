"""The rules that an incident's facts must keep. Each has a stable code and says how to mend what breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from common.kernel.errors import Violation
from incidents.domain.body import (
    UNREPORTED,
    Casualties,
    IncidentBody,
    Person,
    Place,
    Range,
    SeizedItem,
    Seizure,
    Weapon,
)
from incidents.domain.limits import check_limits
from incidents.domain.vocabulary import Vocabulary

EARLIEST_YEAR = 1900
MOST_YEARS = 120
MOST_CASUALTIES = 100_000
MOST_QUANTITY = 1_000_000_000
QUANTITY_PLACES = 3


@dataclass(frozen=True, slots=True)
class Findings:
    """What refuses a body, and what is merely worth a look."""

    violations: tuple[Violation, ...]
    warnings: tuple[Violation, ...]


def check(body: IncidentBody, vocabulary: Vocabulary, today: date) -> Findings:
    """Pointers count within `body`, so pass it with its tags as they were sent. `today` is the jurisdiction's."""
    violations = (
        *check_limits(body),
        *_what_and_when(body, vocabulary, today),
        *_tags(body.tags, vocabulary),
        *(_place(body.place) if body.place else ()),
        *(found for i, weapon in enumerate(body.weapons) for found in _weapon(weapon, vocabulary, f"/weapons/{i}")),
        *(found for i, person in enumerate(body.persons) for found in _person(person, vocabulary, f"/persons/{i}")),
        *(_casualties(body.casualties, body.persons) if body.casualties else ()),
        *(_seizure(body.seizure, vocabulary) if body.seizure else ()),
        *_category_demands(body),
    )
    return Findings(violations, tuple(_warnings(body, vocabulary)) if not violations else ())


def _what_and_when(body: IncidentBody, vocabulary: Vocabulary, today: date) -> Iterator[Violation]:
    if body.jurisdiction not in vocabulary.territories:
        yield _unknown("/jurisdiction", "jurisdiction", body.jurisdiction, vocabulary.territories)
    if body.category not in vocabulary.categories:
        yield _unknown("/category", "category", body.category, vocabulary.categories)
    if body.occurred_on > today:
        yield Violation(
            "/occurred_on",
            "date_in_future",
            f"{body.occurred_on} lies in the future: in {body.jurisdiction} today is {today}.",
        )
    elif body.occurred_on.year < EARLIEST_YEAR:
        yield Violation(
            "/occurred_on", "date_too_early", f"{body.occurred_on} lies before {EARLIEST_YEAR}; check the year."
        )


def _tags(tags: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[Violation]:
    if not vocabulary.tags.issuperset(tags):
        for i, tag in enumerate(tags):
            if tag not in vocabulary.tags:
                yield _unknown(f"/tags/{i}", "tag", tag, vocabulary.tags)


def _place(place: Place) -> Iterator[Violation]:
    latitude, longitude = place.latitude, place.longitude
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        yield Violation(
            "/place", "coordinates_incomplete", f"{missing} is missing; give both coordinates or neither of them."
        )
    if latitude is not None and not -90 <= latitude <= 90:
        yield Violation("/place/latitude", "latitude_out_of_range", "A latitude lies between -90 and 90 degrees.")
    if longitude is not None and not -180 <= longitude <= 180:
        yield Violation("/place/longitude", "longitude_out_of_range", "A longitude lies between -180 and 180 degrees.")


def _weapon(weapon: Weapon, vocabulary: Vocabulary, at: str) -> Iterator[Violation]:
    if weapon.type not in vocabulary.weapon_types:
        yield _unknown(f"{at}/type", "weapon_type", weapon.type, vocabulary.weapon_types)
    if not 1 <= weapon.count <= 1_000_000:
        yield Violation(f"{at}/count", "count_out_of_range", "count is the number of such weapons: 1 to 1000000.")


def _person(person: Person, vocabulary: Vocabulary, at: str) -> Iterator[Violation]:
    group = vocabulary.age_groups.get(person.age_group)
    if group is None:
        yield _unknown(f"{at}/age_group", "age_group", person.age_group, vocabulary.age_groups)
    if person.relation is not None and person.relation not in vocabulary.relations:
        yield _unknown(f"{at}/relation", "relation", person.relation, vocabulary.relations)
    if person.age is None:
        return
    if not 0 <= person.age <= MOST_YEARS:
        yield Violation(
            f"{at}/age", "age_out_of_range", f"age is in completed years, 0 to {MOST_YEARS}; leave it out if unknown."
        )
    elif group is not None and group.code != UNREPORTED and not group.holds(person.age):
        fitting = vocabulary.age_group_of(person.age)
        yield Violation(
            f"{at}/age",
            "age_disagrees_with_group",
            f"{person.age} years lie in the age group {fitting}, not in {group.code}; mend one or leave out age_group.",
        )


def _casualties(casualties: Casualties, persons: tuple[Person, ...]) -> Iterator[Violation]:
    if casualties.killed is not None:
        yield from _range(casualties.killed, "killed", persons)
    if casualties.injured is not None:
        yield from _range(casualties.injured, "injured", persons)


def _range(estimate: Range, outcome: str, persons: tuple[Person, ...]) -> Iterator[Violation]:
    at = f"/casualties/{outcome}"
    if not 0 <= estimate.low <= estimate.best <= estimate.high <= MOST_CASUALTIES:
        yield Violation(
            at,
            "casualties_out_of_order",
            f"low, best and high must rise from 0 to at most {MOST_CASUALTIES}: "
            f"{estimate.low}, {estimate.best}, {estimate.high} do not.",
        )
    listed = sum(person.outcome == outcome for person in persons)
    if estimate.best < listed:
        yield Violation(
            f"{at}/best",
            "casualties_below_persons",
            f"{listed} persons are listed as {outcome}, so best cannot be {estimate.best}.",
        )


def _seizure(seizure: Seizure, vocabulary: Vocabulary) -> Iterator[Violation]:
    if not seizure.items:
        yield Violation(
            "/seizure/items", "seizure_without_items", "A seizure names at least one seized item; else leave it out."
        )
    for i, item in enumerate(seizure.items):
        yield from _item(item, vocabulary, f"/seizure/items/{i}")


def _item(item: SeizedItem, vocabulary: Vocabulary, at: str) -> Iterator[Violation]:
    units = vocabulary.seized_kinds.get(item.kind)
    if units is None:
        yield _unknown(f"{at}/kind", "seized_kind", item.kind, vocabulary.seized_kinds)
    elif item.unit not in units:
        yield Violation(
            f"{at}/unit", "unit_not_admitted", f"{item.kind} is counted in {_listed(units)}, not in {item.unit}."
        )
    if not item.quantity.is_finite() or not 0 <= item.quantity <= MOST_QUANTITY:
        yield Violation(f"{at}/quantity", "quantity_out_of_range", f"quantity is a decimal from 0 to {MOST_QUANTITY}.")
    elif int(item.quantity.as_tuple().exponent) < -QUANTITY_PLACES:
        yield Violation(
            f"{at}/quantity", "quantity_too_fine", f"quantity has at most {QUANTITY_PLACES} decimal places."
        )


def _category_demands(body: IncidentBody) -> Iterator[Violation]:
    if body.category == "suicide" and "attempted" not in body.tags:
        if not any(person.outcome == "suicide" for person in body.persons):
            yield Violation(
                "/persons",
                "suicide_without_person",
                "A suicide lists the person whose outcome is suicide; tag it attempted if nobody died.",
            )
    elif body.category == "weapon_seizure" and body.seizure is None:
        yield Violation(
            "/seizure", "seizure_missing", "A weapon_seizure has a seizure with at least one item; add what was seized."
        )


def _warnings(body: IncidentBody, vocabulary: Vocabulary) -> Iterator[Violation]:
    place = body.place
    if place is None or place.latitude is None or place.longitude is None:
        return
    if not vocabulary.territories[body.jurisdiction].is_near(place.latitude, place.longitude):
        yield Violation(
            "/place",
            "place_outside_jurisdiction",
            f"{place.latitude}, {place.longitude} lies outside {body.jurisdiction}; "
            "check that latitude and longitude are not swapped.",
        )


def _unknown(pointer: str, what: str, value: str, known: object) -> Violation:
    return Violation(pointer, f"unknown_{what}", f"{value[:60]!r} is not a {what.replace('_', ' ')}. {_hint(known)}")


def _hint(known: object) -> str:
    return f"Known: {_listed(known)}."


def _listed(words: object) -> str:
    assert isinstance(words, frozenset | dict)
    return ", ".join(sorted(words))

"""The words of the pack that the rules know: codes, ages, boxes and time zones. Built once by `bootstrap`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from incidents.domain.body import UNREPORTED, Person

NEAR_DEGREES = 0.25  # a place just over the line is more likely true than mistyped


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """Completed years, both ends inclusive; without bounds it holds those of unknown age."""

    code: str
    low: int | None = None
    high: int | None = None

    def holds(self, age: int) -> bool:
        return self.low is not None and self.low <= age and (self.high is None or age <= self.high)


@dataclass(frozen=True, slots=True)
class Territory:
    """`box` is (west, south, east, north) in degrees."""

    box: tuple[float, float, float, float]
    time_zone: ZoneInfo

    def is_near(self, latitude: float, longitude: float) -> bool:
        west, south, east, north = self.box
        return (
            west - NEAR_DEGREES <= longitude <= east + NEAR_DEGREES
            and south - NEAR_DEGREES <= latitude <= north + NEAR_DEGREES
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`seized_kinds` maps each kind to the units in which it may be counted."""

    categories: frozenset[str]
    tags: frozenset[str]
    weapon_types: frozenset[str]
    seized_kinds: Mapping[str, frozenset[str]]
    relations: frozenset[str]
    age_groups: Mapping[str, AgeGroup]
    territories: Mapping[str, Territory]

    def today(self, jurisdiction: str, now: datetime) -> date:
        """The calendar date there; in UTC for a jurisdiction that is unknown and refused anyway."""
        territory = self.territories.get(jurisdiction)
        return now.astimezone(territory.time_zone).date() if territory else now.date()

    def age_group_of(self, age: int) -> str:
        """The group that holds `age`, "unreported" where none does."""
        return next((group.code for group in self.age_groups.values() if group.holds(age)), UNREPORTED)

    def complete(self, persons: tuple[Person, ...]) -> tuple[Person, ...]:
        """The persons, with the age group of each whose age is given but whose group is not."""
        return tuple(map(self._with_group, persons)) if any(map(_lacks_group, persons)) else persons

    def _with_group(self, person: Person) -> Person:
        if person.age is None or not _lacks_group(person):
            return person
        return replace(person, age_group=self.age_group_of(person.age))


def _lacks_group(person: Person) -> bool:
    return person.age is not None and person.age_group == UNREPORTED

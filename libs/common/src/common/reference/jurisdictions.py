"""Jurisdictions as a pack describes them. Our own table, for no ISO library knows all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
CodeText = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=60)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not an IANA time zone") from None
    return name


class Part(BaseModel):
    """Base of what stands in a pack: frozen, no unknown members."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Dated(Part):
    """Holds from `since` (open: always before) through `until` (open: still); "from" and "to" in the file."""

    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"from {self.since} lies after to {self.until}")
        return self

    def holds(self, on: date) -> bool:
        return self.meets(on, on)

    def meets(self, start: date, end: date) -> bool:
        """Whether it holds on any day of the span."""
        return (self.since is None or self.since <= end) and (self.until is None or start <= self.until)


class DatedName(Dated):
    name: Text


class Membership(Dated):
    programme: CodeText


class Population(Part):
    """`estimate` marks what is not a count."""

    year: Annotated[int, Field(ge=1900, le=2200)]
    value: Annotated[int, Field(gt=0)]
    source: Text
    estimate: bool = False


class BoundingBox(Part):
    """Degrees; a box over the antimeridian is not foreseen."""

    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.west >= self.east or self.south >= self.north:
            raise ValueError("west must be less than east, and south less than north")
        return self


class Jurisdiction(Part):
    """`capital` is its status-neutral label; `footnotes` maps a publisher to what it prints with the name."""

    code: CodeText
    names: Annotated[tuple[DatedName, ...], Field(min_length=1)]
    capital: Text
    footnotes: Mapping[str, Text] = {}
    memberships: tuple[Membership, ...] = ()
    populations: tuple[Population, ...] = ()
    bounding_box: BoundingBox
    time_zone: Annotated[str, AfterValidator(_known_time_zone)]
    map_feature: Text | None = None

    @model_validator(mode="after")
    def _one_name_a_day(self) -> Self:
        for earlier, later in zip(self.names, self.names[1:], strict=False):
            if earlier.until is None or later.since is None or earlier.until >= later.since:
                raise ValueError(f"names stand in order of time: {earlier.name!r} does not end before {later.name!r}")
        return self

    @model_validator(mode="after")
    def _one_population_a_year(self) -> Self:
        years = [population.year for population in self.populations]
        if years != sorted(set(years)):
            raise ValueError("populations stand in the order of their years, one for each year")
        return self

    def name(self, on: date) -> str:
        """The name that held that day; the latest one where none did."""
        return next((dated.name for dated in self.names if dated.holds(on)), self.names[-1].name)

    def population(self, year: int) -> Population | None:
        """The one of that year, else of the nearest earlier year, else None."""
        return next((population for population in reversed(self.populations) if population.year <= year), None)

    def belongs_to(self, programme: str, start: date, end: date) -> bool:
        """Whether it was a member on any day of the span."""
        return any(m.programme == programme and m.meets(start, end) for m in self.memberships)

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """(west, south, east, north)."""
        box = self.bounding_box
        return box.west, box.south, box.east, box.north

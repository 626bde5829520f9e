"""The query parameters of `GET /v1/incidents`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.http.pagination import DEFAULT_LIMIT, MAX_LIMIT
from common.http.problems import invalid
from common.http.sent import Day
from common.kernel.errors import Violation
from incidents.domain import body as domain
from incidents.domain.vocabulary import Vocabulary
from incidents.readmodel.filters import BoundingBox, Filters

Format = Literal["json", "ndjson", "csv", "geojson"]

Codes = Annotated[list[str], Field(max_length=100)]
Texts = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)]


class ListParameters(BaseModel):
    """Filters repeat for alternatives. What is asked of a person holds for one person, likewise of a weapon or item."""

    model_config = ConfigDict(populate_by_name=True)

    category: Codes = []
    tag: Codes = []
    weapon_type: Codes = []
    possession: list[domain.Possession] = []
    role: list[domain.Role] = []
    sex: list[domain.Sex] = []
    age_group: Codes = []
    outcome: list[domain.PersonOutcome] = []
    relation: Codes = []
    verification: list[Literal["unverified", "verified", "disputed"]] = []
    agency: Texts = []
    external_id: Texts = []
    jurisdiction: Codes = []
    status: list[Literal["active", "duplicate", "retracted", "any"]] = Field(["active"], description="any: all of them")
    admin: Texts = Field([], description="an administrative area, by its name")
    seizure_setting: list[domain.Setting] = []
    kind: Codes = Field([], description="kind of seized item")
    unit: list[domain.Unit] = Field([], description="unit of that seized item")
    since: Day | None = Field(None, alias="from", description="first day, inclusive")
    until: Day | None = Field(None, alias="to", description="last day, inclusive; a coarse date must fit wholly")
    bbox: str | None = Field(None, description="minlon,minlat,maxlon,maxlat", examples=["19.0,44.5,21.0,46.2"])
    format: Format = Field("json", description="all but json stream everything that matches")
    count: Literal["exact"] | None = Field(None, description="adds total, the number of all matches")
    limit: int | None = Field(None, ge=1, le=MAX_LIMIT, description=f"of one page, {DEFAULT_LIMIT} by default")
    cursor: str | None = Field(None, max_length=500, description="as the Link header gave it")

    def filters(self, vocabulary: Vocabulary) -> Filters:
        """Raises `Problem` 422 for unknown codes, reversed dates, a box that is none, and paging of an export."""
        box = _box(self.bbox) if self.bbox is not None else None
        violations = [*_unknown_codes(self, vocabulary), *_reversed(self.since, self.until), *_paging(self)]
        if self.bbox is not None and box is None:
            detail = "bbox is minlon,minlat,maxlon,maxlat in degrees, each minimum below its maximum."
            violations.append(Violation("?bbox", "bbox_malformed", detail))
        if violations:
            raise invalid(violations)
        names = Filters.__dataclass_fields__.keys() - {"status", "bbox"}
        status = () if "any" in self.status else tuple(self.status)
        return Filters(**{name: getattr(self, name) for name in names}, status=status, bbox=box)


def _unknown_codes(asked: ListParameters, vocabulary: Vocabulary) -> Iterator[Violation]:
    for name, known in _known(vocabulary).items():
        for value in getattr(asked, name):
            if value not in known:
                detail = f"{value[:60]!r} is not known here. Known: {', '.join(sorted(known))}."
                yield Violation(f"?{name}", f"unknown_{name}", detail)


def _known(vocabulary: Vocabulary) -> Mapping[str, Mapping[str, object] | frozenset[str]]:
    return {
        "category": vocabulary.categories,
        "tag": vocabulary.tags,
        "weapon_type": vocabulary.weapon_types,
        "age_group": vocabulary.age_groups,
        "relation": vocabulary.relations,
        "jurisdiction": vocabulary.territories,
        "kind": vocabulary.seized_kinds,
    }


def _reversed(since: date | None, until: date | None) -> Iterator[Violation]:
    if since is not None and until is not None and since > until:
        yield Violation("?from", "dates_reversed", f"from {since} lies after to {until}.")


def _paging(asked: ListParameters) -> Iterator[Violation]:
    if asked.format != "json":
        for name in ("limit", "cursor", "count"):
            if getattr(asked, name) is not None:
                yield Violation(f"?{name}", "not_with_format", f"{asked.format} streams everything; leave {name} out.")


def _box(text: str) -> BoundingBox | None:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        return None
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return BoundingBox(west, south, east, north)
    return None

"""The filters of `GET /v1/incidents` as SQL conditions. What is asked of a person, weapon or item holds for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """Degrees, ends included."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Filters:
    """Several values of one filter are alternatives; an empty one asks for nothing. `since` and `until` are inclusive.

    A date that is coarser than a day matches where its whole span lies between them.
    """

    category: Sequence[str] = ()
    tag: Sequence[str] = ()
    agency: Sequence[str] = ()
    external_id: Sequence[str] = ()
    jurisdiction: Sequence[str] = ()
    admin: Sequence[str] = ()
    verification: Sequence[str] = ()
    status: Sequence[str] = ("active",)
    weapon_type: Sequence[str] = ()
    possession: Sequence[str] = ()
    role: Sequence[str] = ()
    sex: Sequence[str] = ()
    age_group: Sequence[str] = ()
    outcome: Sequence[str] = ()
    relation: Sequence[str] = ()
    seizure_setting: Sequence[str] = ()
    kind: Sequence[str] = ()
    unit: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
    bbox: BoundingBox | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose exact coordinates a bounding box may look at: those of one agency, or everybody's."""

    agency: str | None = None
    everything: bool = False


class Conditions:
    """Conditions joined by AND, and the arguments they refer to as $1, $2, …"""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.arguments: list[Any] = []

    def argument(self, value: Any) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def add(self, condition: str) -> None:
        self.parts.append(condition)

    def one_of(self, expression: str, values: Sequence[str]) -> None:
        """The expression is one of the values; nothing where there are none."""
        if values:
            self.add(f"{expression} = ANY({self.argument(list(values))}::text[])")

    @property
    def where(self) -> str:
        return " AND ".join(self.parts) or "true"


_PERSON = ("role", "sex", "age_group", "outcome", "relation")
_BEYOND = {"role": "victim", "sex": "unreported", "age_group": "unreported", "relation": "unreported"}
_WEAPON = {"weapon_type": "type", "possession": "possession"}
_ITEM = {"kind": "kind", "unit": "unit"}


def conditions(filters: Filters, viewer: Viewer) -> Conditions:
    """For a query on `incident i`."""
    found = Conditions()
    for name in ("category", "agency", "external_id", "jurisdiction", "verification", "status"):
        found.one_of(f"i.{name}", getattr(filters, name))
    for column, values in (("tags", filters.tag), ("admin", filters.admin)):
        if values:
            found.add(f"i.{column} && {found.argument(list(values))}::text[]")
    found.one_of("i.body -> 'seizure' ->> 'setting'", filters.seizure_setting)
    _one_element(found, "i.body -> 'weapons'", {m: getattr(filters, f) for f, m in _WEAPON.items()})
    _one_element(found, "i.body -> 'seizure' -> 'items'", {m: getattr(filters, f) for f, m in _ITEM.items()})
    _one_person(found, filters)
    _dates(found, filters)
    if filters.bbox is not None:
        _bounding_box(found, filters.bbox, viewer)
    return found


def _one_element(found: Conditions, elements: str, asked: dict[str, Sequence[str]]) -> None:
    if condition := _element(found, elements, asked):
        found.add(condition)


def _element(found: Conditions, elements: str, asked: dict[str, Sequence[str]]) -> str:
    """That one element of a JSON array has one of the values asked for in each of its members, where what is not stated
    is unreported; "" asks for nothing."""
    members = [
        f"coalesce(e ->> '{member}', 'unreported') = ANY({found.argument(list(values))}::text[])"
        for member, values in asked.items()
        if values
    ]
    if not members:
        return ""
    # jsonb_path_query yields nothing for a member that is absent or null, where jsonb_array_elements would fail
    return f"EXISTS (SELECT FROM jsonb_path_query({elements}, '$[*]') e WHERE {' AND '.join(members)})"


def _one_person(found: Conditions, filters: Filters) -> None:
    """A person that is listed, or one of those beyond the list of whom only the number is known (see `_surplus`)."""
    asked = {member: getattr(filters, member) for member in _PERSON}
    listed = _element(found, "i.body -> 'persons'", asked)
    if not listed:
        return
    alternatives = [listed]
    if all(not asked[member] or value in asked[member] for member, value in _BEYOND.items()):
        harms = [harm for harm in ("killed", "injured") if not filters.outcome or harm in filters.outcome]
        alternatives += map(_surplus, harms)
    found.add(f"({' OR '.join(alternatives)})")


def _surplus(harm: str) -> str:
    """That the estimate goes beyond the persons listed: those are victims of unreported sex, age and relation."""
    estimate = f"(i.body #>> '{{casualties,{harm},best}}')::integer"
    listed = f"jsonb_path_query(i.body, '$.persons[*] ? (@.outcome == \"{harm}\")')"
    return f"{estimate} > (SELECT count(*) FROM {listed})"  # noqa: S608  built from constants


def _dates(found: Conditions, filters: Filters) -> None:
    # the date itself lies within its span: the second half of each condition is for the index
    if filters.since is not None:
        since = found.argument(filters.since)
        found.add(f"i.span_start >= {since} AND i.occurred_on >= {since}")
    if filters.until is not None:
        until = found.argument(filters.until)
        found.add(f"i.span_end <= {until} AND i.occurred_on <= {until}")


def _bounding_box(found: Conditions, box: BoundingBox, viewer: Viewer) -> None:
    west, south, east, north = (found.argument(degrees) for degrees in (box.west, box.south, box.east, box.north))
    exact = f"i.longitude BETWEEN {west} AND {east} AND i.latitude BETWEEN {south} AND {north}"
    coarse = f"i.coarse_longitude BETWEEN {west} AND {east} AND i.coarse_latitude BETWEEN {south} AND {north}"
    if viewer.everything:
        found.add(exact)
    elif viewer.agency is None:
        found.add(coarse)
    else:
        own = found.argument(viewer.agency)
        found.add(f"CASE WHEN i.agency = {own} THEN {exact} ELSE {coarse} END")

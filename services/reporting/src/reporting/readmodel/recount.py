"""Counts everything again from the publisher's feed and compares: a second opinion on the projection.

Written independently of it on purpose: plain JSON instead of contracts, whole dictionaries instead of differences.
Nothing here may be shared with `facts`, `cubes` or `projection`, or a mistake there would be made here as well.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from common.messaging.envelope import Envelope

Totals: TypeAlias = dict[tuple[Any, ...], Any]
"""What must stand somewhere: a value by everything that it belongs to."""


class Recount:
    """Takes a log's events in order; `tables` then says what the read model must hold."""

    def __init__(self) -> None:
        self._incidents: dict[str, dict[str, Any]] = {}
        self._coverage: dict[str, tuple[Any, ...]] = {}

    def take(self, envelope: Envelope) -> None:
        if envelope.data is None:
            return
        data, stream, version = json.loads(envelope.data), str(envelope.subject), envelope.stream_version
        kind = envelope.type.split(".")[1]
        if kind == "coverage-declared":
            through = date.fromisoformat(data["complete_through"])
            self._coverage[stream] = version, data["agency"], data["jurisdiction"], through
            return
        known = self._incidents.setdefault(stream, {"status": "active"})
        known["version"] = version
        if "incident" in data:
            known["facts"] = data["incident"]
            known["verification"] = "disputed" if known.get("verification") == "disputed" else "unverified"
        known.update(_CHANGES.get(kind, {}))

    def tables(self) -> Mapping[str, Totals]:
        found: defaultdict[str, Totals] = defaultdict(dict)
        for stream, known in self._incidents.items():
            for table, key, value in _rows(stream, known):
                found[table][key] = found[table].get(key, 0) + value
        found["coverage"] = {(stream, *row): 1 for stream, row in self._coverage.items()}
        return found


_CHANGES = {
    "incident-verified": {"verification": "verified"},
    "incident-disputed": {"verification": "disputed"},
    "incident-marked-duplicate": {"status": "duplicate"},
    "incident-unmarked-duplicate": {"status": "active"},
    "incident-retracted": {"status": "retracted"},
}


def _rows(stream: str, known: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, ...], Any]]:
    """(table, all but the value, value) of the incident, of what belongs to it, and of its shares of the cubes."""
    facts = known["facts"]
    start, end = _days(date.fromisoformat(facts["occurred_on"]), facts["date_precision"])
    counted = known["status"] == "active"
    cell = (facts["jurisdiction"], _month(start), _month(end), counted)
    stated = (facts["jurisdiction"], facts["category"], known["verification"], known["status"])
    areas = tuple(dict.fromkeys((facts.get("place") or {}).get("admin", ())))
    tags = tuple(sorted(set(facts.get("tags", ()))))
    days = (start, end, _month(start), _month(end))
    yield "incident", (stream, known["version"], *days, stated, tags, areas), 1
    yield "incident_cube", (*cell, facts["category"], known["verification"]), 1
    for role, sex, age_group, outcome, relation, number in _persons(facts):
        yield "person", (stream, role, sex, age_group, outcome, relation), number
        yield "person_cube", (*cell, role, sex, outcome), number
    for weapon in facts.get("weapons", ()):
        yield "weapon", (stream, weapon["type"], weapon["possession"]), weapon["count"]
        yield "weapon_cube", (*cell, weapon["type"], weapon["possession"]), weapon["count"]
    seizure = facts.get("seizure") or {"items": ()}
    for item in seizure["items"]:
        held = (seizure["setting"], item["kind"], item["unit"])
        yield "item", (stream, *held), Decimal(item["quantity"])
        yield "item_cube", (*cell, *held), Decimal(item["quantity"])


def _persons(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str, int]]:
    listed: Counter[str] = Counter()
    for person in facts.get("persons", ()):
        listed[person["outcome"]] += 1
        relation = person.get("relation") or "unreported"
        yield person["role"], person["sex"], person["age_group"], person["outcome"], relation, 1
    for outcome, estimate in (facts.get("casualties") or {}).items():
        surplus = estimate["best"] - listed[outcome] if estimate else 0
        if surplus > 0:
            yield "victim", "unreported", "unreported", outcome, "unreported", surplus


def _days(day: date, precision: str) -> tuple[date, date]:
    if precision == "week":
        monday = day - timedelta(days=day.isoweekday() - 1)
        return monday, monday + timedelta(days=6)
    if precision == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    if precision == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    return day, day


def _month(day: date) -> int:
    return 12 * day.year + (day.month - 1)


def differences(expected: Mapping[str, Totals], found: Mapping[str, Totals]) -> Iterator[str]:
    """What differs, a line each, tables in order."""
    for table in sorted(expected.keys() | found.keys()):
        should, is_ = expected.get(table, {}), found.get(table, {})
        for key in _sorted(should.keys() | is_.keys()):
            if should.get(key) != is_.get(key):
                yield f"{table} {key}: {is_.get(key)} instead of {should.get(key)}"


def _sorted(keys: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(keys, key=repr)

"""What the aggregates must say, counted by plain loops over the rows of the private event log.

Shares nothing with the services on purpose: neither their events nor their contracts nor their read models.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

Body = dict[str, Any]
Row = Mapping[str, Any]

_STATUS = {
    "incident-marked-duplicate": "duplicate",
    "incident-unmarked-duplicate": "active",
    "incident-retracted": "retracted",
}
_VERIFICATION = {"incident-verified": "verified", "incident-disputed": "disputed"}


def standing(rows: Iterable[Row]) -> list[Body]:
    """The bodies of the incidents that count, each with its `verification`; rows of the event table, in order."""
    known: dict[Any, Body] = {}
    for row in rows:
        kind, data = row["type"].removeprefix("incidents."), json.loads(row["data"])
        if kind == "coverage-declared":
            continue
        body = known.setdefault(row["stream_id"], {"status": "active", "verification": "unverified"})
        if "body" in data:
            disputed = body["verification"] == "disputed"
            body.update(data["body"], verification="disputed" if disputed else "unverified")
        body["status"] = _STATUS.get(kind, body["status"])
        body["verification"] = _VERIFICATION.get(kind, body["verification"])
    return [body for body in known.values() if body["status"] == "active"]


def incidents_by(bodies: Iterable[Body], value: Callable[[Body], Iterable[str]]) -> Counter[str]:
    """How many incidents have each value, one with several of them once under each."""
    return Counter(found for body in bodies for found in set(value(body)))


def month(body: Body) -> list[str]:
    """A date that is coarser than a month fits in none."""
    fits = body["date_precision"] in ("day", "month")
    return [body["occurred_on"][:7] if fits else "unknown"]


def persons(bodies: Iterable[Body]) -> Iterator[Body]:
    """Those listed, and a victim for each who is known by number alone."""
    for body in bodies:
        yield from body["persons"]
        for outcome, estimate in (body["casualties"] or {}).items():
            listed = sum(person["outcome"] == outcome for person in body["persons"])
            surplus = max(0, estimate["best"] - listed) if estimate else 0
            for _ in range(surplus):
                yield {"role": "victim", "sex": "unreported", "age_group": "unreported", "outcome": outcome}


def victims(bodies: Iterable[Body]) -> Iterator[Body]:
    return (each for each in persons(bodies) if each["role"] == "victim" and each["outcome"] != "suicide")


def with_outcome(bodies: Iterable[Body], *outcomes: str) -> Iterator[Body]:
    return (each for each in persons(bodies) if each["outcome"] in outcomes)


def weapons(bodies: Iterable[Body]) -> Counter[str]:
    """Their number by type."""
    found: Counter[str] = Counter()
    for body in bodies:
        for weapon in body["weapons"]:
            found[weapon["type"]] += weapon["count"]
    return found


def seized(bodies: Sequence[Body]) -> dict[tuple[str, str], Decimal]:
    """The quantity by kind and unit."""
    found: dict[tuple[str, str], Decimal] = {}
    for body in bodies:
        for item in (body["seizure"] or {"items": []})["items"]:
            key = item["kind"], item["unit"]
            found[key] = found.get(key, Decimal(0)) + Decimal(item["quantity"])
    return found

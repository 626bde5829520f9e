"""The present state of one incident as rows: folded from what `incidents` publishes, or read back from the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from common.contracts import incidents as published
from common.kernel.periods import span
from common.messaging.envelope import Envelope

UNREPORTED = "unreported"
NOTHING_KNOWN = ("victim", UNREPORTED, UNREPORTED)  # role, sex and age group of a surplus casualty

Detail: TypeAlias = tuple[Any, ...]
"""The dimensions of a child row in the order of its `Grain`, and its value; each combination once in an incident."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`details` are the child rows by table: "person", "weapon", "item"."""

    id: UUID
    seq: int
    version: int
    agency: str
    admin: tuple[str, ...]
    date_precision: str
    tags: tuple[str, ...]
    status: str
    jurisdiction: str
    category: str
    verification: str
    span_start: date
    span_end: date
    details: Mapping[str, tuple[Detail, ...]]

    @property
    def counted(self) -> bool:
        """Unverified and disputed incidents count; duplicates and retracted ones do not."""
        return self.status == "active"

    @property
    def months(self) -> tuple[int, int]:
        """The first and the last month that the date may mean, counted from the year 0."""
        return _month(self.span_start), _month(self.span_end)

    @property
    def shared(self) -> tuple[Any, ...]:
        """What stands in every row of the incident, in the order of `tables.SHARED`."""
        return (
            self.jurisdiction,
            self.category,
            self.verification,
            self.counted,
            self.span_start,
            self.span_end,
            *self.months,
        )

    @property
    def row(self) -> tuple[Any, ...]:
        """The incident's own row, in the order of `tables.INCIDENT`."""
        own = (self.id, self.seq, self.version, self.agency, self.admin, self.date_precision, self.tags, self.status)
        return (*own, *self.shared)

    def child_rows(self, table: str) -> Iterable[tuple[Any, ...]]:
        details, shared = self.details[table], self.shared
        return ((self.seq, n, *detail, firsts(details[: n + 1]), *shared) for n, detail in enumerate(details))


def evolve(facts: Facts | None, envelope: Envelope, contract: published.Contract) -> Facts:
    """The facts after an event: a correction voids a verification, a dispute outlives it.

    Raises `ValueError` for an event about an incident that was never reported.
    """
    match contract:
        case published.IncidentReported(incident=incident):
            return _stated(envelope.subject, envelope.sequence, envelope.stream_version, incident)
        case _ if facts is None:
            raise ValueError(f"{envelope.type} about an incident that was not reported")
        case published.IncidentCorrected(incident=incident) | published.IncidentReclassified(incident=incident):
            verification = "disputed" if facts.verification == "disputed" else "unverified"
            anew = _stated(facts.id, facts.seq, envelope.stream_version, incident)
            return replace(anew, status=facts.status, verification=verification)
        case published.IncidentVerified():
            return replace(facts, version=envelope.stream_version, verification="verified")
        case published.IncidentDisputed():
            return replace(facts, version=envelope.stream_version, verification="disputed")
        case published.IncidentMarkedDuplicate():
            return replace(facts, version=envelope.stream_version, status="duplicate")
        case published.IncidentUnmarkedDuplicate():
            return replace(facts, version=envelope.stream_version, status="active")
        case published.IncidentRetracted():
            return replace(facts, version=envelope.stream_version, status="retracted")
        case _:
            raise ValueError(f"{envelope.type} changes no incident")


def restored(row: Mapping[str, Any], details: Mapping[str, tuple[Detail, ...]]) -> Facts:
    """The facts of an incident's row and its child rows."""
    return Facts(
        id=row["id"],
        seq=row["seq"],
        version=row["version"],
        agency=row["agency"],
        admin=tuple(row["admin"]),
        date_precision=row["date_precision"],
        tags=tuple(row["tags"]),
        status=row["status"],
        jurisdiction=row["jurisdiction"],
        category=row["category"],
        verification=row["verification"],
        span_start=row["span_start"],
        span_end=row["span_end"],
        details=details,
    )


def firsts(details: Sequence[Detail]) -> int:
    """For the last of these rows: a bit for every set of dimensions in which none before it has the same values.

    A set is a number with one binary digit per dimension; that of all dimensions has no bit.
    """
    *others, last = (detail[:-1] for detail in details)
    repeated = 0
    for other in others:
        equal = sum(1 << i for i, value in enumerate(other) if value == last[i])
        repeated |= _subsets(equal)
    return ~repeated & (1 << (1 << len(last)) - 1) - 1


@cache
def _subsets(of: int) -> int:
    """A bit for every set of dimensions that is part of this one."""
    return sum(1 << part for part in range(of + 1) if part & of == part)


def _stated(id_: UUID, seq: int, version: int, incident: published.Incident) -> Facts:
    """An incident as it is said, neither verified nor disputed."""
    start, end = span(incident.occurred_on, incident.date_precision)
    return Facts(
        id=id_,
        seq=seq,
        version=version,
        agency=incident.agency,
        admin=tuple(dict.fromkeys(incident.place.admin)) if incident.place else (),
        date_precision=incident.date_precision,
        tags=tuple(sorted(set(incident.tags))),
        status="active",
        jurisdiction=incident.jurisdiction,
        category=incident.category,
        verification="unverified",
        span_start=start,
        span_end=end,
        details={"person": _persons(incident), "weapon": _weapons(incident), "item": _items(incident)},
    )


def _persons(incident: published.Incident) -> tuple[Detail, ...]:
    found = Counter((p.role, p.sex, p.age_group, p.outcome, p.relation or UNREPORTED) for p in incident.persons)
    casualties = incident.casualties or published.Casualties()
    for outcome, estimate in (("killed", casualties.killed), ("injured", casualties.injured)):
        listed = sum(person.outcome == outcome for person in incident.persons)
        if estimate is not None and estimate.best > listed:
            found[*NOTHING_KNOWN, outcome, UNREPORTED] += estimate.best - listed  # type: ignore[index]  # wider keys
    return _in_order(found)


def _weapons(incident: published.Incident) -> tuple[Detail, ...]:
    found: Counter[Detail] = Counter()
    for weapon in incident.weapons:
        found[weapon.type, weapon.possession] += weapon.count
    return _in_order(found)


def _items(incident: published.Incident) -> tuple[Detail, ...]:
    found: dict[Detail, Any] = defaultdict(int)
    if incident.seizure is not None:
        for item in incident.seizure.items:
            found[incident.seizure.setting, item.kind, item.unit] += item.quantity
    return _in_order(found)


def _in_order(found: Mapping[Any, Any]) -> tuple[Detail, ...]:
    return tuple((*key, value) for key, value in sorted(found.items()))


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1

"""The present state of one incident as a row: folded from what `incidents` publishes, or read back from the table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import repeat
from typing import Any, TypeAlias
from uuid import UUID

from common.contracts import incidents as published
from common.kernel.periods import span
from common.messaging.envelope import Envelope
from reporting.readmodel.kinds import Kind
from reporting.readmodel.tables import DETAILS

UNREPORTED = "unreported"
NOTHING_KNOWN = ("victim", UNREPORTED, UNREPORTED)  # role, sex and age group of a surplus casualty

Detail: TypeAlias = tuple[Any, ...]
"""The dimensions of persons, weapons or items in the order of their `Grain`, and how many; each kind once."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`details` by grain: "person", "weapon", "item"."""

    id: UUID
    version: int
    admin: tuple[str, ...]
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
    def own_kinds(self) -> tuple[Kind, Kind, Kind]:
        """The incident's own, its tags' and its areas'."""
        own = (self.jurisdiction, self.category, self.verification, self.status)
        return ("incident", own), ("tags", self.tags), ("admin", self.admin)

    @property
    def kinds(self) -> Iterator[Kind]:
        """All that its row names by code."""
        yield from self.own_kinds
        for name, details in self.details.items():
            yield from ((name, detail[:-1]) for detail in details)

    def row(self, codes: Mapping[Kind, int]) -> tuple[Any, ...]:
        """In the order of `tables.INCIDENT`."""
        details = [self.details[grain.name] for grain in DETAILS]
        return (
            *(self.span_start, self.span_end, *self.months),
            *(codes[kind] for kind in self.own_kinds),
            *(self.version, self.id),
            *(
                [codes[grain.name, detail[:-1]] for detail in found] or None
                for grain, found in zip(DETAILS, details, strict=True)
            ),
            *(_numbers(found) for found in details),
        )


def _numbers(details: Sequence[Detail]) -> list[Any] | None:
    """None for one of each."""
    numbers = [detail[-1] for detail in details]
    return numbers if any(number != 1 for number in numbers) else None


def evolve(facts: Facts | None, envelope: Envelope, contract: published.Contract) -> Facts:
    """The facts after an event: a correction voids a verification, a dispute outlives it.

    Raises `ValueError` for an event about an incident that was never reported.
    """
    match contract:
        case published.IncidentReported(incident=incident):
            return _stated(envelope.subject, envelope.stream_version, incident)
        case _ if facts is None:
            raise ValueError(f"{envelope.type} about an incident that was not reported")
        case published.IncidentCorrected(incident=incident) | published.IncidentReclassified(incident=incident):
            verification = "disputed" if facts.verification == "disputed" else "unverified"
            anew = _stated(facts.id, envelope.stream_version, incident)
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


def restored(row: Mapping[str, Any], names: Mapping[int, tuple[str, ...]]) -> Facts:
    """The facts of an incident's row, with what the codes in it stand for."""
    jurisdiction, category, verification, status = names[row["kind"]]
    details = {}
    for grain in DETAILS:
        kinds = row[grain.kinds] or ()
        numbers = row[grain.numbers] or repeat(1)
        details[grain.name] = tuple((*names[kind], number) for kind, number in zip(kinds, numbers, strict=False))
    return Facts(
        id=row["id"],
        version=row["version"],
        admin=names[row["admin"]],
        tags=names[row["tags"]],
        status=status,
        jurisdiction=jurisdiction,
        category=category,
        verification=verification,
        span_start=row["span_start"],
        span_end=row["span_end"],
        details=details,
    )


def _stated(id_: UUID, version: int, incident: published.Incident) -> Facts:
    """An incident as it is said, neither verified nor disputed."""
    start, end = span(incident.occurred_on, incident.date_precision)
    return Facts(
        id=id_,
        version=version,
        admin=tuple(dict.fromkeys(incident.place.admin)) if incident.place else (),
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

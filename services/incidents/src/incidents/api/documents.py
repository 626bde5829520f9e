"""What the service answers with, as OpenAPI tells it. The answers themselves are made without these models."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from common.http.answered import Document, Warned
from incidents.api.schemas import Casualties, Seizure, Source, Weapon
from incidents.application.outcomes import Landed as LandedAs
from incidents.domain import body as domain
from incidents.domain.commands import Status
from incidents.domain.state import Verification


class Landed(Document):
    """What became of a pushed line."""

    id: UUID
    version: int
    outcome: LandedAs
    warnings: list[Warned]


class KnownPlace(Document):
    """Rounded to a tenth of a degree, and a settlement at the finest, unless the incident is yours."""

    name: str | None
    admin: list[str]
    latitude: float | None
    longitude: float | None
    precision: domain.PlacePrecision


class KnownPerson(Document):
    """`age` is there only where the incident is yours."""

    role: domain.Role
    sex: domain.Sex
    age: int | None = None
    age_group: str
    outcome: domain.PersonOutcome
    relation: str | None


class Incident(Document):
    """What is withheld from the reader is absent: narrative and sources, exact ages. What is not known is null."""

    id: UUID
    version: int
    agency: str
    status: Status
    verification: Verification
    duplicate_of: UUID | None
    recorded_at: datetime
    external_id: str
    occurred_on: date
    date_precision: Literal["day", "week", "month", "year"]
    jurisdiction: str
    place: KnownPlace | None
    category: str
    tags: list[str]
    weapons: list[Weapon]
    persons: list[KnownPerson]
    casualties: Casualties | None
    seizure: Seizure | None
    sources: list[Source] = []  # noqa: RUF012  Pydantic copies it
    narrative: str | None = None


class IncidentList(Document):
    """`total` only with count=exact."""

    items: list[Incident]
    total: int | None = None


class HistoryEntry(Document):
    """An event, with what belongs to its type: the incident as it then stood, fields, category, reason …"""

    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    position: int
    actor: str


class History(Document):
    items: list[HistoryEntry]


class CoverageEntry(Document):
    agency: str
    jurisdiction: str
    complete_through: date
    recorded_at: datetime


class CoverageList(Document):
    items: list[CoverageEntry]


class Agency(Document):
    code: str
    name: str
    jurisdictions: list[str]
    created_at: datetime


class AgencyList(Document):
    items: list[Agency]


class Key(Document):
    """A key without its secret. `jurisdictions` is what it covers, null for all."""

    id: str
    agency: str | None
    roles: list[str]
    jurisdictions: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_seen: datetime | None


class KeyList(Document):
    items: list[Key]


class NewKey(Key):
    """`key` is shown this once."""

    key: str

"""What can be asked of an incident, and of a declaration of coverage. Pairs with `events.py` by eye.

`now` is the instant of the request: each jurisdiction's time zone decides what is the future there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from incidents.domain.body import IncidentBody

Status = Literal["active", "duplicate", "retracted"]


@dataclass(frozen=True, slots=True)
class ReportIncident:
    """A line of an agency's feed, new or repeated; `neighbours` are other agencies' incidents it may repeat.

    `covered` are the jurisdictions that the credential was narrowed to, None for all.
    """

    agency: str
    body: IncidentBody
    now: datetime
    covered: frozenset[str] | None = None
    neighbours: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectIncident:
    """`fields` maps top-level names to typed values of `IncidentBody`, each replacing the whole of the old one."""

    by: Literal["agency", "secretariat"]
    fields: Mapping[str, Any]
    reason: ErasableText
    now: datetime


@dataclass(frozen=True, slots=True)
class ReclassifyIncident:
    category: str
    reason: ErasableText
    now: datetime


@dataclass(frozen=True, slots=True)
class VerifyIncident:
    """`verifier_agency` is the agency the verifier works for, None for one who works for none."""

    version_seen: int
    verifier_agency: str | None = None
    comment: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DisputeIncident:
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class MarkDuplicate:
    """`target` and `has_duplicates` are looked up: the other one's status (None: there is none), and whether
    other incidents are marked as duplicates of this one."""

    incident: UUID
    duplicate_of: UUID
    reason: ErasableText
    target: Status | None = None
    has_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class UnmarkDuplicate:
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class RetractIncident:
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class DeclareCoverage:
    agency: str
    jurisdiction: str
    complete_through: date
    now: datetime


IncidentCommand: TypeAlias = (
    ReportIncident
    | CorrectIncident
    | ReclassifyIncident
    | VerifyIncident
    | DisputeIncident
    | MarkDuplicate
    | UnmarkDuplicate
    | RetractIncident
)
CoverageCommand: TypeAlias = DeclareCoverage

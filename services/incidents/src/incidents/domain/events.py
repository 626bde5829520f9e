"""What can have happened to an incident, and to a declaration of coverage. Private: see `messaging/published.py`.

Whatever changes facts carries the whole body as it then stands and the agency whose incident it is.
The name of a class is the name under which it is stored; a change of shape needs an upcaster and a golden file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from incidents.domain.body import IncidentBody

CorrectedBy = Literal["push", "agency", "secretariat"]


@dataclass(frozen=True, slots=True)
class IncidentReported:
    agency: str
    body: IncidentBody


@dataclass(frozen=True, slots=True)
class IncidentCorrected:
    """`by` a later line of the agency's feed, or by a correction of the agency or the secretariat."""

    agency: str
    by: CorrectedBy
    fields: tuple[str, ...]
    body: IncidentBody
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CorrectionProposed:
    """A pushed line differed in `fields` that the secretariat holds; they were left alone."""

    line: IncidentBody
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncidentReclassified:
    agency: str
    category: str
    body: IncidentBody
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class IncidentVerified:
    version_seen: int
    comment: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class IncidentDisputed:
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class IncidentMarkedDuplicate:
    duplicate_of: UUID
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class IncidentUnmarkedDuplicate:
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class IncidentRetracted:
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class CoverageDeclared:
    """The agency's incidents in the jurisdiction are complete through that day, inclusive."""

    agency: str
    jurisdiction: str
    complete_through: date


IncidentEvent: TypeAlias = (
    IncidentReported
    | IncidentCorrected
    | CorrectionProposed
    | IncidentReclassified
    | IncidentVerified
    | IncidentDisputed
    | IncidentMarkedDuplicate
    | IncidentUnmarkedDuplicate
    | IncidentRetracted
)
CoverageEvent: TypeAlias = CoverageDeclared

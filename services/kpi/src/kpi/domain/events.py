"""What can have happened to a roadmap, a round of reports, and a report. What leaves: see `messaging/published.py`.

`on` is the day the fact happened; `reason` says why it was written down only later, or why it was done at all.
The name of a class is the name under which it is stored; a change of shape needs an upcaster and a golden file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from kpi.domain.roadmap import Roadmap
from kpi.domain.values import Content, Dimensions, Evidence, Figure, Finding, Input, Narrative

ReportKind = Literal["jurisdiction", "secretariat"]


@dataclass(frozen=True, slots=True)
class RoadmapPublished:
    """`digest` is that of the content."""

    roadmap: Roadmap
    digest: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """The reports that `members` are asked for, and the secretariat's own for what commissions do not collect."""

    roadmap: str
    roadmap_version: str
    number: int
    period: str
    values_period: str
    due: date
    reminders: tuple[date, ...]
    members: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DraftShared:
    """Members see each other's accepted figures and may object until that day, inclusive."""

    object_by: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ObjectionRaised:
    """`number` counts within the round from 1."""

    number: int
    jurisdiction: str
    part: str | None
    text: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ObjectionAnswered:
    number: int
    answer: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class EditionReport:
    """A report as an edition froze it: that version of its stream, with that digest of its content.

    `published_in` is the edition that first carried this digest: lower than the edition's number where unchanged.
    """

    report: UUID
    kind: ReportKind
    jurisdiction: str | None
    version: int
    digest: str
    published_in: int


@dataclass(frozen=True, slots=True)
class RoundPublished:
    """The regional edition. `missing` are members without an accepted report; `reason` is there from edition 2 on."""

    edition: int
    reports: tuple[EditionReport, ...]
    missing: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportOpened:
    """`jurisdiction` is None in the secretariat's report, whose figures name one each: see `FigureRecorded`."""

    round: UUID
    roadmap: str
    roadmap_version: str
    number: int
    period: str
    values_period: str
    kind: ReportKind
    jurisdiction: str | None
    due: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DueExtended:
    due: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class FigureRecorded:
    """`jurisdiction` is whom the figure is of: the report's own, in the secretariat's any member or "regional"."""

    jurisdiction: str
    part: str
    figure: Figure
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class InputRecorded:
    part: str
    institution: str
    input: Input
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class NarrativeRecorded:
    section: str
    narrative: Narrative
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class EvidenceAdded:
    """To the report as a whole; evidence of a figure stands in the figure."""

    evidence: Evidence
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class WarningExplained:
    """Holds as long as the content that the warning is about stays: `digest` is that of the figures it names."""

    finding: str
    digest: str
    explanation: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class InputsCleared:
    """The institution stands by its inputs, exactly as `digest` has them."""

    institution: str
    digest: str
    by: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportEndorsed:
    """By the head of the commission, for exactly that content; what validation found then, with its rules' version."""

    digest: str
    by: str
    findings: tuple[Finding, ...]
    rules_version: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportSubmitted:
    digest: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class PartComment:
    part: str | None
    text: ErasableText


@dataclass(frozen=True, slots=True)
class ReportReturned:
    digest: str
    comments: tuple[PartComment, ...]
    by: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportAccepted:
    digest: str
    by: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReportReopened:
    """An accepted report that is not published yet is open again."""

    by: str
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class RestatementOpened:
    """A published report is open again; what was published stays as it is until a new edition."""

    by: str
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class ReportPublished:
    """Frozen in that edition, by jurisdiction: one in a jurisdiction's report. `restates` is the edition whose figures
    it replaces, None for the first time."""

    edition: int
    digest: str
    contents: tuple[tuple[str, Content], ...]
    on: date
    restates: int | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReaderInvited:
    """`reader` is the id of a credential, e.g. "person:…"; may read the draft."""

    reader: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReaderRemoved:
    reader: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DiscrepancyFound:
    """The official figure lies below what the incident feed says by more than the tolerance: a query is drafted.

    `query` counts within the report from 1.
    """

    query: int
    part: str
    dimensions: Dimensions
    official: Decimal
    feed: Decimal
    tolerance_percent: Decimal
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class QuerySent:
    query: int
    text: ErasableText | None
    by: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class QueryDismissed:
    query: int
    by: str
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class QueryAnswered:
    query: int
    answer: ErasableText
    by: str
    on: date
    reason: ErasableText | None = None


RoadmapEvent: TypeAlias = RoadmapPublished
RoundEvent: TypeAlias = RoundOpened | DraftShared | ObjectionRaised | ObjectionAnswered | RoundPublished
ReportEvent: TypeAlias = (
    ReportOpened
    | DueExtended
    | FigureRecorded
    | InputRecorded
    | NarrativeRecorded
    | EvidenceAdded
    | WarningExplained
    | InputsCleared
    | ReportEndorsed
    | ReportSubmitted
    | ReportReturned
    | ReportAccepted
    | ReportReopened
    | RestatementOpened
    | ReportPublished
    | ReaderInvited
    | ReaderRemoved
    | DiscrepancyFound
    | QuerySent
    | QueryDismissed
    | QueryAnswered
)

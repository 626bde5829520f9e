"""What can be asked of a roadmap, a round and a report. Pairs with `events.py` by eye.

`on` is the day the fact happened, checked against today and the caller's scope before it comes here. `by` is the id of
the credential. `seen` is the version of the report that the author has seen (If-Match): a command on one part is stale
only where that part has changed since; one on the whole content where any of it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from common.kernel.text import ErasableText
from kpi.domain.events import EditionReport, PartComment, ReportKind
from kpi.domain.roadmap import Roadmap
from kpi.domain.values import Dimensions, Evidence, Figure, Input, Narrative


@dataclass(frozen=True, slots=True)
class History:
    """Looked up: what the jurisdiction's earlier reports said, oldest first, as grand totals by part; and what the
    incident feed says of this report's jurisdiction and period, by part and dimensions, None where it cannot say."""

    periods: tuple[tuple[str, Mapping[str, Decimal]], ...] = ()
    feed: Mapping[tuple[str, Dimensions], Decimal] | None = None


@dataclass(frozen=True, slots=True)
class PublishRoadmap:
    roadmap: Roadmap
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class OpenRound:
    """`period` is that of the narrative, as the schedule has it; `due` None: the schedule's."""

    roadmap: Roadmap
    period: str
    on: date
    due: date | None = None
    reminders: tuple[date, ...] | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ShareDraft:
    object_by: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RaiseObjection:
    jurisdiction: str
    part: str | None
    text: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AnswerObjection:
    number: int
    answer: ErasableText
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class PublishRound:
    """`reports` are the accepted ones and the secretariat's, looked up; their streams must not have moved since."""

    reports: tuple[EditionReport, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class OpenReport:
    round: UUID
    number: int
    period: str
    values_period: str
    kind: ReportKind
    jurisdiction: str | None
    due: date
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ExtendDue:
    due: date
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class RecordFigure:
    """Commissions record what commissions collect; the secretariat the rest, in its own report."""

    jurisdiction: str
    part: str
    figure: Figure
    seen: int
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RecordInput:
    part: str
    institution: str
    input: Input
    seen: int
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RecordNarrative:
    section: str
    narrative: Narrative
    seen: int
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AddEvidence:
    evidence: Evidence
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ExplainWarning:
    finding: str
    explanation: ErasableText
    on: date
    reason: ErasableText | None = None
    history: History = field(default_factory=History)


@dataclass(frozen=True, slots=True)
class ClearInputs:
    institution: str
    by: str
    seen: int
    on: date
    digest: str | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class EndorseReport:
    by: str
    seen: int
    on: date
    digest: str | None = None
    history: History = field(default_factory=History)
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReturnReport:
    comments: tuple[PartComment, ...]
    by: str
    seen: int
    on: date
    digest: str | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AcceptReport:
    by: str
    seen: int
    on: date
    digest: str | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ReopenReport:
    by: str
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class OpenRestatement:
    by: str
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class PublishReport:
    """Part of publishing a round; `digest` is what the round lists."""

    edition: int
    digest: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class InviteReader:
    reader: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RemoveReader:
    reader: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CompareWithFeed:
    """Drafts a query for each official figure that lies below the feed's by more than the tolerance and has none."""

    history: History
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class SendQuery:
    query: int
    text: ErasableText | None
    by: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DismissQuery:
    query: int
    by: str
    on: date
    reason: ErasableText


@dataclass(frozen=True, slots=True)
class AnswerQuery:
    query: int
    answer: ErasableText
    by: str
    on: date
    reason: ErasableText | None = None


RoadmapCommand: TypeAlias = PublishRoadmap
RoundCommand: TypeAlias = OpenRound | ShareDraft | RaiseObjection | AnswerObjection | PublishRound
ReportCommand: TypeAlias = (
    OpenReport
    | ExtendDue
    | RecordFigure
    | RecordInput
    | RecordNarrative
    | AddEvidence
    | ExplainWarning
    | ClearInputs
    | EndorseReport
    | ReturnReport
    | AcceptReport
    | ReopenReport
    | OpenRestatement
    | PublishReport
    | InviteReader
    | RemoveReader
    | CompareWithFeed
    | SendQuery
    | DismissQuery
    | AnswerQuery
)

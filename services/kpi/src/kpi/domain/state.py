"""A report as its events have left it. How it folds: `evolving.py`; what it admits: `report.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Literal, TypeVar
from uuid import UUID

from common.kernel.text import ErasableText
from kpi.domain.digest import contents_digest
from kpi.domain.events import PartComment, ReportKind
from kpi.domain.values import Content, Dimensions, Evidence, Figure, Finding, Input, Narrative

T = TypeVar("T")

Phase = Literal["draft", "submitted", "returned", "accepted", "published"]
QueryStatus = Literal["drafted", "sent", "dismissed", "answered"]


@dataclass(frozen=True, slots=True)
class HeldFigure:
    """`version` is the report's when the figure last changed."""

    jurisdiction: str
    part: str
    figure: Figure
    version: int
    on: date


@dataclass(frozen=True, slots=True)
class HeldInput:
    part: str
    institution: str
    input: Input
    version: int
    on: date


@dataclass(frozen=True, slots=True)
class HeldNarrative:
    section: str
    narrative: Narrative
    version: int
    on: date


@dataclass(frozen=True, slots=True)
class Extension:
    due: date
    on: date
    reason: ErasableText | None


@dataclass(frozen=True, slots=True)
class Explanation:
    finding: str
    digest: str
    explanation: ErasableText
    on: date


@dataclass(frozen=True, slots=True)
class Approval:
    """Of exactly the content with that digest; void from version `voided_at` on, where a later change voided it."""

    digest: str
    by: str
    on: date
    version: int
    voided_at: int | None = None

    @property
    def valid(self) -> bool:
        return self.voided_at is None


@dataclass(frozen=True, slots=True)
class Clearance:
    """An institution's approval of its own inputs."""

    institution: str
    digest: str
    by: str
    on: date
    version: int
    voided_at: int | None = None

    @property
    def valid(self) -> bool:
        return self.voided_at is None


@dataclass(frozen=True, slots=True)
class Voided:
    """An approval that a later change voided."""

    kind: Literal["clearance", "endorsement", "acceptance"]
    institution: str | None
    digest: str
    by: str
    on: date
    voided_at: int


@dataclass(frozen=True, slots=True)
class Returned:
    digest: str
    comments: tuple[PartComment, ...]
    by: str
    on: date
    version: int


@dataclass(frozen=True, slots=True)
class Reopened:
    by: str
    on: date
    reason: ErasableText
    restating: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A question why the official figure lies below what the incident feed says."""

    number: int
    part: str
    dimensions: Dimensions
    official: Decimal
    feed: Decimal
    tolerance_percent: Decimal
    on: date
    status: QueryStatus = "drafted"
    text: ErasableText | None = None
    answer: ErasableText | None = None
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The content as an edition froze it, by jurisdiction. `version` is the report's after it."""

    edition: int
    digest: str
    contents: tuple[tuple[str, Content], ...]
    on: date
    restates: int | None
    reason: ErasableText | None
    version: int


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's. `jurisdiction` is None in the secretariat's report."""

    round: UUID
    roadmap: str
    roadmap_version: str
    number: int
    period: str
    values_period: str
    kind: ReportKind
    jurisdiction: str | None
    opened_on: date
    due: date
    version: int = 1
    extensions: tuple[Extension, ...] = ()
    figures: tuple[HeldFigure, ...] = ()
    inputs: tuple[HeldInput, ...] = ()
    narratives: tuple[HeldNarrative, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    clearances: tuple[Clearance, ...] = ()
    endorsement: Approval | None = None
    acceptance: Approval | None = None
    voided: tuple[Voided, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules_version: str | None = None
    first_received_on: date | None = None
    received_on: date | None = None
    returned: Returned | None = None
    reopened: Reopened | None = None
    content_version: int = 1
    readers: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()
    published: tuple[Published, ...] = ()

    @property
    def phase(self) -> Phase:
        """Of the content as it now stands; what was published before a restatement stands in `published`."""
        if self.published and not self.restating:
            return "published"
        if self.acceptance is not None and self.acceptance.valid:
            return "accepted"
        if self.awaits_revision:
            return "returned"
        return "submitted" if self.endorsement is not None and self.endorsement.valid else "draft"

    @property
    def restating(self) -> bool:
        return self.reopened is not None and self.reopened.restating

    @property
    def awaits_revision(self) -> bool:
        """Returned, and not endorsed again since."""
        if self.returned is None:
            return False
        return self.endorsement is None or self.endorsement.version < self.returned.version

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Whose figures it holds, in order of their codes."""
        if self.jurisdiction is not None:
            return (self.jurisdiction,)
        return tuple(sorted({held.jurisdiction for held in self.figures}))

    def content(self, jurisdiction: str) -> Content:
        """What it says of a jurisdiction; narratives stand in a jurisdiction's own report alone."""
        figures = [(held.part, held.figure) for held in self.figures if held.jurisdiction == jurisdiction]
        narratives = [(held.section, held.narrative) for held in self.narratives]
        return Content(_by_key(figures), _by_key(narratives) if jurisdiction == self.jurisdiction else ())

    def contents(self) -> tuple[tuple[str, Content], ...]:
        return tuple((jurisdiction, self.content(jurisdiction)) for jurisdiction in self.jurisdictions)

    def digest(self) -> str:
        """Of exactly what the report now says."""
        return contents_digest(self.contents())

    def figure(self, jurisdiction: str, part: str) -> HeldFigure | None:
        return next((h for h in self.figures if (h.jurisdiction, h.part) == (jurisdiction, part)), None)

    def input(self, part: str, institution: str) -> HeldInput | None:
        return next((h for h in self.inputs if (h.part, h.institution) == (part, institution)), None)

    def narrative(self, section: str) -> HeldNarrative | None:
        return next((held for held in self.narratives if held.section == section), None)

    def query(self, number: int) -> Query | None:
        return next((query for query in self.queries if query.number == number), None)


def _by_key(pairs: list[tuple[str, T]]) -> tuple[tuple[str, T], ...]:
    return tuple(sorted(pairs, key=itemgetter(0)))

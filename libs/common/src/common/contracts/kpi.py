"""What `kpi` publishes. Before a round is published no figure, text or evidence leaves the service: events only say
what was done to which report. Publishing carries the frozen figures. Free text is never published; it is read in the
service.

A report's stream is one per roadmap, period and jurisdiction; a round's one per roadmap and period.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from common.contracts.base import Contract as Contract  # what reads these contracts names their base with them
from common.contracts.kpi_roadmaps import Band, CodeList, Kpi, Mapping, Member, Objective

ReportKind = Literal["jurisdiction", "secretariat"]


class RoadmapPublished(Contract):
    """A version of a roadmap, whole. It never changes; reports are bound to the version they were made for."""

    code: str
    """The roadmap."""
    version: str
    """The version of this content."""
    title: str
    """As the custodians call it."""
    digest: str
    """SHA-256 of the content, hexadecimal."""
    goals: tuple[Objective, ...]
    """Goals and the targets below them, from the first to the last."""
    code_lists: tuple[CodeList, ...]
    """The dimensions' codes."""
    kpis: tuple[Kpi, ...]
    """In the roadmap's order."""
    bands: tuple[Band, ...]
    """From the highest."""
    members: tuple[Member, ...]
    """In the roadmap's order."""
    mappings: tuple[Mapping, ...] = ()
    """From earlier versions, where numbers differ."""
    on: date
    """When it was published."""


class RoundOpened(Contract):
    """The reports of a period were asked for."""

    roadmap: str
    """The roadmap's code."""
    roadmap_version: str
    """Its version, for all reports of the round."""
    number: int
    """The number of the report in the roadmap's schedule."""
    period: str
    """What the narrative covers."""
    values_period: str
    """What the figures cover; another period than the narrative's in few reports."""
    due: date
    """The deadline, inclusive."""
    members: tuple[str, ...]
    """Codes of the jurisdictions that are asked."""
    on: date
    """When it was opened."""


class DraftShared(Contract):
    """Members may see each other's accepted figures and object."""

    object_by: date
    """The last day to object."""
    on: date
    """When it was shared."""


class ObjectionRaised(Contract):
    """A member objects to the draft."""

    number: int
    """Within the round, from 1."""
    jurisdiction: str
    """Who objects."""
    kpi: str | None = None
    """The KPI's part it is about; null: the whole."""
    on: date
    """When."""


class ObjectionAnswered(Contract):
    """The secretariat answered an objection."""

    number: int
    """Which."""
    on: date
    """When."""


class EditionReport(Contract):
    """A report as an edition holds it."""

    report: UUID
    """The report's stream."""
    kind: ReportKind
    """A jurisdiction's own, or the secretariat's for what commissions do not collect."""
    jurisdiction: str | None
    """Null for the secretariat's."""
    version: int
    """The version of the stream that froze it."""
    digest: str
    """SHA-256 of the frozen content, hexadecimal."""
    published_in: int
    """The edition that first carried this content: its figures came with that one's report-published event."""


class RoundPublished(Contract):
    """A regional edition: the list of the report versions in it. Earlier editions stay as they are."""

    edition: int
    """From 1. A later one restates an earlier one."""
    reports: tuple[EditionReport, ...]
    """All that the edition holds, unchanged ones included."""
    missing: tuple[str, ...]
    """Members without an accepted report."""
    on: date
    """When it was published."""


class ReportOpened(Contract):
    """A report is open for its author."""

    round: UUID
    """The round's stream."""
    roadmap: str
    """The roadmap's code."""
    roadmap_version: str
    """Its version."""
    number: int
    """The number in the roadmap's schedule."""
    period: str
    """What the narrative covers."""
    values_period: str
    """What the figures cover."""
    kind: ReportKind
    """Whose it is."""
    jurisdiction: str | None
    """Null for the secretariat's."""
    due: date
    """The deadline, inclusive."""
    on: date
    """When."""


class DueExtended(Contract):
    """The deadline of one report was moved."""

    due: date
    """The new one, inclusive."""
    on: date
    """When."""


class ValueRecorded(Contract):
    """A figure was recorded or changed. The figure itself is published with its edition only."""

    jurisdiction: str
    """Whose figure it is."""
    kpi: str
    """The KPI's part."""
    on: date
    """When."""


class InputRecorded(Contract):
    """An institution's contribution was recorded or changed."""

    kpi: str
    """The KPI's part."""
    institution: str
    """The institution's code."""
    on: date
    """When."""


class NarrativeRecorded(Contract):
    """A narrative was recorded or changed."""

    section: str
    """The number of a goal or target, or challenges, needs, plans."""
    on: date
    """When."""


class InputsCleared(Contract):
    """An institution stands by its inputs as they are."""

    institution: str
    """The institution's code."""
    on: date
    """When."""


class ReportEndorsed(Contract):
    """The head of the commission stands by the content. Any later change voids it."""

    digest: str
    """SHA-256 of the content."""
    rules_version: str
    """Of the rules that validated it."""
    errors: int
    """Always 0: errors block."""
    warnings: int
    """How many warnings were explained."""
    on: date
    """When."""


class ReportSubmitted(Contract):
    """The report has reached the secretariat."""

    digest: str
    """SHA-256 of the content."""
    on: date
    """The day that counts against the deadline."""


class ReportReturned(Contract):
    """The secretariat asks for a revision."""

    digest: str
    """SHA-256 of the content that was checked."""
    kpis: tuple[str, ...]
    """The parts that comments are on."""
    on: date
    """When."""


class ReportAccepted(Contract):
    """The secretariat accepts exactly that content."""

    digest: str
    """SHA-256 of the content."""
    on: date
    """When."""


class ReportReopened(Contract):
    """An accepted report is open again, before it was published. Its approvals are void."""

    on: date
    """When."""


class RestatementOpened(Contract):
    """A published report is open again; what was published stays until a new edition."""

    on: date
    """When."""


class Cell(Contract):
    """One value of a part."""

    dimensions: dict[str, str]
    """Codes by dimension; a dimension that is not named is at its total, so `{}` is the grand total."""
    value: Decimal
    """A plain decimal in a string, in the part's unit. 0 is a reported zero."""


class ItemStatus(Contract):
    """How far one item is."""

    item: str
    """A code of the part's items."""
    status: str
    """A code of the part's statuses."""


class PublishedDocument(Contract):
    """A document that the KPI asks for."""

    title: str
    """As it is called."""
    link: str
    """Where it lies."""


class Figure(Contract):
    """A frozen figure of one part."""

    jurisdiction: str
    """Whose figure it is; `regional` for the region as a whole."""
    kpi: str
    """The KPI's part."""
    presence: Literal["reported", "not_reported", "not_applicable", "not_available_yet"]
    """Why there is a value or none."""
    quality: Literal["final", "estimated", "provisional"] | None = None
    """Null where nothing is reported."""
    cells: tuple[Cell, ...] = ()
    """Of numbers; each combination of dimensions once."""
    statuses: tuple[ItemStatus, ...] = ()
    """Of the kind `statuses`."""
    documents: tuple[PublishedDocument, ...] = ()
    """Of the kind `documents`."""


class ReportPublished(Contract):
    """A report was frozen in an edition of its round, for the first time."""

    edition: int
    """Of the round."""
    digest: str
    """SHA-256 of the frozen content."""
    figures: tuple[Figure, ...]
    """All of them, by jurisdiction and part."""
    on: date
    """When."""


class ReportRestated(Contract):
    """A report was frozen again, in a later edition: its figures take the place of those of an earlier one."""

    edition: int
    """Of the round."""
    restates: int
    """The edition whose figures it replaces."""
    digest: str
    """SHA-256 of the frozen content."""
    figures: tuple[Figure, ...]
    """All of them, by jurisdiction and part."""
    on: date
    """When."""


class DiscrepancyFound(Contract):
    """The official figure lies below what the incident feed says by more than the tolerance; a query is drafted."""

    query: int
    """Within the report, from 1."""
    kpi: str
    """The KPI's part."""
    dimensions: dict[str, str]
    """Which cell; `{}` the grand total."""
    on: date
    """When."""


class QuerySent(Contract):
    """The jurisdiction was asked."""

    query: int
    """Which."""
    on: date
    """When."""


class QueryDismissed(Contract):
    """The secretariat gave up the query, for a reason."""

    query: int
    """Which."""
    on: date
    """When."""


class QueryAnswered(Contract):
    """The jurisdiction answered."""

    query: int
    """Which."""
    on: date
    """When."""

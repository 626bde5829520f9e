"""What is sent to the service. Codes, units and what goes with what the domain says."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, StrictInt

from common.http.sent import (
    Code,
    Day,
    Language,
    Link,
    Long,
    MediaType,
    PlainDecimal,
    Sent,
    SentPart,
    Sha256,
    Short,
    Text,
    Told,
)
from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from kpi.domain import values
from kpi.domain.roadmap import TOTAL


class CellSent(SentPart):
    """A dimension that is left out, or at `_T`, is at its total."""

    dimensions: dict[Code, Code] = Field(default_factory=dict)
    value: PlainDecimal

    def to_domain(self) -> values.Cell:
        named = sorted((name, code) for name, code in self.dimensions.items() if code != TOTAL)
        return values.Cell(tuple(named), self.value)


class StatusSent(SentPart):
    item: Code
    status: Code

    def to_domain(self) -> values.ItemStatus:
        return values.ItemStatus(self.item, self.status)


class DocumentSent(SentPart):
    title: Short
    link: Link
    adopted_on: Day | None = None
    sha256: Sha256 | None = None

    def to_domain(self) -> values.Document:
        return values.Document(self.title, self.link, self.adopted_on, self.sha256)


class EvidenceSent(SentPart):
    """What a file is and where it lies; the file itself is not sent."""

    name: Short
    media_type: MediaType
    size: Annotated[StrictInt, Field(ge=0)]
    sha256: Sha256
    link: Link

    def to_domain(self) -> values.Evidence:
        return values.Evidence(self.name, self.media_type, self.size, self.sha256, self.link)


class Contribution(Told):
    """Values and what stands behind them; `value` is short for one cell, the grand total."""

    unit: Code | None = Field(None, description="where given it is checked against the KPI's")
    value: PlainDecimal | None = None
    cells: Annotated[tuple[CellSent, ...], Field(max_length=10_000)] = ()
    comment: Long | None = None
    evidence: Annotated[tuple[EvidenceSent, ...], Field(max_length=200)] = ()

    def all_cells(self) -> tuple[values.Cell, ...]:
        """As they are sent, so that what is wrong with one is found again; `value` last."""
        cells = [cell.to_domain() for cell in self.cells]
        return tuple(cells) if self.value is None else (*cells, values.Cell((), self.value))

    def located(self, violation: Violation) -> Violation:
        """With a pointer into what was sent: `value` where that is what is wrong."""
        short = f"/cells/{len(self.cells)}"
        if self.value is not None and (
            violation.pointer in (short, f"{short}/value") or (violation.pointer == "/cells" and not self.cells)
        ):
            return replace(violation, pointer="/value")
        return violation


class FigureSent(Contribution):
    """A figure of one part of a KPI. `quality` is final where it is left out; `jurisdiction` is for the secretariat's
    report alone."""

    presence: values.Presence
    quality: values.Quality | None = None
    statuses: Annotated[tuple[StatusSent, ...], Field(max_length=500)] = ()
    documents: Annotated[tuple[DocumentSent, ...], Field(max_length=200)] = ()
    text: Long | None = None
    jurisdiction: Code | None = None

    def to_domain(self) -> values.Figure:
        quality = self.quality or ("final" if self.presence == "reported" else None)
        return values.Figure(
            self.presence,
            quality,
            self.all_cells(),
            tuple(s.to_domain() for s in self.statuses),
            tuple(d.to_domain() for d in self.documents),
            ErasableText.of(self.text) if self.text is not None else None,
            ErasableText.of(self.comment) if self.comment is not None else None,
            tuple(e.to_domain() for e in self.evidence),
        )


class InputSent(Contribution):
    def to_domain(self) -> values.Input:
        comment = ErasableText.of(self.comment) if self.comment is not None else None
        return values.Input(self.all_cells(), comment, tuple(e.to_domain() for e in self.evidence))


class NarrativeSent(Told):
    """`translation` is the courtesy translation into English."""

    language: Language
    original: Long
    translation: Long | None = None

    def to_domain(self) -> values.Narrative:
        translation = ErasableText.of(self.translation) if self.translation is not None else None
        return values.Narrative(self.language, ErasableText.of(self.original), translation)


class EvidenceAdded(EvidenceSent, Told):
    pass


class ExplanationSent(Told):
    finding: Annotated[Text, Field(min_length=1, max_length=300)]
    explanation: Long


class Approval(Told):
    """`digest`, where given, has to be that of the content as it now stands."""

    digest: Sha256 | None = None


class CommentSent(Sent):
    """On a KPI's part, or on the whole without one."""

    kpi: Code | None = None
    text: Long


class ReturnSent(Told):
    comments: Annotated[tuple[CommentSent, ...], Field(min_length=1, max_length=200)]
    digest: Sha256 | None = None


class Reasoned(Told):
    reason: Long


class DueSent(Reasoned):
    due: Day


class ReaderSent(Told):
    reader: Code = Field(description='the id of a credential as GET /v1/me tells it, e.g. "person:…"')


class QueryText(Told):
    text: Long | None = None


class AnswerSent(Told):
    answer: Long


class RoadmapSent(Told):
    """`version` is the newest shipped one where it is left out."""

    code: Code
    version: Code | None = None


class RoundSent(Told):
    """`period` or `number` says which report of the roadmap's schedule; `due` and `reminders` follow from it."""

    roadmap: Code
    period: Code | None = None
    number: Annotated[StrictInt, Field(ge=1, le=500)] | None = None
    due: Day | None = None
    reminders: Annotated[tuple[Day, ...], Field(max_length=20)] | None = None


class SharedSent(Told):
    object_by: Day


class ObjectionSent(Told):
    text: Long
    kpi: Code | None = None

"""What is sent of grants, reports, indicators and risks."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StrictBool

from common.http.sent import Code, Day, Long, PlainDecimal, Short, Told
from common.kernel.text import ErasableText
from funds.api.schemas.calls import DocumentSent, PlanSent
from funds.api.schemas.limits import Few
from funds.domain import events


class GrantSent(Told):
    """A grant by an agreement, to a new project or to `project`."""

    plan: PlanSent
    project: UUID | None = None


class ReportRequestSent(Told):
    """Without `due` a financial report is due on 30 April of the year after its period, a narrative one on 31 March."""

    grant: UUID
    kind: events.ReportKind
    start: Day
    end: Day
    due: Day | None = None


class ReportSent(Told):
    documents: Annotated[tuple[DocumentSent, ...], Few] = ()


class CommentSent(Told):
    comment: Long

    def words(self) -> ErasableText:
        return ErasableText.of(self.comment)


class IndicatorSent(Told):
    title: Short
    unit: Code
    baseline: PlainDecimal | None = None
    target: PlainDecimal | None = None
    target_by: Day | None = None


class MeasurementSent(Told):
    value: PlainDecimal


class RiskSent(Told):
    title: Short
    likelihood: Literal["low", "medium", "high"]
    impact: Literal["low", "medium", "high"]
    closed: StrictBool = False

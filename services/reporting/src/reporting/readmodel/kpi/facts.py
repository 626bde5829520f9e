"""A round and a report as rows, folded from what `kpi` publishes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from common.contracts import kpi as published
from common.messaging.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Round:
    """In the order of the table's columns."""

    id: UUID
    version: int
    roadmap: str
    roadmap_version: str
    number: int
    period: str
    values_period: str
    due: date
    members: tuple[str, ...]
    opened_on: date
    object_by: date | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """In the order of the table's columns. `state` is draft, submitted, returned, accepted or published. `received_on`
    stays where it was once the report was `published`: a restatement makes no timely report late."""

    id: UUID
    version: int
    round: UUID
    roadmap: str
    number: int
    period: str
    values_period: str
    kind: str
    jurisdiction: str | None
    state: str
    due: date
    opened_on: date
    received_on: date | None = None
    published: bool = False


ROUND = tuple(field.name for field in fields(Round))
REPORT = tuple(field.name for field in fields(Report))

RoundContract: TypeAlias = (
    published.RoundOpened
    | published.DraftShared
    | published.ObjectionRaised
    | published.ObjectionAnswered
    | published.RoundPublished
)


def evolve_round(facts: Round | None, envelope: Envelope, contract: RoundContract) -> Round:
    """Raises `ValueError` for an event about a round that was never opened."""
    if isinstance(contract, published.RoundOpened):
        return Round(
            envelope.subject,
            envelope.stream_version,
            contract.roadmap,
            contract.roadmap_version,
            contract.number,
            contract.period,
            contract.values_period,
            contract.due,
            contract.members,
            contract.on,
        )
    if facts is None:
        raise ValueError(f"{envelope.type} about a round that was not opened")
    after = replace(facts, version=envelope.stream_version)
    return replace(after, object_by=contract.object_by) if isinstance(contract, published.DraftShared) else after


def evolve_report(facts: Report | None, envelope: Envelope, contract: published.Contract) -> Report:
    """Raises `ValueError` for an event about a report that was never opened, or that changes no report."""
    if isinstance(contract, published.ReportOpened):
        return _opened(envelope, contract)
    if facts is None:
        raise ValueError(f"{envelope.type} about a report that was not opened")
    after = replace(facts, version=envelope.stream_version)
    match contract:
        case published.ValueRecorded() | published.NarrativeRecorded() | published.InputRecorded():
            changed = facts.state == "submitted"  # voids the endorsement
            return replace(after, state="draft" if changed else facts.state)
        case published.DueExtended(due=due):
            return replace(after, due=due)
        case published.ReportSubmitted(on=on):
            return replace(after, state="submitted", received_on=facts.received_on if facts.published else on)
        case published.ReportReturned():
            return replace(after, state="returned")
        case published.ReportAccepted():
            return replace(after, state="accepted")
        case published.ReportReopened() | published.RestatementOpened():
            return replace(after, state="draft")
        case published.ReportPublished() | published.ReportRestated():
            return replace(after, state="published", published=True)
        case published.InputsCleared() | published.ReportEndorsed():
            return after  # submitting tells of an endorsement
        case (
            published.DiscrepancyFound()
            | published.QuerySent()
            | published.QueryDismissed()
            | published.QueryAnswered()
        ):
            return after
        case _:
            raise ValueError(f"{envelope.type} changes no report")


def _opened(envelope: Envelope, contract: published.ReportOpened) -> Report:
    return Report(
        envelope.subject,
        envelope.stream_version,
        contract.round,
        contract.roadmap,
        contract.number,
        contract.period,
        contract.values_period,
        contract.kind,
        contract.jurisdiction,
        "draft",
        contract.due,
        contract.on,
    )

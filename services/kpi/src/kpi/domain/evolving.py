"""How a report folds from its events. Never refuses one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar, assert_never

from kpi.domain import events
from kpi.domain.state import (
    Approval,
    Clearance,
    Explanation,
    Extension,
    HeldFigure,
    HeldInput,
    HeldNarrative,
    Published,
    Query,
    Reopened,
    Returned,
    State,
    Voided,
)

A = TypeVar("A", Approval, Clearance)


def evolve(state: State | None, event: events.ReportEvent) -> State:
    if isinstance(event, events.ReportOpened):
        return _opened(event)
    assert state is not None, "the first event opens"
    return _next(replace(state, version=state.version + 1), event)


def _opened(event: events.ReportOpened) -> State:
    return State(
        round=event.round,
        roadmap=event.roadmap,
        roadmap_version=event.roadmap_version,
        number=event.number,
        period=event.period,
        values_period=event.values_period,
        kind=event.kind,
        jurisdiction=event.jurisdiction,
        opened_on=event.on,
        due=event.due,
    )


def _next(state: State, event: Any) -> State:
    match event:
        case events.FigureRecorded() | events.NarrativeRecorded() | events.InputRecorded():
            return _content(state, event)
        case events.DueExtended():
            return replace(
                state,
                due=event.due,
                extensions=(*state.extensions, Extension(event.due, event.on, event.reason)),
            )
        case events.EvidenceAdded():
            return replace(state, evidence=(*state.evidence, event.evidence))
        case events.WarningExplained():
            explanation = Explanation(event.finding, event.digest, event.explanation, event.on)
            others = tuple(held for held in state.explanations if held.finding != event.finding)
            return replace(state, explanations=(*others, explanation))
        case events.ReaderInvited():
            return replace(state, readers=(*state.readers, event.reader))
        case events.ReaderRemoved():
            return replace(state, readers=tuple(reader for reader in state.readers if reader != event.reader))
        case events.DiscrepancyFound() | events.QuerySent() | events.QueryDismissed() | events.QueryAnswered():
            return _query(state, event)
        case _:
            return _approved(state, event)


def _content(state: State, event: events.FigureRecorded | events.NarrativeRecorded | events.InputRecorded) -> State:
    match event:
        case events.FigureRecorded():
            figure = HeldFigure(event.jurisdiction, event.part, event.figure, state.version, event.on)
            figures = [
                held for held in state.figures if (held.jurisdiction, held.part) != (event.jurisdiction, event.part)
            ]
            changed = replace(state, figures=(*figures, figure))
        case events.NarrativeRecorded():
            narrative = HeldNarrative(event.section, event.narrative, state.version, event.on)
            narratives = [held for held in state.narratives if held.section != event.section]
            changed = replace(state, narratives=(*narratives, narrative))
        case events.InputRecorded():
            given = HeldInput(event.part, event.institution, event.input, state.version, event.on)
            inputs = [held for held in state.inputs if (held.part, held.institution) != (event.part, event.institution)]
            changed = _void_clearance(replace(state, inputs=(*inputs, given)), event.institution)
        case _:
            assert_never(event)
    return _void_approvals(replace(changed, content_version=state.version))


def _void_clearance(state: State, institution: str) -> State:
    """An institution's approval is of its own inputs alone."""
    kept, voided = [], list(state.voided)
    for clearance in state.clearances:
        if clearance.institution == institution and clearance.valid:
            voided.append(Voided("clearance", institution, clearance.digest, clearance.by, clearance.on, state.version))
            kept.append(replace(clearance, voided_at=state.version))
        else:
            kept.append(clearance)
    return replace(state, clearances=tuple(kept), voided=tuple(voided))


def _void_approvals(state: State) -> State:
    endorsement, acceptance, voided = state.endorsement, state.acceptance, list(state.voided)
    if endorsement is not None and endorsement.valid:
        voided.append(Voided("endorsement", None, endorsement.digest, endorsement.by, endorsement.on, state.version))
        endorsement = replace(endorsement, voided_at=state.version)
    if acceptance is not None and acceptance.valid:
        voided.append(Voided("acceptance", None, acceptance.digest, acceptance.by, acceptance.on, state.version))
        acceptance = replace(acceptance, voided_at=state.version)
    return replace(state, endorsement=endorsement, acceptance=acceptance, voided=tuple(voided))


def _approved(state: State, event: Any) -> State:
    match event:
        case events.InputsCleared():
            clearance = Clearance(event.institution, event.digest, event.by, event.on, state.version)
            others = tuple(held for held in state.clearances if held.institution != event.institution)
            return replace(state, clearances=(*others, clearance))
        case events.ReportEndorsed():
            return replace(
                state,
                endorsement=Approval(event.digest, event.by, event.on, state.version),
                findings=event.findings,
                rules_version=event.rules_version,
            )
        case events.ReportSubmitted():
            # what was published had been received: a restatement of it makes nobody late
            received_on = state.received_on if state.published else event.on
            return replace(state, received_on=received_on, first_received_on=state.first_received_on or event.on)
        case events.ReportReturned():
            return replace(state, returned=Returned(event.digest, event.comments, event.by, event.on, state.version))
        case events.ReportAccepted():
            reopened = state.reopened if state.restating else None
            return replace(
                state, acceptance=Approval(event.digest, event.by, event.on, state.version), reopened=reopened
            )
        case events.ReportReopened() | events.RestatementOpened():
            restating = state.restating or isinstance(event, events.RestatementOpened)
            return _void_approvals(replace(state, reopened=Reopened(event.by, event.on, event.reason, restating)))
        case events.ReportPublished():
            frozen = Published(
                event.edition, event.digest, event.contents, event.on, event.restates, event.reason, state.version
            )
            return replace(state, published=(*state.published, frozen), reopened=None)
        case _:
            raise AssertionError(f"{type(event).__name__} is no event of a report")


def _query(state: State, event: Any) -> State:
    if isinstance(event, events.DiscrepancyFound):
        drafted = Query(
            event.query, event.part, event.dimensions, event.official, event.feed, event.tolerance_percent, event.on
        )
        return replace(state, queries=(*state.queries, drafted))
    match event:
        case events.QuerySent():
            changes: dict[str, Any] = {"status": "sent", "text": event.text}
        case events.QueryDismissed():
            changes = {"status": "dismissed", "reason": event.reason}
        case _:
            changes = {"status": "answered", "answer": event.answer}
    queries = tuple(replace(q, **changes) if q.number == event.query else q for q in state.queries)
    return replace(state, queries=queries)

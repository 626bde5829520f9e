"""Reports and rounds as JSON: one function per document, each from a state alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.kernel.text import ErasableText
from kpi.application.visibility import Sight
from kpi.domain import round as rounds
from kpi.domain.actions import Action
from kpi.domain.derived import total
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part, Roadmap
from kpi.domain.state import Approval, Clearance, HeldFigure, HeldInput, HeldNarrative, Published, Query, State, Voided
from kpi.domain.values import Cell, Dimensions, Document, Evidence, Figure, Finding, Narrative


def words(text: ErasableText | None) -> str | None:
    return None if text is None else text.body


def decimal(value: Decimal | None) -> str | None:
    """Plain, without an exponent or trailing zeros."""
    if value is None:
        return None
    return f"{value.normalize():f}" if value else "0"


def dimensions_document(dimensions: Dimensions) -> dict[str, str]:
    return dict(dimensions)


def cell_document(cell: Cell) -> dict[str, Any]:
    return {"dimensions": dimensions_document(cell.dimensions), "value": decimal(cell.value)}


def file_document(file: Evidence | Document) -> dict[str, Any]:
    return asdict(file)


def value_document(definitions: Definitions, part: Part, jurisdiction: str, figure: Figure) -> dict[str, Any]:
    """A figure as it is shown anywhere."""
    return {
        "kpi": part.number,
        "name": part.name,
        "kind": part.kind,
        "unit": part.unit,
        "jurisdiction": jurisdiction,
        "presence": figure.presence,
        "quality": figure.quality,
        "value": decimal(total(definitions, part, figure)) if part.numeric else None,
        "cells": [cell_document(cell) for cell in figure.cells],
        "statuses": [{"item": s.item, "status": s.status} for s in figure.statuses],
        "documents": [file_document(document) for document in figure.documents],
        "text": words(figure.text),
        "comment": words(figure.comment),
        "evidence": [file_document(file) for file in figure.evidence],
    }


def held_document(definitions: Definitions, state: State, held: HeldFigure) -> dict[str, Any]:
    """A recorded figure, with the version at which it last changed and what the institutions' inputs make."""
    part = definitions.parts[held.part]
    document = value_document(definitions, part, held.jurisdiction, held.figure)
    inputs = [given for given in state.inputs if given.part == held.part]
    return {
        **document,
        "version": held.version,
        "on": held.on,
        "inputs_total": _inputs_total(definitions, part, inputs),
    }


def _inputs_total(definitions: Definitions, part: Part, inputs: Sequence[HeldInput]) -> str | None:
    totals = [total(definitions, part, Figure("reported", "final", held.input.cells)) for held in inputs]
    known = [value for value in totals if value is not None]
    return decimal(sum(known, Decimal(0))) if known else None


def input_document(definitions: Definitions, held: HeldInput) -> dict[str, Any]:
    part = definitions.parts[held.part]
    return {
        "kpi": held.part,
        "institution": held.institution,
        "unit": part.unit,
        "value": decimal(total(definitions, part, Figure("reported", "final", held.input.cells))),
        "cells": [cell_document(cell) for cell in held.input.cells],
        "comment": words(held.input.comment),
        "evidence": [file_document(file) for file in held.input.evidence],
        "version": held.version,
        "on": held.on,
    }


def narrative_document(section: str, narrative: Narrative) -> dict[str, Any]:
    return {
        "section": section,
        "language": narrative.language,
        "original": words(narrative.original),
        "translation": words(narrative.translation),
    }


def held_narrative_document(held: HeldNarrative) -> dict[str, Any]:
    return {**narrative_document(held.section, held.narrative), "version": held.version, "on": held.on}


def finding_document(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "kpi": finding.part,
        "message": finding.message,
        "explanation": words(finding.explanation),
    }


def action_documents(actions: Iterable[Action]) -> list[dict[str, Any]]:
    return [{"action": action.name, "allowed": action.allowed, "why": list(action.why)} for action in actions]


def approval_document(approval: Approval | Clearance | None) -> dict[str, Any] | None:
    if approval is None:
        return None
    named = {"institution": approval.institution} if isinstance(approval, Clearance) else {}
    return {
        **named,
        "by": approval.by,
        "on": approval.on,
        "digest": approval.digest,
        "version": approval.version,
        "valid": approval.valid,
        "voided_at": approval.voided_at,
    }


def voided_document(voided: Voided) -> dict[str, Any]:
    return {
        "kind": voided.kind,
        "institution": voided.institution,
        "by": voided.by,
        "on": voided.on,
        "digest": voided.digest,
        "voided_at": voided.voided_at,
    }


def query_document(query: Query) -> dict[str, Any]:
    return {
        "number": query.number,
        "kpi": query.part,
        "dimensions": dimensions_document(query.dimensions),
        "official": decimal(query.official),
        "feed": decimal(query.feed),
        "tolerance_percent": decimal(query.tolerance_percent),
        "status": query.status,
        "on": query.on,
        "text": words(query.text),
        "answer": words(query.answer),
        "reason": words(query.reason),
    }


def queries_document(state: State, *, drafted: bool) -> list[dict[str, Any]]:
    return [query_document(query) for query in state.queries if drafted or query.status != "drafted"]


def published_document(published: Published) -> dict[str, Any]:
    return {
        "edition": published.edition,
        "on": published.on,
        "digest": published.digest,
        "restates": published.restates,
        "reason": words(published.reason),
    }


def report_head(stream: UUID, state: State) -> dict[str, Any]:
    """What anybody may know of a report: that it is there, and how far it has come."""
    late = (state.received_on - state.due).days if state.received_on else None
    return {
        "id": stream,
        "version": state.version,
        "kind": state.kind,
        "round": state.round,
        "roadmap": state.roadmap,
        "roadmap_version": state.roadmap_version,
        "number": state.number,
        "period": state.period,
        "values_period": state.values_period,
        "jurisdiction": state.jurisdiction,
        "state": state.phase,
        "due": state.due,
        "received_on": state.received_on,
        "late_by_days": None if late is None else max(late, 0),
    }


def report_document(
    stream: UUID,
    state: State,
    definitions: Definitions,
    sight: Sight,
    actions: Sequence[Action],
    *,
    drafted: bool = False,
) -> dict[str, Any]:
    """`drafted`: with the queries that were not sent yet, which are the secretariat's."""
    head = {
        **report_head(stream, state),
        "opened_on": state.opened_on,
        "first_received_on": state.first_received_on,
        "extensions": [{"due": e.due, "on": e.on, "reason": words(e.reason)} for e in state.extensions],
        "digest": state.digest(),
        "endorsement": approval_document(state.endorsement),
        "acceptance": approval_document(state.acceptance),
        "clearances": [approval_document(clearance) for clearance in state.clearances],
        "voided": [voided_document(voided) for voided in state.voided],
        "published": [published_document(published) for published in state.published],
        "actions": action_documents(actions),
    }
    match sight:
        case "full":
            return {**head, **_whole(state, definitions, drafted=drafted)}
        case "published":
            contents = state.published[-1].contents if state.published else ()
            withheld = None if state.phase == "published" else state.phase
            return {**_sealed(head, withheld), **contents_document(definitions, contents), "withheld": withheld}
    return {**_sealed(head, state.phase), "values": None, "narratives": None, "withheld": state.phase}


def _sealed(head: Mapping[str, Any], withheld: str | None) -> dict[str, Any]:
    """Without the digests of what the caller does not see: that of a single figure is found by trying figures out."""

    def without(approval: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if approval is None else {**approval, "digest": None}

    hidden = {name: [without(approval) for approval in head[name]] for name in ("clearances", "voided")}
    if withheld is None:
        return {**head, **hidden}
    approvals = {name: without(head[name]) for name in ("endorsement", "acceptance")}
    return {**head, **hidden, **approvals, "digest": None}


def contents_document(definitions: Definitions, contents: Any) -> dict[str, Any]:
    """Frozen contents."""
    return {
        "values": [
            value_document(definitions, definitions.parts[part], jurisdiction, figure)
            for jurisdiction, content in contents
            for part, figure in content.figures
        ],
        "narratives": [
            {"jurisdiction": jurisdiction, **narrative_document(section, narrative)}
            for jurisdiction, content in contents
            for section, narrative in content.narratives
        ],
    }


def _whole(state: State, definitions: Definitions, *, drafted: bool) -> dict[str, Any]:
    order = {number: n for n, number in enumerate(definitions.parts)}
    figures = sorted(state.figures, key=lambda held: (held.jurisdiction, order[held.part]))
    returned, reopened = state.returned, state.reopened
    return {
        "values": [held_document(definitions, state, held) for held in figures],
        "inputs": [input_document(definitions, held) for held in state.inputs],
        "narratives": [held_narrative_document(held) for held in state.narratives],
        "evidence": [file_document(file) for file in state.evidence],
        "explanations": [
            {"finding": e.finding, "explanation": words(e.explanation), "on": e.on} for e in state.explanations
        ],
        "findings": [finding_document(finding) for finding in state.findings],
        "rules_version": state.rules_version,
        "returned": returned
        and {
            "by": returned.by,
            "on": returned.on,
            "digest": returned.digest,
            "comments": [{"kpi": comment.part, "text": words(comment.text)} for comment in returned.comments],
        },
        "reopened": reopened
        and {
            "by": reopened.by,
            "on": reopened.on,
            "reason": words(reopened.reason),
            "restating": reopened.restating,
        },
        "queries": queries_document(state, drafted=drafted),
        "readers": list(state.readers),
        "withheld": None,
    }


def round_head(stream: UUID, state: rounds.State) -> dict[str, Any]:
    return {
        "id": stream,
        "version": state.version,
        "roadmap": state.roadmap,
        "roadmap_version": state.roadmap_version,
        "number": state.number,
        "period": state.period,
        "values_period": state.values_period,
        "state": state.phase,
        "opened_on": state.opened_on,
        "due": state.due,
        "reminders": list(state.reminders),
        "members": list(state.members),
        "shared_on": state.shared_on,
        "object_by": state.object_by,
        "editions": [edition_document(edition) for edition in state.editions],
    }


def edition_document(edition: rounds.Edition) -> dict[str, Any]:
    return {
        "edition": edition.number,
        "published_on": edition.on,
        "reason": words(edition.reason),
        "missing": list(edition.missing),
        "reports": [asdict(listed) for listed in edition.reports],
    }


def round_document(stream: UUID, state: rounds.State, actions: Sequence[Action], *, objections: bool) -> dict[str, Any]:
    """`objections` are for members and the secretariat."""
    told = [
        {
            "number": o.number,
            "jurisdiction": o.jurisdiction,
            "kpi": o.part,
            "text": words(o.text),
            "on": o.on,
            "answer": words(o.answer),
            "answered_on": o.answered_on,
        }
        for o in state.objections
    ]
    return {
        **round_head(stream, state),
        "objections": told if objections else None,
        "actions": action_documents(actions),
    }


def roadmap_document(roadmap: Roadmap) -> dict[str, Any]:
    """The whole roadmap; decimals and days become text where it is encoded."""
    return asdict(roadmap)

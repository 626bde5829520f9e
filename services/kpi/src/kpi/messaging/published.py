"""What leaves the service: each domain event and the contract that tells it to the world, or none for a private one.

Before a round is published nothing leaves but that something was done: no figure, no text, no evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from common.contracts import kpi as contracts
from common.contracts import kpi_roadmaps as parts
from common.contracts.registry import WIRE_NAMES
from common.eventsourcing.log import Recorded
from kpi.domain import events
from kpi.domain.roadmap import CodeList, Kpi, Objective, Part, Roadmap
from kpi.domain.values import Content, Figure

PRIVATE: tuple[type, ...] = (
    events.EvidenceAdded,
    events.WarningExplained,
    events.ReaderInvited,
    events.ReaderRemoved,
)

KpiEvent = events.RoadmapEvent | events.RoundEvent | events.ReportEvent


def publish(recorded: Recorded[Any]) -> tuple[str, contracts.Contract] | None:
    """The wire name and the contract; None for a private event."""
    contract = contract_of(recorded.event)
    return None if contract is None else (WIRE_NAMES[type(contract)], contract)


def contract_of(event: KpiEvent) -> contracts.Contract | None:
    match event:
        case events.RoadmapPublished():
            return _roadmap(event)
        case (
            events.RoundOpened()
            | events.DraftShared()
            | events.ObjectionRaised()
            | events.ObjectionAnswered()
            | events.RoundPublished()
        ):
            return _round(event)
        case _:
            return _report(event)


def _round(event: events.RoundEvent) -> contracts.Contract:
    match event:
        case events.RoundOpened():
            return contracts.RoundOpened(
                roadmap=event.roadmap,
                roadmap_version=event.roadmap_version,
                number=event.number,
                period=event.period,
                values_period=event.values_period,
                due=event.due,
                members=event.members,
                on=event.on,
            )
        case events.DraftShared():
            return contracts.DraftShared(object_by=event.object_by, on=event.on)
        case events.ObjectionRaised():
            return contracts.ObjectionRaised(
                number=event.number, jurisdiction=event.jurisdiction, kpi=event.part, on=event.on
            )
        case events.ObjectionAnswered():
            return contracts.ObjectionAnswered(number=event.number, on=event.on)
        case events.RoundPublished():
            reports = tuple(map(_listed, event.reports))
            return contracts.RoundPublished(edition=event.edition, reports=reports, missing=event.missing, on=event.on)
        case _:
            assert_never(event)


def _listed(listed: events.EditionReport) -> contracts.EditionReport:
    return contracts.EditionReport(
        report=listed.report,
        kind=listed.kind,
        jurisdiction=listed.jurisdiction,
        version=listed.version,
        digest=listed.digest,
        published_in=listed.published_in,
    )


def _report(event: events.ReportEvent) -> contracts.Contract | None:
    match event:
        case events.ReportOpened():
            return contracts.ReportOpened(
                round=event.round,
                roadmap=event.roadmap,
                roadmap_version=event.roadmap_version,
                number=event.number,
                period=event.period,
                values_period=event.values_period,
                kind=event.kind,
                jurisdiction=event.jurisdiction,
                due=event.due,
                on=event.on,
            )
        case events.DueExtended():
            return contracts.DueExtended(due=event.due, on=event.on)
        case events.FigureRecorded():
            return contracts.ValueRecorded(jurisdiction=event.jurisdiction, kpi=event.part, on=event.on)
        case events.InputRecorded():
            return contracts.InputRecorded(kpi=event.part, institution=event.institution, on=event.on)
        case events.NarrativeRecorded():
            return contracts.NarrativeRecorded(section=event.section, on=event.on)
        case events.InputsCleared():
            return contracts.InputsCleared(institution=event.institution, on=event.on)
        case events.ReportPublished():
            return _published(event)
        case events.EvidenceAdded() | events.WarningExplained() | events.ReaderInvited() | events.ReaderRemoved():
            return None
        case events.DiscrepancyFound() | events.QuerySent() | events.QueryDismissed() | events.QueryAnswered():
            return _query(event)
        case _:
            return _approval(event)


def _approval(
    event: events.ReportEndorsed
    | events.ReportSubmitted
    | events.ReportReturned
    | events.ReportAccepted
    | events.ReportReopened
    | events.RestatementOpened,
) -> contracts.Contract:
    match event:
        case events.ReportEndorsed():
            severities = [finding.severity for finding in event.findings]
            return contracts.ReportEndorsed(
                digest=event.digest,
                rules_version=event.rules_version,
                errors=severities.count("error"),
                warnings=severities.count("warning"),
                on=event.on,
            )
        case events.ReportSubmitted():
            return contracts.ReportSubmitted(digest=event.digest, on=event.on)
        case events.ReportReturned():
            kpis = tuple(comment.part for comment in event.comments if comment.part is not None)
            return contracts.ReportReturned(digest=event.digest, kpis=kpis, on=event.on)
        case events.ReportAccepted():
            return contracts.ReportAccepted(digest=event.digest, on=event.on)
        case events.ReportReopened():
            return contracts.ReportReopened(on=event.on)
        case events.RestatementOpened():
            return contracts.RestatementOpened(on=event.on)
        case _:
            assert_never(event)


def _query(
    event: events.DiscrepancyFound | events.QuerySent | events.QueryDismissed | events.QueryAnswered,
) -> contracts.Contract:
    match event:
        case events.DiscrepancyFound():
            return contracts.DiscrepancyFound(
                query=event.query, kpi=event.part, dimensions=dict(event.dimensions), on=event.on
            )
        case events.QuerySent():
            return contracts.QuerySent(query=event.query, on=event.on)
        case events.QueryDismissed():
            return contracts.QueryDismissed(query=event.query, on=event.on)
        case events.QueryAnswered():
            return contracts.QueryAnswered(query=event.query, on=event.on)
        case _:
            assert_never(event)


def _published(event: events.ReportPublished) -> contracts.Contract:
    """The frozen figures, field by field: no text, no comment, no evidence."""
    figures = tuple(
        _figure(jurisdiction, part, figure)
        for jurisdiction, content in event.contents
        for part, figure in _figures(content)
    )
    if event.restates is None:
        return contracts.ReportPublished(edition=event.edition, digest=event.digest, figures=figures, on=event.on)
    return contracts.ReportRestated(
        edition=event.edition, restates=event.restates, digest=event.digest, figures=figures, on=event.on
    )


def _figures(content: Content) -> Iterator[tuple[str, Figure]]:
    yield from content.figures


def _figure(jurisdiction: str, part: str, figure: Figure) -> contracts.Figure:
    return contracts.Figure(
        jurisdiction=jurisdiction,
        kpi=part,
        presence=figure.presence,
        quality=figure.quality,
        cells=tuple(contracts.Cell(dimensions=dict(cell.dimensions), value=cell.value) for cell in figure.cells),
        statuses=tuple(contracts.ItemStatus(item=held.item, status=held.status) for held in figure.statuses),
        documents=tuple(contracts.PublishedDocument(title=d.title, link=d.link) for d in figure.documents),
    )


def _roadmap(event: events.RoadmapPublished) -> contracts.RoadmapPublished:
    roadmap: Roadmap = event.roadmap
    return contracts.RoadmapPublished(
        code=roadmap.code,
        version=roadmap.version,
        title=roadmap.title,
        digest=event.digest,
        goals=tuple(_objectives(roadmap.goals, None)),
        code_lists=tuple(map(_code_list, roadmap.code_lists)),
        kpis=tuple(map(_kpi, roadmap.kpis)),
        bands=tuple(
            parts.Band(code=band.code, label=band.label, from_percent=band.from_percent) for band in roadmap.bands
        ),
        members=tuple(
            parts.Member(jurisdiction=member.jurisdiction, start=member.start, end=member.end)
            for member in roadmap.members
        ),
        mappings=tuple(parts.Mapping(version=m.version, parts=dict(m.parts)) for m in roadmap.mappings),
        on=event.on,
    )


def _objectives(objectives: tuple[Objective, ...], parent: str | None) -> Iterator[parts.Objective]:
    for objective in objectives:
        yield parts.Objective(number=objective.number, title=objective.title, parent=parent)
        yield from _objectives(objective.targets, objective.number)


def _code_list(entry: CodeList) -> parts.CodeList:
    codes = tuple(parts.Code(code=code.code, label=code.label) for code in entry.codes)
    return parts.CodeList(code=entry.code, label=entry.label, codes=codes, parts_make_total=entry.parts_make_total)


def _kpi(kpi: Kpi) -> parts.Kpi:
    return parts.Kpi(
        number=kpi.number,
        name=kpi.name,
        goals=kpi.goals,
        collector=kpi.collector,
        level=kpi.level,
        members=kpi.members,
        parts=tuple(map(_part, kpi.parts)),
    )


def _part(part: Part) -> parts.Part:
    return parts.Part(
        number=part.number,
        name=part.name,
        kind=part.kind,
        unit=part.unit,
        decimals=part.decimals,
        dimensions=part.dimensions,
        direction=part.direction,
        baseline=part.baseline,
        targets=tuple(parts.Target(period=target.period, value=target.value) for target in part.targets),
        formula=part.formula,
        stock=part.stock,
        items=tuple(parts.Code(code=item.code, label=item.label) for item in part.items),
        statuses=tuple(parts.Code(code=status.code, label=status.label) for status in part.statuses),
        comparable_kinds=part.comparable.kinds if part.comparable else (),
        comparable_unit=part.comparable.unit if part.comparable else None,
        comparable_by_setting=part.comparable is not None and part.comparable.by_setting,
    )

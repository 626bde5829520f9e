"""Every published contract by its wire name, `<service>.<event>.v<n>`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from common.contracts import incidents, kpi
from common.contracts.base import Contract

CONTRACTS: Mapping[str, type[Contract]] = MappingProxyType(
    {
        "incidents.incident-reported.v1": incidents.IncidentReported,
        "incidents.incident-corrected.v1": incidents.IncidentCorrected,
        "incidents.incident-reclassified.v1": incidents.IncidentReclassified,
        "incidents.incident-verified.v1": incidents.IncidentVerified,
        "incidents.incident-disputed.v1": incidents.IncidentDisputed,
        "incidents.incident-marked-duplicate.v1": incidents.IncidentMarkedDuplicate,
        "incidents.incident-unmarked-duplicate.v1": incidents.IncidentUnmarkedDuplicate,
        "incidents.incident-retracted.v1": incidents.IncidentRetracted,
        "incidents.coverage-declared.v1": incidents.CoverageDeclared,
        "kpi.roadmap-published.v1": kpi.RoadmapPublished,
        "kpi.round-opened.v1": kpi.RoundOpened,
        "kpi.draft-shared.v1": kpi.DraftShared,
        "kpi.objection-raised.v1": kpi.ObjectionRaised,
        "kpi.objection-answered.v1": kpi.ObjectionAnswered,
        "kpi.round-published.v1": kpi.RoundPublished,
        "kpi.report-opened.v1": kpi.ReportOpened,
        "kpi.due-extended.v1": kpi.DueExtended,
        "kpi.value-recorded.v1": kpi.ValueRecorded,
        "kpi.input-recorded.v1": kpi.InputRecorded,
        "kpi.narrative-recorded.v1": kpi.NarrativeRecorded,
        "kpi.inputs-cleared.v1": kpi.InputsCleared,
        "kpi.report-endorsed.v1": kpi.ReportEndorsed,
        "kpi.report-submitted.v1": kpi.ReportSubmitted,
        "kpi.report-returned.v1": kpi.ReportReturned,
        "kpi.report-accepted.v1": kpi.ReportAccepted,
        "kpi.report-reopened.v1": kpi.ReportReopened,
        "kpi.restatement-opened.v1": kpi.RestatementOpened,
        "kpi.report-published.v1": kpi.ReportPublished,
        "kpi.report-restated.v1": kpi.ReportRestated,
        "kpi.discrepancy-found.v1": kpi.DiscrepancyFound,
        "kpi.query-sent.v1": kpi.QuerySent,
        "kpi.query-dismissed.v1": kpi.QueryDismissed,
        "kpi.query-answered.v1": kpi.QueryAnswered,
    }
)

WIRE_NAMES: Mapping[type[Contract], str] = MappingProxyType({model: name for name, model in CONTRACTS.items()})

READERS: Mapping[str, tuple[str, ...]] = MappingProxyType({"incidents": ("kpi", "reporting"), "kpi": ("reporting",)})
"""The services that read a publisher's events. The import rules let nobody else at its contracts."""


def topic_name(publisher: str, generation: int = 1) -> str:
    """`incidents.events`, later generations `incidents.events.g2` and so on."""
    return f"{publisher}.events" + (f".g{generation}" if generation > 1 else "")

"""Every published contract by its wire name, `<service>.<event>.v<n>`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from common.contracts import funds, funds_projects, incidents, kpi
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
        "funds.fund-established.v1": funds.FundEstablished,
        "funds.fund-extended.v1": funds.FundExtended,
        "funds.role-assigned.v1": funds.RoleAssigned,
        "funds.role-ended.v1": funds.RoleEnded,
        "funds.commitment-signed.v1": funds.CommitmentSigned,
        "funds.deposit-received.v1": funds.DepositReceived,
        "funds.entry-recorded.v1": funds.EntryRecorded,
        "funds.cash-converted.v1": funds.CashConverted,
        "funds.amount-approved.v1": funds.AmountApproved,
        "funds.amount-released.v1": funds.AmountReleased,
        "funds.transfer-made.v1": funds.TransferMade,
        "funds.refund-received.v1": funds.RefundReceived,
        "funds.expenditure-reported.v1": funds.ExpenditureReported,
        "funds.fact-reversed.v1": funds.FactReversed,
        "funds.meeting-held.v1": funds.MeetingHeld,
        "funds.call-planned.v1": funds.CallPlanned,
        "funds.call-opened.v1": funds.CallOpened,
        "funds.call-extended.v1": funds.CallExtended,
        "funds.call-closed.v1": funds.CallClosed,
        "funds.proposal-submitted.v1": funds.ProposalSubmitted,
        "funds.proposal-withdrawn.v1": funds.ProposalWithdrawn,
        "funds.proposal-decided.v1": funds.ProposalDecided,
        "funds.decision-proposed.v1": funds.DecisionProposed,
        "funds.decision-concluded.v1": funds.DecisionConcluded,
        "funds.project-registered.v1": funds_projects.ProjectRegistered,
        "funds.grant-approved.v1": funds_projects.GrantApproved,
        "funds.grant-started.v1": funds_projects.GrantStarted,
        "funds.project-revised.v1": funds_projects.ProjectRevised,
        "funds.grant-suspended.v1": funds_projects.GrantSuspended,
        "funds.grant-resumed.v1": funds_projects.GrantResumed,
        "funds.grant-cancelled.v1": funds_projects.GrantCancelled,
        "funds.grant-operationally-closed.v1": funds_projects.GrantOperationallyClosed,
        "funds.grant-financially-closed.v1": funds_projects.GrantFinanciallyClosed,
        "funds.report-requested.v1": funds_projects.ReportRequested,
        "funds.report-submitted.v1": funds_projects.ReportSubmitted,
        "funds.report-returned.v1": funds_projects.ReportReturned,
        "funds.report-accepted.v1": funds_projects.ReportAccepted,
        "funds.indicator-set.v1": funds_projects.IndicatorSet,
        "funds.indicator-measured.v1": funds_projects.IndicatorMeasured,
        "funds.activity-planned.v1": funds_projects.ActivityPlanned,
        "funds.activity-started.v1": funds_projects.ActivityStarted,
        "funds.activity-held.v1": funds_projects.ActivityHeld,
        "funds.results-corrected.v1": funds_projects.ResultsCorrected,
        "funds.activity-postponed.v1": funds_projects.ActivityPostponed,
        "funds.activity-cancelled.v1": funds_projects.ActivityCancelled,
        "funds.recommendation-made.v1": funds_projects.RecommendationMade,
        "funds.recommendation-changed.v1": funds_projects.RecommendationChanged,
        "funds.challenge-recorded.v1": funds_projects.ChallengeRecorded,
        "funds.challenge-linked.v1": funds_projects.ChallengeLinked,
        "funds.rate-recorded.v1": funds_projects.RateRecorded,
        "funds.budget-recorded.v1": funds_projects.BudgetRecorded,
    }
)

WIRE_NAMES: Mapping[type[Contract], str] = MappingProxyType({model: name for name, model in CONTRACTS.items()})

READERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"incidents": ("kpi", "reporting"), "kpi": ("funds", "reporting"), "funds": ("reporting",)}
)
"""The services that read a publisher's events. The import rules let nobody else at its contracts."""


def topic_name(publisher: str, generation: int = 1) -> str:
    """`incidents.events`, later generations `incidents.events.g2` and so on."""
    return f"{publisher}.events" + (f".g{generation}" if generation > 1 else "")

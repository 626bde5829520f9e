"""A project and its grants: approved, started, revised, suspended, closed; reports, indicators and risks.

A project may have grants of several mechanisms and counts once. Status belongs to the grant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, assert_never

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from funds.domain import checks, errors, events
from funds.domain import project_commands as commands
from funds.domain.events import ProjectEvent, ReportKind
from funds.domain.project_commands import FollowCommand, GrantCommand, ProjectCommand, ReportCommand
from funds.domain.project_state import Grant, GrantStatus, Report, State, evolve


def decider() -> Decider[ProjectCommand, State | None, ProjectEvent]:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def decide(command: ProjectCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, commands.ApproveGrant):
        return _approve(command, state)
    if state is None:
        raise errors.UnknownThing("project")
    if command.on < state.registered_on:
        raise errors.BeforeFact("project", state.registered_on)
    match command:
        case commands.RequestReport() | commands.SubmitReport() | commands.ReturnReport() | commands.AcceptReport():
            return _reports(command, state)
        case commands.SetIndicator() | commands.MeasureIndicator() | commands.AssessRisk():
            return _follow(command, state)
        case _:
            grant = state.grant(command.grant)
            if grant is None:
                raise errors.UnknownThing("grant")
            if command.on < grant.approved_on:
                raise errors.BeforeFact("approval", grant.approved_on)
            return _change(command, grant)


def _approve(command: commands.ApproveGrant, state: State | None) -> Decision[Any]:
    if state is not None and state.grant(command.grant) is not None:
        raise errors.AlreadyThere("The project has this grant already.")
    checks.require(checks.plan(command.plan, command.currency, "/plan"))
    approved = events.GrantApproved(
        command.grant,
        command.fund,
        command.decision,
        command.call,
        command.plan,
        command.conditions,
        command.on,
        command.reason,
    )
    if state is not None:
        return Decision((approved,))
    return Decision((events.ProjectRegistered(command.title, command.plan, command.on, command.reason), approved))


def _change(command: GrantCommand, grant: Grant) -> Decision[Any]:
    now = grant.status(command.on)
    match command:
        case commands.StartGrant():
            _require(now, grant, "approved")
            _require_not_started(now, grant)
            return Decision((events.GrantStarted(grant.id, command.on, command.reason),))
        case commands.ReviseGrant():
            _require(now, grant, "approved", "active", "suspended")
            if command.on < grant.versions[-1].on:
                raise errors.BeforeFact("version before", grant.versions[-1].on)
            number = len(grant.versions) + 1
            revised = events.ProjectRevised(
                grant.id, number, command.kind, command.plan, command.decision, command.on, command.reason
            )
            return Decision((revised,))
        case commands.SuspendGrant():
            _require(now, grant, "active")
            _require_reason(command.reason)
            return Decision((events.GrantSuspended(grant.id, command.on, command.reason),))
        case commands.ResumeGrant():
            _require(now, grant, "suspended")
            return Decision((events.GrantResumed(grant.id, command.on, command.reason),))
        case commands.CancelGrant():
            _require(now, grant, "approved", "active", "suspended")
            _require_not_started(now, grant)
            _require_reason(command.reason)
            return Decision((events.GrantCancelled(grant.id, command.on, command.reason),))
        case commands.CloseOperationally():
            _require(now, grant, "active", "suspended")
            return Decision((events.GrantOperationallyClosed(grant.id, command.on, command.reason),))
        case commands.CloseFinancially():
            _require(now, grant, "operationally_closed")
            if grant.settled_on is not None:
                raise errors.GrantNotActive(f"It was closed financially on {grant.settled_on}.")
            return Decision((events.GrantFinanciallyClosed(grant.id, command.on, command.reason),))
        case _:
            assert_never(command)


def _require(now: GrantStatus, grant: Grant, *wanted: GrantStatus) -> None:
    """Raises `GrantNotActive`: also where what would follow happened later and is recorded already."""
    if now not in wanted:
        raise errors.GrantNotActive(f"It is {now.replace('_', ' ')} on that day.")
    if grant.ended_on is not None and now != "operationally_closed":
        raise errors.GrantNotActive(f"It ended on {grant.ended_on}.")


def _require_not_started(now: GrantStatus, grant: Grant) -> None:
    """Raises `GrantNotActive` where it is still approved on the day but its start is recorded already."""
    if now == "approved" and grant.started_on is not None:
        raise errors.GrantNotActive(f"It started on {grant.started_on}.")


def _require_reason(reason: ErasableText | None) -> None:
    if reason is None:
        raise errors.ReasonRequired


def _reports(command: ReportCommand, state: State) -> Decision[Any]:
    if isinstance(command, commands.RequestReport):
        return _request(command, state)
    report = state.report(command.number)
    if report is None:
        raise errors.UnknownThing("report")
    match command:
        case commands.SubmitReport():
            _require_report(report, "requested", "returned")
            if command.on <= report.end:
                detail = f"Its period ends on {report.end}; it is handed in after that."
                raise errors.InvalidInput(detail, Violation("/on", "period_not_over", detail))
            submitted = events.ReportSubmitted(command.number, command.documents, command.on, command.reason)
            return Decision((submitted,))
        case commands.ReturnReport():
            _require_report(report, "submitted")
            returned = events.ReportReturned(command.number, command.comment, command.on, command.reason)
            return Decision((returned,))
        case commands.AcceptReport():
            _require_report(report, "submitted")
            return Decision((events.ReportAccepted(command.number, command.on, command.reason),))
        case _:
            assert_never(command)


def usually_due(kind: ReportKind, end: date) -> date:
    """Of a report whose period ends that day: certified figures come by 30 April, narratives by 31 March."""
    return date(end.year + 1, 4, 30) if kind == "financial" else date(end.year + 1, 3, 31)


def _request(command: commands.RequestReport, state: State) -> Decision[Any]:
    if state.grant(command.grant) is None:
        raise errors.UnknownReference("/grant", "The project has no such grant.")

    due = command.due or usually_due(command.kind, command.end)

    def violations() -> Iterator[Violation]:
        yield from checks.span(command.start, command.end)
        if due <= command.end:
            yield Violation("/due", "due_in_period", f"It is due after its period, which ends on {command.end}.")

    checks.require(violations())
    same = (command.grant, command.kind, command.start, command.end)
    if any((r.grant, r.kind, r.start, r.end) == same for r in state.reports):
        raise errors.AlreadyThere("This report is requested already.")
    requested = events.ReportRequested(
        len(state.reports) + 1,
        command.grant,
        command.kind,
        command.start,
        command.end,
        due,
        command.on,
        command.reason,
    )
    return Decision((requested,))


def _require_report(report: Report, *status: str) -> None:
    """Raises `ReportStateDiffers`."""
    if report.status not in status:
        raise errors.ReportStateDiffers(f"It is {report.status}.")


def _follow(command: FollowCommand, state: State) -> Decision[Any]:
    match command:
        case commands.SetIndicator():
            indicator = events.IndicatorSet(
                command.code,
                command.title,
                command.unit,
                command.baseline,
                command.target,
                command.target_by,
                command.on,
                command.reason,
            )
            return Decision((indicator,))
        case commands.MeasureIndicator():
            if not any(each.code == command.code for each in state.indicators):
                raise errors.UnknownReference("/code", "The project has no such indicator.")
            return Decision((events.IndicatorMeasured(command.code, command.value, command.on, command.reason),))
        case commands.AssessRisk():
            risk = events.RiskAssessed(
                command.code,
                command.title,
                command.likelihood,
                command.impact,
                command.closed,
                command.on,
                command.reason,
            )
            return Decision((risk,))
        case _:
            assert_never(command)

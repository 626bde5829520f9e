"""A project and its grants as their events have left them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, assert_never
from uuid import UUID

from common.kernel.text import ErasableText
from funds.domain import events
from funds.domain.events import ProjectEvent, ReportKind, RevisionKind
from funds.domain.values import Document, Plan

GrantStatus = Literal["approved", "active", "suspended", "cancelled", "operationally_closed", "financially_closed"]


@dataclass(frozen=True, slots=True)
class Version:
    """Of the project document, for a grant; the first is as it was approved."""

    number: int
    kind: RevisionKind | Literal["first"]
    plan: Plan
    decision: UUID | None
    on: date


@dataclass(frozen=True, slots=True)
class Suspension:
    """From `since` until the day before `until`."""

    since: date
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Grant:
    id: UUID
    fund: UUID
    decision: UUID | None
    call: UUID | None
    conditions: tuple[str, ...]
    versions: tuple[Version, ...]
    started_on: date | None = None
    suspensions: tuple[Suspension, ...] = ()
    cancelled_on: date | None = None
    closed_on: date | None = None
    settled_on: date | None = None

    @property
    def approved_on(self) -> date:
        return self.versions[0].on

    @property
    def plan(self) -> Plan:
        return self.versions[-1].plan

    @property
    def ended_on(self) -> date | None:
        """The last day of its activities."""
        return self.cancelled_on or self.closed_on

    def plan_on(self, on: date) -> Plan:
        return next((v.plan for v in reversed(self.versions) if v.on <= on), self.versions[0].plan)

    def status(self, on: date) -> GrantStatus:
        if self.cancelled_on is not None and self.cancelled_on <= on:
            return "cancelled"
        if self.settled_on is not None and self.settled_on <= on:
            return "financially_closed"
        if self.closed_on is not None and self.closed_on <= on:
            return "operationally_closed"
        if self.started_on is None or self.started_on > on:
            return "approved"
        resting = any(suspension.holds(on) for suspension in self.suspensions)
        return "suspended" if resting else "active"

    def active_between(self, first: date, last: date) -> bool:
        """Whether it was implemented on a day of the span: from its start to its operational closure."""
        if self.started_on is None or self.started_on > last:
            return False
        return self.ended_on is None or self.ended_on >= first


@dataclass(frozen=True, slots=True)
class Report:
    number: int
    grant: UUID
    kind: ReportKind
    start: date
    end: date
    due: date
    submitted_on: date | None = None
    returned_on: date | None = None
    accepted_on: date | None = None
    documents: tuple[Document, ...] = ()
    comments: tuple[ErasableText, ...] = ()

    @property
    def status(self) -> Literal["requested", "submitted", "returned", "accepted"]:
        if self.accepted_on is not None:
            return "accepted"
        if self.returned_on is not None:
            return "returned"
        return "requested" if self.submitted_on is None else "submitted"


@dataclass(frozen=True, slots=True)
class Measured:
    value: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Indicator:
    code: str
    title: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    target_by: date | None
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class Risk:
    code: str
    title: str
    likelihood: str
    impact: str
    closed: bool
    on: date


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's."""

    title: str
    registered_on: date
    version: int = 1
    grants: tuple[Grant, ...] = ()
    reports: tuple[Report, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    risks: tuple[Risk, ...] = ()

    def grant(self, grant: UUID) -> Grant | None:
        return next((each for each in self.grants if each.id == grant), None)

    def report(self, number: int) -> Report | None:
        return next((each for each in self.reports if each.number == number), None)

    @property
    def organisations(self) -> frozenset[str]:
        """Those that implement it."""
        return frozenset(office.organisation for grant in self.grants for office in grant.plan.offices)

    def active_in(self, year: int) -> bool:
        """Whether it counts in the year's inventory."""
        return any(grant.active_between(date(year, 1, 1), date(year, 12, 31)) for grant in self.grants)


def evolve(state: State | None, event: ProjectEvent) -> State:
    if state is None:
        assert isinstance(event, events.ProjectRegistered), "the first event registers"
        return State(event.title, event.on)
    after = replace(state, version=state.version + 1)
    match event:
        case events.GrantApproved():
            first = Version(1, "first", event.plan, event.decision, event.on)
            grant = Grant(event.grant, event.fund, event.decision, event.call, event.conditions, (first,))
            return replace(after, grants=(*state.grants, grant))
        case events.ReportRequested():
            report = Report(event.number, event.grant, event.kind, event.start, event.end, event.due)
            return replace(after, reports=(*state.reports, report))
        case events.ReportSubmitted() | events.ReportReturned() | events.ReportAccepted():
            reports = tuple(_report(r, event) if r.number == event.number else r for r in state.reports)
            return replace(after, reports=reports)
        case events.IndicatorSet() | events.IndicatorMeasured() | events.RiskAssessed():
            return _followed(after, event)
        case events.ProjectRegistered():
            raise AssertionError("a project is registered once")
        case _:
            return replace(after, grants=tuple(_grant(g, event) if g.id == event.grant else g for g in state.grants))


def _grant(grant: Grant, event: Any) -> Grant:
    match event:
        case events.GrantStarted():
            return replace(grant, started_on=event.on)
        case events.ProjectRevised():
            version = Version(event.number, event.kind, event.plan, event.decision, event.on)
            return replace(grant, versions=(*grant.versions, version))
        case events.GrantSuspended():
            return replace(grant, suspensions=(*grant.suspensions, Suspension(event.on)))
        case events.GrantResumed():
            resumed = (replace(s, until=event.on) if s.holds(event.on) else s for s in grant.suspensions)
            return replace(grant, suspensions=tuple(resumed))
        case events.GrantCancelled():
            return replace(grant, cancelled_on=event.on)
        case events.GrantOperationallyClosed():
            return replace(grant, closed_on=event.on)
        case events.GrantFinanciallyClosed():
            return replace(grant, settled_on=event.on)
        case _:
            raise AssertionError(f"{type(event).__name__} is no event of a grant")


def _report(report: Report, event: events.ReportSubmitted | events.ReportReturned | events.ReportAccepted) -> Report:
    match event:
        case events.ReportSubmitted():
            return replace(report, submitted_on=event.on, returned_on=None, documents=event.documents)
        case events.ReportReturned():
            return replace(report, returned_on=event.on, comments=(*report.comments, event.comment))
        case events.ReportAccepted():
            return replace(report, accepted_on=event.on)
        case _:
            assert_never(event)


def _followed(state: State, event: events.IndicatorSet | events.IndicatorMeasured | events.RiskAssessed) -> State:
    match event:
        case events.IndicatorSet():
            held = next((i for i in state.indicators if i.code == event.code), None)
            measured = held.measured if held else ()
            indicator = Indicator(
                event.code, event.title, event.unit, event.baseline, event.target, event.target_by, measured
            )
            others = tuple(i for i in state.indicators if i.code != event.code)
            return replace(state, indicators=(*others, indicator))
        case events.IndicatorMeasured():
            value = Measured(event.value, event.on)
            indicators = tuple(
                replace(i, measured=(*i.measured, value)) if i.code == event.code else i for i in state.indicators
            )
            return replace(state, indicators=indicators)
        case events.RiskAssessed():
            risk = Risk(event.code, event.title, event.likelihood, event.impact, event.closed, event.on)
            return replace(state, risks=(*(r for r in state.risks if r.code != event.code), risk))
        case _:
            assert_never(event)

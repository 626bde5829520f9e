"""What `funds` publishes of projects and their grants, of activities and results, and what stands beside the money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from common.contracts.base import Contract as Contract  # what reads these contracts names their base with them
from common.contracts.funds_parts import (
    ActivityKind,
    Plan,
    Quantity,
    RecommendationState,
    ReportKind,
    RevisionKind,
)


class ProjectRegistered(Contract):
    """A project, from its first approval."""

    title: str
    """Its name."""
    plan: Plan
    """What it is to do."""
    on: date
    """When it happened."""


class GrantApproved(Contract):
    """A grant of a mechanism to a project."""

    grant: UUID
    """The grant."""
    fund: UUID
    """The fund's stream."""
    decision: UUID | None = None
    """The decision; null: an agreement without one."""
    call: UUID | None = None
    """The call; null: outside a call."""
    plan: Plan
    """What it is to do."""
    on: date
    """When it happened."""


class GrantStarted(Contract):
    """Implementation began."""

    grant: UUID
    """The grant."""
    on: date
    """When it happened."""


class ProjectRevised(Contract):
    """The grant's plan changed."""

    grant: UUID
    """The grant."""
    number: int
    """The version of the project document."""
    kind: RevisionKind
    """How."""
    plan: Plan
    """Whole."""
    decision: UUID | None = None
    """The decision."""
    on: date
    """When it happened."""


class GrantSuspended(Contract):
    """Implementation rests."""

    grant: UUID
    """The grant."""
    on: date
    """When it happened."""


class GrantResumed(Contract):
    """It goes on."""

    grant: UUID
    """The grant."""
    on: date
    """When it happened."""


class GrantCancelled(Contract):
    """It ended before its time."""

    grant: UUID
    """The grant."""
    on: date
    """When it happened."""


class GrantOperationallyClosed(Contract):
    """Activities ended; `on` is the last day."""

    grant: UUID
    """The grant."""
    on: date
    """When it happened."""


class GrantFinanciallyClosed(Contract):
    """All obligations are settled."""

    grant: UUID
    """The grant."""
    on: date
    """When it happened."""


class ReportRequested(Contract):
    """A report of a grant is due."""

    number: int
    """Counts from 1."""
    grant: UUID
    """The grant."""
    kind: ReportKind
    """Which."""
    start: date
    """The first day."""
    end: date
    """The last day."""
    due: date
    """The last day."""
    on: date
    """When it happened."""


class ReportSubmitted(Contract):
    """It was handed in."""

    number: int
    """Counts from 1."""
    on: date
    """When it happened."""


class ReportReturned(Contract):
    """It went back with comments."""

    number: int
    """Counts from 1."""
    on: date
    """When it happened."""


class ReportAccepted(Contract):
    """It was accepted."""

    number: int
    """Counts from 1."""
    on: date
    """When it happened."""


class IndicatorSet(Contract):
    """What the project wants to reach."""

    code: str
    """Of the indicator."""
    title: str
    """Its name."""
    unit: str
    """Of its values."""
    baseline: Decimal | None = None
    """Where it began."""
    target: Decimal | None = None
    """Where it shall come."""
    target_by: date | None = None
    """By when."""
    on: date
    """When it happened."""


class IndicatorMeasured(Contract):
    """What was reached."""

    code: str
    """Of the indicator."""
    value: Decimal
    """In its unit."""
    on: date
    """When it happened."""


class ActivityPlanned(Contract):
    """An activity of a project, or of the secretariat."""

    kind: ActivityKind
    """Which."""
    title: str
    """Its name."""
    project: UUID | None = None
    """Null: the secretariat's own."""
    jurisdictions: tuple[str, ...]
    """Codes."""
    partners: tuple[str, ...]
    """Organisations."""
    goals: tuple[str, ...]
    """Goals of the roadmap."""
    kpis: tuple[str, ...]
    """KPIs of the roadmap."""
    start: date
    """Planned."""
    end: date
    """Planned."""
    targets: tuple[Quantity, ...]
    """What it shall reach."""
    on: date
    """When it happened."""


class ActivityStarted(Contract):
    """It goes on."""

    on: date
    """When it happened."""


class ActivityHeld(Contract):
    """It took place; `on` is its last day."""

    start: date
    """The first day."""
    results: tuple[Quantity, ...]
    """What came of it."""
    on: date
    """When it happened."""


class ResultsCorrected(Contract):
    """Its results, all of them anew."""

    results: tuple[Quantity, ...]
    """What came of it."""
    on: date
    """When it happened."""


class ActivityPostponed(Contract):
    """To another period, or until further notice."""

    start: date | None = None
    """Planned."""
    end: date | None = None
    """Planned."""
    on: date
    """When it happened."""


class ActivityCancelled(Contract):
    """It will not take place."""

    on: date
    """When it happened."""


class RecommendationMade(Contract):
    """An assessment recommends something."""

    number: int
    """Counts from 1."""
    owner: str
    """Who is to do it."""
    due: date | None = None
    """By when."""
    on: date
    """When it happened."""


class RecommendationChanged(Contract):
    """How far it is."""

    number: int
    """Counts from 1."""
    state: RecommendationState
    """Now."""
    on: date
    """When it happened."""


class ChallengeRecorded(Contract):
    """Something got in the way."""

    title: str
    """Its name."""
    start: date
    """The first day."""
    end: date | None = None
    """The last day; null: it lasts."""
    jurisdictions: tuple[str, ...]
    """Codes."""
    activities: tuple[UUID, ...]
    """What it delayed."""
    on: date
    """When it happened."""


class ChallengeLinked(Contract):
    """It delayed an activity more."""

    activity: UUID
    """Which."""
    on: date
    """When it happened."""


class RateRecorded(Contract):
    """A rate of exchange; the same day again: corrected."""

    base: str
    """One unit of this currency …"""
    quote: str
    """… is so many of this one."""
    day: date
    """The day of the rate."""
    rate: Decimal
    """How many."""
    source: str
    """Who says so."""
    on: date
    """When it happened."""


class BudgetRecorded(Contract):
    """An institution's budget of a year; the same year again: corrected."""

    institution: str
    """Whose."""
    year: int
    """The calendar year."""
    amount: Decimal
    """In the currency beside it."""
    currency: str
    """ISO 4217."""
    source: str
    """Who says so."""
    on: date
    """When it happened."""

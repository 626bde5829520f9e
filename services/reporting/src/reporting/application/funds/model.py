"""What is known of the funds, as the questions need it; `told.decode` makes it from the read model's one document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

import msgspec


class Share(msgspec.Struct, frozen=True):
    """A jurisdiction, `regional` or a goal, and how much of the whole falls to it."""

    key: str
    percent: Decimal


class Meeting(msgspec.Struct, frozen=True):
    number: int
    title: str
    on: date
    attendance: tuple[str, ...]


class Mechanism(msgspec.Struct, frozen=True):
    """`kind`: mptf, funding_window, bilateral, eu_instrument; `governance`: committee, board, agreement; `currency` is
    that of its amounts."""

    id: UUID
    code: str
    name: str
    kind: str
    currency: str
    start: date | None = None
    end: date | None = None
    meetings: tuple[Meeting, ...] = ()
    governance: str = "committee"


class Commitment(msgspec.Struct, frozen=True):
    """In the donor's currency. One that was reversed stands here again, negative and on the day of its reversal."""

    id: UUID
    mechanism: str
    donor: str
    on: date
    amount: Decimal
    currency: str
    usd_at_signing: Decimal | None = None
    earmark: tuple[str, ...] = ()


class Fact(msgspec.Struct, frozen=True):
    """Money of equal days and kinds, in the mechanism's currency; what was reversed stands here again, negative and on
    the day of its reversal, so that sums over days are right.

    Kinds: deposit, fee, interest_fund, interest_organisations, exchange, rounding, direct_costs, bank_charges,
    donor_refunds, approval, release, transfer, refund, expenditure. `original` is a deposit in the donor's currency.
    Expenditure is what is in force, on the last day of the period that was reported.
    """

    on: date
    kind: str
    mechanism: str
    amount: Decimal
    base_currency: str = "USD"
    donor: str | None = None
    organisation: str | None = None
    project: UUID | None = None
    grant: UUID | None = None
    call: UUID | None = None
    original: Decimal | None = None
    currency: str | None = None
    earmark: tuple[str, ...] = ()
    category: int | None = None
    certified: bool | None = None


class Movement(msgspec.Struct, frozen=True):
    """What a day added to a mechanism's cash, and to what is reserved of it, within an earmark."""

    on: date
    mechanism: str
    cash: Decimal
    reserved: Decimal
    base_currency: str = "USD"
    earmark: tuple[str, ...] = ()

    @property
    def available(self) -> Decimal:
        return self.cash - self.reserved


class Call(msgspec.Struct, frozen=True):
    """`state`: planned, open, closed. `proposals`: how many were submitted and not withdrawn."""

    id: UUID
    mechanism: str
    number: int
    title: str
    state: str
    planned_for: date | None = None
    opened_on: date | None = None
    deadline: date | None = None
    closed_on: date | None = None
    proposals: int = 0


class Decision(msgspec.Struct, frozen=True):
    """`adopted` is None before the vote is over."""

    id: UUID
    mechanism: str
    kind: str
    mode: str
    meeting: int | None
    call: UUID | None
    on: date
    adopted: bool | None = None
    concluded_on: date | None = None


class Revision(msgspec.Struct, frozen=True):
    """`budget` is that of the whole grant after it."""

    version: int
    kind: str
    on: date
    budget: Decimal
    start: date | None = None
    end: date | None = None


class Grant(msgspec.Struct, frozen=True):
    """As last revised. It is active from `started_on` to `closed_on`: closed operationally, or cancelled."""

    id: UUID
    mechanism: str
    status: str
    budget: Decimal
    currency: str
    call: UUID | None = None
    organisations: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    approved_on: date | None = None
    start: date | None = None
    end: date | None = None
    started_on: date | None = None
    closed_on: date | None = None
    revisions: tuple[Revision, ...] = ()
    jurisdictions: tuple[Share, ...] = ()
    goals: tuple[Share, ...] = ()
    kpis: tuple[str, ...] = ()

    def active(self, start: date, end: date) -> bool:
        """On a day of the span."""
        begun = self.started_on is not None and self.started_on <= end
        return begun and (self.closed_on is None or self.closed_on >= start)


class Project(msgspec.Struct, frozen=True):
    """What it is for is that of its first grant, KPIs those of all."""

    id: UUID
    title: str
    grants: tuple[Grant, ...]
    jurisdictions: tuple[Share, ...] = ()
    goals: tuple[Share, ...] = ()
    kpis: tuple[str, ...] = ()

    def active(self, start: date, end: date) -> bool:
        return any(grant.active(start, end) for grant in self.grants)


class Result(msgspec.Struct, frozen=True):
    """Those with a sex or jurisdiction are parts of the one without, where there is one; else they make the whole."""

    what: str
    unit: str
    quantity: Decimal
    sex: str | None = None
    jurisdiction: str | None = None


class Activity(msgspec.Struct, frozen=True):
    """`status`: planned, started, held, postponed, cancelled. The days planned are those planned last."""

    id: UUID
    kind: str
    status: str
    planned_from: date
    planned_to: date
    project: UUID | None = None
    title: str = ""
    held_on: date | None = None
    jurisdictions: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    targets: tuple[Result, ...] = ()
    kpis: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """On which it was held, else is planned to begin."""
        return self.held_on or self.planned_from


class Challenge(msgspec.Struct, frozen=True):
    """`activities` are those that it delayed."""

    id: UUID
    title: str
    start: date
    end: date | None = None
    jurisdictions: tuple[str, ...] = ()
    activities: tuple[UUID, ...] = ()


class Budget(msgspec.Struct, frozen=True):
    """An institution's own, beside the mechanisms."""

    institution: str
    year: int
    amount: Decimal
    currency: str
    source: str


class Everything(msgspec.Struct, frozen=True, dict=True):
    """All that `funds` has told, of one moment."""

    mechanisms: tuple[Mechanism, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    facts: tuple[Fact, ...] = ()
    calls: tuple[Call, ...] = ()
    projects: tuple[Project, ...] = ()
    activities: tuple[Activity, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    positions: tuple[Movement, ...] = ()
    decisions: tuple[Decision, ...] = ()
    budgets: tuple[Budget, ...] = ()

    @cached_property
    def grants(self) -> Mapping[UUID, Grant]:
        return {grant.id: grant for project in self.projects for grant in project.grants}

    @cached_property
    def projects_by_id(self) -> Mapping[UUID, Project]:
        return {project.id: project for project in self.projects}

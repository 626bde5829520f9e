"""What the contracts of `funds` are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from common.contracts.base import Contract

FundKind = Literal["mptf", "funding_window", "bilateral", "eu_instrument"]
Role = Literal["chair", "member", "ex_officio", "top_donor", "observer", "secretariat", "agent", "organisation"]
EntryKind = Literal[
    "interest_fund", "interest_organisations", "rounding", "direct_costs", "bank_charges", "donor_refunds"
]
FactKind = Literal["commitment", "deposit", "entry", "conversion", "transfer", "refund", "expenditure"]
DecisionKind = Literal["approve", "approve_with_conditions", "defer", "reject", "approve_revision", "extend", "close"]
DecisionMode = Literal["meeting", "no_objection"]
RevisionKind = Literal["budget_shift", "no_cost_extension", "cost_extension", "scope"]
ReportKind = Literal["narrative", "financial"]
ActivityKind = Literal[
    "meeting",
    "workshop",
    "training",
    "assessment",
    "equipment_delivery",
    "publication",
    "legal_advice",
    "gap_analysis",
    "gender_screening",
    "destruction",
    "storage_upgrade",
    "campaign",
]
Sex = Literal["female", "male", "unknown"]
RecommendationState = Literal["open", "under_way", "done", "rejected"]


class OrganisationAmount(Contract):
    """What falls to an organisation."""

    organisation: str
    """Who."""
    amount: Decimal
    """In the base currency."""


class Draw(Contract):
    """What is taken from money with an earmark."""

    earmark: tuple[str, ...]
    """The goals that it may be spent on; empty: no such condition."""
    amount: Decimal
    """In the base currency."""


class Share(Contract):
    """How much of the whole falls to a jurisdiction, to `regional`, or to a goal."""

    code: str
    """Which."""
    percent: Decimal
    """Of the whole."""


class BudgetLine(Contract):
    """An organisation's budget in a category."""

    organisation: str
    """Whose."""
    category: int
    """1 to 8, the harmonised categories of the United Nations."""
    amount: Decimal
    """In the base currency."""


class CategoryAmount(Contract):
    """What falls to a category."""

    category: int
    """1 to 8."""
    amount: Decimal
    """In the base currency."""


class Instalment(Contract):
    """A payment that was promised."""

    due: date
    """By when."""
    amount: Decimal
    """In the commitment's currency."""


class Office(Contract):
    """Where an organisation implements."""

    organisation: str
    """Whose."""
    name: str
    """The office."""


class Plan(Contract):
    """What a project is to do with a grant."""

    title: str
    """Its name."""
    offices: tuple[Office, ...]
    """Who implements; the first leads."""
    jurisdictions: tuple[Share, ...]
    """Where."""
    goals: tuple[Share, ...]
    """What for."""
    kpis: tuple[str, ...]
    """KPIs of the roadmap."""
    budget: tuple[BudgetLine, ...]
    """Adds up to the grant."""
    start: date
    """The first day."""
    end: date
    """The last day."""


class Quantity(Contract):
    """A result or a target."""

    what: str
    """Of what: participants, machines, storages."""
    unit: str
    """Of the quantity."""
    quantity: Decimal
    """Not negative."""
    sex: Sex | None = None
    """Of people, where it was counted."""
    jurisdiction: str | None = None
    """Where, if it is told apart."""

"""The read model's one document of the funds, as it is written; `decode` makes of it what questions are asked of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from reporting.application.funds import model
from reporting.application.funds.model import Everything

ZERO = Decimal(0)


class Fund(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    name: str
    kind: str
    governance: str
    currency: str
    start: date
    end: date | None
    meetings: tuple[model.Meeting, ...]


class Call(msgspec.Struct, frozen=True):
    id: UUID
    fund: UUID
    number: int
    title: str
    state: str
    planned_for: date | None
    opened_on: date | None
    deadline: date | None
    closed_on: date | None


class Proposal(msgspec.Struct, frozen=True):
    id: UUID
    fund: UUID
    call: UUID | None
    state: str


class Decision(msgspec.Struct, frozen=True):
    id: UUID
    fund: UUID
    kind: str
    mode: str
    meeting: int | None
    call: UUID | None
    on: date
    adopted: bool | None
    concluded_on: date | None


class Share(msgspec.Struct, frozen=True):
    code: str
    percent: Decimal


class Office(msgspec.Struct, frozen=True):
    organisation: str
    name: str


class Line(msgspec.Struct, frozen=True):
    organisation: str
    amount: Decimal


class Plan(msgspec.Struct, frozen=True):
    offices: tuple[Office, ...]
    jurisdictions: tuple[Share, ...]
    goals: tuple[Share, ...]
    kpis: tuple[str, ...]
    budget: tuple[Line, ...]
    start: date
    end: date


class Revision(msgspec.Struct, frozen=True):
    number: int
    kind: str
    on: date
    budget: Decimal
    start: date
    end: date


class Grant(msgspec.Struct, frozen=True):
    id: UUID
    fund: UUID
    call: UUID | None
    approved_on: date
    plan: Plan
    status: str
    started_on: date | None
    cancelled_on: date | None
    closed_on: date | None
    settled_on: date | None
    revisions: tuple[Revision, ...]


class Project(msgspec.Struct, frozen=True):
    id: UUID
    title: str
    plan: Plan
    grants: tuple[Grant, ...]


class Activity(msgspec.Struct, frozen=True):
    id: UUID
    kind: str
    title: str
    project: UUID | None
    jurisdictions: tuple[str, ...]
    partners: tuple[str, ...]
    goals: tuple[str, ...]
    kpis: tuple[str, ...]
    start: date
    end: date | None
    targets: tuple[model.Result, ...]
    status: str
    held_from: date | None
    held_on: date | None
    results: tuple[model.Result, ...]


class Budget(msgspec.Struct, frozen=True):
    id: UUID
    institution: str
    year: int
    amount: Decimal
    currency: str
    source: str


class Streams(msgspec.Struct, frozen=True):
    """By kind; those that there are none of are missing."""

    fund: tuple[Fund, ...] = ()
    call: tuple[Call, ...] = ()
    proposal: tuple[Proposal, ...] = ()
    decision: tuple[Decision, ...] = ()
    project: tuple[Project, ...] = ()
    activity: tuple[Activity, ...] = ()
    challenge: tuple[model.Challenge, ...] = ()
    budget: tuple[Budget, ...] = ()


class Commitment(msgspec.Struct, frozen=True):
    fund: UUID
    id: UUID
    donor: str
    amount: Decimal
    currency: str
    usd_at_signing: Decimal | None
    earmark: tuple[str, ...]
    signed_on: date
    reversed_on: date | None


class Money(msgspec.Struct, frozen=True):
    fund: UUID
    kind: str
    day: date
    donor: str | None
    organisation: str | None
    project: UUID | None
    grant: UUID | None
    call: UUID | None
    currency: str | None
    earmark: tuple[str, ...] | None
    amount: Decimal
    original: Decimal | None


class Effect(msgspec.Struct, frozen=True):
    fund: UUID
    day: date
    earmark: tuple[str, ...]
    cash: Decimal
    reserved: Decimal


class Expenditure(msgspec.Struct, frozen=True):
    fund: UUID
    category: int
    amount: Decimal
    grant: UUID
    project: UUID
    organisation: str
    end_on: date
    certified: bool


class Told(msgspec.Struct, frozen=True):
    streams: Streams
    commitments: tuple[Commitment, ...]
    money: tuple[Money, ...]
    effects: tuple[Effect, ...]
    expenditure: tuple[Expenditure, ...]


def decode(document: str) -> Everything:
    """A fund that has not arrived yet is named by its id."""
    told = msgspec.json.decode(document, type=Told)
    funds = {fund.id: fund for fund in told.streams.fund}
    return _Making(told, funds).everything()


class _Making:
    def __init__(self, told: Told, funds: Mapping[UUID, Fund]) -> None:
        self._told = told
        self._funds = funds

    def everything(self) -> Everything:
        streams = self._told.streams
        return Everything(
            mechanisms=tuple(sorted((_mechanism(fund) for fund in streams.fund), key=lambda each: each.code)),
            commitments=tuple(each for told in self._told.commitments for each in self._commitments(told)),
            facts=(*map(self._fact, self._told.money), *map(self._spent, self._told.expenditure)),
            positions=tuple(map(self._position, self._told.effects)),
            calls=tuple(sorted(map(self._call, streams.call), key=lambda each: (each.mechanism, each.number))),
            decisions=tuple(sorted(map(self._decision, streams.decision), key=lambda each: each.on)),
            projects=tuple(sorted(map(self._project, streams.project), key=lambda each: each.title)),
            activities=tuple(sorted(map(_activity, streams.activity), key=lambda each: (each.day, each.title))),
            challenges=tuple(sorted(streams.challenge, key=lambda each: (each.start, each.title))),
            budgets=tuple(sorted(map(_budget, streams.budget), key=lambda each: (each.institution, each.year))),
        )

    def _code(self, fund: UUID) -> str:
        return self._funds[fund].code if fund in self._funds else str(fund)

    def _currency(self, fund: UUID) -> str:
        return self._funds[fund].currency if fund in self._funds else ""

    def _commitments(self, told: Commitment) -> Iterator[model.Commitment]:
        signed = model.Commitment(
            id=told.id,
            mechanism=self._code(told.fund),
            donor=told.donor,
            on=told.signed_on,
            amount=told.amount,
            currency=told.currency,
            usd_at_signing=told.usd_at_signing,
            earmark=told.earmark,
        )
        yield signed
        if told.reversed_on is not None:
            usd = None if told.usd_at_signing is None else -told.usd_at_signing
            yield msgspec.structs.replace(signed, on=told.reversed_on, amount=-told.amount, usd_at_signing=usd)

    def _fact(self, told: Money) -> model.Fact:
        return model.Fact(
            on=told.day,
            kind=told.kind,
            mechanism=self._code(told.fund),
            amount=told.amount,
            base_currency=self._currency(told.fund),
            donor=told.donor,
            organisation=told.organisation,
            project=told.project,
            grant=told.grant,
            call=told.call,
            original=told.original,
            currency=told.currency,
            earmark=told.earmark or (),
        )

    def _spent(self, told: Expenditure) -> model.Fact:
        return model.Fact(
            on=told.end_on,
            kind="expenditure",
            mechanism=self._code(told.fund),
            amount=told.amount,
            base_currency=self._currency(told.fund),
            organisation=told.organisation,
            project=told.project,
            grant=told.grant,
            category=told.category,
            certified=told.certified,
        )

    def _position(self, told: Effect) -> model.Movement:
        """What an agreement approves is promised, and reserves nothing of what is held."""
        promised = told.fund in self._funds and self._funds[told.fund].governance == "agreement"
        return model.Movement(
            on=told.day,
            mechanism=self._code(told.fund),
            cash=told.cash,
            reserved=ZERO if promised else told.reserved,
            base_currency=self._currency(told.fund),
            earmark=told.earmark,
        )

    def _call(self, told: Call) -> model.Call:
        proposals = [each for each in self._told.streams.proposal if each.call == told.id]
        return model.Call(
            id=told.id,
            mechanism=self._code(told.fund),
            number=told.number,
            title=told.title,
            state=told.state,
            planned_for=told.planned_for,
            opened_on=told.opened_on,
            deadline=told.deadline,
            closed_on=told.closed_on,
            proposals=sum(each.state != "withdrawn" for each in proposals),
        )

    def _decision(self, told: Decision) -> model.Decision:
        return model.Decision(
            id=told.id,
            mechanism=self._code(told.fund),
            kind=told.kind,
            mode=told.mode,
            meeting=told.meeting,
            call=told.call,
            on=told.on,
            adopted=told.adopted,
            concluded_on=told.concluded_on,
        )

    def _project(self, told: Project) -> model.Project:
        """What it is for is that of its grants as last revised, the first of them before."""
        grants = tuple(map(self._grant, told.grants))
        first = told.grants[0].plan if told.grants else told.plan
        kpis = dict.fromkeys(kpi for plan in [grant.plan for grant in told.grants] or [told.plan] for kpi in plan.kpis)
        return model.Project(
            id=told.id,
            title=told.title,
            grants=grants,
            jurisdictions=_shares(first.jurisdictions),
            goals=_shares(first.goals),
            kpis=tuple(kpis),
        )

    def _grant(self, told: Grant) -> model.Grant:
        plan = told.plan
        ended = [day for day in (told.closed_on, told.cancelled_on, told.settled_on) if day is not None]
        return model.Grant(
            id=told.id,
            mechanism=self._code(told.fund),
            status=told.status,
            budget=sum((line.amount for line in plan.budget), ZERO),
            currency=self._currency(told.fund),
            call=told.call,
            organisations=tuple(dict.fromkeys(office.organisation for office in plan.offices)),
            offices=tuple(office.name for office in plan.offices),
            approved_on=told.approved_on,
            start=plan.start,
            end=plan.end,
            started_on=told.started_on,
            closed_on=min(ended, default=None),
            revisions=tuple(
                model.Revision(each.number, each.kind, each.on, each.budget, each.start, each.end)
                for each in told.revisions
            ),
            jurisdictions=_shares(plan.jurisdictions),
            goals=_shares(plan.goals),
            kpis=plan.kpis,
        )


def _mechanism(fund: Fund) -> model.Mechanism:
    told = (fund.id, fund.code, fund.name, fund.kind, fund.currency)
    return model.Mechanism(*told, fund.start, fund.end, fund.meetings, fund.governance)


def _shares(told: tuple[Share, ...]) -> tuple[model.Share, ...]:
    return tuple(model.Share(share.code, share.percent) for share in told)


def _activity(told: Activity) -> model.Activity:
    return model.Activity(
        id=told.id,
        kind=told.kind,
        status=told.status,
        planned_from=told.start,
        planned_to=told.end or told.start,
        project=told.project,
        title=told.title,
        held_on=told.held_on,
        jurisdictions=told.jurisdictions,
        goals=told.goals,
        kpis=told.kpis,
        partners=told.partners,
        results=told.results,
        targets=told.targets,
    )


def _budget(told: Budget) -> model.Budget:
    return model.Budget(told.institution, told.year, told.amount, told.currency, told.source)

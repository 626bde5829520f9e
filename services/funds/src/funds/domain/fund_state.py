"""A fund as its events have left it. The money facts are kept as they came; what follows from them: `balances.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never
from uuid import UUID

from funds.domain import events
from funds.domain.events import FactKind, FundEvent

Fact: TypeAlias = (
    events.CommitmentSigned
    | events.DepositReceived
    | events.EntryRecorded
    | events.CashConverted
    | events.TransferMade
    | events.RefundReceived
    | events.ExpenditureReported
)
"""What can be reversed."""

FACT_KINDS: dict[type, FactKind] = {
    events.CommitmentSigned: "commitment",
    events.DepositReceived: "deposit",
    events.EntryRecorded: "entry",
    events.CashConverted: "conversion",
    events.TransferMade: "transfer",
    events.RefundReceived: "refund",
    events.ExpenditureReported: "expenditure",
}


@dataclass(frozen=True, slots=True)
class HeldRole:
    """From `since` to `until`, inclusive; None: open."""

    party: str
    role: events.Role
    vote: bool
    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    def meets(self, since: date, until: date | None) -> bool:
        """Whether it is held on a day of a span."""
        return (until is None or self.since <= until) and (self.until is None or since <= self.until)


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's; facts stand in the order in which they were recorded."""

    code: str
    name: str
    kind: events.FundKind
    governance: events.Governance
    currency: str
    start: date
    end: date | None
    fees: events.Fees
    voting: events.Voting
    roadmap: str | None
    opened_on: date
    version: int = 1
    roles: tuple[HeldRole, ...] = ()
    commitments: tuple[events.CommitmentSigned, ...] = ()
    deposits: tuple[events.DepositReceived, ...] = ()
    entries: tuple[events.EntryRecorded, ...] = ()
    conversions: tuple[events.CashConverted, ...] = ()
    approvals: tuple[events.AmountApproved, ...] = ()
    releases: tuple[events.AmountReleased, ...] = ()
    transfers: tuple[events.TransferMade, ...] = ()
    refunds: tuple[events.RefundReceived, ...] = ()
    expenditures: tuple[events.ExpenditureReported, ...] = ()
    reversals: tuple[events.FactReversed, ...] = ()
    meetings: tuple[events.MeetingHeld, ...] = ()

    def facts(self) -> Iterator[Fact]:
        """Everything that can be reversed, by kind."""
        yield from self.commitments
        yield from self.deposits
        yield from self.entries
        yield from self.conversions
        yield from self.transfers
        yield from self.refunds
        yield from self.expenditures

    def fact(self, fact: UUID) -> Fact | None:
        return next((each for each in self.facts() if each.id == fact), None)

    def reversal(self, fact: UUID) -> events.FactReversed | None:
        return next((each for each in self.reversals if each.id == fact), None)

    def reversed_on(self) -> dict[UUID, date]:
        """When each reversed fact ceased to stand."""
        return {each.id: each.on for each in self.reversals}

    def parties(self, role: events.Role, on: date) -> list[str]:
        """Who has a role that day, in the order in which it was given."""
        return [held.party for held in self.roles if held.role == role and held.holds(on)]

    def between(self, role: events.Role, since: date, until: date | None) -> list[HeldRole]:
        """Who has a role on a day of a span."""
        return [held for held in self.roles if held.role == role and held.meets(since, until)]

    def held(self, party: str, role: events.Role, on: date) -> list[HeldRole]:
        return [held for held in self.roles if (held.party, held.role) == (party, role) and held.holds(on)]

    def approvals_of(self, grant: UUID) -> list[events.AmountApproved]:
        return [each for each in self.approvals if each.grant == grant]

    def meeting(self, number: int) -> events.MeetingHeld | None:
        return next((each for each in self.meetings if each.number == number), None)


def evolve(state: State | None, event: FundEvent) -> State:
    """Never refuses an event."""
    if isinstance(event, events.FundEstablished):
        return State(
            event.code,
            event.name,
            event.kind,
            event.governance,
            event.currency,
            event.start,
            event.end,
            event.fees,
            event.voting,
            event.roadmap,
            event.on,
        )
    assert state is not None, "the first event establishes"
    return _next(replace(state, version=state.version + 1), event)


def _next(state: State, event: FundEvent) -> State:  # one short line for each kind of event
    match event:
        case events.FundExtended():
            return replace(state, end=event.end)
        case events.RoleAssigned():
            role = HeldRole(event.party, event.role, event.vote, event.on, event.until)
            return replace(state, roles=(*state.roles, role))
        case events.RoleEnded():
            return replace(state, roles=tuple(_ended(held, event) for held in state.roles))
        case events.CommitmentSigned():
            return replace(state, commitments=(*state.commitments, event))
        case events.DepositReceived():
            return replace(state, deposits=(*state.deposits, event))
        case events.EntryRecorded():
            return replace(state, entries=(*state.entries, event))
        case events.CashConverted():
            return replace(state, conversions=(*state.conversions, event))
        case events.AmountApproved():
            return replace(state, approvals=(*state.approvals, event))
        case events.AmountReleased():
            return replace(state, releases=(*state.releases, event))
        case events.TransferMade():
            return replace(state, transfers=(*state.transfers, event))
        case events.RefundReceived():
            return replace(state, refunds=(*state.refunds, event))
        case events.ExpenditureReported():
            return replace(state, expenditures=(*state.expenditures, event))
        case events.FactReversed():
            return replace(state, reversals=(*state.reversals, event))
        case events.MeetingHeld():
            return replace(state, meetings=(*state.meetings, event))
        case events.FundEstablished():
            raise AssertionError("a fund is established once")
        case _:
            assert_never(event)


def _ended(held: HeldRole, event: events.RoleEnded) -> HeldRole:
    same = (held.party, held.role) == (event.party, event.role) and held.holds(event.on)
    return replace(held, until=event.on) if same else held

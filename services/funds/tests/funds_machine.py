"""A small fund with donors, organisations and grants, to which anything may happen; what it does is taken down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import currently_in_test_context, event

from common.kernel.errors import DomainError
from common.kernel.text import ErasableText
from funds.domain import commands as c
from funds.domain import events as e
from funds.domain import values as v
from funds.domain.fund import decide
from funds.domain.fund_state import State, evolve

START = date(2020, 1, 1)
WHY = ErasableText.of("As the books say.")
FEES = e.Fees(Decimal(1), Decimal(7))
VOTING = e.Voting("majority", Decimal(50), 3, ("UNDP", "UNODC"))
ORGANISATIONS = ("UNDP", "UNODC")
GRANTS = tuple(UUID(int=100 + n) for n in range(3))
PROJECT = UUID(int=99)
EARMARKS: tuple[v.Earmark, ...] = ((), ("2",), ("2", "4"))
PROMISES = (("DE", "EUR", ("2",)), ("GB", "USD", ()), ("SE", "SEK", ("4", "2")), ("US", "USD", ("2",)))
"""Donor, currency and earmark of the commitments that stand from the first day."""


def noted(what: str) -> None:
    """For --hypothesis-show-statistics: how often each thing was done or refused."""
    if currently_in_test_context():
        event(what)


def day(n: int) -> date:
    return START + timedelta(days=n)


def cents(n: int) -> Decimal:
    return Decimal(n).scaleb(-2)


@dataclass
class SmallFund:
    """The events as they were recorded, and the state they leave."""

    log: list[e.FundEvent] = field(default_factory=list)
    state: State | None = None
    ids: int = 1_000
    governance: e.Governance = "committee"

    def __post_init__(self) -> None:
        self.must(
            c.EstablishFund("SML00", "Small", "mptf", self.governance, "USD", START, None, FEES, VOTING, None, START)
        )
        for party in ORGANISATIONS:
            self.must(c.AssignRole(party, "organisation", False, None, START))
        for n, (donor, currency, earmark) in enumerate(PROMISES):
            self.must(c.SignCommitment(UUID(int=n), donor, Decimal(10**6), currency, "SAA", (), earmark, None, START))

    def new_id(self) -> UUID:
        self.ids += 1
        return UUID(int=self.ids)

    @property
    def now(self) -> State:
        assert self.state is not None
        return self.state

    def do(self, command: c.FundCommand) -> tuple[Any, ...] | DomainError:
        """The events it leads to, or the refusal."""
        try:
            decision = decide(command, self.state)
        except DomainError as refusal:
            return refusal
        for happened in decision.events:
            self.log.append(happened)
            self.state = evolve(self.state, happened)
        return decision.events

    def must(self, command: c.FundCommand) -> tuple[Any, ...]:
        done = self.do(command)
        assert not isinstance(done, DomainError), repr(done)
        return done

    def deposit(self, promise: int, amount: Decimal, credited: Decimal, on: date) -> Any:
        currency = PROMISES[promise][1]
        return self.do(c.ReceiveDeposit(self.new_id(), UUID(int=promise), amount, currency, credited, on))

    def reserve(self, grant: int, amounts: dict[str, Decimal], draws: dict[v.Earmark, Decimal], on: date) -> Any:
        return self.do(
            c.Reserve(
                GRANTS[grant],
                PROJECT,
                None,
                None,
                tuple(v.OrganisationAmount(*each) for each in amounts.items()),
                tuple(v.Draw(*each) for each in draws.items()),
                ("2", "4"),
                on,
            )
        )

    def transfer(self, grant: int, organisation: str, amount: Decimal, on: date, *, active: bool = True) -> Any:
        command = c.MakeTransfer(self.new_id(), GRANTS[grant], organisation, amount, "TR", START, active, on)
        return self.do(command)

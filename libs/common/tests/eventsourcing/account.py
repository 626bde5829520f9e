"""A toy aggregate for the tests of the log and the write side: an account with deposits and a note."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, assert_never

import asyncpg

from common.eventsourcing.codec import Codec
from common.kernel.decider import Decider, Decision
from common.kernel.errors import RuleBroken
from common.kernel.text import ErasableText
from common.write_side import Actor, Aggregate, WriteSide


@dataclass(frozen=True, slots=True)
class Deposited:
    amount: int


@dataclass(frozen=True, slots=True)
class Noted:
    note: ErasableText


AccountEvent = Deposited | Noted


@dataclass(frozen=True, slots=True)
class Account:
    balance: int = 0
    note: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Deposit:
    amount: int


@dataclass(frozen=True, slots=True)
class Note:
    note: ErasableText


class NothingToDeposit(RuleBroken):
    code = "nothing_to_deposit"


def evolve(state: Account, event: AccountEvent) -> Account:
    match event:
        case Deposited(amount):
            return replace(state, balance=state.balance + amount)
        case Noted(note):
            return replace(state, note=note)
        case _:
            assert_never(event)


def decide(command: Deposit | Note, state: Account) -> Decision[AccountEvent]:
    match command:
        case Deposit(amount):
            if amount <= 0:
                raise NothingToDeposit
            return Decision((Deposited(amount),))
        case Note(note):
            return Decision(() if note == state.note else (Noted(note),))
        case _:
            assert_never(command)


DECIDER: Decider[Deposit | Note, Account, AccountEvent] = Decider(Account(), evolve, decide)
ACCOUNT = Aggregate("account", DECIDER)
CODEC: Codec[Any] = Codec("bank", (Deposited, Noted))
TELLER = Actor("teller")


@asynccontextmanager
async def write_side(dsn: str, **settings: Any) -> AsyncIterator[WriteSide]:
    async with WriteSide(lambda: asyncpg.connect(dsn), CODEC, **settings) as side:
        yield side

"""What the operator watches of the funds: that every ledger balances, and which shortfalls are open today."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import get_args

import structlog

from common.kernel.money import ZERO
from common.observability.metrics import LEDGER_IMBALANCE, OPEN_EXCEPTIONS
from common.persistence.database import FAILURES
from funds.domain.balances import Balances
from funds.domain.exceptions import Code, open_shortfalls
from funds.domain.fund_state import State
from funds.domain.ledger import imbalance, postings
from funds.domain.statement import statement

log = structlog.get_logger()

SERVICE = "funds"
EVERY_SECONDS = 10.0


@contextlib.asynccontextmanager
async def ledgers_watched(
    funds: Callable[[], Awaitable[Iterable[State]]], today: Callable[[], date]
) -> AsyncIterator[None]:
    """Looks at every fund now and every ten seconds meanwhile, for the metrics of this process."""
    task = asyncio.create_task(_now_and_then(funds, today), name="watch-ledgers")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _now_and_then(funds: Callable[[], Awaitable[Iterable[State]]], today: Callable[[], date]) -> None:
    while True:
        try:
            observe(await funds(), today())
        except FAILURES as error:
            log.warning("ledgers_not_watched", error=repr(error))
        await asyncio.sleep(EVERY_SECONDS)


def observe(funds: Iterable[State], today: date) -> None:
    """Of what a fund does not fall short of, 0 is told, so that an alert ends."""
    for state in funds:
        LEDGER_IMBALANCE.labels(SERVICE, state.code).set(float(discrepancy(state)))
        found = Counter(each.key.code for each in open_shortfalls(state, today))
        for code in get_args(Code):
            OPEN_EXCEPTIONS.labels(SERVICE, state.code, code).set(found[code])


def discrepancy(state: State) -> Decimal:
    """The most by which debits and credits, the account of cash and the statement differ from what is held."""
    balances = Balances(state)
    last = max(balances.days, default=state.start)
    held = balances.at(last).cash
    posted = sum((each.debit - each.credit for each in postings(state) if each.account == "cash"), ZERO)
    return max(abs(imbalance(state)), abs(posted - held), abs(statement(state, None, last).closing - held))

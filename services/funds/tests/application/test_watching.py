"""What the operator watches: ledgers that balance, shortfalls that are open and those that are settled."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from funds_world import FUND, PATH, World, approved, deposited, established, money, ok, on
from prometheus_client import REGISTRY

from common.testing.eventually import eventually
from funds.application import watching
from funds.domain import fund_state
from funds.readmodel.queries import Queries

TODAY = date(2026, 1, 1)


def told(code: str | None = None) -> float | None:
    """What the process's metrics say of the fund now."""
    name = "salwatch_open_exceptions" if code else "salwatch_ledger_imbalance"
    return REGISTRY.get_sample_value(name, {"service": "funds", "ledger": FUND, **({"code": code} if code else {})})


async def states(world: World) -> list[fund_state.State]:
    queries: Queries = world.app.state.services.queries
    return [row.state for row in await queries.all(fund_state.State)]


async def test_a_shortfall_is_told_until_it_is_settled_and_the_ledger_balances_all_the_while(world: World) -> None:
    await established(world)
    await deposited(world, "DE", "1000.00")
    await approved(world, "900.00")
    watching.observe(await states(world), TODAY)
    assert (told(), told("reservations_uncovered"), told("cash_overdrawn")) == (0, 0, 0)
    charge = on("2020-05-01", kind="bank_charges", amount="123.45")
    posted = await ok(await world["agent_MPTFO"].post(f"{PATH}/entries", json=charge), 201)
    watching.observe(await states(world), TODAY)
    assert (await money(world))["available"] < 0
    assert (told(), told("cash_overdrawn")) == (0, 0)
    assert told("reservations_uncovered") == 2  # of the whole fund, and of money without an earmark
    await ok(await world["agent_MPTFO"].post(f"{PATH}/reversals", json=on("2020-05-02", fact=posted["id"])), 201)
    watching.observe(await states(world), TODAY)
    assert (told(), told("reservations_uncovered")) == (0, 0)


async def test_an_account_that_is_out_by_a_cent_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await established(world)
    await deposited(world, "DE", "1000.00")
    (fund,) = await states(world)
    monkeypatch.setattr(watching, "postings", lambda state: [])
    assert watching.discrepancy(fund) == 990  # what is held and nowhere posted


async def test_every_fund_is_looked_at_again_and_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.01)
    await established(world)
    looked = 0

    async def funds() -> list[fund_state.State]:
        nonlocal looked
        looked += 1
        if looked == 2:
            raise ConnectionError("the database is away")
        return await states(world)

    async with watching.ledgers_watched(funds, lambda: TODAY):

        async def thrice() -> bool:
            return looked >= 3

        await eventually(thrice, within=10)
    count = looked
    await asyncio.sleep(0.05)
    assert looked == count

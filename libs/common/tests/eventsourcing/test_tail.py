"""The tail: wakes whoever waits, whatever happens to its connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from account import ACCOUNT, TELLER, Deposit, write_side

from common.eventsourcing.tail import Tail
from common.kernel.ids import new_id
from common.testing.eventually import eventually
from common.write_side import Intent, Unit, WriteSide


@pytest.fixture
async def side(log_database: str) -> AsyncIterator[WriteSide]:
    async with write_side(log_database) as write:
        yield write


async def deposit(side: WriteSide) -> int:
    return (await side.execute(Unit([Intent(ACCOUNT, new_id(), Deposit(1))], TELLER))).position


async def listening(tail: Tail, dsn: str) -> int:
    """The server process of the tail's connection, once it listens."""
    connection = await asyncpg.connect(dsn)

    async def backend() -> Any:
        return await connection.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'tail' AND query LIKE 'SELECT head%'"
        )

    try:
        pid: int = await eventually(backend)
        return pid
    finally:
        await connection.close()


@pytest.fixture
async def tail(log_database: str) -> AsyncIterator[Tail]:
    async def connect() -> asyncpg.Connection[Any]:
        return await asyncpg.connect(log_database, server_settings={"application_name": "tail"})

    async with Tail(connect) as running:
        await listening(running, log_database)
        yield running


@pytest.fixture
def never_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.eventsourcing.tail.POLL_SECONDS", 3_600)


@pytest.mark.usefixtures("never_polls")
async def test_many_waiters_wake_together_without_a_poll(tail: Tail, side: WriteSide) -> None:
    waiters = [asyncio.create_task(tail.wait(0, 20)) for _ in range(50)]
    await asyncio.sleep(0.05)
    await deposit(side)
    assert all(await asyncio.gather(*waiters))
    assert tail.head == 1


async def test_waiting_in_vain_ends(tail: Tail, side: WriteSide) -> None:
    position = await deposit(side)
    assert await tail.wait(position - 1, 5)
    assert not await tail.wait(position, 0.1)
    assert not await tail.wait(position, 0)


async def test_what_has_happened_needs_no_waiting(tail: Tail, side: WriteSide) -> None:
    await tail.wait(await deposit(side) - 1, 5)
    assert await tail.wait(0, 0)


async def test_a_killed_connection_is_opened_again(tail: Tail, side: WriteSide, log_database: str) -> None:
    first = await listening(tail, log_database)
    killer = await asyncpg.connect(log_database)
    await killer.execute("SELECT pg_terminate_backend($1)", first)
    await killer.close()
    position = await deposit(side)
    assert await tail.wait(position - 1, 10)
    assert await listening(tail, log_database) != first


async def test_a_notification_that_was_lost_is_made_up_for_by_the_poll(tail: Tail, log_database: str) -> None:
    connection = await asyncpg.connect(log_database)
    await connection.execute("UPDATE event_log SET head = 7")  # nobody notifies
    await connection.close()
    assert await tail.wait(6, 5)


async def test_a_database_that_is_away_at_the_start_is_waited_for(side: WriteSide, log_database: str) -> None:
    attempts = 0

    async def connect() -> asyncpg.Connection[Any]:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ConnectionRefusedError
        return await asyncpg.connect(log_database)

    async with Tail(connect) as late:
        await deposit(side)
        assert await late.wait(0, 10)

"""CPU per event of two workers on one topic ÷ of one: what a second worker adds to the work, not to the speed, which
two cores cannot show."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import uvloop
from broker import DECLARED, broker, relay, worker
from bulk import push_lines
from rounds import cpu_seconds, record
from stage import Stage, migrated, stage

from common.messaging.kafka import administration
from common.messaging.kafka.access import KafkaAccess

LINES = 20_000
ROUNDS = 5


async def main() -> None:
    with broker() as bootstrap:
        async with stage() as running:
            await administration.apply(KafkaAccess(bootstrap), DECLARED)
            dsn = migrated(running.postgres, "reporting")
            ratios = []
            for _ in range(ROUNDS):
                one = await _cpu_per_event(running, dsn, bootstrap, 1)
                two = await _cpu_per_event(running, dsn, bootstrap, 2)
                ratios.append(two / one)
            note = f"the last round: {two * 1e6:.0f} µs; {one * 1e6:.0f} µs"
            record("CPU per event, two workers", "one", ratios, must_reach="<= 1.15", note=note)


async def _cpu_per_event(running: Stage, dsn: str, bootstrap: str, workers: int) -> float:
    """Seconds of the workers' CPU while a push comes in, from when they read the topic."""
    async with AsyncExitStack() as stack:
        stack.enter_context(relay(running, bootstrap))
        pids = tuple(stack.enter_context(worker(running, dsn, bootstrap)) for _ in range(workers))
        connection = await asyncpg.connect(dsn)
        stack.push_async_callback(connection.close)
        await _visible(connection, await _head(running), "partition <> 'feed'")
        await asyncio.sleep(8)  # until the group has settled
        before = cpu_seconds(pids)
        await push_lines(running, LINES)
        await _visible(connection, await _head(running))
        return (cpu_seconds(pids) - before) / LINES


async def _head(running: Stage) -> int:
    connection = await asyncpg.connect(running.postgres.dsn("incidents"))
    head: int = await connection.fetchval("SELECT head FROM event_log")
    await connection.close()
    return head


async def _visible(connection: asyncpg.Connection, position: int, where: str = "true") -> None:
    async with asyncio.timeout(300):
        while not await connection.fetchval(
            f"SELECT coalesce(min(position) >= $1 AND bool_and({where}), false) FROM checkpoint",  # noqa: S608
            position,
        ):
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    uvloop.run(main())

"""What an atomic push of 10,000 lines does to single posts: their p99 meanwhile ÷ without it, and how long the push
holds the log's lock. 64 callers would queue behind each other, so posts come one after the other from a few."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable

import asyncpg
import msgspec
import uvloop
from callers import Connection
from lines import lines, ndjson
from rounds import record
from stage import Stage, stage

from common.kernel.ids import new_id

LINES = 10_000
ROUNDS = 5
POSTERS = 4
QUIET_SECONDS = 3.0
LOCK = """SELECT (pid, virtualtransaction)::text FROM pg_locks
    WHERE locktype = 'advisory' AND objid = 7301001 AND granted"""


async def main() -> None:
    async with stage() as running:
        ratios, holds, quiet, pushed = [], [], [], []
        await _push(running)
        for _ in range(ROUNDS):
            quiet.append(_p99(await _posts_during(running, asyncio.sleep(QUIET_SECONDS))))
            times, hold = await asyncio.gather(
                _posts_during(running, pushing := _task(running)), _held(running, pushing)
            )
            pushed.append(_p99(times))
            holds.append(hold)
            ratios.append(pushed[-1] / quiet[-1])
        seen = f"with: {statistics.median(pushed):.0f} ms; without: {statistics.median(quiet):.0f} ms"
        record(f"p99 of single posts during an atomic push of {LINES:,} lines", "without", ratios, note=seen)
        record(
            f"hold of the log's lock by an atomic push of {LINES:,} lines", "–", holds, must_reach="<= 1.5", unit="s"
        )


def _task(running: Stage) -> asyncio.Task[None]:
    return asyncio.create_task(_push(running))


async def _push(running: Stage) -> None:
    connection = await Connection.open(running.incidents.port)
    headers = {**_headers(running), "Content-Type": "application/x-ndjson"}
    status = await connection.post("/v1/incidents:batch?mode=atomic", headers, ndjson(LINES))
    connection.close()
    assert status in (200, 201), status


async def _posts_during(running: Stage, work: Awaitable[object]) -> list[float]:
    """Milliseconds of every post sent until `work` was done."""
    working = asyncio.ensure_future(work)
    times: list[float] = []

    async def poster() -> None:
        connection = await Connection.open(running.incidents.port)
        headers = {"Content-Type": "application/json"}
        for line in lines(10**9):
            if working.done():
                break
            started = time.perf_counter()
            status = await connection.post("/v1/incidents", {**_headers(running), **headers}, msgspec.json.encode(line))
            assert status == 201, status
            times.append((time.perf_counter() - started) * 1000)
        connection.close()

    await asyncio.gather(working, *(poster() for _ in range(POSTERS)))
    return times


async def _held(running: Stage, pushing: asyncio.Task[None]) -> float:
    """Seconds of the longest time that the lock was seen held without a break by one backend, looking each few ms."""
    watcher = await asyncpg.connect(running.postgres.dsn("incidents"))
    longest, since, holder = 0.0, 0.0, None
    while not pushing.done():
        pid = await watcher.fetchval(LOCK)
        now = time.perf_counter()
        if pid != holder:
            since, holder = now, pid
        elif pid is not None:
            longest = max(longest, now - since)
        await asyncio.sleep(0.005)
    await watcher.close()
    return longest


def _headers(running: Stage) -> dict[str, str]:
    return {"Authorization": running.agency, "Idempotency-Key": str(new_id())}


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


if __name__ == "__main__":
    uvloop.run(main())

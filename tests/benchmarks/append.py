"""The write side without HTTP (load, fold, decide, serialise, append), ÷ the PyPI library `eventsourcing` on the same
PostgreSQL with an equal event; each event starts a stream."""

from __future__ import annotations

import gc
from collections.abc import Callable

import asyncpg
import uvloop
from rounds import Side, compare
from stage import durable_postgres
from stores import Callers, eventsourcing
from things import CODEC, call_for, create_log, new_things, new_things_with_key

from common.write_side import Unit, WriteSide

SECONDS = 1.5
THREADS = (1, 2, 4, 8, 16, 32, 64)
CASES = ((64, 1, ">= 8"), (8, 100, ">= 2"))  # callers, events in a call, what is asked for without keys


async def main() -> None:
    with durable_postgres() as postgres:
        dsn = await create_log(postgres, "log")
        postgres.create_database("eventsourcing")
        async with (
            eventsourcing(postgres.dsn("eventsourcing")) as theirs,
            WriteSide(lambda: asyncpg.connect(dsn), CODEC) as ours,
        ):
            gc.freeze()  # as `serve` does
            for callers, size, asked in CASES:
                best = await theirs.best(size, THREADS)
                await _compare(ours, new_things, callers, size, theirs, best, asked)
                await _compare(ours, new_things_with_key, callers, size, theirs, best, None)


async def _compare(
    ours: WriteSide,
    unit: Callable[[int], Unit],
    callers: int,
    size: int,
    theirs: Callers,
    threads: int,
    asked: str | None,
) -> None:
    async def append(size: int) -> None:
        await ours.execute(unit(size))

    keys = "with" if unit is new_things_with_key else "without"
    await compare(
        f"append through the write side, {callers} callers, {size} in a call, {keys} idempotency keys",
        Side("write side", lambda: call_for(SECONDS, callers, size, append)),
        Side(f"`eventsourcing`, {threads} threads", lambda: theirs.run(threads, size, SECONDS), theirs.pid),
        must_reach=asked,
    )


if __name__ == "__main__":
    uvloop.run(main())

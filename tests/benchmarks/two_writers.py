"""CPU per event of two processes that write to one log at once, ÷ one process: Python's and all of PostgreSQL's.

`two_writers.py DSN` is such a process; it answers a line "callers size seconds" like the callers of other stores."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import AsyncExitStack

import asyncpg
import uvloop
from rounds import Side, compare
from stage import durable_postgres
from stores import Callers, callers
from things import CODEC, call_for, create_log, new_things

from common.write_side import WriteSide

SECONDS = 1.5


async def main() -> None:
    with durable_postgres() as postgres:
        dsn = await create_log(postgres, "log")
        async with AsyncExitStack() as stack:
            one, other = [await stack.enter_async_context(callers(sys.executable, __file__, dsn)) for _ in range(2)]
            for count, size in ((64, 1), (8, 100)):
                await compare(
                    f"append, CPU per event, two processes of {count} callers each, {size} in a call",
                    Side("two", lambda c=count, s=size: _both(one, other, c, s), (one.pid, other.pid, postgres.pid())),
                    Side("one", lambda c=count, s=size: one.run(c, s, SECONDS), (one.pid, postgres.pid())),
                    of="cpu",
                    must_reach="<= 1.15",
                )


async def _both(one: Callers, other: Callers, count: int, size: int) -> int:
    return sum(await asyncio.gather(*(process.run(count, size, SECONDS) for process in (one, other))))


async def serve(dsn: str) -> None:
    async with WriteSide(lambda: asyncpg.connect(dsn), CODEC) as write_side:

        async def append(size: int) -> None:
            await write_side.execute(new_things(size))

        gc.freeze()
        while line := await asyncio.to_thread(sys.stdin.readline):
            count, size, seconds = line.split()
            print(await call_for(float(seconds), int(count), int(size), append), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]) if len(sys.argv) > 1 else main())

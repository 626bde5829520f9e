"""The write side without HTTP: one event per command, appended by 64 callers or in batches, ÷ the same JSON inserted
into a table with one index, a transaction per row or one `unnest` per batch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from rounds import Side, compare
from stage import durable_postgres

from common.eventsourcing.codec import Codec
from common.kernel.decider import Decider, Decision
from common.kernel.ids import new_id
from common.write_side import Actor, Aggregate, Intent, Unit, WriteSide

CALLERS = 64
SECONDS = 1.5
BATCH = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of about 250 bytes."""

    what: str = "x" * 220


def _decide(_: object, state: int) -> Decision[Seen]:
    return Decision((Seen(),))


def _evolve(state: int, _: Seen) -> int:
    return state + 1


THING = Aggregate("thing", Decider(0, _evolve, _decide))
CODEC: Codec[Any] = Codec("bench", (Seen,))
ROW = CODEC.encode(Seen()).data


async def main() -> None:
    with durable_postgres() as postgres:
        postgres.create_database("log")
        dsn = postgres.dsn("log")
        async with (
            asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool,
            WriteSide(lambda: asyncpg.connect(dsn), CODEC) as write_side,
        ):
            for script in ("schema.sql", "append.sql"):
                await pool.execute((files("common.eventsourcing") / script).read_text())
            await pool.execute("CREATE TABLE plain (id uuid PRIMARY KEY, data jsonb NOT NULL)")
            await _compare(write_side, pool)


async def _compare(write_side: WriteSide, pool: asyncpg.Pool[Any]) -> None:
    async def append(size: int) -> None:
        await write_side.execute(Unit([Intent(THING, new_id(), None) for _ in range(size)], Actor("bench")))

    async def insert(size: int) -> None:
        ids: list[UUID] = [new_id() for _ in range(size)]
        await pool.execute("INSERT INTO plain SELECT * FROM unnest($1::uuid[], $2::jsonb[])", ids, [ROW] * size)

    for callers, size in ((CALLERS, 1), (1, BATCH)):
        title = f"the log alone, {callers} callers, {size} in a call"
        ours = Side("write side", lambda c=callers, s=size: _repeat(append, c, s))
        await compare(title, ours, Side("plain insert", lambda c=callers, s=size: _repeat(insert, c, s)))


async def _repeat(call: Callable[[int], Awaitable[None]], callers: int, size: int) -> int:
    end = asyncio.get_running_loop().time() + SECONDS

    async def caller() -> int:
        count = 0
        while asyncio.get_running_loop().time() < end:
            await call(size)
            count += size
        return count

    return sum(await asyncio.gather(*(caller() for _ in range(callers))))


if __name__ == "__main__":
    uvloop.run(main())

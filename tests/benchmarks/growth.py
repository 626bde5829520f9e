"""What appending costs at 10 million events in the log, ÷ at 100,000: two databases, taking turns.

The logs are filled by SQL, four events to a stream. Ids are random as those of incidents are: they land anywhere in
the index of the streams, which at 10 million no longer fits into the buffers.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import uvloop
from rounds import Side, compare
from stage import durable_postgres
from things import BODY, CODEC, Seen, call_for, create_log, new_things

from common.testing.postgres import EmbeddedPostgres
from common.write_side import WriteSide

FEW, MANY = 100_000, 10_000_000
STEP = 1_000_000
SECONDS = 1.5
FILL = """
WITH made AS (SELECT n, md5((n / 4)::text)::uuid AS stream FROM generate_series($1::bigint, $2::bigint) n),
     streams AS (INSERT INTO stream SELECT stream, 'thing', 4 FROM made WHERE n % 4 = 0)
INSERT INTO event
SELECT n + 1, md5('e' || n)::uuid, stream, n % 4 + 1, $3, 1, $4::text::jsonb, now(), now(), 'bench' FROM made
"""


async def main() -> None:
    with durable_postgres() as postgres:
        async with _filled(postgres, "few", FEW) as few, _filled(postgres, "many", MANY) as many:
            gc.freeze()
            for callers, size in ((64, 1), (8, 100)):
                sides = [_side(f"{events:,} events", log, callers, size) for events, log in ((MANY, many), (FEW, few))]
                await compare(
                    f"append at {MANY:,} events in the log, time, {callers} callers, {size} in a call",
                    *sides,
                    of="time",
                    must_reach="<= 1.5",
                    rounds=9,
                )


def _side(name: str, log: WriteSide, callers: int, size: int) -> Side:
    async def append(size: int) -> None:
        await log.execute(new_things(size, uuid4))

    return Side(name, lambda: call_for(SECONDS, callers, size, append))


@asynccontextmanager
async def _filled(postgres: EmbeddedPostgres, name: str, events: int) -> AsyncIterator[WriteSide]:
    dsn = await create_log(postgres, name)
    connection = await asyncpg.connect(dsn)
    stored = CODEC.encode(Seen(BODY))
    await connection.execute("SET synchronous_commit = off")
    for start in range(0, events, STEP):
        await connection.execute(FILL, start, min(start + STEP, events) - 1, stored.type, stored.data)
    await connection.execute("UPDATE event_log SET head = $1", events)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CHECKPOINT")
    await connection.close()
    async with WriteSide(lambda: asyncpg.connect(dsn), CODEC) as write_side:
        yield write_side


if __name__ == "__main__":
    uvloop.run(main())

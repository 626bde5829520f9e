"""The aggregate of the benchmarks of the log: small, with one event of about 250 bytes and no read model of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg

from common.eventsourcing.codec import Codec
from common.kernel.decider import Decider, Decision
from common.kernel.ids import new_id
from common.testing.postgres import EmbeddedPostgres
from common.write_side import Actor, Aggregate, Answer, IdempotencyKey, Intent, Unit

ACTOR = Actor("bench")


@dataclass(frozen=True, slots=True)
class Seen:
    what: str


BODY = "x" * 220
THING = Aggregate("thing", Decider(0, lambda state, _: state + 1, lambda body, _: Decision((Seen(body),))))
CODEC: Codec[Any] = Codec("bench", (Seen,))


async def create_log(postgres: EmbeddedPostgres, name: str) -> str:
    """The DSN of a new database that holds an event log."""
    postgres.create_database(name)
    connection = await asyncpg.connect(postgres.dsn(name))
    for script in ("schema.sql", "append.sql"):
        await connection.execute((files("common.eventsourcing") / script).read_text())
    await connection.close()
    return postgres.dsn(name)


def new_things(size: int, make_id: Callable[[], UUID] = new_id) -> Unit:
    """A unit of as many new streams of one event."""
    return Unit([Intent(THING, make_id(), BODY) for _ in range(size)], ACTOR)


def new_things_with_key(size: int) -> Unit:
    key = IdempotencyKey("bench", "POST /things", str(new_id()), b"d" * 32)
    answer = Answer(201, {"etag": '"1"'}, "{}")
    return Unit([Intent(THING, new_id(), BODY) for _ in range(size)], ACTOR, key=key, answer=lambda _: answer)


async def call_for(seconds: float, callers: int, size: int, call: Callable[[int], Awaitable[object]]) -> int:
    """How many items so many callers got done, `size` in a call."""
    end = asyncio.get_running_loop().time() + seconds

    async def caller() -> int:
        count = 0
        while asyncio.get_running_loop().time() < end:
            await call(size)
            count += size
        return count

    return sum(await asyncio.gather(*(caller() for _ in range(callers))))

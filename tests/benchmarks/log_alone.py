"""The log's append alone, group commit of 64 callers whose events are ready, ÷ message-db and UmaDB; and the write side
÷ a plain insert without any of a log's guarantees. Every append names the version it expects: a new stream."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from rounds import Side, compare
from stage import durable_postgres
from stores import create_message_db, umadb
from things import ACTOR, BODY, CODEC, Seen, call_for, create_log, new_things

from common.eventsourcing.writer import Appended, AppendUnit, StreamAppend, append
from common.kernel.ids import new_id
from common.testing.postgres import EmbeddedPostgres
from common.write_side import WriteSide

CALLERS = 64
CATEGORIES = 32
SECONDS = 1.5
BATCH = 500
EVENT = CODEC.encode(Seen(BODY))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
THREADS = (8, 16, 32, 64)


class GroupCommit:
    """What waits is appended together, by one task on one connection: the log without loading and deciding."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection
        self._waiting: list[tuple[AppendUnit, asyncio.Future[Appended]]] = []
        self._wake = asyncio.Event()

    async def append_new(self, size: int) -> None:
        future = asyncio.get_running_loop().create_future()
        appends = [StreamAppend(new_id(), "thing", 0, [EVENT]) for _ in range(size)]
        self._waiting.append((AppendUnit(appends, ACTOR, NOW), future))
        self._wake.set()
        await future

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            appended = await append(self._connection, [unit for unit, _ in batch])
            for (_, future), status in zip(batch, appended.statuses, strict=True):
                assert status == "ok"
                future.set_result(appended)


async def main() -> None:
    with durable_postgres() as postgres:
        await _against_stores(postgres)
        await _against_plain_inserts(postgres)


async def _against_stores(postgres: EmbeddedPostgres) -> None:
    connection = await asyncpg.connect(await create_log(postgres, "log"))
    log = GroupCommit(connection)
    running = asyncio.create_task(log.run())
    postgres.create_database("message_db")
    path = {"search_path": "message_store,public"}
    title = f"the log's append alone, {CALLERS} callers"
    ours = Side("log", lambda: call_for(SECONDS, CALLERS, 1, log.append_new))
    async with asyncpg.create_pool(
        postgres.dsn("message_db"), min_size=CALLERS, max_size=CALLERS, server_settings=path
    ) as pool:
        await create_message_db(pool)
        names = itertools.cycle(range(CATEGORIES))

        async def write(_: int) -> None:
            stream = f"thing{next(names)}-{new_id()}"
            await pool.execute(
                "SELECT write_message($1, $2, $3, $4::jsonb, NULL, -1)", str(new_id()), stream, "Seen", EVENT.data
            )

        tried = {callers: await call_for(1.0, callers, 1, write) for callers in THREADS}
        best = max(tried, key=lambda callers: tried[callers])
        theirs = Side(
            f"message-db, {CATEGORIES} categories, {best} connections", lambda: call_for(SECONDS, best, 1, write)
        )
        await compare(title, ours, theirs, must_reach=">= 1.5")
    async with umadb() as callers:
        best = await callers.best(1, THREADS)
        theirs = Side(f"UmaDB, {best} threads", lambda: callers.run(best, 1, SECONDS), callers.pid)
        await compare(title, ours, theirs, must_reach=">= 1.5")
    running.cancel()
    await connection.close()


async def _against_plain_inserts(postgres: EmbeddedPostgres) -> None:
    dsn = await create_log(postgres, "write_side")
    async with (
        asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool,
        WriteSide(lambda: asyncpg.connect(dsn), CODEC) as write_side,
    ):
        await pool.execute("CREATE TABLE plain (id uuid PRIMARY KEY, data jsonb NOT NULL)")

        async def through(size: int) -> None:
            await write_side.execute(new_things(size))

        async def insert(size: int) -> None:
            ids: list[UUID] = [new_id() for _ in range(size)]
            await pool.execute(
                "INSERT INTO plain SELECT * FROM unnest($1::uuid[], $2::jsonb[])", ids, [EVENT.data] * size
            )

        for callers, size, name in ((CALLERS, 1, "a row and transaction each"), (1, BATCH, "one `unnest` each")):
            ours = Side("write side", lambda c=callers, s=size: call_for(SECONDS, c, s, through))
            plain = Side(f"plain insert, {name}", lambda c=callers, s=size: call_for(SECONDS, c, s, insert))
            await compare(f"write side, {callers} callers, {size} in a call", ours, plain)


if __name__ == "__main__":
    uvloop.run(main())

"""The torture of the log: writers that sleep inside their transactions and are killed, a reader that follows them.

Three schemes run the same writers, killer and reader. Ours delivers every (stream, version) once and in order and
misses no position. The two that most published libraries use do not: "order by id" skips what commits late, and
"(xid, position)" reads a stream's events in the wrong order when a transaction took its xid early.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from account import CODEC, TELLER, Deposited

from common.eventsourcing.log import EventLog
from common.eventsourcing.writer import ANY_VERSION, AppendUnit, StreamAppend, append
from common.kernel.clock import utc_now
from common.kernel.ids import new_id
from common.testing.eventually import eventually

SEED = 20201118
STREAMS = [new_id() for _ in range(12)]
WRITERS = 10
ROUNDS = 30

Read = tuple[UUID, int]
Connection: TypeAlias = "asyncpg.Connection[Any]"


class Scheme(Protocol):
    """How events are written within a transaction, and how a reader follows. A cursor is opaque to the test."""

    async def create(self, connection: Connection) -> None: ...

    async def append(self, connection: Connection, streams: list[UUID], pause: Any) -> None: ...

    async def read(self, connection: Connection, cursor: Any) -> tuple[list[Read], Any]: ...

    async def stored(self, connection: Connection) -> list[Read]: ...


class Gapless:
    """Ours: positions are taken under the lock that the commit holds."""

    async def create(self, connection: Connection) -> None:
        """The fixture's database has it."""

    async def append(self, connection: Connection, streams: list[UUID], pause: Any) -> None:
        await connection.execute("SELECT pg_current_xact_id()")  # the xid is taken early, as an idempotency row would
        await pause()
        await append(connection, [_unit(stream) for stream in streams])
        await pause()

    async def read(self, connection: Connection, cursor: Any) -> tuple[list[Read], Any]:
        events = await EventLog(connection, CODEC).read(cursor or 0, 100)  # asserts contiguity
        return [(e.stream, e.version) for e in events], events[-1].position if events else cursor

    async def stored(self, connection: Connection) -> list[Read]:
        rows = await connection.fetch("SELECT stream_id, version FROM event ORDER BY position")
        return [(row["stream_id"], row["version"]) for row in rows]


class OrderById:
    """A serial number taken before the commit; the reader goes on from the highest it has seen."""

    follow = "SELECT id, stream, version FROM plain WHERE id > $1 ORDER BY id LIMIT 100"

    async def create(self, connection: Connection) -> None:
        await connection.execute(
            "CREATE TABLE plain (id bigserial PRIMARY KEY, xid xid8 DEFAULT pg_current_xact_id(), stream uuid,"
            " version int, UNIQUE (stream, version))"
        )

    async def append(self, connection: Connection, streams: list[UUID], pause: Any) -> None:
        await connection.execute("SELECT pg_current_xact_id()")
        await pause()
        for stream in sorted(streams):
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", str(stream))
            await connection.execute(
                "INSERT INTO plain (stream, version)"
                " SELECT $1, coalesce(max(version), 0) + 1 FROM plain WHERE stream = $1",
                stream,
            )
        await pause()

    async def read(self, connection: Connection, cursor: Any) -> tuple[list[Read], Any]:
        rows = await connection.fetch(self.follow, *(cursor or self.start))
        return [(row["stream"], row["version"]) for row in rows], self.at(rows[-1]) if rows else cursor

    start: tuple[int, ...] = (0,)

    def at(self, row: asyncpg.Record) -> tuple[int, ...]:
        return (row["id"],)

    async def stored(self, connection: Connection) -> list[Read]:
        rows = await connection.fetch("SELECT stream, version FROM plain")
        return [(row["stream"], row["version"]) for row in rows]


class XidAndPosition(OrderById):
    """Ordered by the transaction's id, below the oldest that is still running: nothing is skipped, but order breaks."""

    follow = (
        "SELECT id, xid::text::bigint AS xid, stream, version FROM plain"
        " WHERE (plain.xid, id) > ($1::bigint::text::xid8, $2) AND plain.xid < pg_snapshot_xmin(pg_current_snapshot())"
        " ORDER BY plain.xid, id LIMIT 100"
    )
    start = (0, 0)

    def at(self, row: asyncpg.Record) -> tuple[int, ...]:
        return (row["xid"], row["id"])


@dataclass(slots=True)
class Witness:
    """What a reader was given, against what is stored in the end."""

    delivered: list[Read] = field(default_factory=list)
    acknowledged: int = 0
    killed: int = 0

    def doubled(self) -> int:
        return sum(count - 1 for count in Counter(self.delivered).values())

    def missing(self, stored: list[Read]) -> int:
        return len(set(stored) - set(self.delivered))

    def out_of_order(self) -> int:
        last: dict[UUID, int] = {}
        wrong = 0
        for stream, version in self.delivered:
            wrong += version < last.get(stream, 0)
            last[stream] = max(version, last.get(stream, 0))
        return wrong


def _unit(stream: UUID) -> AppendUnit:
    events = [CODEC.encode(Deposited(1))]
    return AppendUnit([StreamAppend(stream, "account", ANY_VERSION, events)], TELLER, utc_now())


async def _write(dsn: str, scheme: Scheme, number: int, witness: Witness) -> None:
    chance = random.Random(SEED + number)

    async def pause() -> None:
        await asyncio.sleep(chance.choice([0, 0, 0.001, 0.005, 0.02]))

    connection: Connection | None = None
    for _ in range(ROUNDS):
        streams = chance.sample(STREAMS, chance.choice([1, 1, 1, 5]))
        try:
            if connection is None:
                connection = await asyncpg.connect(dsn, server_settings={"application_name": "torture-writer"})
            async with connection.transaction():
                await scheme.append(connection, streams, pause)
            witness.acknowledged += len(streams)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
            witness.killed += 1
            connection = None
    if connection is not None:
        connection.terminate()  # it may have been killed by now, and a farewell would fail


async def _kill(connection: Connection) -> None:
    while True:
        await asyncio.sleep(0.05)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname ="
            " current_database() AND application_name = 'torture-writer' ORDER BY random() LIMIT 1) one"
        )


async def _follow(dsn: str, scheme: Scheme, witness: Witness, writing: asyncio.Event) -> None:
    """Reads on and on, and once more to the end after the last writer has gone."""
    connection = await asyncpg.connect(dsn)
    cursor: Any = None
    while True:
        last_round = not writing.is_set()
        events, cursor = await scheme.read(connection, cursor)
        witness.delivered += events
        if not events and last_round:
            break
        if not events:
            await asyncio.sleep(0.001)
    await connection.close()


async def _all_gone(connection: Connection) -> Any:
    """What a killed writer had begun still counts as running until its process has ended."""
    return await connection.fetchval(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'torture-writer'"
    )


async def torture(dsn: str, scheme: Scheme) -> tuple[Witness, list[Read]]:
    witness, writing = Witness(), asyncio.Event()
    observer = await asyncpg.connect(dsn)
    await scheme.create(observer)
    writing.set()
    reader = asyncio.create_task(_follow(dsn, scheme, witness, writing))
    assassin = await asyncpg.connect(dsn)
    killer = asyncio.create_task(_kill(assassin))
    await asyncio.gather(*(_write(dsn, scheme, n, witness) for n in range(WRITERS)))
    killer.cancel()
    assassin.terminate()
    await eventually(lambda: _all_gone(observer))
    writing.clear()
    await reader
    stored = await scheme.stored(observer)
    await observer.close()
    return witness, stored


@pytest.fixture
async def observer(log_database: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(log_database)
    yield connection
    await connection.close()


async def test_our_log_delivers_everything_once_and_in_order(log_database: str, observer: Connection) -> None:
    witness, stored = await torture(log_database, Gapless())
    assert witness.killed > 0
    assert len(stored) >= witness.acknowledged > 0
    assert witness.delivered == stored
    assert (witness.missing(stored), witness.doubled(), witness.out_of_order()) == (0, 0, 0)
    assert await observer.fetchval("SELECT max(position) = count(*) AND min(position) = 1 FROM event")
    assert await observer.fetchval("SELECT head FROM event_log") == len(stored)


async def test_a_reader_that_follows_a_serial_number_skips_late_commits(log_database: str) -> None:
    witness, stored = await torture(log_database, OrderById())
    assert witness.missing(stored) > 0


async def test_a_reader_below_the_oldest_running_transaction_breaks_the_order(log_database: str) -> None:
    witness, stored = await torture(log_database, XidAndPosition())
    assert witness.missing(stored) == 0
    assert witness.out_of_order() > 0


async def test_a_position_is_not_readable_before_all_lower_ones_are(log_database: str) -> None:
    """The late commit, step by step: the second writer waits for the first, however long that takes."""
    slow, fast, reader = [await asyncpg.connect(log_database) for _ in range(3)]
    late = slow.transaction()
    await late.start()
    await append(slow, [_unit(STREAMS[0])])
    waiting = asyncio.create_task(append(fast, [_unit(STREAMS[1])]))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert await EventLog(reader, CODEC).read(0, 10) == []
    await late.commit()
    await waiting
    assert [e.stream for e in await EventLog(reader, CODEC).read(0, 10)] == [STREAMS[0], STREAMS[1]]
    for connection in (slow, fast, reader):
        await connection.close()


async def test_a_rolled_back_append_leaves_no_gap(log_database: str) -> None:
    connection = await asyncpg.connect(log_database)
    given_up = connection.transaction()
    await given_up.start()
    await append(connection, [_unit(STREAMS[0])])
    await given_up.rollback()
    await append(connection, [_unit(STREAMS[0])])
    (event,) = await EventLog(connection, CODEC).read(0, 10)
    assert (event.position, event.version) == (1, 1)
    await connection.close()

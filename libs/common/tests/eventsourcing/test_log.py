"""Reading the log: bounds, cursors, erasure, restores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from account import ACCOUNT, CODEC, TELLER, Deposit, Deposited, Note, Noted, write_side

from common.eventsourcing.cursor import Cursor, UnreadableCursor
from common.eventsourcing.log import EventLog, ForeignCursor, LogBroken
from common.eventsourcing.writer import ANY_VERSION, AppendUnit, StreamAppend, append
from common.kernel.clock import utc_now
from common.kernel.ids import derived_id, new_id
from common.kernel.text import ErasableText
from common.write_side import Intent, Unit, WriteSide


@pytest.fixture
async def pool(log_database: str) -> AsyncIterator[asyncpg.Pool[Any]]:
    async with asyncpg.create_pool(log_database, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
def log(pool: asyncpg.Pool[Any]) -> EventLog[Any]:
    return EventLog(pool, CODEC)


@pytest.fixture
async def side(log_database: str) -> AsyncIterator[WriteSide]:
    async with write_side(log_database) as write:
        yield write


async def deposit(side: WriteSide, stream: UUID, amount: int = 1) -> None:
    await side.execute(Unit([Intent(ACCOUNT, stream, Deposit(amount))], TELLER))


def unit(stream: UUID, expected: int, count: int = 1) -> AppendUnit:
    events = [CODEC.encode(Deposited(1)) for _ in range(count)]
    return AppendUnit([StreamAppend(stream, "account", expected, events)], TELLER, utc_now())


async def test_a_batch_gives_one_status_per_unit(pool: asyncpg.Pool[Any], log: EventLog[Any]) -> None:
    one, other = new_id(), new_id()
    async with pool.acquire() as connection:
        first = await append(connection, [unit(one, 0, 2), unit(other, 0)])
        second = await append(connection, [unit(one, 1), unit(one, 2), unit(other, ANY_VERSION), unit(other, 2)])
    assert first.statuses == ["ok", "ok"]
    assert second.statuses == ["conflict", "retry", "ok", "retry"]
    assert [(r.stream, r.version) for r in await log.read(0, 100)] == [(one, 1), (one, 2), (other, 1), (other, 2)]
    assert (await log.head()).position == 4


async def test_a_unit_of_several_streams_is_accepted_or_refused_as_a_whole(
    pool: asyncpg.Pool[Any], log: EventLog[Any]
) -> None:
    one, other = new_id(), new_id()
    async with pool.acquire() as connection:
        await append(connection, [unit(one, 0)])
        stale = AppendUnit([*unit(other, 0).appends, *unit(one, 0).appends], TELLER, utc_now())
        assert (await append(connection, [stale])).statuses == ["conflict"]
    assert await log.load(other) == []
    assert (await log.head()).position == 1


async def test_of_a_refused_unit_neither_words_nor_rows_are_kept(pool: asyncpg.Pool[Any]) -> None:
    stream, events = new_id(), [CODEC.encode(Noted(ErasableText.of("Words.")))]
    async with pool.acquire() as connection:
        await connection.execute(
            "CREATE TABLE seen (document jsonb); CREATE OR REPLACE FUNCTION inline_read_model(documents jsonb[],"
            " recorded timestamptz) RETURNS void LANGUAGE sql AS 'INSERT INTO seen SELECT unnest(documents)'"
        )
        refused, accepted = (
            AppendUnit([StreamAppend(of, "account", expected, events)], TELLER, utc_now(), {"seen": [{"kept": kept}]})
            for of, expected, kept in ((stream, 1, False), (new_id(), 0, True))
        )
        assert (await append(connection, [refused, accepted])).statuses == ["conflict", "ok"]
        assert await connection.fetchval("SELECT count(*) FROM event_text") == 1
        assert await connection.fetchval("SELECT count(*) FROM event_text WHERE stream_id = $1", stream) == 0
        assert await connection.fetchval("SELECT array_agg(document::text) FROM seen") == ['{"seen": [{"kept": true}]}']


async def test_instants_of_recording_never_go_back_where_the_clock_does(
    pool: asyncpg.Pool[Any], log: EventLog[Any]
) -> None:
    later = utc_now() + timedelta(days=1)
    async with pool.acquire() as connection:
        await append(connection, [unit(new_id(), 0)])
        await connection.execute("UPDATE event_log SET last_recorded_at = $1", later)
        await append(connection, [unit(new_id(), 0)])
    assert [event.recorded_at for event in await log.read(1, 10)] == [later]


async def test_a_stream_loads_up_to_a_version_a_time_and_a_position(side: WriteSide, log: EventLog[Any]) -> None:
    stream = new_id()
    for amount in (1, 2, 3):
        await deposit(side, stream, amount)
        await deposit(side, new_id())
    events = await log.load(stream)
    assert [e.event for e in events] == [Deposited(1), Deposited(2), Deposited(3)]
    assert [e.position for e in events] == [1, 3, 5]
    assert len(await log.load(stream, up_to_version=2)) == 2
    assert len(await log.load(stream, up_to_position=4)) == 2
    assert len(await log.load(stream, recorded_by=events[1].recorded_at)) == 2
    assert await log.load(stream, recorded_by=events[0].recorded_at - timedelta(microseconds=1)) == []


async def test_every_event_tells_who_when_and_why(side: WriteSide, log: EventLog[Any]) -> None:
    stream = derived_id("account", "a", "1")
    await deposit(side, stream)
    (event,) = await log.load(stream)
    assert (event.actor, event.version, event.type) == ("teller", 1, "bank.deposited")
    assert event.event_id.version == 7
    assert event.occurred_at <= utc_now()
    assert event.recorded_at.tzinfo is not None


async def test_words_lie_beside_the_event_and_can_be_erased(
    side: WriteSide, log: EventLog[Any], pool: asyncpg.Pool[Any]
) -> None:
    stream = new_id()
    note = ErasableText.of("a neighbour saw it")
    await side.execute(Unit([Intent(ACCOUNT, stream, Note(note))], TELLER))
    (event,) = await log.load(stream)
    assert event.event.note.body == "a neighbour saw it"
    stored = await pool.fetchval("SELECT string_agg(event::text, '') FROM event")
    assert "neighbour" not in stored
    assert "neighbour" not in repr(event)

    assert await log.erase_texts(stream) == 1
    (event,) = await log.load(stream)
    assert event.event == Noted(ErasableText.of("a neighbour saw it"))  # an erased text still knows its words
    assert event.event.note.body is None
    again = await side.execute(Unit([Intent(ACCOUNT, stream, Note(ErasableText.of("a neighbour saw it")))], TELLER))
    assert again.outcomes[0].events == ()
    assert await pool.fetchval("SELECT count(*) FROM event_text") == 0


async def test_a_cursor_of_this_log_is_good_and_one_of_another_is_not(side: WriteSide, log: EventLog[Any]) -> None:
    await deposit(side, new_id())
    (event,) = await log.read(0, 1)
    log_id = (await log.head()).log_id
    await log.check(Cursor(log_id, 0))
    await log.check(Cursor(log_id, 1, event.event_id))
    for foreign in (Cursor(new_id(), 0), Cursor(log_id, 1, new_id()), Cursor(log_id, 2, event.event_id)):
        with pytest.raises(ForeignCursor):
            await log.check(foreign)


async def test_after_a_restore_old_cursors_are_foreign(side: WriteSide, log: EventLog[Any]) -> None:
    await deposit(side, new_id())
    (event,) = await log.read(0, 1)
    before = await log.head()
    after = await log.restored()
    assert after.log_id != before.log_id
    assert (after.position, after.generation) == (1, 2)
    with pytest.raises(ForeignCursor):
        await log.check(Cursor(before.log_id, 1, event.event_id))


async def test_a_log_that_was_cut_and_grew_again_knows_an_old_cursor_by_its_event(
    side: WriteSide, log: EventLog[Any], pool: asyncpg.Pool[Any]
) -> None:
    for _ in range(5):
        await deposit(side, new_id())
    old = (await log.read(4, 1))[0]
    await pool.execute("DELETE FROM event WHERE position > 3")  # what a restore to an older copy leaves
    await pool.execute("UPDATE event_log SET head = 3")
    for _ in range(3):
        await deposit(side, new_id())
    with pytest.raises(ForeignCursor):
        await log.check(Cursor((await log.head()).log_id, 5, old.event_id))


async def test_a_missing_position_is_an_error_and_never_skipped(
    side: WriteSide, log: EventLog[Any], pool: asyncpg.Pool[Any]
) -> None:
    for _ in range(3):
        await deposit(side, new_id())
    await pool.execute("DELETE FROM event WHERE position = 2")
    with pytest.raises(LogBroken, match="position 2 is missing"):
        await log.read(0, 10)


@pytest.mark.parametrize("text", ["", "x", "ä", "A" * 53, "A" * 54 + "=", "A" * 55])
def test_what_is_not_a_cursor_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableCursor):
        Cursor.parse(text)


def test_a_cursor_survives_its_text() -> None:
    for cursor in (Cursor(new_id(), 0), Cursor(new_id(), 2**40, new_id())):
        assert Cursor.parse(str(cursor)) == cursor

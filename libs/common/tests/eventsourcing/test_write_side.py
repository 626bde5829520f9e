"""The write side against a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from account import ACCOUNT, CODEC, TELLER, Deposit, NothingToDeposit, write_side

from common.eventsourcing.log import EventLog
from common.eventsourcing.units import LostRace
from common.kernel.errors import StaleVersion
from common.kernel.ids import new_id
from common.write_side import (
    Answer,
    IdempotencyKey,
    Intent,
    KeyReused,
    Outcome,
    Overloaded,
    Refusal,
    Unavailable,
    Unit,
    WriteSide,
)


@pytest.fixture
async def database(log_database: str) -> AsyncIterator[asyncpg.Pool[Any]]:
    async with asyncpg.create_pool(log_database, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
async def side(log_database: str) -> AsyncIterator[WriteSide]:
    async with write_side(log_database) as write:
        yield write


def deposit(stream: UUID, amount: int = 1, **more: Any) -> Unit:
    return Unit([Intent(ACCOUNT, stream, Deposit(amount))], TELLER, **more)


def keyed(stream: UUID, key: str, digest: bytes = b"same", **intent: Any) -> Unit:
    def answer(outcomes: Sequence[Outcome]) -> Answer:
        return Answer(201, {"etag": str(outcomes[0].version)}, f'{{"version": {outcomes[0].version}}}')

    return Unit(
        [Intent(ACCOUNT, stream, Deposit(1), **intent)],
        TELLER,
        key=IdempotencyKey("me", "POST /deposits", key, digest),
        answer=answer,
    )


async def balance(pool: asyncpg.Pool[Any], stream: UUID) -> int:
    return sum(recorded.event.amount for recorded in await EventLog(pool, CODEC).load(stream))


async def test_fifty_concurrent_equal_requests_make_one_event_and_fifty_equal_answers(
    side: WriteSide, database: asyncpg.Pool[Any]
) -> None:
    stream = new_id()
    results = await asyncio.gather(*(side.execute(keyed(stream, "k1")) for _ in range(50)))
    first = [r for r in results if r.replayed is None]
    assert len(first) == 1
    assert {(r.replayed.status, r.replayed.body) for r in results if r.replayed} == {(201, '{"version": 1}')}
    assert {(r.position, r.recorded_at, r.log_id) for r in results} == {
        (first[0].position, first[0].recorded_at, first[0].log_id)
    }
    assert await balance(database, stream) == 1


async def test_equal_requests_to_two_processes_make_one_event(log_database: str, database: asyncpg.Pool[Any]) -> None:
    async with write_side(log_database) as one, write_side(log_database) as other:
        for n in range(20):
            stream = new_id()
            await asyncio.gather(*(s.execute(keyed(stream, f"k{n}")) for s in (one, other) for _ in range(5)))
            assert await balance(database, stream) == 1


async def test_a_key_is_bound_to_the_body_of_its_first_use(side: WriteSide) -> None:
    await side.execute(keyed(new_id(), "k1"))
    with pytest.raises(KeyReused):
        await side.execute(keyed(new_id(), "k1", digest=b"other"))


async def test_a_replay_is_answered_before_anything_is_decided_again(side: WriteSide) -> None:
    stream = new_id()
    await side.execute(keyed(stream, "k1", expected=0))
    result = await side.execute(keyed(stream, "k1", expected=0))  # its If-Match would be stale by now
    assert result.replayed is not None
    assert result.replayed.headers == {"etag": "1"}


async def test_a_refused_request_does_not_use_up_its_key(side: WriteSide) -> None:
    stream = new_id()
    with pytest.raises(StaleVersion):
        await side.execute(keyed(stream, "k1", expected=7))
    assert (await side.execute(keyed(stream, "k1", digest=b"mended"))).replayed is None


async def test_a_stale_version_is_refused_and_a_lost_race_is_decided_again(
    log_database: str, database: asyncpg.Pool[Any]
) -> None:
    stream = new_id()
    async with write_side(log_database, attempts=100) as one, write_side(log_database, attempts=100) as other:
        await asyncio.gather(*(side.execute(deposit(stream)) for _ in range(40) for side in (one, other)))
        assert await balance(database, stream) == 80
        with pytest.raises(StaleVersion):
            await one.execute(Unit([Intent(ACCOUNT, stream, Deposit(1), expected=79)], TELLER))
    assert await balance(database, stream) == 80


async def test_a_race_that_is_lost_again_and_again_is_told(log_database: str) -> None:
    stream, tries = new_id(), 0

    async with write_side(log_database) as other, write_side(log_database, attempts=3) as losing:

        async def others_are_faster(_: Any, commands: Sequence[Any]) -> Sequence[Any]:
            nonlocal tries
            tries += 1
            await other.execute(deposit(stream))
            return commands

        slow = replace(ACCOUNT, enrich=others_are_faster)
        with pytest.raises(LostRace):
            await losing.execute(Unit([Intent(slow, stream, Deposit(1))], TELLER))
    assert tries == 3


async def test_of_many_who_name_the_same_version_one_wins(log_database: str) -> None:
    stream = new_id()
    named = Unit([Intent(ACCOUNT, stream, Deposit(1), expected=0)], TELLER)
    async with write_side(log_database) as one, write_side(log_database) as other:
        results = await asyncio.gather(
            *(side.execute(named) for _ in range(10) for side in (one, other)), return_exceptions=True
        )
    assert sum(not isinstance(r, BaseException) for r in results) == 1
    assert sum(isinstance(r, StaleVersion) for r in results) == 19


async def test_a_command_on_a_stream_that_must_exist_is_not_found(side: WriteSide) -> None:
    with pytest.raises(Exception, match="Not found"):
        await side.execute(Unit([Intent(ACCOUNT, new_id(), Deposit(1), must_exist=True)], TELLER))


async def test_a_cancelled_request_still_lands(side: WriteSide, database: asyncpg.Pool[Any]) -> None:
    stream = new_id()
    task = asyncio.create_task(side.execute(deposit(stream)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await side.execute(deposit(new_id()))
    assert await balance(database, stream) == 1


async def test_a_full_queue_takes_nothing_more_and_recovers(log_database: str) -> None:
    async with write_side(log_database, queue_limit=10) as side:
        results = await asyncio.gather(*(side.execute(deposit(new_id())) for _ in range(100)), return_exceptions=True)
        assert sum(isinstance(r, Overloaded) for r in results) >= 80
        await side.execute(deposit(new_id()))


async def test_thousands_of_commands_take_as_many_statements_as_one(log_database: str) -> None:
    statements: list[str] = []

    async def connect() -> asyncpg.Connection[Any]:
        connection = await asyncpg.connect(log_database)
        connection.add_query_logger(lambda record: statements.append(record.query))
        return connection

    async def statements_for(unit: Unit) -> int:
        await asyncio.sleep(0.01)  # loggers are told a turn later
        statements.clear()
        await side.execute(unit)
        await asyncio.sleep(0.01)
        return len(statements)

    async with WriteSide(connect, CODEC) as side:
        await side.execute(deposit(new_id()))  # a new connection asks for the types first
        assert await statements_for(deposit(new_id())) == 2
        assert await statements_for(Unit([Intent(ACCOUNT, new_id(), Deposit(1)) for _ in range(3_000)], TELLER)) == 2


async def test_a_second_use_of_a_key_waits_for_the_next_batch(log_database: str) -> None:
    failed: list[Any] = []

    async def connect() -> asyncpg.Connection[Any]:
        connection = await asyncpg.connect(log_database)
        connection.add_query_logger(lambda record: failed.append(record.exception))
        return connection

    async with WriteSide(connect, CODEC) as side:
        await asyncio.gather(*(side.execute(keyed(new_id(), "k")) for _ in range(3)))
        await asyncio.sleep(0.01)  # loggers are told a turn later
    assert failed
    assert not any(failed), "together they would break the key's uniqueness, and the batch would be halved"


async def test_batches_that_are_on_their_way_together_share_no_stream(
    log_database: str, database: asyncpg.Pool[Any]
) -> None:
    streams = [new_id() for _ in range(50)]
    async with write_side(log_database, batch_limit=40, attempts=1) as side:  # whoever lost a race would fail
        await asyncio.gather(*(side.execute(deposit(stream)) for _ in range(10) for stream in streams))
        await asyncio.gather(*(side.execute(deposit(streams[n % 50])) for n in range(500)))
    assert await database.fetchval("SELECT count(*) FROM event") == 1_000


async def test_a_few_do_not_wait_for_a_big_batch_that_is_being_prepared(log_database: str) -> None:
    others_are_done = asyncio.Event()

    async def slow(_: Any, commands: Sequence[Any]) -> Sequence[Any]:
        await others_are_done.wait()
        return commands

    big = Unit([Intent(replace(ACCOUNT, enrich=slow), new_id(), Deposit(1)) for _ in range(20)], TELLER)
    async with write_side(log_database, batch_limit=10) as side:
        pushing = asyncio.create_task(side.execute(big))
        await asyncio.sleep(0.01)
        async with asyncio.timeout(10):
            await side.execute(deposit(new_id()))
            await side.execute(deposit(new_id()))
        assert not pushing.done()
        others_are_done.set()
        await pushing


async def test_several_commands_of_one_stream_in_a_unit_are_decided_in_order(
    side: WriteSide, database: asyncpg.Pool[Any]
) -> None:
    stream = new_id()
    result = await side.execute(Unit([Intent(ACCOUNT, stream, Deposit(n)) for n in (1, 2, 3)], TELLER))
    assert [(o.version, o.state.balance, o.created) for o in result.outcomes] == [
        (1, 1, True),
        (2, 3, False),
        (3, 6, False),
    ]
    assert await balance(database, stream) == 6


@pytest.mark.parametrize(
    ("refusal", "dry_run", "kept"),
    [(Refusal.KEEP_REST, False, 2), (Refusal.KEEP_NONE, False, 0), (Refusal.KEEP_REST, True, 0)],
)
async def test_what_a_refused_command_means_for_its_unit(
    side: WriteSide, database: asyncpg.Pool[Any], *, refusal: Refusal, dry_run: bool, kept: int
) -> None:
    intents = [Intent(ACCOUNT, new_id(), Deposit(amount)) for amount in (1, 0, 2)]
    result = await side.execute(Unit(intents, TELLER, refusal=refusal, dry_run=dry_run))
    assert [type(o.error) for o in result.outcomes] == [type(None), NothingToDeposit, type(None)]
    assert await database.fetchval("SELECT count(*) FROM event") == kept


async def test_one_bad_unit_never_fails_its_neighbours(side: WriteSide, database: asyncpg.Pool[Any]) -> None:
    bad = deposit(new_id(), rows=lambda _: {"\0": []})  # PostgreSQL cannot store the character
    units = [deposit(new_id()) for _ in range(20)]
    results = await asyncio.gather(*(side.execute(u) for u in [*units[:7], bad, *units[7:]]), return_exceptions=True)
    assert [isinstance(r, BaseException) for r in results] == [n == 7 for n in range(21)]
    assert await database.fetchval("SELECT count(*) FROM event") == 20


async def test_a_refusal_is_told_once_even_when_its_batch_is_halved(side: WriteSide) -> None:
    bad = deposit(new_id(), rows=lambda _: {"\0": []})
    results = await asyncio.gather(
        side.execute(deposit(new_id(), amount=0)), side.execute(bad), side.execute(deposit(new_id())),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(results[0], NothingToDeposit)
    assert isinstance(results[1], asyncpg.PostgresError)
    assert not isinstance(results[2], BaseException)


async def test_a_lost_connection_is_told_and_the_next_request_gets_a_new_one(
    side: WriteSide, database: asyncpg.Pool[Any]
) -> None:
    await side.execute(deposit(new_id()))
    await database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE query LIKE '%append_batch%' AND pid <> pg_backend_pid()"
    )
    outcomes = [await asyncio.gather(side.execute(deposit(new_id())), return_exceptions=True) for _ in range(3)]
    assert isinstance(outcomes[0][0], Unavailable) or not isinstance(outcomes[0][0], BaseException)
    assert not isinstance(outcomes[2][0], BaseException)


async def test_a_read_only_database_is_unavailable_and_nothing_is_half_applied(
    side: WriteSide, database: asyncpg.Pool[Any]
) -> None:
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with pytest.raises(Unavailable):
        await side.execute(deposit(new_id()))
    async with database.acquire() as connection, connection.transaction(readonly=False):
        await connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    assert await database.fetchval("SELECT count(*) FROM event") == 0


async def test_what_waits_is_written_before_closing(log_database: str, database: asyncpg.Pool[Any]) -> None:
    async with write_side(log_database) as side:
        tasks = [asyncio.create_task(side.execute(deposit(new_id()))) for _ in range(30)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert await database.fetchval("SELECT count(*) FROM event") == 30
    with pytest.raises(Overloaded):
        await side.execute(deposit(new_id()))

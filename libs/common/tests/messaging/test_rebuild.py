"""A read model made anew beside the live one, and switched under live traffic."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias

import asyncpg
import pytest
from harbour import NEVER, Coverage, CoverageDeclared, Harbour, covered, create_tables, day, digest, stream_of

from common.messaging import checkpoints, parking
from common.messaging.ports import ForeignLog
from common.messaging.rebuild import Rebuild
from common.messaging.subscriber import Subscriber

Pool: TypeAlias = "asyncpg.Pool[Any]"


def rebuild(dsn: str, port: Harbour, **settings: Any) -> Rebuild:
    made = {"create_tables": create_tables, "digest": digest} | settings
    return Rebuild(dsn, port.source(), Coverage(), "reporting", **made)


def subscriber(pool: Pool, port: Harbour) -> Subscriber:
    return Subscriber(pool, port.source(), Coverage(), "reporting")


async def test_the_new_read_model_equals_the_old_one(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    await port.declare("A", 1, 2)
    await port.declare("B", 3)
    await subscriber(pool, port).step()
    before = await covered(pool)
    rebuilt = await rebuild(consumer_dsn, port).run()
    assert (rebuilt.position, rebuilt.equal) == (3, True)
    assert await covered(pool) == before


async def test_it_may_come_before_any_worker(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    await port.declare("A", 1, 2)
    await rebuild(consumer_dsn, port).run()
    assert await covered(pool) == {stream_of("A"): (day(2), 2)}
    await port.declare("A", 3)
    assert await subscriber(pool, port).step() == 1


async def test_digests_are_taken_at_one_position_though_the_log_is_further(
    pool: Pool, consumer_dsn: str, port: Harbour
) -> None:
    await port.declare("A", 1, 2, 3)
    await subscriber(pool, port).step(up_to=2)
    rebuilt = await rebuild(consumer_dsn, port).run()
    assert (rebuilt.position, rebuilt.equal) == (2, True)
    assert await covered(pool) == {stream_of("A"): (day(3), 3)}, "and then it caught up"


async def test_a_read_model_that_went_wrong_is_told_and_mended(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    await port.declare("A", 1)
    await subscriber(pool, port).step()
    await pool.execute("UPDATE coverage SET complete_through = '2019-01-01'")
    compared = await rebuild(consumer_dsn, port).run(switch=False)
    assert not compared.equal
    assert (await covered(pool))[stream_of("A")][0] != day(1), "only compared"
    assert not (await rebuild(consumer_dsn, port).run()).equal
    assert (await rebuild(consumer_dsn, port).run()).equal
    assert await covered(pool) == {stream_of("A"): (day(1), 1)}


async def test_under_live_traffic_nothing_is_lost_or_doubled(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    live = asyncio.create_task(subscriber(pool, port).run())
    stop = asyncio.Event()

    async def traffic() -> int:
        n = 0
        while not stop.is_set():
            n += 1
            await port.declare(f"agency {n % 5}", n)
        return n

    pushing = asyncio.create_task(traffic())
    for _ in range(3):
        assert (await rebuild(consumer_dsn, port).run()).equal
    stop.set()
    pushed = await pushing
    await checkpoints.wait_for(pool, "reporting", "incidents", (await port.log.head()).log_id, pushed)
    assert not live.done()
    live.cancel()
    assert sum(times for _, times in (await covered(pool)).values()) == pushed


async def test_a_batch_begun_on_the_old_tables_fails_its_swap(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    await port.declare("A", 1)
    old = subscriber(pool, port)
    await old.step()
    await rebuild(consumer_dsn, port).run()
    await port.declare("A", 2)
    assert await old.step() == 0, "the same position, but of another generation"
    assert await old.step() == 1


async def test_parked_streams_are_tried_again_and_told(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    await port.declare("A", 1)
    await port.record(CoverageDeclared("A", NEVER), CoverageDeclared("B", NEVER))
    await subscriber(pool, port).step()

    async def create_better_tables(connection: Any) -> None:
        await create_tables(connection)
        await connection.execute("ALTER TABLE coverage DROP CONSTRAINT believable")

    same = await rebuild(consumer_dsn, port).run()
    assert (same.equal, same.unparked, len(same.parked)) == (True, [], 2)
    async with pool.acquire() as connection:
        assert len(await parking.parked(connection, "reporting")) == 2

    mended = await rebuild(consumer_dsn, port, create_tables=create_better_tables).run()
    assert (mended.equal, set(mended.unparked), mended.parked) == (False, {stream_of("A"), stream_of("B")}, [])
    async with pool.acquire() as connection:
        assert await parking.parked(connection, "reporting") == []
    assert (await covered(pool))[stream_of("A")] == (NEVER, 2)


async def test_it_is_the_way_on_after_the_log_was_restored(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    await port.declare("A", 1, 2)
    running = subscriber(pool, port)
    await running.step()
    await port.log.restored()
    await port.declare("A", 3)
    with pytest.raises(ForeignLog):
        await running.step()
    rebuilt = await rebuild(consumer_dsn, port).run()
    assert (rebuilt.live_digest, rebuilt.position) == (None, 3)
    await port.declare("A", 4)
    assert await subscriber(pool, port).step() == 1
    assert await covered(pool) == {stream_of("A"): (day(4), 4)}


async def test_figures_of_a_log_that_was_replaced_are_told_to_be_so(
    pool: Pool, consumer_dsn: str, port: Harbour
) -> None:
    told = []

    async def looking(connection: Any) -> str:
        told.append((await checkpoints.freshness(connection, "reporting"))["incidents"])
        return await digest(connection)

    await port.declare("A", 1, 2)
    await subscriber(pool, port).step()
    await rebuild(consumer_dsn, port, digest=looking).run()
    await port.log.restored()
    await port.declare("A", 3)
    await rebuild(consumer_dsn, port, digest=looking).run()
    async with pool.acquire() as connection:
        await looking(connection)
    assert [(each["position"], each.get("rebuilding")) for each in (told[0], told[2], told[-1])] == [
        (2, None),
        (2, True),
        (3, None),
    ]


async def test_a_rebuild_that_fails_leaves_everything_as_it_was(pool: Pool, consumer_dsn: str, port: Harbour) -> None:
    async def no_digest(connection: Any) -> str:
        raise ArithmeticError

    await port.declare("A", 1)
    await subscriber(pool, port).step()
    with pytest.raises(ArithmeticError):
        await rebuild(consumer_dsn, port, digest=no_digest).run()
    assert await covered(pool) == {stream_of("A"): (day(1), 1)}
    assert (await rebuild(consumer_dsn, port).run()).equal

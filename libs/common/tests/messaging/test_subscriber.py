"""What every transport must give a consumer: whatever happens on the way, each event has its effect once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from harbour import Checked, Coverage, covered, day, stream_of
from ways import Way

from common.messaging import checkpoints
from common.messaging.ports import Connection, ForeignLog, Gap, Received, Record, TopicLeft
from common.messaging.subscriber import Subscriber
from common.testing.eventually import eventually


@asynccontextmanager
async def running(*workers: Subscriber) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def visible(way: Way) -> None:
    head = await way.port.log.head()
    await checkpoints.wait_for(way.pool, "reporting", "incidents", head.log_id, head.position, timeout=30)


async def test_events_are_applied_and_private_ones_counted(way: Way) -> None:
    await way.port.declare("A", 1, 2)
    await way.port.record(Checked("A"))
    await way.port.declare("B", 3)
    async with way.reading() as reading:
        await way.caught_up(reading)
    assert await covered(way.pool) == {stream_of("A"): (day(2), 2), stream_of("B"): (day(3), 1)}
    assert await way.position() == 4


async def test_private_events_alone_move_the_position(way: Way) -> None:
    await way.port.record(Checked("A"), Checked("B"))
    async with way.reading() as reading:
        await way.caught_up(reading)
    assert (await way.position(), await covered(way.pool)) == (2, {})


async def test_it_resumes_where_it_stopped(way: Way) -> None:
    for n in (1, 2):
        await way.port.declare("A", n)
        async with way.reading() as reading:
            await way.caught_up(reading)
    assert await covered(way.pool) == {stream_of("A"): (day(2), 2)}


async def test_a_publisher_without_events_is_heard_of(way: Way) -> None:
    async def fresh() -> bool:
        await reading.step()
        async with way.pool.acquire() as connection:
            told = await checkpoints.freshness(connection, "reporting")
        return told == {"incidents": {"position": 0, "lag_events": 0, "lag_seconds": 0.0}}

    async with way.reading() as reading:
        await way.pool.execute("UPDATE checkpoint SET heard_at = NULL, caught_up_at = NULL")
        await eventually(fresh)
    logs = {row[0] for row in await way.pool.fetch("SELECT log_id FROM checkpoint")}
    assert (await way.port.log.head()).log_id in logs


class DiesOnce(Coverage):
    """Its connection is killed by the server after it has written, before the commit."""

    died = False

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        await super().apply(connection, batch)
        if not self.died:
            self.died = True
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_killed_between_projecting_and_commit_it_applies_once(way: Way) -> None:
    await way.port.declare("A", 1, 2)
    async with way.reading(DiesOnce()) as reading, running(reading):
        await visible(way)
    assert await covered(way.pool) == {stream_of("A"): (day(2), 2)}


async def test_cancelled_in_the_middle_of_a_batch_nothing_is_half_applied(way: Way) -> None:
    class Hangs(Coverage):
        reached = asyncio.Event()

        async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
            await super().apply(connection, batch)
            self.reached.set()
            await asyncio.sleep(60)

    await way.port.declare("A", 1)
    async with way.reading(Hangs()) as reading, running(reading):
        await Hangs.reached.wait()
    assert (await way.position(), await covered(way.pool)) == (0, {})


async def test_what_is_delivered_again_is_dropped(way: Way) -> None:
    async with way.reading() as reading:
        await way.port.declare("A", 1, 2)
        await way.caught_up(reading)
        await way.again()
        await way.port.declare("A", 3)
        await way.caught_up(reading)
    assert await covered(way.pool) == {stream_of("A"): (day(3), 3)}


async def test_what_is_delivered_again_sets_nothing_back(way: Way) -> None:
    async with way.reading() as reading:
        await way.port.declare("A", 1, 2)
        await way.caught_up(reading)
        await way.again()
        head = await way.port.record(Checked("B"))
        while await way.position() < head:
            await reading.step()
            assert await way.position() >= 2
    assert await covered(way.pool) == {stream_of("A"): (day(2), 2)}


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_a_record_that_is_missing_stops_the_consumer_before_its_successor(way: Way, lost: int) -> None:
    def lossy(records: Sequence[Record]) -> Sequence[Record]:
        return [record for record in records if not record.envelope or record.envelope.sequence != lost]

    await way.port.declare("A", 1, 2, 3, 4)
    async with way.reading(tamper=lossy) as reading:
        with pytest.raises(Gap, match=f"position {lost} was not delivered after {lost - 1}"):
            await asyncio.wait_for(reading.run(), 30)
    assert await way.position() < lost
    assert sum(times for _, times in (await covered(way.pool)).values()) < lost


async def test_two_workers_apply_once_between_them(way: Way) -> None:
    async with way.reading() as one, way.reading() as other, running(one, other):
        for n in range(1, 41):
            await way.port.declare(f"agency {n % 7}", n)
        await visible(way)
    assert sum(times for _, times in (await covered(way.pool)).values()) == 40


async def test_a_batch_on_a_moved_checkpoint_is_dropped(way: Way) -> None:
    async with way.reading(rival=True) as slow, way.reading() as quick:
        await way.port.declare("A", 1)
        await way.caught_up(slow)
        await way.port.declare("A", 2, 3)
        await way.caught_up(quick)
        assert [await slow.step() for _ in range(3)] == [0, 0, 0], "the other was first"
        await way.port.declare("A", 4)
        await way.caught_up(slow)
    assert await covered(way.pool) == {stream_of("A"): (day(4), 4)}


async def test_nothing_of_a_restored_log_is_applied(way: Way) -> None:
    await way.port.declare("A", 1, 2)
    async with way.reading() as reading:
        await way.caught_up(reading)
        await way.port.log.restored()
        await way.port.declare("A", 3)
        with pytest.raises((ForeignLog, TopicLeft)):
            await asyncio.wait_for(reading.run(), 30)
    assert (await way.position(), await covered(way.pool)) == (2, {stream_of("A"): (day(2), 2)})

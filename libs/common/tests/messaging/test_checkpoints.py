"""What a consumer keeps of a publisher, and tells of it: whatever the transport, and so tried on the feed alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg
import pytest
from harbour import Checked, Coverage, Harbour, covered, day, stream_of
from ways import Tampered

from common.messaging import checkpoints
from common.messaging.ports import Connection, ForeignLog, Received, Record
from common.messaging.subscriber import Subscriber
from common.testing.eventually import eventually

Pool: TypeAlias = "asyncpg.Pool[Any]"


def subscriber(pool: Pool, port: Harbour, projection: Coverage | None = None) -> Subscriber:
    return Subscriber(pool, port.source(), projection or Coverage(), "reporting")


async def position(pool: Pool) -> int:
    found: int = await pool.fetchval("SELECT position FROM checkpoint WHERE consumer = 'reporting'")
    return found


async def test_a_step_stops_at_the_position_asked_for(pool: Pool, port: Harbour) -> None:
    await port.declare("A", 1, 2, 3)
    stepping = subscriber(pool, port)
    assert await stepping.step(up_to=2) == 2
    assert await covered(pool) == {stream_of("A"): (day(2), 2)}
    assert await stepping.step() == 1


class ReadsAllColumns(Coverage):
    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        await connection.fetch("SELECT * FROM coverage")
        await super().apply(connection, batch)


async def test_a_statement_made_stale_by_a_change_of_its_table_is_tried_again(pool: Pool, port: Harbour) -> None:
    await port.declare("A", 1)
    reading = subscriber(pool, port, ReadsAllColumns())
    await reading.step()
    await pool.execute("ALTER TABLE coverage ADD COLUMN more integer")
    await port.declare("A", 2)
    running = asyncio.create_task(reading.run())

    async def applied() -> bool:
        return running.done() or await position(pool) == 2

    await eventually(applied)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await covered(pool) == {stream_of("A"): (day(2), 2)}


async def test_a_checkpoint_of_a_younger_schema_is_read_all_the_same(pool: Pool, port: Harbour) -> None:
    await pool.execute("ALTER TABLE public.checkpoint ADD COLUMN of_tomorrow integer")
    await port.declare("A", 1)
    assert await subscriber(pool, port).step() == 1


async def test_an_old_event_alone_does_not_set_the_checkpoint_back(pool: Pool, port: Harbour) -> None:
    await port.declare("A", 1, 2)
    kept: list[Record] = []

    def only_the_first(records: Sequence[Record]) -> Sequence[Record]:
        kept.extend(records)
        return records if len(kept) == len(records) else kept[:1]

    late = Subscriber(pool, Tampered(port.source(), only_the_first), Coverage(), "reporting")
    await late.step()
    await port.record(Checked("B"))
    await late.step()
    assert (await position(pool), await covered(pool)) == (2, {stream_of("A"): (day(2), 2)})


async def test_a_batch_on_a_moved_checkpoint_is_dropped(pool: Pool, port: Harbour) -> None:
    slow, quick = subscriber(pool, port), subscriber(pool, port)
    await slow.step()
    await port.declare("A", 1, 2)
    await quick.step()
    assert await slow.step() == 0, "the other was first"
    await port.declare("A", 3)
    assert await slow.step() == 1, "it has read the checkpoint again"
    assert await covered(pool) == {stream_of("A"): (day(3), 3)}


async def test_another_log_is_noticed_even_before_the_first_event(pool: Pool, port: Harbour) -> None:
    running = subscriber(pool, port)
    await running.step()
    await port.log.restored()
    for reading in (running, subscriber(pool, port)):  # the second one has no cursor that the feed could refuse
        with pytest.raises(ForeignLog, match="rebuild"):
            await reading.step()


async def test_waiting_for_a_position_of_another_log_is_a_conflict(pool: Pool, port: Harbour) -> None:
    await port.declare("A", 1)
    await subscriber(pool, port).step()
    with pytest.raises(checkpoints.OtherLog):
        await checkpoints.wait_for(pool, "reporting", "incidents", stream_of("A"), 1)
    with pytest.raises(checkpoints.NotYetVisible, match="up to position 1"):
        await checkpoints.wait_for(pool, "reporting", "incidents", (await port.log.head()).log_id, 2, timeout=0.05)


async def test_freshness_tells_how_far_behind(pool: Pool, port: Harbour) -> None:
    await port.declare("A", 1, 2, 3)
    await subscriber(pool, port).step(up_to=1)
    async with pool.acquire() as connection:
        await connection.execute("UPDATE checkpoint SET last_recorded_at = last_recorded_at - interval '1 minute'")
        fresh = (await checkpoints.freshness(connection, "reporting"))["incidents"]
    assert (fresh["position"], fresh["lag_events"]) == (1, 2)
    assert 60 <= fresh["lag_seconds"] < 70


async def test_a_publisher_that_is_silent_is_not_believed_to_have_nothing(pool: Pool, port: Harbour) -> None:
    await port.declare("A", 1)
    await subscriber(pool, port).step()
    async with pool.acquire() as connection:
        await connection.execute(
            "UPDATE checkpoint SET heard_at = heard_at - interval '1 minute',"
            " caught_up_at = caught_up_at - interval '1 minute',"
            " last_recorded_at = last_recorded_at - interval '1 hour'"
        )
        fresh = (await checkpoints.freshness(connection, "reporting"))["incidents"]
    assert fresh["lag_events"] == 0
    assert 60 <= fresh["lag_seconds"] < 70

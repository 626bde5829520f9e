"""What cannot be applied is set aside with what follows it in its stream, and everything else goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from harbour import NEVER as POISON
from harbour import WIRE_NAME, Coverage, CoverageDeclared, Harbour, covered, day, stream_of
from msgspec import structs
from ways import Tamper, Way

from common.messaging import parking
from common.messaging.ports import Connection, Received, Record
from common.messaging.subscriber import Subscriber, TooManyParked
from common.observability import metrics

Pool: TypeAlias = "asyncpg.Pool[Any]"


def subscriber(pool: Pool, port: Harbour, **settings: Any) -> Subscriber:
    return Subscriber(pool, port.source(), Coverage(), "reporting", **settings)


async def parked(pool: Pool) -> list[tuple[UUID, int]]:
    async with pool.acquire() as connection:
        return [(key.stream, key.events) for key in await parking.parked(connection, "reporting")]


async def poison_among_others(port: Harbour) -> None:
    """A: applied, poison, a later event; around them what is not at fault."""
    await port.declare("B", 1)
    await port.declare("A", 1)
    await port.record(CoverageDeclared("A", POISON))
    await port.declare("B", 2)
    await port.declare("A", 3)
    await port.declare("C", 4)


async def believe(pool: Pool) -> None:
    """The fix: the table takes what it refused."""
    await pool.execute("ALTER TABLE coverage DROP CONSTRAINT believable")


async def test_poison_is_parked_with_the_later_events_of_its_stream(way: Way) -> None:
    await poison_among_others(way.port)
    async with way.reading() as reading:
        await way.caught_up(reading)
    assert await covered(way.pool) == {
        stream_of("A"): (day(1), 1),
        stream_of("B"): (day(2), 2),
        stream_of("C"): (day(4), 1),
    }
    async with way.pool.acquire() as connection:
        [key] = await parking.parked(connection, "reporting")
    assert (key.stream, key.events, key.first_position, key.first_type) == (stream_of("A"), 2, 3, WIRE_NAME)
    assert "believable" in key.reason
    assert metrics.PARKED_EVENTS.labels("reporting", "incidents")._value.get() == 2


async def test_later_events_of_a_parked_stream_join_it_and_redelivered_ones_do_not(way: Way) -> None:
    await poison_among_others(way.port)
    async with way.reading() as reading:
        await way.caught_up(reading)
        await way.again()
        await way.port.declare("A", 5)
        await way.caught_up(reading)
    assert await parked(way.pool) == [(stream_of("A"), 3)]
    assert (await covered(way.pool))[stream_of("B")] == (day(2), 2)


async def test_after_the_fix_a_replay_applies_them_in_order(way: Way) -> None:
    await poison_among_others(way.port)
    async with way.reading() as reading:
        await way.caught_up(reading)
        reason = await parking.replay(way.pool, "reporting", Coverage(), "incidents", stream_of("A"))
        assert reason is not None, "nothing was mended yet"
        assert await parked(way.pool) == [(stream_of("A"), 2)]
        await believe(way.pool)
        assert await parking.replay(way.pool, "reporting", Coverage(), "incidents", stream_of("A")) is None
        assert await parked(way.pool) == []
        assert (await covered(way.pool))[stream_of("A")] == (POISON, 3)
        await way.port.declare("A", 6)
        await way.caught_up(reading)
    assert (await covered(way.pool))[stream_of("A")] == (POISON, 4)


def changed(position: int, **members: Any) -> Tamper:
    """The event there arrives with other members."""

    def change(record: Record) -> Record:
        if record.envelope is None or record.envelope.sequence != position:
            return record
        return replace(record, envelope=structs.replace(record.envelope, **members))

    return lambda records: list(map(change, records))


@pytest.mark.parametrize(
    "members",
    [{"type": "incidents.coverage-declared.v2"}, {"data": b'{"agency": "A\\u0000"}'}],
    ids=["a version that is not known", "data that break the contract"],
)
async def test_what_cannot_be_decoded_is_set_aside(way: Way, members: dict[str, Any]) -> None:
    await way.port.declare("A", 1, 2)
    async with way.reading(tamper=changed(2, **members)) as reading:
        await way.caught_up(reading)
    assert await covered(way.pool) == {stream_of("A"): (day(1), 1)}
    assert await parked(way.pool) == [(stream_of("A"), 1)]


async def test_an_unknown_type_is_ignored(way: Way) -> None:
    await way.port.declare("A", 1)
    async with way.reading(tamper=changed(1, type="incidents.weather-changed.v1")) as reading:
        await way.caught_up(reading)
    assert (await covered(way.pool), await parked(way.pool)) == ({}, [])


class Pausing(Coverage):
    """Stands still in the middle of a batch."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        self.begun.set()
        await self.go_on.wait()
        await super().apply(connection, batch)


async def test_a_replay_waits_for_the_worker_that_is_parking_more_of_the_stream(pool: Pool, port: Harbour) -> None:
    await poison_among_others(port)
    await subscriber(pool, port).step()
    await believe(pool)
    await port.declare("A", 5)
    await port.declare("B", 6)
    pausing = Pausing()
    working = asyncio.create_task(Subscriber(pool, port.source(), pausing, "reporting").step())
    await pausing.begun.wait()
    replaying = asyncio.create_task(parking.replay(pool, "reporting", Coverage(), "incidents", stream_of("A")))
    await asyncio.wait({replaying}, timeout=0.2)
    pausing.go_on.set()
    assert (await working, await replaying) == (2, None)
    assert await parked(pool) == []
    assert (await covered(pool))[stream_of("A")] == (POISON, 4)


async def test_a_skip_gives_up_the_first_event_alone(pool: Pool, port: Harbour) -> None:
    await poison_among_others(port)
    await subscriber(pool, port).step()
    assert await parking.skip(pool, "reporting", Coverage(), "incidents", stream_of("A")) is None
    assert await parked(pool) == []
    assert (await covered(pool))[stream_of("A")] == (day(3), 2)


async def test_too_many_parked_streams_stop_the_consumer(pool: Pool, port: Harbour) -> None:
    for agency in "ABC":
        await port.record(CoverageDeclared(agency, POISON))
    await port.declare("D", 1)
    with pytest.raises(TooManyParked, match="more than 2 streams"):
        await subscriber(pool, port, parked_limit=2).run()
    assert (await covered(pool), await parked(pool)) == ({}, [])
    assert await pool.fetchval("SELECT position FROM checkpoint") == 0


async def test_a_statement_that_is_wrong_for_every_event_stops_the_consumer(pool: Pool, port: Harbour) -> None:
    class Outdated(Coverage):
        async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
            await connection.execute("UPDATE coverage SET column_of_tomorrow = 1")

    await port.declare("A", 1)
    with pytest.raises(asyncpg.UndefinedColumnError):
        await Subscriber(pool, port.source(), Outdated(), "reporting").run()
    assert await parked(pool) == []


async def test_a_projection_that_raises_parks_what_it_cannot_take(pool: Pool, port: Harbour) -> None:
    class Picky(Coverage):
        async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
            assert all(received.envelope.sequence != 2 for received in batch), "I do not like the second"
            await super().apply(connection, batch)

    await port.declare("A", 1)
    await port.declare("B", 2)
    await port.declare("C", 3)
    await Subscriber(pool, port.source(), Picky(), "reporting").step()
    assert set(await covered(pool)) == {stream_of("A"), stream_of("C")}
    assert await parked(pool) == [(stream_of("B"), 1)]

"""The read model is made anew beside the live one while events come and questions are asked."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from feed_of_incidents import LOG, person
from read_model_world import FeedSource

from common.contracts import incidents as published
from common.messaging.feed import PARTITION
from common.messaging.ports import Batch
from common.messaging.rebuild import Rebuild
from reporting.readmodel import tables
from reporting.readmodel.projection import IncidentsProjection
from reporting.readmodel.verifying import verify


class SmallPieces(FeedSource):
    """A feed that gives a few events at a time, so that a rebuild takes a while."""

    most = 100

    async def poll(self):
        start, head = self.after, len(self.feed.received)
        self.after = min(head, start + self.most)
        return Batch(LOG, {PARTITION: head}, self.records(start, self.after))


def rebuilding(world) -> Rebuild:
    return Rebuild(
        world.dsn,
        SmallPieces(world.feed),
        IncidentsProjection(),
        "reporting",
        create_tables=tables.create,
        digest=tables.digest,
    )


def busy(world, start, count):
    for n in range(start, start + count):
        world.feed.report(f"{n}", occurred_on=f"2020-0{1 + n % 9}-11", persons=[person(sex="female"), person()])
        if n % 3 == 0:
            world.feed.correct(f"{n}", jurisdiction="ME", persons=[person("victim", "injured")])
        if n % 7 == 0:
            world.feed.append(f"{n}", published.IncidentRetracted())


async def test_digests_are_equal_at_one_position(world):
    busy(world, 0, 300)
    await world.tell()
    rebuilt = await rebuilding(world).run()
    assert rebuilt.position == len(world.feed.received)
    assert rebuilt.equal
    assert rebuilt.live_digest == await world.digest()


async def test_a_wrong_row_is_found_and_mended(world):
    busy(world, 0, 30)
    await world.tell()
    await world.pool.execute("UPDATE incident_cube SET incidents = incidents + 1")
    assert not (await rebuilding(world).run()).equal
    assert (await verify(world.pool, world.source(), "reporting")).differences == []


async def test_under_traffic_nothing_is_lost_and_every_answer_is_whole(world):
    """Questions see whole answers, never a mixture of old and new tables: rows always add up to the total, and no
    incident that was once seen is missing later."""
    busy(world, 0, 500)
    await world.tell()
    stop = asyncio.Event()
    totals: list[list[int]] = [[], []]

    async def report():
        n = 1_000
        while not stop.is_set():
            world.feed.report(f"{n}")
            n += 1
            await asyncio.sleep(0.001)

    async def listen():
        while not stop.is_set():
            await world.subscriber.step()
            await asyncio.sleep(0.001)

    async def read(seen):
        while not stop.is_set():
            answer = (await world.aggregates.answer(world.question(by=("jurisdiction",)))).document()
            assert sum(row["value"] or 0 for row in answer["rows"]) == answer["total"]
            seen.append(answer["total"])

    work = [asyncio.create_task(job()) for job in (report, listen)]
    work += [asyncio.create_task(read(seen)) for seen in totals]
    for _ in range(3):
        assert (await rebuilding(world).run()).equal
    stop.set()
    await asyncio.gather(*work)
    await world.tell()
    assert (await verify(world.pool, world.source(), "reporting")).differences == []
    for seen in totals:
        assert len(seen) > 10
        assert seen == sorted(seen)


async def test_another_log_is_read_from_its_beginning(world):
    """After a restore of the publisher its feed has another id, and other events at the same positions."""
    busy(world, 0, 10)
    await world.tell()
    await world.pool.execute("UPDATE checkpoint SET log_id = gen_random_uuid()")
    rebuilt = await rebuilding(world).run()
    assert rebuilt.live_digest is None
    assert (await verify(world.pool, world.source(), "reporting")).differences == []


async def test_a_rebuild_that_is_cut_off_leaves_the_live_tables_alone(world):
    busy(world, 0, 300)
    await world.tell()
    before = await world.digest()
    running = asyncio.create_task(rebuilding(world).run())
    await asyncio.sleep(0.05)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert await world.digest() == before
    assert (await rebuilding(world).run()).equal

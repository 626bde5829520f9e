"""Whatever happens to incidents, and however it is delivered, the read model equals a recount of the log."""

from __future__ import annotations

import random

import pytest
from feed_of_incidents import person

from common.contracts import incidents as published
from reporting.readmodel.projection import IncidentsProjection
from reporting.readmodel.verifying import verify


async def _verified(world):
    return await verify(world.pool, world.source(), "reporting")


@pytest.fixture
async def busy(world):
    """Everything that can happen to an incident, some of it twice."""
    feed = world.feed
    feed.report("a", persons=[person(), person(), person("perpetrator", "arrested")], tags=["drugs"])
    feed.report("b", date_precision="year", weapons=[{"type": "rifle", "count": 2, "possession": "legal"}])
    seized = [{"kind": "ammunition", "quantity": q, "unit": "kg"} for q in ("1.500", "2")]
    feed.report("c", category="weapon_seizure", seizure={"setting": "border", "items": seized})
    feed.report("d", casualties={"killed": {"low": 1, "best": 4, "high": 9}}, date_precision="week")
    feed.declare("RS", "2020-12-31")
    feed.declare("RS", "2020-11-30")
    feed.append("a", published.IncidentVerified(version_seen=1))
    feed.correct("a", persons=[person("victim", "injured")], jurisdiction="ME")
    feed.reclassify("b", category="suicide", date_precision="year")
    feed.append("c", published.IncidentMarkedDuplicate(duplicate_of=feed.received[0].envelope.subject))
    feed.append("d", published.IncidentRetracted())
    feed.append("c", published.IncidentUnmarkedDuplicate())
    feed.append("c", published.IncidentDisputed())
    return world


async def test_equals_a_recount(busy):
    await busy.tell()
    verified = await _verified(busy)
    assert (verified.position, verified.differences) == (13, [])


async def test_a_difference_is_found_in_facts_and_cubes(busy):
    await busy.tell()
    await busy.pool.execute("UPDATE incident SET person_numbers = ARRAY[7]")
    await busy.pool.execute("UPDATE incident_cube SET incidents = incidents + 1 WHERE jurisdiction = 'ME'")
    await busy.pool.execute("DELETE FROM coverage")
    tables_at_fault = {line.split()[0] for line in (await _verified(busy)).differences}
    assert tables_at_fault == {"person", "incident_cube", "coverage"}


async def test_batches_of_any_size_lead_to_the_same_digest(busy):
    """The difference of every single event, and of all at once."""
    for received in busy.feed.received:
        await busy.apply([received])
    one_by_one = await busy.digest()
    await busy.empty()
    await busy.apply(busy.feed.received)
    assert await busy.digest() == one_by_one


async def test_redelivery_changes_nothing(busy):
    await busy.tell()
    digest = await busy.digest()
    chance = random.Random(1)
    await busy.redeliver(chance.sample(busy.feed.received, k=13))
    assert await busy.digest() == digest


async def test_emptied_cells_are_removed(world):
    world.feed.report("a", persons=[person()])
    world.feed.correct("a", jurisdiction="AL", persons=[person("victim", "injured")])
    await world.tell()
    assert await world.pool.fetch("SELECT jurisdiction, outcome, persons FROM person_cube") == [("AL", "injured", 1)]
    assert await world.pool.fetchval("SELECT count(*) FROM incident_cube") == 1


async def test_what_does_not_count_moves_to_cells_that_are_not_counted(world):
    world.feed.report("a")
    world.feed.append("a", published.IncidentRetracted())
    await world.tell()
    assert await world.pool.fetch("SELECT counted, incidents FROM incident_cube") == [(False, 1)]


async def test_an_event_without_its_incident_is_set_aside(world):
    world.feed.append("lost", published.IncidentRetracted())
    world.feed.report("a")
    assert (await world.ask())["total"] == 1
    assert await world.pool.fetchval("SELECT reason FROM parked_event") is not None
    assert (await _verified(world)).differences == []


async def test_the_number_of_statements_does_not_grow_with_the_batch(world):
    few = await _statements(world, 2)
    await world.empty()
    world.feed.received.clear()
    assert await _statements(world, 2_000) <= few  # the first time the driver also asks for types


async def _statements(world, incidents):
    for n in range(incidents):
        world.feed.report(f"{n} of {incidents}", persons=[person()])
    queries = []
    async with world.pool.acquire() as connection, connection.transaction():
        with connection.query_logger(queries.append):
            await IncidentsProjection().apply(connection, world.feed.received)
    return len(queries)

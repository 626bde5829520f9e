"""What the events of `kpi` become: the same in whatever order and however often they come, and equal to a recount."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from feed_of_kpi import KpiFeed, figure
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from read_model_world import FeedSource, World, open_world

from common.contracts import kpi as published
from common.messaging.projecting import Projecting
from common.messaging.rebuild import Rebuild
from reporting.application.kpi.model import decode
from reporting.bootstrap import published as published_document
from reporting.readmodel.kpi import tables
from reporting.readmodel.kpi.projection import KpiProjection
from reporting.readmodel.kpi.tables import TABLES
from reporting.readmodel.kpi.verifying import KPI
from reporting.readmodel.verifying import verify


def eventful(feed: KpiFeed) -> None:
    """Everything that can happen, once or more."""
    feed.roadmap()
    stream = feed.round(4, "2020-S1")
    feed.append(stream, published.DraftShared, {"object_by": "2021-02-20", "on": "2021-02-01"})
    feed.append(stream, published.ObjectionRaised, {"number": 1, "jurisdiction": "RS", "on": "2021-02-02"})
    feed.append(stream, published.ObjectionAnswered, {"number": 1, "on": "2021-02-03"})
    feed.accept(4, "AL")
    feed.happen(4, "AL", published.ReportReopened)
    feed.accept(4, "AL")
    feed.happen(4, "BA", published.DueExtended, due="2021-02-20")
    feed.happen(4, "BA", published.InputRecorded, kpi="6.1", institution="police")
    feed.happen(4, "BA", published.InputsCleared, institution="police")
    feed.happen(4, "BA", published.ReportEndorsed, digest="b" * 64, rules_version="1", errors=0, warnings=1)
    feed.happen(4, "BA", published.ReportSubmitted, digest="b" * 64)
    feed.happen(4, "BA", published.NarrativeRecorded, section="3")
    feed.happen(4, "BA", published.DiscrepancyFound, query=1, kpi="6.1", dimensions={"setting": "inland"})
    feed.happen(4, "BA", published.DiscrepancyFound, query=2, kpi="6.1", dimensions={})
    feed.happen(4, "BA", published.QuerySent, query=1)
    feed.happen(4, "BA", published.QueryAnswered, query=1)
    feed.happen(4, "BA", published.QueryDismissed, query=2)
    feed.happen(4, "RS", published.ReportSubmitted, digest="b" * 64)
    feed.happen(4, "RS", published.ReportReturned, digest="b" * 64, kpis=("6.1",))
    instruments = {**figure("BA", "1"), "cells": [], "statuses": [{"item": "law", "status": "done"}]}
    documents = {**figure("BA", "2"), "documents": [{"title": "Strategy", "link": "https://example.org"}]}
    feed.publish(
        4, figure("AL", "6.1", inland=3, border=1), instruments, documents, secretariat=(figure("AL", "14", 9),)
    )
    feed.happen(4, "AL", published.RestatementOpened)
    feed.publish(4, figure("AL", "6.1", inland="2.50"))


async def state(world: World, jurisdiction: str) -> str:
    query = "SELECT state FROM readmodel_kpi.report WHERE jurisdiction = $1"
    return str(await world.pool.fetchval(query, jurisdiction))


async def test_it_equals_a_recount_of_the_feed(world):
    eventful(world.kpi)
    await world.tell_kpi()
    verified = await verify(world.pool, FeedSource(world.kpi), "reporting", KPI)
    assert verified.differences == []
    assert verified.position == len(world.kpi.received)
    for table in TABLES:
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table}") > 0, table  # noqa: S608  ours


@pytest.mark.parametrize(
    ("damage", "table"),
    [
        ("UPDATE cell SET value = value + 1 WHERE edition = 2", "cell"),
        ("UPDATE report SET state = 'accepted' WHERE jurisdiction = 'XK'", "report"),
        ("DELETE FROM discrepancy WHERE query = 2", "discrepancy"),
        ('UPDATE roadmap SET document = document || \'{"title": "Other"}\'', "roadmap"),
        ("UPDATE edition SET missing = '{}'", "edition"),
    ],
)
async def test_a_wrong_row_is_found_and_mended(world, damage, table):
    eventful(world.kpi)
    await world.tell_kpi()
    await world.pool.execute(damage)
    found = (await verify(world.pool, FeedSource(world.kpi), "reporting", KPI)).differences
    assert found
    assert all(line.startswith(table) for line in found)
    assert not (await rebuilding(world).run()).equal
    assert (await verify(world.pool, FeedSource(world.kpi), "reporting", KPI)).differences == []


def rebuilding(world: World) -> Rebuild:
    return Rebuild(
        world.dsn,
        FeedSource(world.kpi),
        KpiProjection(),
        "reporting",
        create_tables=tables.create,
        digest=tables.digest,
        schema=tables.SCHEMA,
    )


async def test_one_publisher_is_made_anew_without_the_other(world):
    eventful(world.kpi)
    world.feed.report("one")
    await world.tell()
    await world.tell_kpi()
    before = await world.digest()
    await world.pool.execute(
        "INSERT INTO parked_event (consumer, publisher, stream_id, stream_version, position, type, envelope, reason)"
        " VALUES ('reporting', 'incidents', gen_random_uuid(), 1, 9, 'x', '{}', 'made up')"
    )
    rebuilt = await rebuilding(world).run()
    assert rebuilt.equal
    assert rebuilt.position == len(world.kpi.received)
    assert rebuilt.unparked == []  # what waits of another publisher is not this rebuild's
    assert await world.digest() == before
    assert await world.pool.fetchval("SELECT count(*) FROM parked_event") == 1
    assert (await world.ask())["total"] == 1
    assert list((await world.ask())["freshness"]) == ["incidents"]


async def test_who_asks_while_a_rebuild_switches_gets_a_whole_answer(world):
    eventful(world.kpi)
    await world.tell_kpi()
    stop = asyncio.Event()
    seen = []

    async def read():
        while not stop.is_set():
            document, _ = await published_document(world.pool)
            seen.append(len(decode(document).frozen))

    reading = [asyncio.create_task(read()) for _ in range(2)]
    for _ in range(3):
        assert (await rebuilding(world).run()).equal
    stop.set()
    await asyncio.gather(*reading)
    assert len(seen) > 10
    assert set(seen) == {4}


async def test_how_far_a_report_is(world):
    feed = world.kpi
    eventful(feed)
    await world.tell_kpi()
    assert [await state(world, code) for code in ("AL", "BA", "RS", "XK")] == [
        *("published", "published", "returned", "draft")
    ]
    feed.happen(4, "BA", published.RestatementOpened)
    feed.happen(4, "BA", published.ReportSubmitted, digest="e" * 64, on="2021-09-09")
    await world.tell_kpi()
    received = "SELECT received_on::text FROM report WHERE jurisdiction = 'BA'"
    assert await world.pool.fetchval(received) == "2021-03-01"  # a restatement makes no timely report late
    assert await state(world, "BA") == "submitted"
    feed.happen(4, "BA", published.InputRecorded, kpi="6.1", institution="police")
    await world.tell_kpi()
    assert await state(world, "BA") == "draft"  # an input voids the endorsement, as a figure does
    feed.happen(4, "BA", published.ReportSubmitted, digest="e" * 64, on="2021-09-10")
    feed.happen(4, "BA", published.ValueRecorded, jurisdiction="BA", kpi="6.1")
    await world.tell_kpi()
    assert await state(world, "BA") == "draft"


async def test_an_event_about_what_was_never_opened_is_set_aside(world):
    world.kpi.happen(9, "BA", published.ReportAccepted, digest="a" * 64)
    await world.tell_kpi()
    assert await world.pool.fetchval("SELECT reason FROM parked_event WHERE publisher = 'kpi'") == (
        "ValueError: kpi.report-accepted.v1 about a report that was not opened"
    )


@pytest.fixture
def runner():
    with asyncio.Runner() as runner:
        yield runner


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_streams_in_any_order_and_events_again_make_the_same(runner, fresh_database, pack, seed):
    """As partitions of a topic deliver: in order within a stream, anyhow between streams, some of it twice."""
    runner.run(_in_any_order(fresh_database("reporting"), pack, Random(seed)))


async def _in_any_order(dsn: str, pack, chance: Random) -> None:
    async with open_world(dsn, pack) as world:
        eventful(world.kpi)
        await world.tell_kpi()
        async with world.pool.acquire() as connection:
            expected = await tables.digest(connection)
        async with world.pool.acquire() as connection, connection.transaction():
            for table in TABLES:
                await connection.execute(f"TRUNCATE {table}")
            projecting = Projecting(KpiProjection(), "reporting", "kpi", 0)
            waiting = list(_shuffled(world.kpi, chance))
            while waiting:
                size = chance.randint(1, 9)
                batch, waiting = waiting[:size], waiting[size:]
                await projecting.apply(connection, [received.envelope for received in batch])
                if chance.random() < 0.3:
                    await projecting.apply(connection, [received.envelope for received in batch])
            assert await tables.digest(connection) == expected


def _shuffled(feed: KpiFeed, chance: Random):
    streams: dict = {}
    for received in feed.received:
        streams.setdefault(received.envelope.subject, []).append(received)
    while streams:
        stream = chance.choice(sorted(streams))
        yield streams[stream].pop(0)
        if not streams[stream]:
            del streams[stream]

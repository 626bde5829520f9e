"""What the events of `funds` become: the same in whatever order and however often they come, and equal to a recount."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from random import Random

import pytest
from feed_of_funds import eventful, of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from read_model_world import FeedSource, World, open_world

from common.contracts import funds as published
from common.contracts.registry import CONTRACTS, WIRE_NAMES
from common.messaging.projecting import Projecting
from common.messaging.rebuild import Rebuild
from reporting.application.funds.told import decode
from reporting.bootstrap import told_by_funds
from reporting.readmodel.funds import tables
from reporting.readmodel.funds.projection import NOT_READ, FundsProjection
from reporting.readmodel.funds.tables import TABLES
from reporting.readmodel.funds.verifying import FUNDS
from reporting.readmodel.verifying import verify


def test_the_example_holds_every_event_that_is_read(world):
    eventful(world.funds)
    told = {WIRE_NAMES[type(received.contract)] for received in world.funds.received}
    assert told >= FundsProjection.types
    assert frozenset(CONTRACTS) >= NOT_READ


async def test_it_equals_a_recount_of_the_feed(world):
    eventful(world.funds)
    await world.tell_funds()
    assert await world.pool.fetch("SELECT reason FROM parked_event") == []
    verified = await verify(world.pool, FeedSource(world.funds), "reporting", FUNDS)
    assert verified.differences == []
    assert verified.position == len(world.funds.received)
    for table in TABLES:
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table}") > 0, table  # noqa: S608  ours


@pytest.mark.parametrize(
    ("damage", "table"),
    [
        ("UPDATE money SET amount = amount + 0.01 WHERE kind = 'fee'", "money"),
        ("UPDATE effect SET reserved = 0", "effect"),
        ("UPDATE commitment SET usd_at_signing = NULL", "commitment"),
        ("UPDATE expenditure SET certified = true", "expenditure"),
        ("UPDATE stream SET document = document || '{\"title\": \"Other\"}' WHERE kind = 'project'", "stream"),
    ],
)
async def test_a_wrong_row_is_found_and_mended(world, damage, table):
    eventful(world.funds)
    await world.tell_funds()
    await world.pool.execute(damage)
    found = (await verify(world.pool, FeedSource(world.funds), "reporting", FUNDS)).differences
    assert found
    assert all(line.startswith(table) for line in found)
    assert not (await rebuilding(world).run()).equal
    assert (await verify(world.pool, FeedSource(world.funds), "reporting", FUNDS)).differences == []


def rebuilding(world: World) -> Rebuild:
    return Rebuild(
        world.dsn,
        FeedSource(world.funds),
        FundsProjection(),
        "reporting",
        create_tables=tables.create,
        digest=tables.digest,
        schema=tables.SCHEMA,
    )


async def test_one_publisher_is_made_anew_without_the_others(world):
    eventful(world.funds)
    world.feed.report("one")
    world.kpi.roadmap()
    await world.tell()
    await world.tell_kpi()
    await world.tell_funds()
    before = await world.digest()
    rebuilt = await rebuilding(world).run()
    assert rebuilt.equal
    assert rebuilt.position == len(world.funds.received)
    assert await world.digest() == before
    assert await world.pool.fetchval("SELECT count(*) FROM readmodel_kpi.roadmap") == 1


async def test_who_asks_while_a_rebuild_switches_gets_a_whole_answer(world):
    eventful(world.funds)
    await world.tell_funds()
    stop = asyncio.Event()
    seen = []

    async def read():
        while not stop.is_set():
            document, _ = await told_by_funds(world.pool)
            everything = decode(document)
            seen.append((len(everything.facts), len(everything.projects)))

    reading = [asyncio.create_task(read()) for _ in range(2)]
    for _ in range(3):
        assert (await rebuilding(world).run()).equal
    stop.set()
    await asyncio.gather(*reading)
    assert len(seen) > 10
    assert len(set(seen)) == 1


async def test_what_is_about_nothing_known_is_set_aside(world):
    world.funds.fund()
    world.funds.reverse("never", "deposit", "2020-02-01")
    world.funds.deposit("later", "DE", "1.00")
    world.funds.append(of("call", "x"), published.CallClosed, {"on": "2020-01-01"})
    await world.tell_funds()
    reasons = [row["reason"] for row in await world.pool.fetch("SELECT reason FROM parked_event ORDER BY position")]
    assert reasons == [
        f"ValueError: deposit {of('fact', 'never')} is reversed and was never recorded",
        "waits behind an earlier event of its stream",
        "ValueError: CallClosed changes nothing",
    ]


async def test_a_reversal_takes_back_what_a_fact_did_whether_it_came_in_the_same_batch_or_not(world):
    world.funds.fund()
    world.funds.deposit("wrong", "DE", "100.00", fee="1.00", on="2020-01-10")
    await world.tell_funds()
    world.funds.deposit("wrong too", "DE", "7.00", on="2020-01-11")
    world.funds.reverse("wrong", "deposit", "2020-02-01")
    world.funds.reverse("wrong too", "deposit", "2020-02-02")
    await world.tell_funds()
    rows = await world.pool.fetch("SELECT day::text, kind, amount FROM money WHERE amount <> 0 ORDER BY version, line")
    assert [tuple(row) for row in rows] == [
        ("2020-01-10", "deposit", Decimal("100.00")),
        ("2020-01-10", "fee", Decimal("1.00")),
        ("2020-01-11", "deposit", Decimal("7.00")),
        ("2020-02-01", "deposit", Decimal("-100.00")),
        ("2020-02-01", "fee", Decimal("-1.00")),
        ("2020-02-02", "deposit", Decimal("-7.00")),
    ]
    assert await world.pool.fetchval("SELECT sum(cash) FROM effect") == 0


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
        eventful(world.funds)
        await world.tell_funds()
        async with world.pool.acquire() as connection:
            expected = await tables.digest(connection)
        async with world.pool.acquire() as connection, connection.transaction():
            for table in TABLES:
                await connection.execute(f"TRUNCATE {table}")
            projecting = Projecting(FundsProjection(), "reporting", "funds", 0)
            waiting = list(_shuffled(world.funds, chance))
            while waiting:
                size = chance.randint(1, 9)
                batch, waiting = waiting[:size], waiting[size:]
                await projecting.apply(connection, [received.envelope for received in batch])
                if chance.random() < 0.3:
                    await projecting.apply(connection, [received.envelope for received in batch])
            assert await tables.digest(connection) == expected


def _shuffled(feed, chance: Random):
    streams: dict = {}
    for received in feed.received:
        streams.setdefault(received.envelope.subject, []).append(received)
    while streams:
        stream = chance.choice(sorted(streams))
        yield streams[stream].pop(0)
        if not streams[stream]:
            del streams[stream]

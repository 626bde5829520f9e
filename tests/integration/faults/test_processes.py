"""One fault at a time, with real processes: a relay that dies or sleeps at the worst moment, a read-only database."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from audit import audit, published
from city import City, city
from reporters import Ledger, Reporter, reporters

from common.testing.eventually import eventually
from common.testing.kafka import free_ports
from common.testing.kafka_jars import KafkaUnusable, require_java
from embedded.supervisor import Program

pytestmark = [
    pytest.mark.faults,
    pytest.mark.kafka,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

LEASE = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Town:
    """A city that is never started anew, and who reports there."""

    city: City
    ledger: Ledger
    reporters: Sequence[Reporter]

    async def assert_all_is_well(self) -> None:
        findings = await audit(self.city, self.ledger)
        assert not findings.wrong, findings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(new_folder: Callable[[], Path]) -> AsyncIterator[Town]:
    try:
        require_java()
    except KafkaUnusable as reason:
        pytest.skip(str(reason))
    async with city(new_folder()) as running:
        await running.start("reporting-api")
        async with reporters(running, random.Random(3)) as [ledger, reporting]:
            yield Town(running, ledger, reporting)


async def test_a_relay_that_dies_between_sending_and_saving_sends_again(town: Town) -> None:
    before = await _records(town.city)
    async with _connected(town.city.database("incidents")) as connection, connection.transaction():
        await connection.execute("SELECT FROM relay FOR UPDATE")  # it sends, and cannot save that it did
        await town.reporters[0].push(5)
        await eventually(lambda: _has(town.city, before + 5), within=30)
        await town.city.kill("incidents-relay")
        await _forget_what_it_asked(connection)
    await eventually(lambda: _has(town.city, before + 10), within=60)
    await town.assert_all_is_well()


async def _forget_what_it_asked(connection: Any) -> None:
    """Its statements wait in the server still."""
    ended = await connection.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'UPDATE relay%' AND state = 'active'"
        " AND pid <> pg_backend_pid()"
    )
    assert ended


async def test_a_relay_that_sleeps_longer_than_its_lease_overtakes_nothing(town: Town) -> None:
    """Two run, and each is paused in turn, whichever leads."""
    epochs = [await _epoch(town.city)]
    async with _second_relay(town.city), _reporting(town.reporters):
        for name in ("incidents-relay", "second-relay") * 2:
            await asyncio.sleep(1)
            pid = town.city.supervisor.pids[name]
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(LEASE + 2)
            finally:
                os.kill(pid, signal.SIGCONT)
            epochs.append(await _epoch(town.city))
    assert epochs[-1] >= epochs[0] + 2, "neither led while it was paused"
    await town.assert_all_is_well()


async def test_a_database_that_cannot_be_written_to_answers_503_and_keeps_nothing(town: Town) -> None:
    single, batch = str(uuid4()), str(uuid4())
    async with _connected(town.city.database("incidents")) as connection:
        await connection.execute("SET default_transaction_read_only = off")
        kept = await _kept(connection)
        await _set_read_only(connection, "on")
        try:
            await eventually(lambda: _is_refused(town, single), within=20)
            for refused in (await _post(town, single), await _post_two(town, batch)):
                assert (refused.status_code, "Retry-After" in refused.headers) == (503, True), refused.text
            assert await _kept(connection) == kept
        finally:
            await _set_read_only(connection, "off")
        await eventually(lambda: _is_taken(town, single), within=20)
        landed = await _post_two(town, batch)
        assert landed.json()["summary"]["accepted"] == 2, landed.text
        assert await _kept(connection) == (kept[0] + 3, kept[1] + 3, kept[2] + 1)
    _promise(town, single, batch, await _post(town, single), landed)
    await town.assert_all_is_well()


async def _set_read_only(connection: Any, value: str) -> None:
    await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
    await connection.execute("SELECT pg_reload_conf()")


async def _kept(connection: Any) -> tuple[int, int, int]:
    """How many events, incidents and receipts there are."""
    found = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM incident), (SELECT count(*) FROM receipt)"
    )
    return tuple(found)


def _line(external_id: str) -> dict[str, Any]:
    return {
        "external_id": external_id,
        "occurred_on": "2023-05-17",
        "jurisdiction": "RS",
        "category": "other",
        "persons": [],
    }


async def _post(town: Town, key: str) -> httpx.Response:
    reporter = town.reporters[0]
    headers = {"Authorization": f"ApiKey {reporter.key}", "Idempotency-Key": key}
    return await reporter.client.post("/v1/incidents", json=_line(key), headers=headers)


async def _post_two(town: Town, key: str) -> httpx.Response:
    reporter = town.reporters[0]
    headers = {"Authorization": f"ApiKey {reporter.key}", "Idempotency-Key": key}
    lines = [_line(f"{key}-{n}") for n in range(2)]
    return await reporter.client.post("/v1/incidents:batch", json=lines, headers=headers)


async def _is_refused(town: Town, key: str) -> bool:
    return (await _post(town, key)).status_code == httpx.codes.SERVICE_UNAVAILABLE


async def _is_taken(town: Town, key: str) -> bool:
    return (await _post(town, key)).status_code == httpx.codes.CREATED


def _promise(town: Town, single: str, batch: str, first: httpx.Response, both: httpx.Response) -> None:
    town.ledger.acknowledge(_line(single), first.json())
    for item in both.json()["items"]:
        town.ledger.acknowledge(_line(item["external_id"]), item)


@asynccontextmanager
async def _second_relay(running: City) -> AsyncIterator[None]:
    """It stays until the town ends."""
    [port] = free_ports(1)
    settings = {**running.installation.environment("incidents"), "INCIDENTS_METRICS_PORT": str(port)}
    ready = f"http://127.0.0.1:{port}/metrics"
    await running.supervisor.start(Program("second-relay", ("incidents", "relay"), lambda: settings, ready))
    yield


@asynccontextmanager
async def _reporting(reporting: Sequence[Reporter]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(reporter.report(stop)) for reporter in reporting]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _epoch(running: City) -> int:
    async with _connected(running.database("incidents")) as connection:
        return int(await connection.fetchval("SELECT epoch FROM relay"))


async def _records(running: City) -> int:
    """Events of incidents on Kafka, those that came twice counted twice."""
    kafka = running.servers.kafka
    assert kafka is not None
    found = await asyncio.to_thread(published, kafka["bootstrap"], kafka["topics"])
    return sum(len(versions) for versions in found.values())


async def _has(running: City, records: int) -> bool:
    return await _records(running) >= records

"""The database of incidents is restored from a copy into a new cluster: one of now, and one older than its readers."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from audit import Findings, audit
from city import City, city
from reporters import Ledger, reporters

from common.testing.eventually import eventually
from common.testing.kafka_jars import KafkaUnusable, require_java
from common.testing.postgres import EmbeddedPostgres, programs

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

ALL = ("incidents-api", "incidents-relay", "reporting-api", "reporting-worker")
MANY = 700  # lines: a rebuild reads them in more than one go


@pytest.fixture(params=["feed", pytest.param("kafka", marks=pytest.mark.kafka)])
async def town(request: pytest.FixtureRequest, new_folder: Callable[[], Path]) -> AsyncIterator[City]:
    if request.param == "kafka":
        try:
            require_java()
        except KafkaUnusable as reason:
            pytest.skip(str(reason))
    async with city(new_folder(), kafka=request.param == "kafka") as running:
        await running.start("reporting-api")
        yield running


async def test_a_copy_moves_to_a_new_cluster_and_publishing_goes_on(town: City, tmp_path: Path) -> None:
    async with reporters(town, random.Random(1)) as [ledger, [reporter, *_]]:
        await reporter.push(50)
        await town.stop()
        async with _restored(town, _dump(town, tmp_path)):
            code, said = await town.command("incidents", "verify")
            assert code == 0, said
            await town.start(*ALL)
            await reporter.push(20, reporter.own[:10])
            findings = await audit(town, ledger)
            assert not findings.wrong, findings
            await town.stop()


async def test_a_copy_older_than_its_readers_makes_them_rebuild(town: City, tmp_path: Path) -> None:
    async with reporters(town, random.Random(2)) as [ledger, [reporter, *_]]:
        await reporter.push(MANY)
        copied, copy = deepcopy(ledger.incidents), _dump(town, tmp_path)
        await reporter.push(30, reporter.own[:20])  # which the readers see, and the copy does not know
        before = len(ledger.incidents)
        await _shown(town, before)
        await town.stop()
        async with _restored(town, copy):
            code, said = await town.command("incidents", "restored")
            assert code == 0, said
            ledger.incidents, reporter.own = copied, list(copied)
            await town.start(*(name for name in ALL if name != "reporting-worker"))
            await reporter.push(5, reporter.own[:7])
            await _old_figures_are_marked(town, before)
            findings = await _audit_of_the_newest(town, ledger)
            assert not findings.wrong, findings
            assert "rebuilding" not in (await _asked(town))["freshness"]["incidents"]
            await town.stop()


async def _old_figures_are_marked(town: City, before: int) -> None:
    """The worker is stopped in the middle of its rebuild, to look at what is answered meanwhile."""
    await town.start("reporting-worker")
    worker = town.supervisor.pids["reporting-worker"]
    connection = await asyncpg.connect(town.database("reporting"))
    deadline = time.monotonic() + 60
    while not await connection.fetchval(
        "SELECT EXISTS (SELECT FROM checkpoint WHERE consumer = 'reporting:rebuild' AND log_id IS NOT NULL)"
    ):
        assert time.monotonic() < deadline, "no rebuild began"
    os.kill(worker, signal.SIGSTOP)
    try:
        answer = await _asked(town)
        assert (answer["total"], answer["freshness"]["incidents"]["rebuilding"]) == (before, True)
    finally:
        os.kill(worker, signal.SIGCONT)
        await connection.close()


async def _audit_of_the_newest(town: City, ledger: Ledger) -> Findings:
    """The topic of the log that was replaced is no part of it."""

    async def there() -> bool:
        return town.servers.kafka is None or "incidents.events.g2" in town.servers.kafka["topics"]

    await eventually(there, within=60)
    return await audit(town, ledger, generations=1)


async def _asked(town: City) -> Any:
    async with httpx.AsyncClient(base_url=town.reporting, timeout=30) as client:
        return (await client.get("/v1/aggregates/incidents")).raise_for_status().json()


async def _shown(town: City, total: int) -> None:
    async def there() -> bool:
        assert (await _asked(town))["total"] == total
        return True

    await eventually(there, within=60)


def _dump(town: City, folder: Path) -> Path:
    file = folder / "incidents.dump"
    _run("pg_dump", "--format=custom", f"--file={file}", town.database("incidents"))
    return file


@asynccontextmanager
async def _restored(town: City, copy: Path) -> AsyncIterator[None]:
    """The database of incidents is the copy, in a cluster of its own."""
    cluster = EmbeddedPostgres(town.installation.home.folder / "another")
    await asyncio.to_thread(cluster.start)
    try:
        cluster.create_database("incidents")
        _run("pg_restore", "--exit-on-error", f"--dbname={cluster.dsn('incidents')}", str(copy))
        town.clusters["incidents"] = cluster
        yield
    finally:
        await asyncio.to_thread(cluster.stop, "immediate")


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run([str(programs() / program), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""What is measured, running: a durable PostgreSQL, the service and its plain twin, each a process of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from lines import JURISDICTIONS

from common.persistence.migrations import upgrade
from common.security.agencies import Agencies
from common.security.api_keys import ApiKeys
from common.security.issuer import Issuer
from common.testing.postgres import EmbeddedPostgres

SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB"}  # those of the demo; fsync stays on


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: int


@dataclass(frozen=True, slots=True)
class Stage:
    """`agency` and `reader` are Authorization headers: of an agency that may report everywhere, and of who reads the
    change feed."""

    folder: Path
    postgres: EmbeddedPostgres
    incidents: Server
    plain: Server
    agency: str
    reader: str


@contextmanager
def durable_postgres() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="salwatch-bench-", dir=os.environ.get("SALWATCH_BENCH_DIR")))
    server = EmbeddedPostgres(folder / "postgres", SETTINGS)
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


def migrated(postgres: EmbeddedPostgres, service: str) -> str:
    """The DSN of a new database of that service."""
    postgres.create_database(service)
    upgrade(service, postgres.dsn(service))
    return postgres.dsn(service)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    with durable_postgres() as postgres:
        folder = postgres.data_dir.parent
        issuer = Issuer(folder / "issuer.pem")
        issuer.write_jwks(folder / "jwks.json")
        dsn = migrated(postgres, "incidents")
        postgres.create_database("plain")
        async with _api(folder, dsn) as incidents, _plain(postgres.dsn("plain")) as plain:
            agency, reader = f"ApiKey {await _key(dsn)}", f"Bearer {issuer.issue('service')}"
            yield Stage(folder, postgres, incidents, plain, agency, reader)


def another_api(running: Stage) -> AbstractAsyncContextManager[Server]:
    """One more process of the service over the same database."""
    return _api(running.folder, running.postgres.dsn("incidents"))


@asynccontextmanager
async def _api(folder: Path, dsn: str) -> AsyncIterator[Server]:
    port = _free_port()
    environment = {"INCIDENTS_DATABASE_URL": dsn, "SALWATCH_JWKS": str(folder / "jwks.json")}
    with process(["-m", "incidents", "api"], {**environment, "INCIDENTS_PORT": str(port)}) as pid:
        await _answers(port)
        yield Server(port, pid)


@asynccontextmanager
async def _plain(dsn: str) -> AsyncIterator[Server]:
    port = _free_port()
    with process([str(Path(__file__).with_name("plain.py")), str(port), dsn], {}) as pid:
        await _answers(port)
        yield Server(port, pid)


@contextmanager
def process(arguments: list[str], environment: dict[str, str]) -> Iterator[int]:
    """A Python process, ended afterwards; its id."""
    started = subprocess.Popen(
        [sys.executable, *arguments], env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def _answers(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError(f"nothing answers on port {port}")


async def _key(dsn: str) -> str:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool, ApiKeys(pool) as keys:
        await Agencies(pool).add("bench", "Benchmark", list(JURISDICTIONS))
        return (await keys.create("bench", ["agency"])).text

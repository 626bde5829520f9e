"""The whole system as processes of its own, each of which may be killed at any moment and comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
from demonstration import free_home

from common.testing.eventually import eventually
from common.testing.kafka import FAST, QUICK_START, EmbeddedKafka, free_ports
from common.testing.postgres import EmbeddedPostgres
from embedded.access import Access
from embedded.kafka import Carrier
from embedded.servers import Servers
from embedded.services import SERVICES, Installation
from embedded.supervisor import Supervisor

VICTIMS = ("incidents-api", "incidents-relay", "reporting-worker", "postgres", "kafka")
BACK_WITHIN = 120.0  # seconds


@dataclass
class City:
    """An installation that runs over Kafka. What dies is started again by what keeps the demo running."""

    installation: Installation
    servers: Servers
    supervisor: Supervisor
    keeping: asyncio.Task[None]
    killed: dict[str, int] = field(default_factory=dict)
    """The process of each name that was killed last."""
    clusters: dict[str, EmbeddedPostgres] = field(default_factory=dict)
    """Where a service's database is, if not with the others."""

    @property
    def incidents(self) -> str:
        return self.installation.home.url(SERVICES["incidents"])

    @property
    def reporting(self) -> str:
        return self.installation.home.url(SERVICES["reporting"])

    def database(self, service: str) -> str:
        return self._installed(service).postgres.dsn(service)

    async def start(self, *names: str) -> None:
        """Those parts, and keeps them running; none of another transport."""
        for part in self.installation.parts:
            if part.name in names:
                await self.supervisor.start(self._installed(part.service).program(part))

    async def stop(self) -> None:
        """All parts, in order."""
        await self.supervisor.stop()

    async def kill(self, name: str) -> None:
        """SIGKILL to the process of that name, once it is one that was not killed yet."""
        pid = await eventually(lambda: self._alive(name), within=BACK_WITHIN)
        self.killed[name] = pid
        os.kill(pid, signal.SIGKILL)

    async def recovered(self) -> None:
        """Returns when another process runs for each that was killed."""
        for name in self.killed:
            await eventually(lambda name=name: self._alive(name), within=BACK_WITHIN)

    async def command(self, service: str, *arguments: str) -> tuple[int, str]:
        """Exit code and output of a service's command."""
        return await run_command(self._installed(service).environment(service), service, *arguments)

    def _installed(self, service: str) -> Installation:
        return replace(self.installation, postgres=self.clusters.get(service, self.installation.postgres))

    async def _alive(self, name: str) -> int | None:
        if self.keeping.done():
            self.keeping.result()
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = {**self.supervisor.pids, **self.servers.pids}.get(name)
            if pid is not None and pid != self.killed.get(name) and _runs(pid):
                return pid
        return None


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def run_command(settings: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """`python -m …` with those settings: exit code and output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@asynccontextmanager
async def city(folder: Path, *, kafka: bool = True) -> AsyncIterator[City]:
    """Api and worker run, and over Kafka a relay; what it was is in `folder`, with the logs."""
    home = free_home(folder)
    postgres = EmbeddedPostgres(home.postgres)  # durable: what was acknowledged survives a kill
    broker = EmbeddedKafka(home.kafka, ports=free_ports(2), settings=FAST, java=QUICK_START)
    installation = Installation(home, Access(home), postgres, broker.bootstrap if kafka else None)
    servers = Servers(postgres, Carrier(broker.bootstrap, broker) if kafka else None)
    supervisor = Supervisor(home.logs, lambda _: None, lambda _: None)
    keeping = None
    try:
        await asyncio.to_thread(postgres.start)
        await asyncio.gather(
            servers.start_kafka(), *(asyncio.to_thread(installation.migrate, service) for service in SERVICES)
        )
        keeping = asyncio.create_task(servers.keep(lambda: None))
        running = City(installation, servers, supervisor, keeping)
        await running.start("incidents-api", "incidents-relay", "reporting-worker")
        yield running
    finally:
        await supervisor.stop()
        if keeping:
            keeping.cancel()
            await asyncio.wait([keeping])
        await asyncio.to_thread(broker.stop, at_once=True)
        await asyncio.to_thread(postgres.stop, "immediate")

"""`make demo`: databases, services, sample feed, addresses; serves until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import httpx

from embedded import services
from embedded.access import Access
from embedded.agencies import api_keys
from embedded.bars import Bars
from embedded.funds.load import check_funds, load_funds
from embedded.home import Home, write_json
from embedded.kafka import carrier
from embedded.kpi_reports.load import check_reports, load_reports
from embedded.load import check, load
from embedded.servers import Servers
from embedded.services import Installation
from embedded.single import end_leftovers, remember, require_free, sole_run
from embedded.supervisor import Supervisor


def run(home: Home, *, once: bool) -> int:
    """The exit code: 0 when it served or checked, 130 when it was interrupted before. Raises `CannotRun`."""
    with sole_run(home):
        home.demo.unlink(missing_ok=True)
        if left := end_leftovers(home):
            print(f"Ended what a killed run had left: {', '.join(left)}.")
        kafka = carrier(home)
        installation = Installation(home, Access(home), services.postgres(home), kafka.bootstrap if kafka else None)
        servers = Servers(installation.postgres, kafka)
        require_free(installation.ports)
        print(f"SALWatch: the data lies in {home.folder}.")
        try:
            installation.postgres.start()
            return asyncio.run(_Demo(installation, servers).run(once=once))
        finally:
            servers.stop()


class _Demo:
    def __init__(self, installation: Installation, servers: Servers) -> None:
        self._installation = installation
        self._home = installation.home
        self._access = installation.access
        self._servers = servers
        self._supervisor = Supervisor(self._home.logs, lambda _: self._changed(), print)
        self._keys: Mapping[str, str] = {}
        self._serving = False

    async def run(self, *, once: bool) -> int:
        task = asyncio.ensure_future(self._serve(once=once))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            return 0 if self._serving else 130
        finally:
            self._serving = False
            print("Stopping.")
            self._home.demo.unlink(missing_ok=True)
            await self._supervisor.stop()
        return 0

    async def _serve(self, *, once: bool) -> None:
        await self._start()
        if services.sample_pack():
            await self._fill()
        else:
            print("There is no sample feed for this pack: the services start empty.")
        if once:
            if services.sample_pack():
                print("\n".join(["The aggregates show what was published:", *await self._checked()]))
            return
        self._serving = True
        self._write()
        print(self._addresses())
        await self._servers.keep(self._changed)

    async def _start(self) -> None:
        """Side by side: most of it is waiting for an interpreter to start."""
        migrations = [asyncio.to_thread(self._installation.migrate, service) for service in services.SERVICES]
        await _counted("servers", [*migrations, self._start_kafka()])
        programs = [self._installation.program(part) for part in self._installation.parts]
        await _counted("processes", [self._supervisor.start(program) for program in programs])

    async def _start_kafka(self) -> None:
        await self._servers.start_kafka()
        self._changed()

    async def _fill(self) -> None:
        urls = services.urls(self._home)
        async with httpx.AsyncClient(base_url=urls["incidents"]) as client:
            self._keys = await api_keys(self._home, client, self._access.token("administrator"))
        print(await load(self._home, urls, self._keys, self._access.tokens()))
        print(await load_reports(self._home, urls, self._access.tokens()))
        print(await load_funds(self._home, urls, self._access.tokens()))

    async def _checked(self) -> list[str]:
        url = services.urls(self._home)["reporting"]
        return [f"  {line}" for line in [*await check(url), *await check_reports(url), *await check_funds(url)]]

    def _changed(self) -> None:
        remember(self._home, {**self._servers.leftovers, **self._supervisor.pids})
        if self._serving:
            self._write()

    def _write(self) -> None:
        kafka = self._servers.kafka
        write_json(
            self._home.demo,
            {
                "services": services.urls(self._home),
                "api_keys": self._keys,
                "tokens": self._access.tokens(),
                **({"kafka": kafka} if kafka else {}),
                "processes": {**self._supervisor.pids, **self._servers.pids},
                "metrics": self._installation.metrics,
            },
        )

    def _addresses(self) -> str:
        urls = services.urls(self._home)
        example = f"{urls['reporting']}/v1/aggregates/incidents?by=category&from=2020-01-01&to=2020-12-31"
        return "\n".join(
            [
                "",
                f"  Dashboard          {urls['reporting']}/, {urls['reporting']}/kpi and {urls['reporting']}/funds",
                f"  Aggregates         {example}",
                *(f"  {name:<18} {url}/docs" for name, url in urls.items()),
                f"  Keys and tokens    {self._home.demo}",
                "",
                "Ctrl-C stops everything.",
            ]
        )


async def _counted(what: str, work: Sequence[Coroutine[Any, Any, None]]) -> None:
    with Bars() as bars:
        bars.show(what, 0, len(work))
        tasks = [asyncio.ensure_future(each) for each in work]  # in this order, which is that of stopping too
        try:
            for done, each in enumerate(asyncio.as_completed(tasks), 1):
                await each
                bars.show(what, done, len(work))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)  # the first that failed is told, the rest end quietly

"""Starts processes, restarts one that dies, ends them in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from embedded.errors import CannotRun

READY_WITHIN = 60.0  # seconds
STOP_WITHIN = 15.0  # seconds that a process has to finish what it has begun
LONGEST_PAUSE = 5.0  # seconds between restarts
STEADY_AFTER = 10.0  # seconds of life after which a death is not part of a row
DEATHS_AT_START = 3


@dataclass(frozen=True, slots=True)
class Program:
    """`python -m <module> <arguments>`; ready when `ready_url` answers 200. The environment is asked for at each start,
    for credentials in it run out."""

    name: str
    arguments: Sequence[str]
    environment: Callable[[], Mapping[str, str]]
    ready_url: str


class Supervisor:
    """`changed(pids)` is called whenever a process has started; `told(text)` with what a person should know."""

    def __init__(self, logs: Path, changed: Callable[[Mapping[str, int]], None], told: Callable[[str], None]) -> None:
        self._logs = logs
        self._changed = changed
        self._told = told
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._deaths: dict[str, int] = {}
        self._served: set[str] = set()

    @property
    def pids(self) -> Mapping[str, int]:
        return {name: process.pid for name, process in self._running.items()}

    async def start(self, program: Program) -> None:
        """Starts it and keeps it running; returns when it is ready. Raises `CannotRun`."""
        self._logs.mkdir(exist_ok=True)
        self._deaths[program.name] = 0
        self._keepers[program.name] = asyncio.create_task(self._keep(program), name=program.name)
        await self._ready(program)
        self._served.add(program.name)

    async def stop(self) -> None:
        """Ends all, the last started first, each by its own id."""
        for name, keeper in reversed(self._keepers.items()):
            keeper.cancel()
            await asyncio.wait([keeper])
            if process := self._running.pop(name, None):
                await _end(process)
        self._keepers.clear()

    async def _keep(self, program: Program) -> None:
        pause = 0.0
        while True:
            await asyncio.sleep(pause)
            process = await self._launch(program)
            began = asyncio.get_running_loop().time()
            code = await process.wait()
            steady = asyncio.get_running_loop().time() - began > STEADY_AFTER
            pause = 0.0 if steady else min(LONGEST_PAUSE, 2 * pause + 0.2)
            self._deaths[program.name] += 1
            if program.name in self._served:
                self._told(f"{program.name} ended ({_ending(code)}); it is started again")

    async def _launch(self, program: Program) -> asyncio.subprocess.Process:
        with open(self._log(program), "ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *program.arguments),
                env={**os.environ, **program.environment()},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for this process, which ends them in order
            )
        self._running[program.name] = process
        self._changed(self.pids)
        return process

    async def _ready(self, program: Program) -> None:
        deadline = asyncio.get_running_loop().time() + READY_WITHIN
        async with httpx.AsyncClient() as client:
            while self._deaths[program.name] < DEATHS_AT_START:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(program.ready_url)).status_code == httpx.codes.OK:
                        return
                if asyncio.get_running_loop().time() > deadline:
                    raise CannotRun(
                        f"{program.name} is not ready after {READY_WITHIN:.0f} s; see {self._log(program)}."
                    )
                await asyncio.sleep(0.05)
        raise CannotRun(f"{program.name} does not start: {_last_line(self._log(program))} (see {self._log(program)})")

    def _log(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it says nothing"

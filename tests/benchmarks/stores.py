"""Published event stores to compare with, in an environment of their own: nothing of the product depends on them.

What a package index gives is installed when it is first needed, into `stores/` of `SALWATCH_BENCH_DIR` or of the
temporary folder, and used again. A store that cannot be installed fails its benchmark by name.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

PROGRAMS = Path(__file__).with_name("stores")
MESSAGE_DB = "@eventide/message-db@1.3.1"
SCRIPTS = (  # what its installer runs, without the extension pgcrypto: PostgreSQL has `gen_random_uuid` by itself now
    *("schema/message-store", "tables/messages", "types/message"),
    *(f"functions/{name}" for name in ("hash-64", "category", "acquire-lock", "stream-version", "write-message")),
    *(f"indexes/messages-{name}" for name in ("id", "stream", "category")),
)


class StoreMissing(Exception):
    """A store could not be installed; the message says which and why."""


class Callers:
    """A process whose threads call a store, see stores/callers.py."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = process.pid

    async def run(self, callers: int, size: int, seconds: float) -> int:
        """How many events they appended, `size` in a call."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{callers} {size} {seconds}\n".encode())
        return int(await self._process.stdout.readline())

    async def best(self, size: int, choices: Sequence[int]) -> int:
        """The number of threads that appends fastest."""
        await self.run(choices[0], size, 0.5)
        rates = {callers: await self._rate(callers, size) for callers in choices}
        print("threads: " + ", ".join(f"{callers}: {rate:,.0f}/s" for callers, rate in rates.items()), flush=True)
        return max(rates, key=lambda callers: rates[callers])

    async def _rate(self, callers: int, size: int) -> float:
        started = time.perf_counter()
        return await self.run(callers, size, 1.0) / (time.perf_counter() - started)


@asynccontextmanager
async def callers(*command: str | Path) -> AsyncIterator[Callers]:
    """The process of that command, ended with its standard input."""
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Callers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def eventsourcing(dsn: str) -> AsyncIterator[Callers]:
    """The PyPI library on a PostgreSQL; it makes its tables in the database."""
    parts = urlsplit(dsn)
    host = parse_qs(parts.query)["host"][0]
    async with callers(_python(), PROGRAMS / "eventsourcing_callers.py", host, parts.path[1:]) as calling:
        yield calling


@asynccontextmanager
async def umadb() -> AsyncIterator[Callers]:
    """UmaDB's server with its data on disk, as it starts by default, and its own client."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="salwatch-bench-", dir=os.environ.get("SALWATCH_BENCH_DIR")) as folder:
        arguments = ["--listen", f"127.0.0.1:{port}", "--db-path", folder]
        with _running([str(_python().with_name("umadb")), *arguments]):
            _await_port(port)
            async with callers(_python(), PROGRAMS / "umadb_callers.py", f"http://127.0.0.1:{port}") as calling:
                yield calling


async def create_message_db(connection: asyncpg.Connection) -> None:
    """message-db's own tables, functions and indexes, as its installer makes them."""
    folder = _message_db()
    for script in SCRIPTS:
        await connection.execute((folder / f"{script}.sql").read_text())


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _await_port(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise StoreMissing(f"UmaDB does not answer on port {port}")


def _folder() -> Path:
    return Path(os.environ.get("SALWATCH_BENCH_DIR", tempfile.gettempdir())) / "salwatch-stores"


def _python() -> Path:
    """The Python of the stores' environment, made where it is not there."""
    python = _folder() / "venv" / "bin" / "python"
    requirements = PROGRAMS / "requirements.txt"
    marker = _folder() / requirements.name
    if not marker.exists() or marker.read_bytes() != requirements.read_bytes():
        _install([sys.executable, "-m", "venv", str(_folder() / "venv")], "a virtual environment")
        _install(
            [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)], requirements.name
        )
        marker.write_bytes(requirements.read_bytes())
    return python


def _message_db() -> Path:
    folder = _folder() / MESSAGE_DB.replace("/", "-")
    if not folder.exists():
        with tempfile.TemporaryDirectory(prefix="salwatch-bench-") as download:
            _install(["npm", "pack", "--silent", "--pack-destination", download, MESSAGE_DB], MESSAGE_DB)
            [archive] = Path(download).iterdir()
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
    return folder / "package" / "database"


def _install(command: list[str], what: str) -> None:
    _folder().mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise StoreMissing(f"{what} could not be installed: {said.strip().splitlines()[-1]}") from error

"""The parts of the demo: restart of what dies, one run per folder, ports, and what is said when it cannot run."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from common.testing.eventually import eventually
from embedded.errors import CannotRun
from embedded.home import Home, home, read_json, write_json
from embedded.single import AlreadyRunning, end_leftovers, remember, require_free, sole_run
from embedded.supervisor import Program, Supervisor


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path, 8100)


@pytest.fixture
async def supervisor(place: Home) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(place.logs, lambda pids: None, lambda text: None)
    yield supervisor
    await supervisor.stop()


def web(port: int, folder: Path) -> Program:
    arguments = ("http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder))
    return Program("web", arguments, dict, f"http://127.0.0.1:{port}/")


async def test_a_process_that_dies_is_started_again(supervisor: Supervisor, place: Home, port: int) -> None:
    await supervisor.start(web(port, place.folder))
    first = supervisor.pids["web"]
    os.kill(first, signal.SIGKILL)

    async def serves_again() -> bool:
        assert supervisor.pids["web"] != first
        async with httpx.AsyncClient() as client:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/")).is_success
            except httpx.TransportError:
                return False

    await eventually(serves_again)


async def test_what_was_started_is_ended(place: Home, port: int) -> None:
    supervisor = Supervisor(place.logs, lambda pids: None, lambda text: None)
    await supervisor.start(web(port, place.folder))
    pid = supervisor.pids["web"]
    await supervisor.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_process_that_cannot_start_says_why_in_one_line(supervisor: Supervisor, port: int) -> None:
    broken = Program("broken", ("no_such_module",), dict, f"http://127.0.0.1:{port}/")
    with pytest.raises(CannotRun, match=r"broken does not start: .*No module named no_such_module"):
        await supervisor.start(broken)


def test_only_one_run_holds_a_folder(place: Home) -> None:
    with sole_run(place), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"), sole_run(place):
        pass
    with sole_run(place):
        pass


def test_leftovers_of_a_killed_run_are_ended_and_nothing_else(place: Home) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    remember(place, {"left": left.pid})
    known = read_json(place.processes)
    write_json(place.processes, {**known, "another with a number used again": [os.getpid(), 1.0]})
    assert end_leftovers(place) == ["left"]
    assert not psutil.pid_exists(left.pid)
    left.wait(0)


def test_a_port_in_use_is_named(port: int) -> None:
    taken = pytest.raises(CannotRun, match=f"Port {port} \\(incidents\\) is in use")
    with socket.create_server(("127.0.0.1", port)), taken:
        require_free({"incidents": port})
    require_free({"incidents": port})


def test_keys_are_for_the_owner_alone(place: Home) -> None:
    write_json(place.api_keys, {"agency": "key"})
    assert stat.S_IMODE(place.api_keys.stat().st_mode) == 0o600
    assert read_json(place.api_keys) == {"agency": "key"}


@pytest.mark.parametrize("base", ["many", "80", "65001", "-8100", "٨١٠٠"])
def test_a_port_base_that_is_none_is_refused(tmp_path: Path, base: str) -> None:
    with pytest.raises(CannotRun, match="SALWATCH_PORT_BASE"):
        home({"SALWATCH_DATA_DIR": str(tmp_path), "SALWATCH_PORT_BASE": base})


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRun, match="cannot be used"):
        home({"SALWATCH_DATA_DIR": str(tmp_path / "file" / "below")})


def test_a_reset_leaves_what_is_not_ours(place: Home) -> None:
    place.postgres.mkdir()
    write_json(place.demo, {})
    (place.folder / "notes.txt").write_text("mine")
    place.empty()
    assert [path.name for path in place.folder.iterdir()] == ["notes.txt"]

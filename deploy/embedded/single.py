"""One run per data folder: a lock that ends with its process, free ports, no leftovers of a run that was killed."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil

from embedded.errors import CannotRun
from embedded.home import HOST, Home, read_json, write_json


class AlreadyRunning(CannotRun):
    """Another process holds the data folder."""


@contextmanager
def sole_run(home: Home) -> Iterator[None]:
    """Holds the folder; the system releases it when this process ends, however it ends. Raises `AlreadyRunning`."""
    with open(home.lock, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise AlreadyRunning(
                f"The demo runs already (process {file.read().strip()}) with its data in {home.folder}."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def remember(home: Home, pids: Mapping[str, int]) -> None:
    """Notes what was started, with its start time, so that a number used again is not taken for it."""
    write_json(home.processes, {name: [pid, _started(pid)] for name, pid in pids.items()})


def end_leftovers(home: Home) -> list[str]:
    """Ends what a killed run left running; gives the names. To be called under `sole_run`."""
    known: dict[str, list[float]] = read_json(home.processes) or {}
    left = {name: int(pid) for name, (pid, started) in known.items() if started and _started(int(pid)) == started}
    processes = [psutil.Process(pid) for pid in left.values()]
    for process in processes:
        process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=10)
    for process in alive:
        process.kill()
    return sorted(left)


def _started(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def require_free(ports: Mapping[str, int]) -> None:
    """Raises `CannotRun` naming the first port that another program has."""
    for name, port in ports.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
                raise CannotRun(
                    f"Port {port} ({name}) {what}; end what uses it or choose others with SALWATCH_PORT_BASE."
                ) from error

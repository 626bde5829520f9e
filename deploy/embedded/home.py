"""Where the demo keeps what it keeps, and which ports follow from the base."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.errors import CannotRun

HOST = "127.0.0.1"
DEFAULT_PORT_BASE = 8100
HIGHEST_PORT_BASE = 65_000


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder and the base of the ports. Nothing outside the folder is written."""

    folder: Path
    port_base: int

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def kafka(self) -> Path:
        return self.folder / "kafka"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def issuer_key(self) -> Path:
        """What the demo's tokens are signed with."""
        return self.folder / "issuer.pem"

    @property
    def key_set(self) -> Path:
        """Its public half, which services read."""
        return self.folder / "jwks.json"

    @property
    def api_keys(self) -> Path:
        return self.folder / "api_keys.json"

    @property
    def loaded(self) -> Path:
        """Written when the sample feed has been pushed completely; names the log that holds it."""
        return self.folder / "loaded.json"

    @property
    def loaded_reports(self) -> Path:
        """Likewise for the KPI reports."""
        return self.folder / "loaded_reports.json"

    @property
    def loaded_funds(self) -> Path:
        """Likewise for the funds."""
        return self.folder / "loaded_funds.json"

    @property
    def demo(self) -> Path:
        """What a script needs to go on from here; there while the demo serves."""
        return self.folder / "demo.json"

    @property
    def lock(self) -> Path:
        return self.folder / "demo.lock"

    @property
    def processes(self) -> Path:
        """What this run has started, so that the next one can end what a killed run left behind."""
        return self.folder / "processes.json"

    def port(self, offset: int) -> int:
        return self.port_base + offset

    def url(self, offset: int) -> str:
        return f"http://{HOST}:{self.port(offset)}"

    def empty(self) -> None:
        """Deletes what the demo has written, and nothing else that may lie there."""
        for folder in (self.postgres, self.kafka, self.logs):
            if folder.exists():
                shutil.rmtree(folder)
        files = (
            self.issuer_key,
            self.key_set,
            self.api_keys,
            self.loaded,
            self.loaded_reports,
            self.loaded_funds,
            self.demo,
            self.processes,
        )
        for file in files:
            file.unlink(missing_ok=True)


def home(environment: Mapping[str, str] = os.environ) -> Home:
    """The home that SALWATCH_DATA_DIR and SALWATCH_PORT_BASE name. Raises `CannotRun`."""
    folder = Path(environment.get("SALWATCH_DATA_DIR") or "var").expanduser().resolve()
    base = environment.get("SALWATCH_PORT_BASE") or str(DEFAULT_PORT_BASE)
    if not base.isascii() or not base.isdigit() or not 1_024 <= int(base) <= HIGHEST_PORT_BASE:
        raise CannotRun(f"SALWATCH_PORT_BASE is {base!r}; it is a number from 1024 to {HIGHEST_PORT_BASE}.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"The data folder {folder} cannot be used: {error.strerror}.") from error
    return Home(folder, int(base))


def read_json(path: Path) -> Any:
    """What the file holds, or None where there is none or it was cut."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def write_json(path: Path, document: object) -> None:
    """Readable by the owner alone, and there as a whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)

"""The services of the demo: their databases, ports, processes and settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from common.testing.postgres import EmbeddedPostgres
from embedded.access import Access
from embedded.errors import CannotRun
from embedded.home import HOST, Home, read_json
from embedded.supervisor import Program

POSTGRES_SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB"}
NOTE = "Illustrative microdata: the sums are those published, every single record is made up (docs/demo-data.md)."
SAMPLE_PACK = "western-balkans"
SERVICES: Mapping[str, int] = {"incidents": 1, "reporting": 4}
"""Every service with the offset of its port from the base, in the order in which they start."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of a service; `port` and `metrics` are offsets from the base."""

    name: str
    service: str
    command: str
    port: int | None
    metrics: int


PARTS: Sequence[Part] = (
    Part("incidents-api", "incidents", "api", 1, 51),
    Part("reporting-api", "reporting", "api", 4, 54),
    Part("reporting-worker", "reporting", "worker", None, 64),
)


def postgres(home: Home) -> EmbeddedPostgres:
    return EmbeddedPostgres(home.postgres, POSTGRES_SETTINGS)


def sample_pack() -> bool:
    """Whether the reference pack is the one that the sample feed is made for."""
    return (os.environ.get("SALWATCH_PACK") or SAMPLE_PACK) == SAMPLE_PACK


def ports(home: Home) -> dict[str, int]:
    """Every port that the demo opens, by what it is for."""
    http = {part.name: home.port(part.port) for part in PARTS if part.port is not None}
    return {**http, **{f"metrics of {part.name}": home.port(part.metrics) for part in PARTS}}


def urls(home: Home) -> dict[str, str]:
    return {service: home.url(offset) for service, offset in SERVICES.items()}


def running(home: Home) -> Home:
    """The home of the demo that serves now, on whatever ports it was started. Raises `CannotRun` where none does."""
    document = read_json(home.demo)
    if document is None:
        raise CannotRun("The demo does not serve: start it with `make demo`, and run this beside it.")
    service, offset = next(iter(SERVICES.items()))
    port = urlsplit(document["services"][service]).port
    assert port is not None, "the demo writes its ports"
    return replace(home, port_base=port - offset)


def metrics(home: Home) -> dict[str, str]:
    """Where the operator's figures stand: by service for its api, by process for a worker."""
    return {part.service if part.command == "api" else part.name: f"{home.url(part.metrics)}/metrics" for part in PARTS}


def program(home: Home, access: Access, server: EmbeddedPostgres, part: Part) -> Program:
    ready = f"{home.url(part.port)}/readyz" if part.port is not None else f"{home.url(part.metrics)}/metrics"
    return Program(
        part.name, (part.service, part.command), lambda: environment(home, access, server, part.service, part), ready
    )


def environment(
    home: Home, access: Access, server: EmbeddedPostgres, service: str, part: Part | None = None
) -> dict[str, str]:
    """The settings of a service's process, or (without `part`) of one of its commands."""
    prefix = service.upper()
    settings = {
        f"{prefix}_DATABASE_URL": server.dsn(service),
        f"{prefix}_HOST": HOST,
        f"{prefix}_PORT": str(home.port(SERVICES[service])),
        "SALWATCH_JWKS": str(access.key_set),
        "SALWATCH_ISSUER": access.issuer,
        "SALWATCH_AUDIENCE": access.audience,
    }
    if part is not None:
        settings[f"{prefix}_METRICS_PORT"] = str(home.port(part.metrics))
    if service == "reporting":
        settings["REPORTING_INCIDENTS_URL"] = home.url(SERVICES["incidents"])
        if sample_pack():
            settings["REPORTING_NOTE"] = NOTE
        settings["REPORTING_INCIDENTS_CREDENTIAL"] = f"Bearer {access.service_token('reporting')}"
    return settings


def migrate(home: Home, access: Access, server: EmbeddedPostgres, service: str) -> None:
    """Makes the service's database where there is none and brings its tables to the newest version. Raises
    `CannotRun`."""
    if not server.has_database(service):
        server.create_database(service)
    done = subprocess.run(  # noqa: S603 - our own services
        [sys.executable, "-m", service, "migrate"],
        env={**os.environ, **environment(home, access, server, service)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise CannotRun(f"The database of {service} cannot be migrated: {reason[-1] if reason else 'no reason'}")

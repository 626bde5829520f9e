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
from embedded.kafka import DECLARATION
from embedded.supervisor import Program

POSTGRES_SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB"}
NOTE = "Illustrative microdata: the sums are those published, every single record is made up (docs/demo-data.md)."
SAMPLE_PACK = "western-balkans"
SERVICES: Mapping[str, int] = {"incidents": 1, "kpi": 2, "funds": 3, "reporting": 4}
"""Every service with the offset of its port from the base, in the order in which they start."""
FOLLOWS: Mapping[str, Sequence[str]] = {
    "kpi": ["incidents"],
    "funds": ["kpi"],
    "reporting": ["incidents", "kpi", "funds"],
}
"""Whose events a service reads."""


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
    Part("incidents-relay", "incidents", "relay", None, 71),
    Part("kpi-api", "kpi", "api", 2, 52),
    Part("kpi-relay", "kpi", "relay", None, 72),
    Part("kpi-worker", "kpi", "worker", None, 62),
    Part("funds-api", "funds", "api", 3, 53),
    Part("funds-relay", "funds", "relay", None, 73),
    Part("funds-worker", "funds", "worker", None, 63),
    Part("reporting-api", "reporting", "api", 4, 54),
    Part("reporting-worker", "reporting", "worker", None, 64),
)


def postgres(home: Home) -> EmbeddedPostgres:
    return EmbeddedPostgres(home.postgres, POSTGRES_SETTINGS)


def sample_pack() -> bool:
    """Whether the reference pack is the one that the sample feed is made for."""
    return (os.environ.get("SALWATCH_PACK") or SAMPLE_PACK) == SAMPLE_PACK


def urls(home: Home) -> dict[str, str]:
    return {service: home.url(offset) for service, offset in SERVICES.items()}


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the services run and with what; `kafka` are bootstrap servers, None: the feed is the transport."""

    home: Home
    access: Access
    postgres: EmbeddedPostgres
    kafka: str | None = None

    @property
    def parts(self) -> Sequence[Part]:
        return [part for part in PARTS if self.kafka or part.command != "relay"]

    @property
    def ports(self) -> dict[str, int]:
        """Every port that they open, by what it is for."""
        http = {part.name: self.home.port(part.port) for part in self.parts if part.port is not None}
        return {**http, **{f"metrics of {part.name}": self.home.port(part.metrics) for part in self.parts}}

    @property
    def metrics(self) -> dict[str, str]:
        """Where the operator's figures stand: by service for its api, by process for the others."""
        return {
            part.service if part.command == "api" else part.name: f"{self.home.url(part.metrics)}/metrics"
            for part in self.parts
        }

    def program(self, part: Part) -> Program:
        url = self.home.url
        ready = f"{url(part.port)}/readyz" if part.port is not None else f"{url(part.metrics)}/metrics"
        return Program(part.name, (part.service, part.command), lambda: self.environment(part.service, part), ready)

    def environment(self, service: str, part: Part | None = None) -> dict[str, str]:
        """The settings of a service's process, or (without `part`) of one of its commands."""
        prefix = service.upper()
        settings = {
            f"{prefix}_DATABASE_URL": self.postgres.dsn(service),
            f"{prefix}_HOST": HOST,
            f"{prefix}_PORT": str(self.home.port(SERVICES[service])),
            "SALWATCH_JWKS": str(self.access.key_set),
            "SALWATCH_ISSUER": self.access.issuer,
            "SALWATCH_AUDIENCE": self.access.audience,
            "SALWATCH_TRANSPORT": "kafka" if self.kafka else "feed",
            "SALWATCH_TOPICS": str(DECLARATION),
        }
        if self.kafka:
            settings["SALWATCH_KAFKA"] = self.kafka
        if part is not None:
            settings[f"{prefix}_METRICS_PORT"] = str(self.home.port(part.metrics))
            settings["SALWATCH_INSTANCE"] = part.name
        for publisher in FOLLOWS.get(service, ()):
            settings[f"{prefix}_{publisher.upper()}_URL"] = self.home.url(SERVICES[publisher])
            settings[f"{prefix}_{publisher.upper()}_CREDENTIAL"] = f"Bearer {self.access.service_token(service)}"
        if service == "reporting" and sample_pack():
            settings["REPORTING_NOTE"] = NOTE
        return settings

    def migrate(self, service: str) -> None:
        """Makes the service's database where there is none and brings its tables to the newest version. Raises
        `CannotRun`."""
        if not self.postgres.has_database(service):
            self.postgres.create_database(service)
        done = subprocess.run(  # noqa: S603 - our own services
            [sys.executable, "-m", service, "migrate"],
            env={**os.environ, **self.environment(service)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            reason = (done.stderr or done.stdout).strip().splitlines()
            raise CannotRun(f"The database of {service} cannot be migrated: {reason[-1] if reason else 'no reason'}")


def running(home: Home) -> Installation:
    """What serves now, on whatever ports it was started. Raises `CannotRun` where nothing does."""
    document = read_json(home.demo)
    if document is None:
        raise CannotRun("The demo does not serve: start it with `make demo`, and run this beside it.")
    service, offset = next(iter(SERVICES.items()))
    port = urlsplit(document["services"][service]).port
    assert port is not None, "the demo writes its ports"
    place = replace(home, port_base=port - offset)
    return Installation(place, Access(place), postgres(place), document.get("kafka", {}).get("bootstrap"))

"""Apache Kafka for the demo: the cluster that is named, or one on this machine with its data in the demo's home."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka.errors import KafkaError

from common.messaging.kafka import administration
from common.messaging.kafka.access import KafkaAccess
from common.messaging.topics import declaration
from common.testing.kafka import EmbeddedKafka
from embedded.errors import CannotRun
from embedded.home import Home

DECLARATION = Path(__file__).parents[1] / "kafka" / "topics.yaml"
PORTS = (92, 93)  # offsets from the base: clients, controller


def broker(home: Home) -> EmbeddedKafka:
    return EmbeddedKafka(home.kafka, ports=[home.port(offset) for offset in PORTS])


def start(home: Home) -> str:
    """Starts it, or finds it running, and applies the topics; its bootstrap servers. Raises `KafkaUnusable` and
    `TopicsRefused`."""
    server = broker(home)
    server.start()
    asyncio.run(administration.apply(KafkaAccess(server.bootstrap), declaration(DECLARATION)))
    return server.bootstrap


@dataclass(frozen=True, slots=True)
class Carrier:
    """The cluster that carries the demo's events; `own` is the broker on this machine, where none was named, and
    `found` that it ran before: then it is left running."""

    bootstrap: str
    own: EmbeddedKafka | None = None
    found: bool = False

    async def start(self) -> None:
        """With the topics as they are declared. Raises `CannotRun`, `KafkaUnusable`, `TopicsRefused`."""
        if self.own:
            await asyncio.to_thread(self.own.start)
        try:
            await administration.apply(KafkaAccess(self.bootstrap), declaration(DECLARATION))
        except (KafkaError, OSError) as error:
            raise CannotRun(f"Kafka at {self.bootstrap} cannot be used: {error}") from error

    async def topics(self) -> Sequence[str]:
        """Every generation of ours that is there, the oldest first. Raises aiokafka's errors."""
        return await administration.existing(KafkaAccess(self.bootstrap), declaration(DECLARATION).services)

    def stop(self) -> None:
        if self.own and not self.found:
            self.own.stop()

    def pids(self) -> Mapping[str, int]:
        """The broker's, where there is one of ours and it runs."""
        pid = self.own.pid() if self.own else None
        return {} if pid is None else {"kafka": pid}


def carrier(home: Home, environment: Mapping[str, str] = os.environ) -> Carrier | None:
    """What SALWATCH_TRANSPORT and SALWATCH_KAFKA name; None: the feed is the transport. Raises `CannotRun`."""
    match environment.get("SALWATCH_TRANSPORT") or "feed":
        case "feed":
            return None
        case "kafka":
            if named := environment.get("SALWATCH_KAFKA"):
                return Carrier(named)
            own = broker(home)
            return Carrier(own.bootstrap, own, found=own.pid() is not None)
        case other:
            raise CannotRun(f"SALWATCH_TRANSPORT is {other!r}; it is feed or kafka.")

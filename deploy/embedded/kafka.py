"""Apache Kafka on this machine, with its data in the demo's home and the topics as they are declared."""

from __future__ import annotations

import asyncio
from pathlib import Path

from common.messaging import topics
from common.testing.kafka import EmbeddedKafka
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
    asyncio.run(topics.apply(server.bootstrap, topics.declaration(DECLARATION)))
    return server.bootstrap

"""A real Apache Kafka for a benchmark, with its data in a folder that goes with it, and who works over it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from stage import Stage, process

from common.messaging.topics import declaration
from common.testing.kafka import EmbeddedKafka

DECLARED = declaration(Path(__file__).parents[2] / "deploy" / "kafka" / "topics.yaml")


@contextmanager
def broker() -> Iterator[str]:
    """Its bootstrap servers. Raises `KafkaUnusable` without Java or Maven."""
    folder = Path(tempfile.mkdtemp(prefix="salwatch-bench-kafka-", dir=os.environ.get("SALWATCH_BENCH_DIR")))
    running = EmbeddedKafka(folder)
    running.start()
    try:
        yield running.bootstrap
    finally:
        running.stop(at_once=True)
        shutil.rmtree(folder)


def relay(running: Stage, bootstrap: str) -> AbstractContextManager[int]:
    """The relay of the stage's service; its process id."""
    settings = {"INCIDENTS_DATABASE_URL": running.postgres.dsn("incidents"), "SALWATCH_KAFKA": bootstrap}
    return process(["-m", "incidents", "relay"], settings)


def worker(running: Stage, dsn: str, bootstrap: str) -> AbstractContextManager[int]:
    """A worker of reporting that follows over Kafka; its process id."""
    settings = {
        "REPORTING_DATABASE_URL": dsn,
        "REPORTING_INCIDENTS_URL": f"http://127.0.0.1:{running.incidents.port}",
        "REPORTING_INCIDENTS_CREDENTIAL": running.reader,
        "SALWATCH_TRANSPORT": "kafka",
        "SALWATCH_KAFKA": bootstrap,
    }
    return process(["-m", "reporting", "worker"], settings)

"""A real Apache Kafka for a benchmark, on a port that is free, with its data in a folder that goes with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.testing.kafka import EmbeddedKafka


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

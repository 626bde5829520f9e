"""Demos of their own for the tests of the whole: each started once, with the sample feed loaded."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demonstration import SERVES_WITHIN, Demo, free_home

from common.testing.kafka_jars import KafkaUnusable, require_java


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """Serving, the sample feed loaded, and nothing written to it by a test."""
    with _serving() as demo:
        yield demo


@pytest.fixture(scope="session")
def trial() -> Iterator[Demo]:
    """Another one, for tests that write. They report what happened after 2020, the sample feed what happened before."""
    with _serving() as demo:
        yield demo


@pytest.fixture
def caribbean() -> Iterator[Demo]:
    """One of its own, of the Caribbean pack over Kafka: there is nothing in it."""
    try:
        require_java()
    except KafkaUnusable as reason:
        pytest.skip(str(reason))
    with _serving("kafka", "caribbean") as demo:
        yield demo


@contextmanager
def _serving(transport: str = "feed", pack: str = "western-balkans") -> Iterator[Demo]:
    folder = Path(tempfile.mkdtemp(prefix="salwatch-demo-"))
    demo = Demo(free_home(folder), transport, pack)
    process = demo.command("demo")
    deadline = time.monotonic() + SERVES_WITHIN
    while not demo.home.demo.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            said, _ = process.communicate()
            pytest.fail(f"the demo does not serve: {said}")
        time.sleep(0.1)
    yield demo
    process.terminate()
    process.communicate(timeout=60)
    shutil.rmtree(folder)

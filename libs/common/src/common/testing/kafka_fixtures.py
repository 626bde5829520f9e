"""The pytest plugin for Apache Kafka: one broker per test process, topics per test, nodes that a test may kill.

`SALWATCH_TEST_KAFKA` names bootstrap servers to use; without it Docker is asked, then Java and Maven. Where there is
none of them, the tests are skipped by that name. Every test that uses one of these fixtures has the mark `kafka`.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
import pytest_asyncio

from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.administration import create_topic, delete_topic
from common.testing.kafka import FAST, QUICK_START, EmbeddedKafka
from common.testing.kafka_jars import KafkaUnusable

FIXTURES = frozenset({"kafka", "own_kafka", "kafka_cluster", "new_topic"})


class NewTopic(Protocol):
    async def __call__(self, name: str = "test.events", partitions: int = 12, **config: str) -> str:
        """Makes a topic whose name begins with `name` and is like no other; gives the whole name.

        Config is given with `_` for `.`: `retention_ms="1000"`."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("kafka")
        if item.get_closest_marker("kafka"):
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """aiokafka leaves a connection open that is cancelled while it is made: not to be told of a later test."""
    yield
    if item.get_closest_marker("kafka"):
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            gc.collect()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The bootstrap servers of a broker for all tests: whatever lies there and is not the test's is to be let alone."""
    from common.testing.docker_kafka import docker_answers, kafka_in_docker  # half a second that few runs need

    if given := os.environ.get("SALWATCH_TEST_KAFKA"):
        yield given
    elif docker_answers():
        with kafka_in_docker(FAST) as bootstrap:
            yield bootstrap
    else:
        yield from (broker.bootstrap for broker in _embedded(1))


@pytest_asyncio.fixture
async def new_topic(kafka: str) -> AsyncIterator[NewTopic]:
    """Topics on the broker for all tests; each is deleted after the test."""
    made: list[str] = []

    async def create(name: str = "test.events", partitions: int = 12, **config: str) -> str:
        made.append(f"{name}-{uuid4().hex[:12]}")
        settings = {key.replace("_", "."): value for key, value in config.items()}
        await create_topic(KafkaAccess(kafka), made[-1], partitions, settings)
        return made[-1]

    yield create
    for name in made:
        await delete_topic(KafkaAccess(kafka), name)


@pytest.fixture
def own_kafka() -> Iterator[EmbeddedKafka]:
    """A broker of the test's own, which it may kill and revive; needs Java and Maven."""
    yield from _embedded(1)


@pytest.fixture
def kafka_cluster() -> Iterator[EmbeddedKafka]:
    """Three nodes of the test's own, which it may kill and revive; needs Java and Maven."""
    yield from _embedded(3)


def _embedded(nodes: int) -> Iterator[EmbeddedKafka]:
    folder = Path(tempfile.mkdtemp(prefix="salwatch-kafka-"))
    broker = EmbeddedKafka(folder, nodes=nodes, settings=FAST, java=QUICK_START)
    try:
        broker.start()
        yield broker
    except KafkaUnusable as reason:
        pytest.skip(str(reason))
    finally:
        broker.stop(at_once=True)  # nothing of it is kept
        shutil.rmtree(folder)

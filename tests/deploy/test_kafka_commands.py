"""`make kafka`, `make kafka-stop` and the topics' job, as they are run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from system import ROOT

from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.administration import create_topic
from common.testing.kafka import EmbeddedKafka, free_ports
from common.testing.kafka_jars import KafkaUnusable, require_java

JOB = [sys.executable, str(ROOT / "deploy" / "kafka" / "topics.py")]
Run = Callable[..., subprocess.CompletedProcess[str]]


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": str(Path.home()), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Run]:
    """`python -m embedded …` with a folder and ports of the test's own."""
    home = {"SALWATCH_DATA_DIR": str(tmp_path), "SALWATCH_PORT_BASE": str(free_ports(1)[0]), "PYTHONPATH": "deploy"}

    def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run([sys.executable, "-m", "embedded", *arguments], **{**home, **environment})

    yield command
    command("kafka-stop")


@pytest.mark.kafka
@pytest.mark.slow
def test_kafka_runs_in_the_background_until_it_is_stopped(embedded: Run) -> None:
    try:
        require_java()
    except KafkaUnusable as reason:
        pytest.skip(str(reason))
    for _ in range(2):
        started = embedded("kafka")
        assert (started.returncode, started.stderr) == (0, "")
        assert started.stdout.startswith("Kafka runs at 127.0.0.1:")
    bootstrap = started.stdout.split()[3].rstrip(",")
    again = run(JOB, SALWATCH_KAFKA=bootstrap)
    assert (again.returncode, again.stdout) == (0, "The topics are as declared.\n")
    assert embedded("kafka-stop").stdout == "Kafka is stopped.\n"
    assert embedded("kafka-stop").stdout.startswith("No Kafka runs")


def test_a_machine_without_java_is_told_so(embedded: Run, tmp_path: Path) -> None:
    done = embedded("kafka", PATH=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "Kafka needs a Java 17 runtime: the command java is not there.\n")


def test_the_job_creates_the_topics(own_kafka: EmbeddedKafka) -> None:
    created = run(JOB, SALWATCH_KAFKA=own_kafka.bootstrap)
    made = [f"{service}.events: created with 12 partitions\n" for service in ("incidents", "kpi", "funds")]
    assert (created.returncode, created.stdout) == (0, "".join(made))


async def test_the_job_refuses_another_number_of_partitions(own_kafka: EmbeddedKafka) -> None:
    await create_topic(KafkaAccess(own_kafka.bootstrap), "incidents.events", 3, {})
    refused = run(JOB, SALWATCH_KAFKA=own_kafka.bootstrap)
    assert refused.returncode == 1
    assert refused.stderr.startswith("topics: incidents.events has 3 partitions and 12 are declared")


def test_the_job_says_what_it_misses() -> None:
    assert run(JOB).stderr == "topics: SALWATCH_KAFKA is missing: the bootstrap servers, by commas.\n"
    nowhere = run(JOB, SALWATCH_KAFKA="127.0.0.1:1")
    assert nowhere.returncode == 1
    assert nowhere.stderr.splitlines()[-1].startswith("topics: KafkaConnectionError: Unable to bootstrap")

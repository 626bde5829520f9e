"""Apache Kafka for tests where a Docker engine answers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from common.testing.kafka import HOST, free_ports

IMAGE = "apache/kafka:4.3.1"
CLIENTS = 9092


def docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], check=False, capture_output=True).returncode == 0  # noqa: S607


@contextmanager
def kafka_in_docker(settings: Mapping[str, str]) -> Iterator[str]:
    """The bootstrap servers of a broker that ends with the block."""
    port = free_ports(1)[0]
    container = DockerContainer(IMAGE).with_bind_ports(CLIENTS, port)
    for name, value in _configuration(port, settings).items():
        container.with_env(f"KAFKA_{name.upper().replace('.', '_')}", value)
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))
    with container:
        yield f"{HOST}:{port}"


def _configuration(port: int, settings: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": f"CLIENTS://:{CLIENTS},CONTROLLER://:9093",
        "advertised.listeners": f"CLIENTS://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENTS",
        "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        **settings,
    }

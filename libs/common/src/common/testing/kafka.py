"""Apache Kafka for tests and the demo, without Docker."""

from __future__ import annotations

import base64
import random
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import psutil

from common.testing.kafka_jars import KafkaUnusable, java_command, reason

HOST = "127.0.0.1"
START_TIMEOUT = 120.0  # seconds; the recovery of a large log after a crash may take a while
STOP_TIMEOUT = 30.0
FREE_PORTS = range(20_000, 32_000)  # below those that the system gives to clients: one of them could take a dead node's

FAST: Mapping[str, str] = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "group.min.session.timeout.ms": "1000",
    "log.initial.task.delay.ms": "500",
    "log.retention.check.interval.ms": "500",
    "log.segment.delete.delay.ms": "100",
}
"""Settings for tests: a dead node is noticed in 3 seconds, expired records go within one."""
QUICK_START = ("-XX:TieredStopAtLevel=1",)
"""Java options for a broker that lives shortly: it starts a third faster and carries less."""


class EmbeddedKafka:
    """One or three nodes on loopback, each broker and controller (KRaft), with their data in `data_dir`.

    `ports` has two for each node, its clients' and its controller's; without it free ones are taken. With three nodes
    every topic has three replicas of which two must have a record before it is acknowledged.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        nodes: int = 1,
        ports: Sequence[int] | None = None,
        settings: Mapping[str, str] | None = None,
        java: Sequence[str] = (),
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.nodes = range(1, nodes + 1)
        self._given = ports is not None
        self.ports = list(ports) if ports is not None else free_ports(2 * nodes)
        self._settings = settings or {}
        self._java = java

    @property
    def bootstrap(self) -> str:
        """What clients are given: `127.0.0.1:…`, by commas where there are several nodes."""
        return ",".join(f"{HOST}:{self._port(node)}" for node in self.nodes)

    def start(self) -> None:
        """Starts every node that does not run yet and waits until all answer. Raises `KafkaUnusable`."""
        waiting = [node for node in self.nodes if not self._runs_as_wanted(node)]
        if self._given:
            self._require_free(waiting)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        for node in self.nodes:
            self._properties(node).write_text(self._configuration(node))
        self._format()
        for node in waiting:
            self._launch(node)
        for node in self.nodes:
            self._await(node)

    def stop(self, *, at_once: bool = False) -> bool:
        """Ends every node in order (or `at_once`), also those that another process has started; whether one ran."""
        running = {node: process for node in self.nodes if (process := self._process(node)) is not None}
        for process in running.values():
            process.kill() if at_once else process.terminate()
        for node, process in running.items():
            if not _ended(process, STOP_TIMEOUT):
                process.kill()
            self._pid_file(node).unlink()
        return bool(running)

    def kill(self, node: int = 1) -> None:
        """Ends a node as a power cut would; what it had been given stays."""
        process = self._process(node)
        assert process is not None, f"node {node} does not run"
        process.kill()
        assert _ended(process, STOP_TIMEOUT), f"node {node} does not die"
        while not _is_free(self._port(node)):  # a thread of a dead process may hold it a moment longer
            time.sleep(0.01)

    def revive(self, node: int = 1) -> None:
        """Starts a node that was killed on its data and its ports."""
        self._launch(node)
        self._await(node)

    def pid(self, node: int = 1) -> int | None:
        process = self._process(node)
        return process.pid if process is not None else None

    def _port(self, node: int) -> int:
        return self.ports[2 * node - 2]

    def _runs_as_wanted(self, node: int) -> bool:
        if self._process(node) is None:
            return False
        if self._properties(node).read_text() != self._configuration(node):
            raise KafkaUnusable(f"Kafka in {self.data_dir} runs already, with other ports or settings: stop it first.")
        return True

    def _require_free(self, nodes: Sequence[int]) -> None:
        for port in [port for node in nodes for port in self.ports[2 * node - 2 : 2 * node]]:
            if not _is_free(port):
                raise KafkaUnusable(f"Kafka needs port {port}, and something else listens there.")

    def _properties(self, node: int) -> Path:
        return self.data_dir / f"node-{node}.properties"

    def _pid_file(self, node: int) -> Path:
        return self.data_dir / f"node-{node}.pid"

    def _log(self, node: int) -> Path:
        return self.data_dir / f"node-{node}.log"

    def _configuration(self, node: int) -> str:
        copies, in_sync = (3, 2) if len(self.nodes) >= 3 else (1, 1)
        port, controller = self.ports[2 * node - 2 : 2 * node]
        settings = {
            "process.roles": "broker,controller",
            "node.id": node,
            "controller.quorum.voters": ",".join(f"{n}@{HOST}:{self.ports[2 * n - 1]}" for n in self.nodes),
            "listeners": f"CLIENTS://{HOST}:{port},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": f"CLIENTS://{HOST}:{port}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "CLIENTS",
            "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.data_dir / f"data-{node}",
            "auto.create.topics.enable": "false",
            "default.replication.factor": copies,
            "min.insync.replicas": in_sync,
            "group.initial.rebalance.delay.ms": 0,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": copies,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": copies,
            "transaction.state.log.min.isr": in_sync,
            "share.coordinator.state.topic.replication.factor": copies,
            "share.coordinator.state.topic.min.isr": in_sync,
            **self._settings,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _format(self) -> None:
        """Gives new data folders their identity. One that was cut short is not taken for whole: Kafka writes
        `meta.properties` last."""
        new = [node for node in self.nodes if not (self.data_dir / f"data-{node}" / "meta.properties").exists()]
        cluster = self.data_dir / "cluster-id"
        if not cluster.exists():
            cluster.write_text(base64.urlsafe_b64encode(b"SAL" + uuid4().bytes[3:]).decode().rstrip("="))
        for node in new:
            command = java_command("kafka.tools.StorageTool", *QUICK_START)
            command += ["format", "--cluster-id", cluster.read_text(), "--config", str(self._properties(node))]
            done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - Kafka's own
            if done.returncode != 0:
                raise KafkaUnusable(
                    f"Kafka could not be set up in {self.data_dir}: {reason(done.stdout + done.stderr)}"
                )

    def _launch(self, node: int) -> None:
        """By a shell that ends at once, so that a node is nobody's child: whoever finds its number may end it. A
        session of its own, for Ctrl-C in the terminal is for the caller, who then stops it in order."""
        shell = ["/bin/sh", "-c", '"$@" >"$0" 2>&1 & echo $!', str(self._log(node))]
        command = [*java_command("kafka.Kafka", *self._java), str(self._properties(node))]
        done = subprocess.run(  # noqa: S603 - Kafka's own
            [*shell, *command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
        )
        self._pid_file(node).write_bytes(done.stdout)

    def _await(self, node: int) -> None:
        """Until its clients' port is open: Kafka opens it when the node is part of the cluster."""
        end = time.monotonic() + START_TIMEOUT
        while _is_free(self._port(node)):
            if self._process(node) is None or time.monotonic() > end:
                raise KafkaUnusable(
                    f"Kafka's node {node} in {self.data_dir} does not start: {reason(self._log(node).read_text())}"
                )
            time.sleep(0.05)

    def _process(self, node: int) -> psutil.Process | None:
        """The node's process, whoever started it; None where it was never started or its number is now another's."""
        try:
            process = psutil.Process(int(self._pid_file(node).read_text()))
            return process if str(self._properties(node)) in process.cmdline() else None
        except (OSError, ValueError, psutil.Error):
            return None


def free_ports(count: int) -> list[int]:
    """Ports where nothing listens now."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(FREE_PORTS)  # noqa: S311 - not a secret
        if port not in found and _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex((HOST, port)) != 0


def _ended(process: psutil.Process, timeout: float) -> bool:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False

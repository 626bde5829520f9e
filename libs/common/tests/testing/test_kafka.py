"""The broker of tests and the demo: what it was given survives its death, and errors are one line."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from socket import create_server

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.administration import create_topic
from common.testing.kafka import FAST, EmbeddedKafka
from common.testing.kafka_fixtures import NewTopic
from common.testing.kafka_jars import KafkaUnusable


async def sent(bootstrap: str, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False) as consumer:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        return [(await consumer.getone()).value for _ in range(count)]


async def test_each_test_has_topics_of_its_own(kafka: str, new_topic: NewTopic) -> None:
    one, other = await new_topic("a.events", 1), await new_topic("a.events", 1)
    assert one != other
    await sent(kafka, one, b"1")
    await sent(kafka, other, b"2")
    assert await read(kafka, one, 1) == [b"1"]


@pytest.mark.slow
async def test_what_a_killed_broker_had_been_given_is_there_when_it_is_revived(own_kafka: EmbeddedKafka) -> None:
    await create_topic(KafkaAccess(own_kafka.bootstrap), "a.events", 1, {})
    await sent(own_kafka.bootstrap, "a.events", b"before")
    own_kafka.kill()
    own_kafka.revive()
    await sent(own_kafka.bootstrap, "a.events", b"after")
    assert await read(own_kafka.bootstrap, "a.events", 2) == [b"before", b"after"]


@pytest.mark.slow
async def test_three_nodes_go_on_when_one_is_killed(kafka_cluster: EmbeddedKafka) -> None:
    await create_topic(KafkaAccess(kafka_cluster.bootstrap), "a.events", 1, {"min.insync.replicas": "2"})
    await sent(kafka_cluster.bootstrap, "a.events", b"three")
    kafka_cluster.kill(2)
    await sent(kafka_cluster.bootstrap, "a.events", b"two")
    kafka_cluster.revive(2)
    assert await read(kafka_cluster.bootstrap, "a.events", 2) == [b"three", b"two"]


@pytest.mark.slow
def test_another_process_takes_over_what_was_left_running(own_kafka: EmbeddedKafka) -> None:
    pid = own_kafka.pid()
    with pytest.raises(KafkaUnusable, match="runs already, with other ports or settings: stop it first"):
        EmbeddedKafka(own_kafka.data_dir).start()
    later = EmbeddedKafka(own_kafka.data_dir, ports=own_kafka.ports, settings=FAST)
    later.start()
    assert later.pid() == pid
    assert later.stop()
    assert own_kafka.pid() is None
    assert not own_kafka.stop()


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with closing(create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(KafkaUnusable, match=f"^Kafka needs port {port}, and something else listens there.$"):
            EmbeddedKafka(tmp_path / "kafka", ports=[port, port]).start()
    assert not (tmp_path / "kafka").exists()


def test_a_missing_java_or_maven_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KafkaUnusable, match="the command java is not there"):
        EmbeddedKafka(tmp_path / "kafka").start()
    (tmp_path / "java").symlink_to("/bin/true")
    with pytest.raises(KafkaUnusable, match="the command mvn is not there"):
        EmbeddedKafka(tmp_path / "kafka").start()

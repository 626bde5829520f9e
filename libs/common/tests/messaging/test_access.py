"""A cluster that asks for a name, a password and TLS; and the least rights that each part needs there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from confluent_kafka.admin import AclOperation, ResourceType
from guarded import Guarded, guarded_kafka
from harbour import Harbour, covered, day, stream_of
from pydantic import ValidationError
from quay import Quay, visible

from common.contracts.registry import topic_name
from common.messaging.kafka import administration
from common.messaging.kafka.access import KafkaAccess, Security
from common.messaging.kafka.publisher import KafkaPublisher
from common.messaging.kafka.source import REFUSALS, BrokerAway, KafkaSource
from common.messaging.ports import Message, Topic
from common.messaging.topics import Declaration, ServiceTopic
from common.runtime.settings import KafkaSettings, complaint
from common.testing.kafka_jars import KafkaUnusable

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    try:
        with guarded_kafka(tmp_path_factory.mktemp("guarded")) as broker:
            yield broker
    except KafkaUnusable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def service() -> str:
    return f"t{uuid4().hex[:12]}"


def declared(service: str, **config: str) -> Declaration:
    return Declaration(services={service: ServiceTopic(partitions=2)}, replicas=1, config=config)


@pytest.mark.kafka
@pytest.mark.parametrize("security", ["tls", "sasl_plaintext", "sasl_tls"])
async def test_every_client_of_ours_comes_in(guarded: Guarded, service: str, security: Security) -> None:
    user = f"user-{service}"
    guarded.add_user(user, PASSWORD)
    guarded.allow(user, ResourceType.TOPIC, service, [AclOperation.ALL])
    guarded.allow(user, ResourceType.GROUP, service, [AclOperation.ALL])
    access = guarded.access(security, user, PASSWORD)
    assert await administration.apply(access, declared(service)) == [f"{service}.events: created with 2 partitions"]
    async with KafkaPublisher(access, declared(service), service) as publisher:
        assert await publisher.newest() == Topic(1, 2)
        await publisher.publish(1, {0: [Message(b"key", b"value", [])]})
        assert await publisher.used(1)
    async with KafkaSource(access, service, topic_name(service), service) as source:
        while len(source.unplaced()) < 2:
            await source.poll()


@pytest.mark.kafka
async def test_a_wrong_password_is_refused_and_not_told(
    guarded: Guarded, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    access = guarded.access("sasl_tls", "nobody", PASSWORD)
    assert PASSWORD not in repr(access)
    async with KafkaPublisher(access, declared(service), service) as publisher:
        with pytest.raises(KafkaError) as refused:
            await publisher.newest()
    assert PASSWORD not in f"{refused.value!r} {caplog.text}"
    assert "SaslAuthenticationFailed" in caplog.text
    with pytest.raises(BrokerAway):  # that is all the client tells
        async with KafkaSource(access, service, topic_name(service), service):
            pass


@pytest.mark.kafka
async def test_a_certificate_of_somebody_else_is_not_trusted(guarded: Guarded, service: str) -> None:
    address = guarded.access("tls").bootstrap
    async with KafkaPublisher(KafkaAccess(address, "tls"), declared(service), service) as publisher:
        with pytest.raises(Exception, match="bootstrap"):
            await publisher.newest()


@asynccontextmanager
async def least_rights(guarded: Guarded, port: Harbour) -> AsyncIterator[Quay]:
    """As `docs/operations.md` lists them."""
    quay = Quay(port, "")
    service = quay.service
    for user in ("relay", "worker"):
        guarded.add_user(f"{service}-{user}", PASSWORD)
    publishing = [AclOperation.CREATE, AclOperation.WRITE]
    guarded.allow(f"{service}-relay", ResourceType.TOPIC, f"{service}.events", publishing)
    guarded.allow(f"{service}-worker", ResourceType.TOPIC, f"{service}.events", [AclOperation.READ])
    guarded.allow(f"{service}-worker", ResourceType.GROUP, quay.group, [AclOperation.READ])
    quay.access = guarded.access("sasl_plaintext", f"{service}-relay", PASSWORD)
    quay.reading = guarded.access("sasl_plaintext", f"{service}-worker", PASSWORD)
    async with quay.relaying():
        yield quay


@pytest.mark.kafka
async def test_a_relay_and_a_worker_need_no_more_than_is_written(
    guarded: Guarded, port: Harbour, pool: asyncpg.Pool[Any]
) -> None:
    async with least_rights(guarded, port) as quay, quay.following(pool):
        head = await port.declare("A", 1, 2)
        await visible(pool, head, quay.topic())
    assert await covered(pool) == {stream_of("A"): (day(2), 2)}


@pytest.mark.kafka
async def test_the_job_needs_no_more_than_is_written(guarded: Guarded, service: str) -> None:
    user = f"{service}-job"
    guarded.add_user(user, PASSWORD)
    guarded.allow(user, ResourceType.TOPIC, service, [AclOperation.CREATE, AclOperation.ALTER_CONFIGS])
    access = guarded.access("sasl_plaintext", user, PASSWORD)
    with pytest.raises(TopicAuthorizationFailedError, match="may not be described"):
        await administration.apply(access, declared(f"{service}.other"))
    guarded.allow(user, ResourceType.TOPIC, service, [AclOperation.DESCRIBE])
    assert await administration.apply(access, declared(service)) == [f"{service}.events: created with 2 partitions"]
    changed = declared(service, **{"retention.ms": "1000"})
    assert await administration.apply(access, changed) == [f"{service}.events: set retention.ms"]


@pytest.mark.kafka
async def test_a_worker_without_rights_ends(guarded: Guarded, service: str) -> None:
    user = f"{service}-stranger"
    guarded.add_user(user, PASSWORD)
    await administration.apply(guarded.access("plaintext"), declared(service))
    access = guarded.access("sasl_plaintext", user, PASSWORD)

    async def read() -> None:
        async with KafkaSource(access, service, topic_name(service), service) as source:
            while True:
                await source.poll()

    with pytest.raises(REFUSALS):
        await asyncio.wait_for(read(), 30)


def test_settings_become_access(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "ca.pem").touch()
    given = {"": "one:9092,two:9092", "_SECURITY": "sasl_tls", "_CA": str(tmp_path / "ca.pem"), "_USER": "relay"}
    for name, value in {**given, "_PASSWORD": PASSWORD}.items():
        monkeypatch.setenv(f"SALWATCH_KAFKA{name}", value)
    settings = KafkaSettings()
    assert settings.kafka == KafkaAccess("one:9092,two:9092", "sasl_tls", tmp_path / "ca.pem", "relay", PASSWORD)
    assert PASSWORD not in f"{settings!r} {settings.kafka!r}"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SALWATCH_KAFKA_SECURITY", "tsl", "should be 'plaintext'"),
        ("SALWATCH_KAFKA_CA", "/nowhere.pem", "does not point to a file"),
        ("SALWATCH_KAFKA_USER", "", "sasl_tls needs it"),
        ("SALWATCH_KAFKA_PASSWORD", "", "sasl_tls needs it"),
    ],
)
def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    for each, good in {"SECURITY": "sasl_tls", "USER": "relay", "PASSWORD": PASSWORD}.items():
        monkeypatch.setenv(f"SALWATCH_KAFKA_{each}", good)
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as wrong:
        KafkaSettings()
    told = complaint(wrong.value)
    assert told.startswith(f"setting {name}: ")
    assert reason in told
    assert "\n" not in told
    assert PASSWORD not in told

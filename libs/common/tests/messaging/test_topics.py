"""Topics are made as one file declares them, and again without change; never with other partitions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from common.contracts.registry import topic_name
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.administration import apply, create_generation, delete_topic
from common.messaging.topics import Declaration, ServiceTopic, TopicsRefused, declaration
from common.testing.eventually import eventually

DECLARATION = Path(__file__).parents[4] / "deploy" / "kafka" / "topics.yaml"


@pytest.fixture
async def service(kafka: str) -> AsyncIterator[str]:
    """A service of the test's own; its topics are deleted."""
    name = f"service-{uuid4().hex[:8]}"
    yield name
    for generation in (1, 2):
        await delete_topic(KafkaAccess(kafka), topic_name(name, generation))


def declared(service: str, **changes: str) -> Declaration:
    product = declaration(DECLARATION)
    config = {**product.config, **changes}
    return product.model_copy(update={"services": {service: ServiceTopic(partitions=12)}, "config": config})


async def comes_to_be(bootstrap: str, topic: str, name: str, value: str) -> None:
    """A broker shows a setting a moment after the controller has taken it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)

    async def shown() -> bool:
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {name: None})])
        return bool(answers[0].resources[0][4][0][1] == value)

    await admin.start()
    try:
        await eventually(shown)
    finally:
        await admin.close()


async def partitions(bootstrap: str, topic: str) -> int:
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap) as consumer:
        return len(consumer.partitions_for_topic(topic) or ())


def test_a_later_generation_has_a_name_of_its_own() -> None:
    assert [topic_name("incidents", generation) for generation in (1, 2)] == ["incidents.events", "incidents.events.g2"]


async def test_applying_creates_what_is_missing_and_then_changes_nothing(kafka: str, service: str) -> None:
    assert await apply(KafkaAccess(kafka), declared(service)) == [f"{service}.events: created with 12 partitions"]
    assert await apply(KafkaAccess(kafka), declared(service)) == []
    assert await partitions(kafka, topic_name(service)) == 12
    await comes_to_be(kafka, topic_name(service), "message.timestamp.type", "LogAppendTime")


async def test_a_setting_that_differs_is_set(kafka: str, service: str) -> None:
    await apply(KafkaAccess(kafka), declared(service))
    assert await apply(KafkaAccess(kafka), declared(service, **{"retention.ms": "1000"})) == [
        f"{service}.events: set retention.ms"
    ]
    await comes_to_be(kafka, topic_name(service), "retention.ms", "1000")


async def test_one_node_can_be_written_to_whatever_is_declared_for_three(kafka: str, service: str) -> None:
    await apply(KafkaAccess(kafka), declared(service))
    await comes_to_be(kafka, topic_name(service), "min.insync.replicas", "1")


async def test_another_number_of_partitions_needs_a_new_generation(kafka: str, service: str) -> None:
    await apply(KafkaAccess(kafka), declared(service))
    more = declared(service).model_copy(update={"services": {service: ServiceTopic(partitions=24)}})
    with pytest.raises(TopicsRefused, match=r"has 12 partitions and 24 are declared: .* generation 2\.$"):
        await apply(KafkaAccess(kafka), more)
    await create_generation(KafkaAccess(kafka), declared(service), service, 2, 24)
    assert await partitions(kafka, topic_name(service)) == 12
    assert await partitions(kafka, topic_name(service, 2)) == 24


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("services: [", "is not YAML"),
        ("services: {a: {partitions: 0}}\nreplicas: 1\nconfig: {}", r"is wrong at services\.a\.partitions"),
        ("services: {}\nreplicas: 1\nconfig: {}\nextra: 1", "is wrong at extra"),
    ],
)
def test_a_wrong_declaration_is_said_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "topics.yaml").write_text(text)
    with pytest.raises(TopicsRefused, match=complaint) as refused:
        declaration(tmp_path / "topics.yaml")
    assert "\n" not in str(refused.value)


def test_a_missing_declaration_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(TopicsRefused, match="cannot be read: No such file"):
        declaration(tmp_path / "topics.yaml")

"""What there is on a cluster, and making it what is declared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, TopicAuthorizationFailedError, for_code

from common.contracts.registry import topic_name
from common.messaging.kafka.access import KafkaAccess
from common.messaging.topics import Declaration, TopicsRefused, generation_of

LEADERS_TIMEOUT = 30.0  # seconds until a new topic can be written to
REQUEST_MS = 10_000  # it waits so long for a controller that has died, though there is another
SET_ON_TOPIC = 1  # where a topic's setting comes from, as Kafka says it


async def apply(access: KafkaAccess, declared: Declaration) -> Sequence[str]:
    """Creates what is missing and sets what differs; one line for each change. Doing it again changes nothing.

    Raises `TopicsRefused` for a topic with another number of partitions, and aiokafka's errors.
    """
    changes: list[str] = []
    async with _connected(access) as admin:
        for service, topic in declared.services.items():
            name = topic_name(service, topic.generation)
            present = await _partitions(admin, name)
            if present is None:
                await _create(admin, name, topic.partitions, declared)
                changes.append(f"{name}: created with {topic.partitions} partitions")
            elif present != topic.partitions:
                raise TopicsRefused(
                    f"{name} has {present} partitions and {topic.partitions} are declared: that needs a new topic,"
                    f" generation {topic.generation + 1}."
                )
            elif differing := await _configure(admin, name, declared):
                changes.append(f"{name}: set {', '.join(differing)}")
    return changes


async def create_generation(
    access: KafkaAccess, declared: Declaration, service: str, generation: int, partitions: int
) -> int:
    """Makes a service's topic of that generation as it is declared, with that many partitions; nothing where it exists.

    Returns how many it has, when every one of them can be written to. Raises aiokafka's errors.
    """
    async with _connected(access) as admin:
        return await _create(admin, topic_name(service, generation), partitions, declared)


async def existing(access: KafkaAccess, services: Collection[str]) -> Sequence[str]:
    """The topics of the services that there are, by service and generation. Raises aiokafka's errors."""
    async with _connected(access) as admin:
        known = await admin.list_topics()
    generations = [(s, generation) for s in services for name in known if (generation := generation_of(s, name))]
    return [topic_name(*each) for each in sorted(generations)]


async def used(access: KafkaAccess, name: str) -> bool:
    """Whether anything was ever written to a topic. Raises aiokafka's errors."""
    consumer = AIOKafkaConsumer(**access.client_options())
    try:
        await consumer.start()
        async with _connected(access) as admin:
            partitions = [TopicPartition(name, number) for number in range(await _partitions(admin, name) or 0)]
        return any((await consumer.end_offsets(partitions)).values())
    finally:
        await consumer.stop()


async def create_topic(access: KafkaAccess, name: str, partitions: int, config: Mapping[str, str]) -> None:
    """Any topic, with three replicas where the cluster has the nodes; nothing where it exists."""
    async with _connected(access) as admin:
        await _create_with(admin, name, partitions, min(3, await _nodes(admin)), config)


async def delete_topic(access: KafkaAccess, name: str) -> None:
    async with _connected(access) as admin:
        await admin.delete_topics([name])


@asynccontextmanager
async def _connected(access: KafkaAccess) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**access.client_options(), request_timeout_ms=REQUEST_MS)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, name: str, partitions: int, declared: Declaration) -> int:
    replicas = min(declared.replicas, await _nodes(admin))
    return await _create_with(admin, name, partitions, replicas, declared.settings(replicas))


async def _create_with(
    admin: AIOKafkaAdminClient, name: str, partitions: int, replicas: int, config: Mapping[str, str]
) -> int:
    answer = await admin.create_topics([NewTopic(name, partitions, replicas, topic_configs=dict(config))])
    for _, code, message in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise error(message)
    async with asyncio.timeout(LEADERS_TIMEOUT):
        while not _writable(topic := (await admin.describe_topics([name]))[0]):
            await asyncio.sleep(0.05)
    return len(topic["partitions"])


def _writable(topic: Mapping[str, Any]) -> bool:
    """All its partitions; a broker that has not heard of the topic yet knows none."""
    if topic["error_code"] == TopicAuthorizationFailedError.errno:
        raise TopicAuthorizationFailedError(f"{topic['topic']} may not be described")
    partitions = topic["partitions"]
    return bool(partitions) and all(each["leader"] >= 0 and not each["error_code"] for each in partitions)


async def _nodes(admin: AIOKafkaAdminClient) -> int:
    return len((await admin.describe_cluster())["brokers"])


async def _partitions(admin: AIOKafkaAdminClient, name: str) -> int | None:
    if name not in await admin.list_topics():
        return None
    return len((await admin.describe_topics([name]))[0]["partitions"])


async def _configure(admin: AIOKafkaAdminClient, name: str, declared: Declaration) -> Sequence[str]:
    """The names of the settings that it had to change."""
    topic = (await admin.describe_topics([name]))[0]
    wanted = declared.settings(len(topic["partitions"][0]["replicas"]))
    present = await _present(admin, name)
    differing = sorted(key for key in {*wanted, *present} if wanted.get(key) != present.get(key))
    if differing:
        answers = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, wanted)])
        for code, message, *_ in answers[0].resources:
            if code:
                raise for_code(code)(message)
    return differing


async def _present(admin: AIOKafkaAdminClient, name: str) -> Mapping[str, str]:
    """What is set on the topic itself."""
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    code, message, _, _, entries = answers[0].resources[0]
    if code:
        raise for_code(code)(message)
    return {key: value for key, value, _, source, *_ in entries if source == SET_ON_TOPIC}

"""A consumer's ways to a publisher: its change feed over HTTP, and its share of the topic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from common.messaging.feed import FeedSource
from common.messaging.following import OpenTopic
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.source import KafkaSource

_TIMEOUT = httpx.Timeout(30, connect=5)


@asynccontextmanager
async def open_feed(publisher: str, url: str, credential: str, *, limit: int = 2_000) -> AsyncIterator[FeedSource]:
    """The feed of the publisher at `url`; `credential` is a whole Authorization header."""
    headers = {"Authorization": credential} if credential else {}
    async with httpx.AsyncClient(headers=headers, timeout=_TIMEOUT) as client:
        yield FeedSource(client, publisher, f"{url.rstrip('/')}/v1/events", limit=limit)


def topic_opener(access: KafkaAccess, publisher: str, consumer: str, instance: str | None) -> OpenTopic:
    """Opens this worker's share of the topic of that name. The consumer has a group for each topic it reads: members of
    one group who read different topics would be dealt each other's partitions."""

    def open_topic(name: str) -> KafkaSource:
        return KafkaSource(access, publisher, name, f"{consumer}.{name}", instance=instance)

    return open_topic

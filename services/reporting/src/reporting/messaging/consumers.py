"""What reporting listens to: the change feed of `incidents`, and its topic."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from common.messaging.feed import FeedSource
from common.messaging.following import OpenTopic
from common.messaging.kafka.access import KafkaAccess
from common.messaging.kafka.source import KafkaSource

CONSUMER = "reporting"
"""The durable identity of our checkpoints; never renamed."""

PUBLISHER = "incidents"

_TIMEOUT = httpx.Timeout(30, connect=5)


@asynccontextmanager
async def incidents_feed(url: str, credential: str, *, limit: int = 2_000) -> AsyncIterator[FeedSource]:
    """The feed of the service at `url`; `credential` is a whole Authorization header."""
    headers = {"Authorization": credential} if credential else {}
    async with httpx.AsyncClient(headers=headers, timeout=_TIMEOUT) as client:
        yield FeedSource(client, PUBLISHER, f"{url.rstrip('/')}/v1/events", limit=limit)


def incidents_topic(access: KafkaAccess, instance: str | None) -> OpenTopic:
    """Opens this service's share of the topic of that name."""

    def open_topic(name: str) -> KafkaSource:
        return KafkaSource(access, PUBLISHER, name, CONSUMER, instance=instance)

    return open_topic

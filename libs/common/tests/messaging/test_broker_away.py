"""The broker is away, and comes back: clients that cannot recover are given up."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from harbour import Harbour
from quay import Quay

from common.testing.eventually import eventually


async def test_a_producer_that_knows_no_broker_any_more_is_given_up(port: Harbour, kafka: str) -> None:
    """It met a broker that had just started and named none, and then lost that one connection."""
    real, forgetful = AIOKafkaClient.fetch_all_metadata, set[int]()

    async def fetch(client: AIOKafkaClient) -> Any:
        if not forgetful or id(client) in forgetful:
            forgetful.add(id(client))
            kept.append(client)  # so that its number is not used again
            raise KafkaError("Unable to get cluster metadata over all known brokers")
        return await real(client)

    kept: list[AIOKafkaClient] = []
    await port.declare("A", 1)
    with patch.object(AIOKafkaClient, "fetch_all_metadata", fetch):
        async with Quay(port, kafka).relaying():
            await eventually(lambda: _published(port), within=30)


async def _published(port: Harbour) -> bool:
    assert await port.pool.fetchval("SELECT position FROM relay") == 1
    return True

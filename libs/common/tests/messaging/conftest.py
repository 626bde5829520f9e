"""A publisher and a consumer, each with a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
import pytest
from harbour import CREATE_TABLES, Harbour, harbour
from quay import Quay
from ways import FeedWay, KafkaWay, Way


@pytest.fixture
async def port(fresh_database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Harbour]:
    async with harbour(fresh_database("common"), tmp_path) as running:
        yield running


@pytest.fixture
async def consumer_dsn(fresh_database: Callable[[str], str]) -> str:
    dsn = fresh_database("common")
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE SCHEMA readmodel; SET search_path = readmodel")
    await connection.execute(CREATE_TABLES)
    await connection.close()
    return dsn


@pytest.fixture
async def pool(consumer_dsn: str) -> AsyncIterator[asyncpg.Pool[Any]]:
    settings = {"search_path": "readmodel,public"}
    async with asyncpg.create_pool(consumer_dsn, min_size=1, max_size=4, server_settings=settings) as pool:
        yield pool


@pytest.fixture
async def quay(port: Harbour, kafka: str) -> AsyncIterator[Quay]:
    with patch("common.messaging.relay.LOOK_SECONDS", 0.5):
        yield Quay(port, kafka)


@pytest.fixture(params=["feed", pytest.param("kafka", marks=pytest.mark.kafka)])
async def way(request: pytest.FixtureRequest, port: Harbour, pool: asyncpg.Pool[Any]) -> AsyncIterator[Way]:
    """Each transport in turn."""
    if request.param == "feed":
        yield FeedWay(port, pool)
        return
    quay = Quay(port, request.getfixturevalue("kafka"))
    async with quay.relaying():
        yield KafkaWay(quay, pool)

"""A read model in a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from read_model_world import World, open_world

from common.reference.pack import Pack, load_pack
from common.testing.fixtures import FreshDatabase


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("western-balkans")


@pytest.fixture
async def world(fresh_database: FreshDatabase, pack: Pack) -> AsyncIterator[World]:
    async with open_world(fresh_database("reporting"), pack) as world:
        yield world

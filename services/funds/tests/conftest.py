"""The service's app over a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from funds_world import World

from common.security.issuer import Issuer
from common.testing.fixtures import FreshDatabase
from funds.bootstrap import running_app
from funds.settings import Settings


@pytest.fixture
async def world(fresh_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[World]:
    issuer = Issuer(tmp_path / "issuer.pem")
    issuer.write_jwks(tmp_path / "jwks.json")
    settings = Settings(database_url=fresh_database("funds"), jwks=str(tmp_path / "jwks.json"))
    async with running_app(settings) as app:
        world = World(app, issuer, settings, {})
        yield world
        await world.close()

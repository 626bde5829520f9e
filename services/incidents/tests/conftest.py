"""The service's app over a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from world import AGENCIES, World, new_agency

from common.security.issuer import Issuer
from common.testing.fixtures import FreshDatabase
from incidents.bootstrap import running_app
from incidents.settings import Settings


@pytest.fixture
async def world(fresh_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[World]:
    issuer = Issuer(tmp_path / "issuer.pem")
    issuer.write_jwks(tmp_path / "jwks.json")
    dsn = fresh_database("incidents")
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(running_app(Settings(database_url=dsn, jwks=str(tmp_path / "jwks.json"))))
        opened: list[httpx.AsyncClient] = []

        def client(authorization: str | None) -> httpx.AsyncClient:
            headers = {} if authorization is None else {"Authorization": authorization}
            made = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://incidents", headers=headers)
            opened.append(made)
            return made

        clients = {
            role: client(f"Bearer {issuer.issue(role)}")
            for role in ("verifier", "secretariat", "administrator", "analyst", "service")
        }
        for code, jurisdictions in AGENCIES.items():
            clients[code] = client(f"ApiKey {await new_agency(clients['administrator'], code, jurisdictions)}")
        yield World(app, issuer, dsn, clients, client)
        for each in opened:
            await each.aclose()

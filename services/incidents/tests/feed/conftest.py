"""A feed over a real database: the real decider with a small vocabulary, the real write side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import msgspec
import pytest
from fastapi import FastAPI

from common.http.app import create_app
from common.http.problems import domain_problem
from common.kernel.errors import DomainError
from common.security.agencies import Agencies
from common.security.api_keys import ApiKeys
from common.security.authentication import Authenticator
from common.testing.fixtures import FreshDatabase
from common.write_side import Actor, Aggregate, WriteSide
from incidents.api import batch, receipts
from incidents.api.parsing import parse_line
from incidents.api.roles import ROLES
from incidents.application.feed import Feed
from incidents.application.lines import LineReader, NdjsonReader
from incidents.application.receipts import Answered, Ledger, Order
from incidents.application.streams import codec
from incidents.domain.incident import decider
from incidents.domain.vocabulary import AgeGroup, Territory, Vocabulary
from incidents.readmodel.neighbours import look_around
from incidents.readmodel.projections import incident_rows
from incidents.readmodel.receipts import Receipts, ReceiptView

VOCABULARY = Vocabulary(
    categories=frozenset({"criminal_context", "suicide", "other"}),
    tags=frozenset({"armed_robbery", "attempted"}),
    weapon_types=frozenset({"handgun", "rifle"}),
    seized_kinds={"handgun": frozenset({"piece"})},
    relations=frozenset({"stranger"}),
    age_groups={"unreported": AgeGroup("unreported"), "19_35": AgeGroup("19_35", 19, 35)},
    territories={
        "RS": Territory((18.81, 42.23, 23.01, 46.19), ZoneInfo("Europe/Belgrade")),
        "ME": Territory((18.4, 41.8, 20.4, 43.6), ZoneInfo("Europe/Podgorica")),
    },
)


def describe(error: DomainError) -> dict[str, Any]:
    return domain_problem(error).document()


def make_line(n: int, **changes: Any) -> dict[str, Any]:
    """A line that keeps every rule, but for what `changes` says."""
    return {
        "external_id": f"RS-{n}",
        "occurred_on": "2020-03-14",
        "jurisdiction": "RS",
        "category": "criminal_context",
        "weapons": [{"type": "handgun"}],
        **changes,
    }


async def in_pieces(body: bytes, cut: Exception | None = None, size: int = 20_000) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]
    if cut is not None:
        raise cut


@dataclass(frozen=True)
class Partner:
    """Pushes as an agency and looks at what came of it."""

    feed: Feed
    receipts: Receipts
    pool: asyncpg.Pool[Any]

    async def push(
        self,
        body: bytes | Sequence[Any] | AsyncIterator[bytes],
        reader: LineReader | None = None,
        cut: Exception | None = None,
        **order: Any,
    ) -> Answered:
        """`body` as it is, or lines to send as NDJSON; with `cut` the connection ends so after it."""
        if not isinstance(body, AsyncIterator):
            body = in_pieces(body if isinstance(body, bytes) else self.ndjson(body), cut)
        return await self.feed.push(self.order(**order), body, reader or NdjsonReader())

    @staticmethod
    def order(**asked: Any) -> Order:
        usual = {"jurisdictions": None, "credential": "key-1", "mode": "partial"}
        return Order("RS_MUP", actor=Actor("key-1"), **{**usual, **asked})

    @staticmethod
    def ndjson(lines: Iterable[Any]) -> bytes:
        return msgspec.json.Encoder().encode_lines(list(lines))

    @staticmethod
    def encoded(line: Any) -> bytes:
        return msgspec.json.encode(line)

    async def receipt(self, answered: Answered) -> ReceiptView:
        found = await self.receipts.find(answered.receipt)
        assert found is not None
        return found

    async def items(self, answered: Answered) -> list[dict[str, Any]]:
        return [msgspec.json.decode(item) for item in (await self.receipt(answered)).items]

    async def outcomes(self, answered: Answered) -> list[str]:
        return [item["outcome"] for item in await self.items(answered)]

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.pool.fetch("SELECT state FROM receipt ORDER BY created_at")]

    async def events(self) -> int:
        count: int = await self.pool.fetchval("SELECT count(*) FROM event")
        return count


@pytest.fixture(scope="session")
def line() -> Callable[..., dict[str, Any]]:
    return make_line


@pytest.fixture
async def partner(fresh_database: FreshDatabase) -> AsyncIterator[Partner]:
    dsn = fresh_database("incidents")
    async with (
        asyncpg.create_pool(dsn, min_size=1, max_size=5) as pool,
        WriteSide(lambda: asyncpg.connect(dsn), codec()) as write_side,
    ):
        aggregate = Aggregate("incident", decider(VOCABULARY), incident_rows, look_around)
        feed = Feed(write_side, aggregate, Ledger(pool), parse_line, describe)
        yield Partner(feed, Receipts(pool), pool)


@pytest.fixture
async def app(partner: Partner) -> AsyncIterator[FastAPI]:
    """The batch routes alone, over the partner's feed."""
    async with ApiKeys(partner.pool) as keys:
        made = create_app(
            "feed",
            service="incidents",
            version="0",
            routers=[batch.router, receipts.router],
            authenticator=Authenticator(ROLES, api_keys=keys),
        )
        made.state.services = SimpleNamespace(feed=partner.feed, receipts=partner.receipts)
        made.state.api_keys = keys
        agencies = Agencies(partner.pool)
        await agencies.add("RS_MUP", "Ministry", ["RS", "ME"])
        await agencies.add("ME_MUP", "Ministry", ["ME"])
        yield made


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """RS_MUP's client; its key covers RS alone."""
    key = await app.state.api_keys.create("RS_MUP", ["agency"], jurisdictions=["RS"])
    headers = {"Authorization": f"ApiKey {key.text}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://feed", headers=headers) as client:
        yield client

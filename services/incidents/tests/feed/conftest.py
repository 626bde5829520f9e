"""A feed over a real database: the real decider with a small vocabulary, the real write side."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
from common.eventsourcing.codec import Codec, union_members
from common.kernel.errors import DomainError, RuleBroken, Violation
from common.kernel.text import ErasableText
from common.write_side import Actor, Aggregate, WriteSide
from incidents.application.feed import Feed
from incidents.application.lines import LineReader, NdjsonReader
from incidents.application.receipts import Answered, Ledger, Order
from incidents.domain.body import IncidentBody
from incidents.domain.events import IncidentEvent
from incidents.domain.incident import decider
from incidents.domain.vocabulary import AgeGroup, Territory, Vocabulary
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
CODEC: Codec[Any] = Codec("incidents", union_members(IncidentEvent))


def parse(value: Any) -> IncidentBody:
    """A body as `incidents.api.schemas` reads it, without its words for what is wrong."""
    try:
        return msgspec.convert(value, IncidentBody, dec_hook=lambda _, text: ErasableText.of(text))
    except msgspec.ValidationError as error:
        raise RuleBroken("", Violation("", "invalid", str(error))) from None


def describe(error: DomainError) -> dict[str, Any]:
    return {"status": 422, "errors": [msgspec.to_builtins(violation) for violation in error.violations]}


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
        self, body: bytes | Sequence[Any], reader: LineReader | None = None, cut: Exception | None = None, **order: Any
    ) -> Answered:
        """`body` as it is, or lines to send as NDJSON; with `cut` the connection ends so after it."""
        pieces = in_pieces(body if isinstance(body, bytes) else self.ndjson(body), cut)
        return await self.feed.push(self.order(**order), pieces, reader or NdjsonReader())

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
async def partner(log_database: str) -> AsyncIterator[Partner]:
    async with asyncpg.create_pool(log_database, min_size=1, max_size=5) as pool:
        await pool.execute(files("incidents.migrations").joinpath("receipts.sql").read_text())
        async with WriteSide(lambda: asyncpg.connect(log_database), CODEC) as write_side:
            aggregate = Aggregate("incident", decider(VOCABULARY))
            yield Partner(Feed(write_side, aggregate, Ledger(pool), parse, describe), Receipts(pool), pool)

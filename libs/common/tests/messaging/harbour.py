"""For the tests of messaging: a service that publishes coverage, and a consumer that counts it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from common.contracts import incidents as contracts
from common.eventsourcing.codec import Codec
from common.eventsourcing.log import EventLog, Recorded
from common.eventsourcing.tail import Tail
from common.eventsourcing.writer import ANY_VERSION, Actor, AppendUnit, StreamAppend, append
from common.http.app import create_app
from common.http.changes import Changes, feed_router
from common.http.health import Health
from common.kernel.clock import utc_now
from common.kernel.ids import derived_id
from common.messaging.feed import FeedSource
from common.messaging.ports import Connection, Received
from common.security.authentication import Authenticator
from common.security.issuer import DEFAULT_AUDIENCE, DEFAULT_ISSUER, Issuer
from common.security.jwks import Jwks
from common.security.permissions import requires
from common.security.tokens import TokenVerifier

START = date(2020, 1, 1)
NEVER = date(2100, 1, 1)  # what the consumer's table refuses: the poison
WIRE_NAME = "incidents.coverage-declared.v1"


@dataclass(frozen=True, slots=True)
class CoverageDeclared:
    agency: str
    complete_through: date


@dataclass(frozen=True, slots=True)
class Checked:
    """A private event."""

    agency: str


Event = CoverageDeclared | Checked
CODEC: Codec[Any] = Codec("incidents", (CoverageDeclared, Checked))


def publish(recorded: Recorded[Any]) -> tuple[str, contracts.Contract] | None:
    match recorded.event:
        case CoverageDeclared(agency, complete_through):
            contract = contracts.CoverageDeclared(agency=agency, jurisdiction="RS", complete_through=complete_through)
            return WIRE_NAME, contract
        case _:
            return None


def stream_of(agency: str) -> UUID:
    return derived_id("coverage", agency)


def day(n: int) -> date:
    return START + timedelta(days=n)


@dataclass(frozen=True, slots=True)
class Harbour:
    """The publishing side: its log, and a client that reads its feed."""

    dsn: str
    pool: asyncpg.Pool[Any]
    log: EventLog[Any]
    tail: Tail
    changes: Changes
    client: httpx.AsyncClient
    health: Health

    async def record(self, *events: Event) -> int:
        """Appends events, each to the stream of its agency, in one call; the log's head afterwards."""
        units = [
            AppendUnit(
                [StreamAppend(stream_of(event.agency), "coverage", ANY_VERSION, [CODEC.encode(event)])],
                Actor("test"),
                utc_now(),
            )
            for event in events
        ]
        async with self.pool.acquire() as connection:
            for unit in units:
                appended = await append(connection, [unit])
        return appended.position

    async def declare(self, agency: str, *days: int) -> int:
        return await self.record(*(CoverageDeclared(agency, day(n)) for n in days))

    def source(self, **settings: Any) -> FeedSource:
        return FeedSource(self.client, "incidents", "/v1/events", **({"limit": 100, "wait": 0.05} | settings))


@asynccontextmanager
async def harbour(dsn: str, folder: Path) -> AsyncIterator[Harbour]:
    """`folder` keeps the keys that the reader's token is signed and verified with."""
    issuer = Issuer(folder / "issuer.pem")
    issuer.write_jwks(folder / "jwks.json")
    reader = {"Authorization": f"Bearer {issuer.issue('reader')}"}
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool, Tail(lambda: asyncpg.connect(dsn)) as tail:
        log = EventLog(pool, CODEC)
        changes = Changes("incidents", log, CODEC, publish)
        health = Health()
        transport = httpx.ASGITransport(_app(changes, tail, folder / "jwks.json", health))
        async with httpx.AsyncClient(transport=transport, base_url="http://incidents", headers=reader) as client:
            yield Harbour(dsn, pool, log, tail, changes, client, health)


def _app(changes: Changes, tail: Tail, jwks: Path, health: Health) -> FastAPI:
    """The feed alone."""
    tokens = TokenVerifier(Jwks(str(jwks)), issuer=DEFAULT_ISSUER, audience=DEFAULT_AUDIENCE)
    return create_app(
        "Incidents",
        service="incidents",
        version="1",
        routers=[feed_router(changes, tail, requires("events:read"))],
        authenticator=Authenticator({"reader": frozenset({"events:read"})}, tokens=tokens),
        health=health,
    )


CREATE_TABLES = f"""
    CREATE TABLE coverage (
        stream_id        uuid PRIMARY KEY,
        version          integer NOT NULL,
        complete_through date NOT NULL CONSTRAINT believable CHECK (complete_through < '{NEVER}'),
        times            integer NOT NULL
    )
"""


class Coverage:
    """The consumer's projection: the latest date per stream, and how many events were applied to it."""

    types = (WIRE_NAME,)

    async def seen(self, connection: Connection, streams: Sequence[UUID]) -> Mapping[UUID, int]:
        rows = await connection.fetch("SELECT stream_id, version FROM coverage WHERE stream_id = ANY($1)", streams)
        return {row["stream_id"]: row["version"] for row in rows}

    async def apply(self, connection: Connection, batch: Sequence[Received]) -> None:
        folded: dict[UUID, tuple[int, date, int]] = {}
        for received in batch:
            contract = received.contract
            assert isinstance(contract, contracts.CoverageDeclared)
            stream = received.envelope.subject
            _, latest, times = folded.get(stream, (0, contract.complete_through, 0))
            folded[stream] = (received.envelope.stream_version, max(latest, contract.complete_through), times + 1)
        await connection.executemany(
            "INSERT INTO coverage VALUES ($1, $2, $3, $4) ON CONFLICT (stream_id) DO UPDATE SET version = $2,"
            " complete_through = greatest(coverage.complete_through, $3), times = coverage.times + $4",
            [(stream, *values) for stream, values in sorted(folded.items())],
        )


async def create_tables(connection: Connection) -> None:
    await connection.execute(CREATE_TABLES)


async def digest(connection: Connection) -> str:
    found: str = await connection.fetchval(
        "SELECT md5(coalesce(string_agg(c::text, ',' ORDER BY c), '')) FROM coverage c"
    )
    return found


async def covered(connection: Connection | asyncpg.Pool[Any]) -> dict[UUID, tuple[date, int]]:
    """What the read model holds: per stream the date and the number of events applied."""
    rows = await connection.fetch("SELECT stream_id, complete_through, times FROM coverage")
    return {row["stream_id"]: (row["complete_through"], row["times"]) for row in rows}

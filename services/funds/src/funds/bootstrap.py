"""The composition root: settings to the parts of a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from common.eventsourcing.log import EventLog
from common.eventsourcing.retention import old_keys_forgotten
from common.eventsourcing.tail import Tail
from common.http.changes import Changes
from common.http.health import Health, schema_at_head
from common.kernel.clock import Clock, utc_now
from common.messaging.relay import published
from common.persistence.database import open_database
from common.reference.pack import load_pack
from common.runtime.consumer import Consumer
from common.runtime.write_service import WriteService
from common.security.authentication import Authenticator
from common.security.jwks import Jwks
from common.security.tokens import TokenVerifier
from common.write_side import WriteSide
from funds.api.app import funds_app
from funds.api.dependencies import Services
from funds.api.roles import ROLES
from funds.application.commanding import Commanding
from funds.application.streams import codec
from funds.application.watching import ledgers_watched
from funds.domain import fund_state
from funds.messaging.published import publish
from funds.readmodel import roadmaps
from funds.readmodel.projections import rows_of
from funds.readmodel.queries import Queries
from funds.readmodel.roadmaps import RoadmapQueries, Roadmaps
from funds.readmodel.tables import TABLES
from funds.settings import Settings

SERVICE = "funds"
"""The publisher's name in events, topics and positions."""


@asynccontextmanager
async def running_app(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[FastAPI]:
    """The service's app with everything it needs open; closed in reverse, what is queued written first.

    Raises `BrokenPack`, `OSError` where the database cannot be reached.
    """
    pack = load_pack(settings.pack)
    async with (
        open_database(settings.database_url, pool_size=settings.pool_size) as database,
        old_keys_forgotten(database.pool),
        Tail(database.connect) as tail,
        WriteSide(database.connect, codec(), queue_limit=settings.queue_limit) as write_side,
    ):
        log, queries = EventLog(database.pool, codec()), Queries(database.pool)
        tokens = TokenVerifier(Jwks(settings.jwks), issuer=settings.issuer, audience=settings.audience)
        app = funds_app(
            Changes(SERVICE, log, codec(), publish, partial(published, database.pool, SERVICE)),
            tail,
            Authenticator(ROLES, tokens=tokens),
            Health([schema_at_head(database.pool, SERVICE)]),
        )
        app.state.services = Services(
            pack=pack,
            publishers=settings.publishers,
            queries=queries,
            roadmaps=RoadmapQueries(database.pool),
            log=log,
            commanding=Commanding(write_side, rows_of),
            clock=clock,
        )
        async with ledgers_watched(partial(_funds, queries), app.state.services.today):
            yield app


async def _funds(queries: Queries) -> list[fund_state.State]:
    return [row.state for row in await queries.all(fund_state.State)]


def service() -> WriteService[Settings]:
    return WriteService(SERVICE, Settings, running_app, codec, publish, TABLES, "fund")


def consumers(settings: Settings) -> Sequence[Consumer]:
    """What the worker follows."""
    return [
        Consumer(
            roadmaps.CONSUMER,
            roadmaps.PUBLISHER,
            settings.kpi_url,
            settings.kpi_credential.get_secret_value(),
            roadmaps.SCHEMA,
            Roadmaps,
            roadmaps.create_tables,
            roadmaps.digest,
            settings.parked_limit,
        )
    ]

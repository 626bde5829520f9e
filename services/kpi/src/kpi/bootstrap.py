"""The composition root: settings to the parts of a process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from fastapi import FastAPI

from common.eventsourcing.log import EventLog
from common.eventsourcing.retention import old_keys_forgotten
from common.eventsourcing.tail import Tail
from common.http.changes import Changes
from common.http.health import Health, schema_at_head
from common.kernel.clock import Clock, utc_now
from common.messaging.relay import published
from common.persistence.database import open_database
from common.reference.pack import Pack, load_pack
from common.reference.roadmaps import load_roadmaps
from common.runtime.consumer import Consumer
from common.runtime.write_service import WriteService
from common.security.authentication import Authenticator
from common.security.jwks import Jwks
from common.security.tokens import TokenVerifier
from common.write_side import WriteSide
from kpi.api.app import kpi_app
from kpi.api.dependencies import Services
from kpi.api.roles import ROLES
from kpi.application.commanding import Commanding
from kpi.application.streams import codec
from kpi.domain.roadmap import Roadmap
from kpi.messaging.published import publish
from kpi.readmodel import incident_feed
from kpi.readmodel.incident_feed import FeedFigures, IncidentFeed
from kpi.readmodel.projections import report_rows, roadmap_rows, round_rows
from kpi.readmodel.queries import Queries
from kpi.readmodel.tables import TABLES
from kpi.settings import Settings

SERVICE = "kpi"
"""The publisher's name in events, topics and positions."""


@asynccontextmanager
async def running_app(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[FastAPI]:
    """The service's app with everything it needs open; closed in reverse, what is queued written first.

    Raises `BrokenPack`, `OSError` where the database cannot be reached.
    """
    pack = load_pack(settings.pack)
    roadmaps = shipped(pack)
    async with (
        open_database(settings.database_url, pool_size=settings.pool_size) as database,
        old_keys_forgotten(database.pool),
        Tail(database.connect) as tail,
        WriteSide(database.connect, codec(), queue_limit=settings.queue_limit) as write_side,
    ):
        log = EventLog(database.pool, codec())
        tokens = TokenVerifier(Jwks(settings.jwks), issuer=settings.issuer, audience=settings.audience)
        app = kpi_app(
            Changes(SERVICE, log, codec(), publish, partial(published, database.pool, SERVICE)),
            tail,
            Authenticator(ROLES, tokens=tokens),
            Health([schema_at_head(database.pool, SERVICE)]),
            roadmaps,
        )
        app.state.services = Services(
            pack=pack,
            shipped={(roadmap.code, roadmap.version): roadmap for roadmap in roadmaps},
            publishers=settings.publishers,
            queries=Queries(database.pool),
            log=log,
            commanding=Commanding(write_side, roadmap_rows, round_rows, report_rows),
            feed=FeedFigures(database.pool),
            clock=clock,
        )
        yield app


def shipped(pack: Pack) -> list[Roadmap]:
    """The roadmaps of a pack as the rules know them. Raises `BrokenPack`."""
    return [msgspec.convert(roadmap.plain(), Roadmap) for roadmap in load_roadmaps(pack)]


def service() -> WriteService[Settings]:
    return WriteService(SERVICE, Settings, running_app, codec, publish, TABLES, "report")


def consumers(settings: Settings) -> Sequence[Consumer]:
    """What the worker follows."""
    return [
        Consumer(
            incident_feed.CONSUMER,
            incident_feed.PUBLISHER,
            settings.incidents_url,
            settings.incidents_credential.get_secret_value(),
            incident_feed.SCHEMA,
            IncidentFeed,
            incident_feed.create_tables,
            incident_feed.digest,
            settings.parked_limit,
        )
    ]

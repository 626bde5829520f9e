"""The composition root: settings to the parts of a process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from common.eventsourcing.log import EventLog
from common.eventsourcing.retention import old_keys_forgotten
from common.eventsourcing.tail import Tail
from common.eventsourcing.units import Aggregate
from common.http.changes import Changes
from common.http.health import Health, schema_at_head
from common.http.problems import domain_problem
from common.kernel.clock import utc_now
from common.messaging.relay import published
from common.persistence.database import Database, open_database
from common.reference.pack import Pack, load_pack
from common.runtime.write_service import WriteService
from common.security.agencies import Agencies
from common.security.api_keys import ApiKeys
from common.security.authentication import Authenticator
from common.security.jwks import Jwks
from common.security.tokens import TokenVerifier
from common.write_side import WriteSide
from incidents.api.app import incidents_app
from incidents.api.dependencies import Services
from incidents.api.parsing import parse_line
from incidents.api.roles import ROLES
from incidents.application.feed import Feed
from incidents.application.incidents import Incidents
from incidents.application.past import Past
from incidents.application.receipts import Ledger
from incidents.application.streams import COVERAGE, INCIDENT, codec
from incidents.domain import coverage, incident
from incidents.domain.vocabulary import AgeGroup, Territory, Vocabulary
from incidents.messaging.published import publish
from incidents.readmodel.neighbours import look_around
from incidents.readmodel.projections import coverage_rows, incident_rows
from incidents.readmodel.queries import Queries
from incidents.readmodel.receipts import Receipts
from incidents.readmodel.refold import TABLES
from incidents.settings import Settings

SERVICE = "incidents"
"""The publisher's name in events, topics and positions."""

__all__ = ["SERVICE", "running_app", "service", "vocabulary"]


@asynccontextmanager
async def running_app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The service's app with everything it needs open; closed in reverse, what is queued written first.

    Raises `BrokenPack`, `OSError` where the database cannot be reached.
    """
    words = vocabulary(load_pack(settings.pack))
    async with (
        open_database(settings.database_url, pool_size=settings.pool_size) as database,
        old_keys_forgotten(database.pool),
        ApiKeys(database.pool) as api_keys,
        Tail(database.connect) as tail,
        WriteSide(
            database.connect,
            codec(),
            queue_limit=settings.queue_limit,
            batch_limit=settings.batch_limit,
        ) as write_side,
    ):
        log = EventLog(database.pool, codec())
        tokens = TokenVerifier(Jwks(settings.jwks), issuer=settings.issuer, audience=settings.audience)
        app = incidents_app(
            Changes(SERVICE, log, codec(), publish, partial(published, database.pool, SERVICE)),
            tail,
            Authenticator(ROLES, api_keys=api_keys, tokens=tokens),
            Health([schema_at_head(database.pool, "incidents")]),
        )
        app.state.services = _services(words, database, write_side, log, api_keys)
        yield app


def service() -> WriteService[Settings]:
    return WriteService(SERVICE, Settings, running_app, codec, publish, TABLES, "incident")


def vocabulary(pack: Pack) -> Vocabulary:
    """The words of a pack that the domain's rules know."""
    lists = pack.code_lists
    return Vocabulary(
        categories=frozenset(code.code for code in lists.categories),
        tags=frozenset(code.code for code in lists.tags),
        weapon_types=frozenset(code.code for code in lists.weapon_types),
        seized_kinds={kind.code: frozenset(kind.units) for kind in lists.seized_kinds},
        relations=frozenset(code.code for code in lists.relations),
        age_groups={group.code: AgeGroup(group.code, group.low, group.high) for group in lists.age_groups},
        territories={
            code: Territory(jurisdiction.bbox, ZoneInfo(jurisdiction.time_zone))
            for code, jurisdiction in pack.jurisdictions.items()
        },
    )


def _services(
    words: Vocabulary,
    database: Database,
    write_side: WriteSide,
    log: EventLog[Any],
    api_keys: ApiKeys,
) -> Services:
    aggregate = Aggregate(INCIDENT, incident.decider(words), incident_rows, look_around)
    return Services(
        vocabulary=words,
        incidents=Incidents(
            write_side, aggregate, Aggregate(COVERAGE, coverage.decider(words), coverage_rows), utc_now
        ),
        queries=Queries(database.pool),
        past=Past(log),
        feed=Feed(
            write_side,
            aggregate,
            Ledger(database.pool),
            parse=parse_line,
            describe=lambda error: domain_problem(error).document(),
        ),
        receipts=Receipts(database.pool),
        agencies=Agencies(database.pool),
        api_keys=api_keys,
    )

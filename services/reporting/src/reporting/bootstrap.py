"""The composition root: settings in, a process out. The only place that reads settings and wires the layers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from fastapi import FastAPI

from common.http.health import Health, schema_at_head
from common.http.position import LogPosition
from common.messaging import checkpoints
from common.reference.pack import load_pack
from common.reference.roadmaps import load_roadmaps
from common.runtime.consumer import REBUILD_LIMIT, Consumer
from reporting.api.app import reporting_app
from reporting.application.aggregates import Aggregates, Figures, ReadModelReplaced
from reporting.application.funds.aggregates import FundsAggregates
from reporting.application.kpi.aggregates import KpiAggregates
from reporting.dashboard.page import Page
from reporting.messaging.consumers import (
    CONSUMER,
    FUNDS,
    KPI,
    PUBLISHER,
    funds_consumer,
    incidents_consumer,
    kpi_consumer,
)
from reporting.readmodel import verifying
from reporting.readmodel.funds import queries as funds_queries
from reporting.readmodel.funds.verifying import FUNDS as FUNDS_TABLES
from reporting.readmodel.kpi.queries import everything
from reporting.readmodel.kpi.verifying import KPI as KPI_TABLES
from reporting.readmodel.queries import Switched, snapshot
from reporting.readmodel.verifying import INCIDENTS, Verifiable, Verified
from reporting.settings import Settings

PUBLISHERS = (PUBLISHER, KPI, FUNDS)
SEARCH_PATH = "readmodel,readmodel_kpi,readmodel_funds,public"
READING = {
    "search_path": SEARCH_PATH,
    "work_mem": "64MB",  # what is counted is grouped in hash tables
    "parallel_tuple_cost": "0.05",  # a group is one tuple of a process, and there are few: see tables.sql
    "hash_mem_multiplier": "8",  # or some of them are still expected to need a sort
    "max_parallel_workers_per_gather": "2",
    "plan_cache_mode": "force_custom_plan",  # spans and values differ too much for one plan
    "jit": "off",  # compiling takes longer than most of these statements
    "statement_timeout": "30s",
}
WAIT_SECONDS = 10.0


@asynccontextmanager
async def api(settings: Settings) -> AsyncIterator[FastAPI]:
    """The process that answers."""
    pack = load_pack(settings.pack)
    dimensions = list(dict.fromkeys(entry.code for roadmap in load_roadmaps(pack) for entry in roadmap.code_lists))
    async with asyncpg.create_pool(
        settings.database_url, min_size=1, max_size=settings.pool_size, server_settings=READING
    ) as pool:

        async def wait_for(position: LogPosition) -> None:
            await checkpoints.wait_for(
                pool, CONSUMER, position.service, position.log_id, position.position, WAIT_SECONDS
            )

        aggregates = Aggregates(pack, lambda: figures(pool), settings.reader_url, settings.publishers, settings.note)
        kpi = KpiAggregates(pack, lambda: published(pool), settings.kpi_reader_url, settings.publishers, settings.note)
        funds = FundsAggregates(
            pack, lambda: told_by_funds(pool), settings.funds_reader_url, settings.publishers, settings.note
        )
        page = Page.of(aggregates)
        warming = asyncio.create_task(page.drawing.warm_up())
        try:
            health = Health([schema_at_head(pool, "reporting")])
            yield reporting_app(aggregates, kpi, funds, dimensions, page, PUBLISHERS, wait_for, health)
        finally:
            warming.cancel()


@asynccontextmanager
async def figures(pool: asyncpg.Pool[Any]) -> AsyncIterator[Figures]:
    """What the read model of the incidents tells at one moment, as the application asks it."""
    try:
        async with snapshot(pool, CONSUMER) as shot:
            yield Figures(shot.count, shot.complete_through, shot.freshness)
    except Switched as switched:
        raise ReadModelReplaced from switched


async def published(pool: asyncpg.Pool[Any]) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """All that `kpi` has published, as one document, and how fresh it is."""
    try:
        told = await everything(pool, CONSUMER, KPI)
    except Switched:  # it takes a while to make the next one
        told = await everything(pool, CONSUMER, KPI)
    return told.document, told.freshness


async def told_by_funds(pool: asyncpg.Pool[Any]) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
    """All that `funds` has published, as one document, and how fresh it is."""
    try:
        told = await funds_queries.everything(pool, CONSUMER, FUNDS)
    except Switched:  # it takes a while to make the next one
        told = await funds_queries.everything(pool, CONSUMER, FUNDS)
    return told.document, told.freshness


@dataclass(frozen=True, slots=True)
class ReadModel:
    """What the events of one publisher become: who follows them, and how the result is counted again."""

    consumer: Consumer
    verifiable: Verifiable

    @property
    def publisher(self) -> str:
        return self.consumer.publisher

    async def verify(self, settings: Settings) -> Verified:
        """Compares the read model with a recount of the feed."""
        async with self.consumer.feed(REBUILD_LIMIT) as source, self.consumer.pool(settings) as pool:
            return await verifying.verify(pool, source, CONSUMER, self.verifiable)


def read_models(settings: Settings) -> Sequence[ReadModel]:
    incidents, kpi, funds = consumers(settings)
    return [ReadModel(incidents, INCIDENTS), ReadModel(kpi, KPI_TABLES), ReadModel(funds, FUNDS_TABLES)]


def consumers(settings: Settings) -> Sequence[Consumer]:
    """Whom the worker follows, each into a read model of its own."""
    limit = settings.parked_limit
    return [
        incidents_consumer(settings.incidents_url, settings.incidents_credential.get_secret_value(), limit),
        kpi_consumer(settings.kpi_url, settings.kpi_credential.get_secret_value(), limit),
        funds_consumer(settings.funds_url, settings.funds_credential.get_secret_value(), limit),
    ]

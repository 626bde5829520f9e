"""What reporting listens to: `incidents`, `kpi` and `funds`, each with a read model of its own."""

from __future__ import annotations

from common.runtime.consumer import Consumer
from reporting.readmodel import tables
from reporting.readmodel.funds import tables as funds_tables
from reporting.readmodel.funds.projection import FundsProjection
from reporting.readmodel.kpi import tables as kpi_tables
from reporting.readmodel.kpi.projection import KpiProjection
from reporting.readmodel.projection import IncidentsProjection

CONSUMER = "reporting"
"""The durable identity of our checkpoints; never renamed."""

PUBLISHER = "incidents"
KPI = "kpi"
FUNDS = "funds"


def incidents_consumer(url: str, credential: str, parked_limit: int) -> Consumer:
    return Consumer(
        CONSUMER,
        PUBLISHER,
        url,
        credential,
        "readmodel",
        IncidentsProjection,
        tables.create,
        tables.digest,
        parked_limit,
    )


def kpi_consumer(url: str, credential: str, parked_limit: int) -> Consumer:
    return Consumer(
        CONSUMER,
        KPI,
        url,
        credential,
        kpi_tables.SCHEMA,
        KpiProjection,
        kpi_tables.create,
        kpi_tables.digest,
        parked_limit,
    )


def funds_consumer(url: str, credential: str, parked_limit: int) -> Consumer:
    return Consumer(
        CONSUMER,
        FUNDS,
        url,
        credential,
        funds_tables.SCHEMA,
        FundsProjection,
        funds_tables.create,
        funds_tables.digest,
        parked_limit,
    )

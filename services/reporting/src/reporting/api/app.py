"""The HTTP side of reporting: all of it is open to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from fastapi import FastAPI

from common.http.app import create_app
from common.http.health import Health
from common.security.authentication import Authenticator
from common.security.principal import ANONYMOUS, Principal
from reporting.api.aggregates import WaitFor, aggregates_router
from reporting.api.dashboard import dashboard_router
from reporting.api.funds import funds_router
from reporting.api.kpi import kpi_router
from reporting.application.aggregates import Aggregates
from reporting.application.funds.aggregates import FundsAggregates
from reporting.application.kpi.aggregates import KpiAggregates
from reporting.dashboard.funds.page import FundsPage
from reporting.dashboard.kpi.page import KpiPage
from reporting.dashboard.page import Page


class Anybody(Authenticator):
    """Nothing here depends on who asks, so a credential meant for another service is not refused."""

    def __init__(self) -> None:
        super().__init__({})

    async def authenticate(self, header: str | None) -> Principal:
        return ANONYMOUS


def reporting_app(
    aggregates: Aggregates,
    kpi: KpiAggregates,
    funds: FundsAggregates,
    dimensions: Sequence[str],
    page: Page,
    publishers: tuple[str, ...],
    wait_for: WaitFor,
    health: Health,
) -> FastAPI:
    """`publishers` are those whose positions can be waited for; `dimensions` those of the pack's roadmaps."""
    return create_app(
        "SALWatch reporting",
        service="reporting",
        version=version("salwatch-reporting"),
        routers=[
            aggregates_router(aggregates, publishers, wait_for),
            kpi_router(kpi, dimensions, publishers, wait_for),
            funds_router(funds, publishers, wait_for),
            dashboard_router(page, KpiPage.beside(page, kpi), FundsPage.beside(page, funds)),
        ],
        authenticator=Anybody(),
        health=health,
    )

"""The service's app: its routes, and who may call them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from fastapi import FastAPI

from common.eventsourcing.tail import Tail
from common.http import me
from common.http.app import create_app
from common.http.changes import Changes, feed_router
from common.http.health import Health
from common.security.authentication import Authenticator
from common.security.permissions import requires
from kpi.api import (
    approvals,
    compare,
    printing,
    progress,
    queries,
    recording,
    reports,
    roadmaps,
    rounds,
    sheets,
)
from kpi.api.data import data_router
from kpi.domain.roadmap import Roadmap

ROUTERS = (
    roadmaps.router,
    rounds.router,
    reports.router,
    recording.router,
    approvals.router,
    queries.router,
    compare.router,
    progress.router,
    sheets.router,
    printing.router,
    me.router,
)


def kpi_app(
    changes: Changes, tail: Tail, authenticator: Authenticator, health: Health, shipped: Sequence[Roadmap]
) -> FastAPI:
    """The parts that routes use are set afterwards, as `app.state.services`; `shipped` are the pack's roadmaps."""
    return create_app(
        "SALWatch kpi",
        service="kpi",
        version=version("salwatch-kpi"),
        routers=[*ROUTERS, data_router(shipped), feed_router(changes, tail, requires("events:read"))],
        authenticator=authenticator,
        health=health,
    )

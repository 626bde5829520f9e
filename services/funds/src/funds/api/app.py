"""The service's app: its routes, and who may call them."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from common.eventsourcing.tail import Tail
from common.http import me
from common.http.app import create_app
from common.http.changes import Changes, feed_router
from common.http.health import Health
from common.security.authentication import Authenticator
from common.security.permissions import requires
from funds.api import accounts, activities, calls, committee, funds, iati, ocds, projects, records, sheets

ROUTERS = (
    funds.router,
    accounts.router,
    calls.router,
    committee.router,
    projects.router,
    activities.router,
    records.router,
    sheets.router,
    iati.router,
    ocds.router,
    me.router,
)


def funds_app(changes: Changes, tail: Tail, authenticator: Authenticator, health: Health) -> FastAPI:
    """The parts that routes use are set afterwards, as `app.state.services`."""
    return create_app(
        "SALWatch funds",
        service="funds",
        version=version("salwatch-funds"),
        routers=[*ROUTERS, feed_router(changes, tail, requires("events:read"))],
        authenticator=authenticator,
        health=health,
    )

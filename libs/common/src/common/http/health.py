"""/livez: the process runs. /readyz: it can serve, and is not about to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import asyncpg
import structlog

from common.http.problems import unavailable
from common.http.routing import Router
from common.persistence import migrations
from common.security.permissions import public
from common.security.principal import Principal

log = structlog.get_logger()

CHECK_SECONDS = 3

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is wrong in a few words."""


class Health:
    """Whether this process serves. `draining` is set once, when it was asked to stop: long polls should end then."""

    def __init__(self, checks: Sequence[Check] = ()) -> None:
        self._checks = tuple(checks)
        self.draining = asyncio.Event()

    def drain(self) -> None:
        self.draining.set()

    async def trouble(self) -> str | None:
        """What keeps it from serving; None when nothing does."""
        if self.draining.is_set():
            return "stopping"
        for check in self._checks:
            if (trouble := await _within_time(check)) is not None:
                return trouble
        return None


def schema_at_head(pool: asyncpg.Pool[Any], service: str) -> Check:
    """A check that the database is reachable and stands at the revision that this code knows."""
    expected = migrations.head(service)

    async def check() -> str | None:
        return None if await migrations.at_head(pool, expected) else "the schema is not at head: run migrate"

    return check


def health_router(health: Health) -> Router:
    """Both answer HEAD as well as GET: load balancers ask in either way."""
    router = Router(tags=["operations"])

    @router.head("/livez", include_in_schema=False)
    @router.get("/livez")
    async def livez(_: Annotated[Principal, public()]) -> dict[str, str]:
        """Answers as long as the process runs."""
        return {"status": "alive"}

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz")
    async def readyz(_: Annotated[Principal, public()]) -> dict[str, str]:
        """503 while the database is unreachable or behind, and from the moment that the process was asked to stop."""
        if (trouble := await health.trouble()) is not None:
            raise unavailable(f"Not ready: {trouble}", "not-ready")
        return {"status": "ready"}

    return router


async def _within_time(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception as error:  # whatever it is, this process cannot serve
        log.warning("not_ready", error=repr(error))
        return "the database cannot be reached"

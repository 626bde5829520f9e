"""The composition root: settings in, a process out. The only place that reads settings and wires the layers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from reporting.application.aggregates import Figures, ReadModelReplaced
from reporting.readmodel.queries import Switched, snapshot

CONSUMER = "reporting"
"""The durable identity of our checkpoints; never renamed."""


@asynccontextmanager
async def figures(pool: asyncpg.Pool[Any]) -> AsyncIterator[Figures]:
    """What the read model tells at one moment, as the application asks it."""
    try:
        async with snapshot(pool, CONSUMER) as shot:
            yield Figures(shot.count, shot.complete_through, shot.freshness)
    except Switched as switched:
        raise ReadModelReplaced from switched

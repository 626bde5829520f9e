"""Idempotency keys are kept for two days and then forgotten, answers and all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import structlog

from common.persistence.database import FAILURES

log = structlog.get_logger()

KEPT = timedelta(hours=48)  # callers are promised 24
EVERY_SECONDS = 3_600


async def forget_old_keys(pool: asyncpg.Pool[Any]) -> int:
    """How many were forgotten."""
    status = await pool.execute(
        "DELETE FROM idempotency_key WHERE recorded_at < clock_timestamp() - $1::interval", KEPT
    )
    return int(status.split()[-1])


@contextlib.asynccontextmanager
async def old_keys_forgotten(pool: asyncpg.Pool[Any]) -> AsyncIterator[None]:
    """Forgets old keys now and every hour meanwhile; several processes may do so at once."""
    task = asyncio.create_task(_now_and_then(pool), name="forget-old-keys")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _now_and_then(pool: asyncpg.Pool[Any]) -> None:
    while True:
        try:
            await forget_old_keys(pool)
        except FAILURES as error:
            log.warning("old_keys_not_forgotten", error=repr(error))
        await asyncio.sleep(EVERY_SECONDS)

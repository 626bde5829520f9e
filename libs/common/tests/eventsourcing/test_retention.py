"""Old idempotency keys are forgotten."""

from __future__ import annotations

import asyncpg

from common.eventsourcing.retention import forget_old_keys, old_keys_forgotten
from common.testing.eventually import eventually

INSERT = (
    "INSERT INTO idempotency_key SELECT 'me', 'POST /x', age, '', 200, '{}', '{}', 1, now() - age::interval"
    " FROM unnest(ARRAY['1 hour', '47 hours', '49 hours', '30 days']) age"
)


async def test_keys_are_kept_for_two_days_and_then_forgotten(log_database: str) -> None:
    async with asyncpg.create_pool(log_database, min_size=1, max_size=2) as pool:
        await pool.execute(INSERT)
        assert await forget_old_keys(pool) == 2
        kept = await pool.fetch("SELECT key FROM idempotency_key ORDER BY key")
        assert [row["key"] for row in kept] == ["1 hour", "47 hours"]


async def test_a_service_forgets_while_it_runs(log_database: str) -> None:
    async with asyncpg.create_pool(log_database, min_size=1, max_size=2) as pool:
        await pool.execute(INSERT)

        async def forgotten() -> bool:
            return bool(await pool.fetchval("SELECT count(*) = 2 FROM idempotency_key"))

        async with old_keys_forgotten(pool):
            await eventually(forgotten)

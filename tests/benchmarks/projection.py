"""Events into reporting's read model: from the change feed over HTTP, and the projection alone ÷ one `unnest`
upsert of the bare incident rows."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

import asyncpg
import uvloop
from bulk import push_lines
from rounds import Side, compare
from stage import Stage, migrated, stage

from common.messaging.consuming import open_feed
from common.messaging.envelope import Envelope
from common.messaging.ports import Received
from common.messaging.projecting import Projecting
from common.messaging.subscriber import Subscriber
from reporting.bootstrap import SEARCH_PATH
from reporting.messaging.consumers import CONSUMER, PUBLISHER
from reporting.readmodel.projection import IncidentsProjection

LINES = 20_000
_TABLES = "incident, kind, incident_cube, person_cube, weapon_cube, item_cube, coverage, checkpoint"
_PLAIN = """
    INSERT INTO plain SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::date[], $6::jsonb[])
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body"""


async def main() -> None:
    async with stage() as running:
        await push_lines(running, LINES)
        dsn = migrated(running.postgres, "reporting")
        settings = {"search_path": SEARCH_PATH}
        async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings=settings) as pool:
            await pool.execute(
                "CREATE TABLE plain (id uuid PRIMARY KEY, version integer, jurisdiction text, category text,"
                " occurred_on date, body jsonb)"
            )
            events = await _compare_end_to_end(running, pool)
            gc.freeze()  # the events kept for the rounds, which a worker does not hold
            for size in (500, 2_000):
                await _compare_projection(pool, events, size)


async def _compare_end_to_end(running: Stage, pool: asyncpg.Pool[Any]) -> Sequence[Envelope]:
    """Gives the events of the feed."""
    events: list[Envelope] = []

    async def read() -> int:
        events.clear()
        async with _source(running) as source:
            while len(events) < LINES:
                events.extend((await source.poll()).envelopes)
        return LINES

    async def follow() -> int:
        await pool.execute(f"TRUNCATE {_TABLES}")
        async with _source(running) as source:
            subscriber = Subscriber(pool, source, IncidentsProjection(), CONSUMER)
            reached = 0
            while reached < LINES:
                reached += await subscriber.step()
        return LINES

    await compare("feed to read model over HTTP", Side("subscriber", follow), Side("reading the feed alone", read), 3)
    return events


def _source(running: Stage) -> Any:
    return open_feed(PUBLISHER, f"http://127.0.0.1:{running.incidents.port}", running.reader)


async def _compare_projection(pool: asyncpg.Pool[Any], events: Sequence[Envelope], size: int) -> None:
    batches = [events[n : n + size] for n in range(0, len(events), size)]

    async def project() -> int:
        await pool.execute(f"TRUNCATE {_TABLES}")
        projecting = Projecting(IncidentsProjection(), CONSUMER, PUBLISHER, 0)
        async with pool.acquire() as connection:
            for batch in batches:
                async with connection.transaction():
                    await projecting.apply(connection, batch)
        return len(events)

    async def upsert() -> int:
        await pool.execute("TRUNCATE plain")
        for batch in batches:
            rows = [_row(Received.of(envelope)) for envelope in batch]
            await pool.execute(_PLAIN, *(list(column) for column in zip(*rows, strict=True)))
        return len(events)

    await compare(
        f"projection, {size} in a batch",
        Side("projection", project),
        Side("one unnest upsert", upsert),
        must_reach=">= 0.3",
    )


def _row(received: Received) -> tuple[Any, ...]:
    envelope, incident = received.envelope, received.contract.incident  # type: ignore[union-attr]  # all are reports
    body = (envelope.data or b"").decode()
    return (
        envelope.subject,
        envelope.stream_version,
        incident.jurisdiction,
        incident.category,
        incident.occurred_on,
        body,
    )


if __name__ == "__main__":
    uvloop.run(main())

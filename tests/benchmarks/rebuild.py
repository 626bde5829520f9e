"""A rebuild of a read model from a million events ÷ reading the log and copying bare rows into a table.

Reporting reads another service's log by its change feed; the baseline does that, too, and throws the contracts' rows
into one table. Beside it stands the same from the publisher's own tables, which no other service may read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from typing import Any

import asyncpg
import httpx
import msgspec
import uvloop
from bulk import push_lines
from rounds import Sample, record
from stage import Stage, migrated, stage

from common.messaging.consuming import open_feed
from common.messaging.rebuild import Rebuild
from common.runtime.consumer import REBUILD_LIMIT
from reporting.messaging.consumers import CONSUMER, PUBLISHER
from reporting.readmodel import tables
from reporting.readmodel.projection import IncidentsProjection

LINES = 20_000
COPIES = 50
EVENTS = LINES * COPIES
_COLUMNS = ("id", "version", "agency", "jurisdiction", "category", "occurred_on", "persons", "weapons")
_COPY_LOG = """
    INSERT INTO event SELECT position + $1::bigint, gen_random_uuid(), md5(stream_id::text || $1::text)::uuid, version,
        type, schema_version, data, occurred_at, recorded_at, actor, correlation_id, causation_id
    FROM event WHERE position <= $2"""


async def main() -> None:
    async with stage() as running:
        await push_lines(running, LINES)
        await _multiply(running)
        dsn = migrated(running.postgres, "reporting")
        plain = running.postgres.dsn("plain")
        rebuild = await _timed(lambda: _rebuild(running, dsn))
        feed = await _timed(lambda: _copied(plain, _read_feed(running)))
        own = await _timed(lambda: _copied(plain, _read_table(running)))
        took = f"{EVENTS:,} events; rebuild: {rebuild:.0f} s, {EVENTS / rebuild:,.0f}/s"
        title = "rebuild of a million events, its time"
        note = f"{took}; baseline: {feed:.0f} s"
        seen = Sample(EVENTS / rebuild, 0)
        baseline = "reading the change feed and COPY of bare rows"
        record(title, baseline, [rebuild / feed], must_reach="<= 4", note=note, seen=seen)
        beside = f"{took}; baseline: {own:.0f} s"
        record(title, "reading the publisher's own table and COPY", [rebuild / own], note=beside)


async def _timed(work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def _multiply(running: Stage) -> None:
    """The log holds the events pushed so often, each time as events of other incidents."""
    connection = await asyncpg.connect(running.postgres.dsn("incidents"))
    for n in range(1, COPIES):
        await connection.execute(_COPY_LOG, n * LINES, LINES)
    await connection.execute("UPDATE event_log SET head = (SELECT max(position) FROM event)")
    await connection.execute("ANALYZE event")
    await connection.close()


async def _rebuild(running: Stage, dsn: str) -> None:
    feed = open_feed(PUBLISHER, f"http://127.0.0.1:{running.incidents.port}", running.reader, limit=REBUILD_LIMIT)
    async with feed as source:
        making = Rebuild(
            dsn, source, IncidentsProjection(), CONSUMER, create_tables=tables.create, digest=tables.digest
        )
        rebuilt = await making.run()
    assert rebuilt.equal or rebuilt.live_digest is None


async def _copied(dsn: str, pages: AsyncIterator[Sequence[tuple[Any, ...]]]) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "DROP TABLE IF EXISTS copied; CREATE TABLE copied (id uuid, version integer, agency text, jurisdiction text,"
        " category text, occurred_on date, persons integer, weapons integer)"
    )
    count = 0
    async for rows in pages:
        await connection.copy_records_to_table("copied", records=rows, columns=_COLUMNS)
        count += len(rows)
    assert count == EVENTS, count
    await connection.execute("ALTER TABLE copied ADD PRIMARY KEY (id)")
    await connection.close()


async def _read_feed(running: Stage) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    url, headers = f"http://127.0.0.1:{running.incidents.port}/v1/events", {"Authorization": running.reader}
    parameters = {"limit": str(REBUILD_LIMIT)}
    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        while True:
            response = await client.get(url, params=parameters)
            events = [msgspec.json.decode(line) for line in response.raise_for_status().content.splitlines()]
            if not events:
                return
            parameters["after"] = response.headers["Next-Cursor"]
            yield [_row(event["subject"], event["streamversion"], event["data"]["incident"]) for event in events]


async def _read_table(running: Stage) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    connection = await asyncpg.connect(running.postgres.dsn("incidents"))
    after = 0
    while rows := await connection.fetch(
        "SELECT position, stream_id, version, data::text AS data FROM event WHERE position > $1 ORDER BY position"
        " LIMIT $2",
        after,
        REBUILD_LIMIT,
    ):
        after = rows[-1]["position"]
        yield [_stored(row) for row in rows]
        await asyncio.sleep(0)
    await connection.close()


def _stored(row: asyncpg.Record) -> tuple[Any, ...]:
    event = msgspec.json.decode(row["data"])
    return _row(row["stream_id"], row["version"], {**event["body"], "agency": event["agency"]})


def _row(stream: Any, version: int, incident: dict[str, Any]) -> tuple[Any, ...]:
    return (
        stream,
        version,
        incident["agency"],
        incident["jurisdiction"],
        incident["category"],
        date.fromisoformat(incident["occurred_on"]),
        len(incident["persons"]),
        len(incident["weapons"]),
    )


if __name__ == "__main__":
    uvloop.run(main())

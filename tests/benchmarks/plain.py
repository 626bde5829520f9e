"""The baselines: the fastest plain service that a good engineer would write for the same lines, without an event log.

`plain.py PORT DSN` serves it. Every answer is given after a commit, as durable as the service's own.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from common.kernel.ids import new_id
from common.runtime.garbage import look_for_garbage_seldom
from incidents.api.schemas import IncidentLine

TABLE = "CREATE TABLE IF NOT EXISTS line (id uuid PRIMARY KEY, external_id text NOT NULL, body jsonb NOT NULL)"
CHUNK = 500


@asynccontextmanager
async def database(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(sys.argv[2], min_size=10, max_size=10) as pool:
        await pool.execute(TABLE)
        app.state.pool = pool
        look_for_garbage_seldom()  # as the service does
        yield


app = FastAPI(lifespan=database)


@app.post("/line", status_code=201)
async def one(line: IncidentLine, request: Request) -> Response:
    row = (new_id(), line.external_id, line.model_dump_json())
    await request.app.state.pool.execute("INSERT INTO line VALUES ($1, $2, $3)", *row)
    return Response(msgspec.json.encode({"id": row[0]}), 201, media_type="application/json")


@app.post("/lines", status_code=201)
async def many(request: Request) -> Response:
    """NDJSON, a statement and a transaction for every chunk, as it comes in."""
    count, rest, rows = 0, b"", []
    async for piece in request.stream():
        *complete, rest = (rest + piece).split(b"\n")
        for raw in complete:
            line = IncidentLine.model_validate_json(raw)
            rows.append((new_id(), line.external_id, line.model_dump_json()))
            if len(rows) == CHUNK:
                await insert(request.app.state.pool, rows)
                count, rows = count + len(rows), []
    await insert(request.app.state.pool, rows)
    return Response(msgspec.json.encode({"lines": count + len(rows)}), 201, media_type="application/json")


async def insert(pool: asyncpg.Pool, rows: list[tuple[object, ...]]) -> None:
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await pool.execute("INSERT INTO line SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[])", *columns)


if __name__ == "__main__":
    import uvloop

    config = uvicorn.Config(app, port=int(sys.argv[1]), loop="none", http="httptools", log_level="warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())

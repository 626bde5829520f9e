"""`POST /v1/incidents:batch` with 20,000 lines, ÷ a plain route that validates each line with the same model and
inserts with one `unnest` per 500; and how much the process grows while 100,000 lines stream in."""

from __future__ import annotations

import asyncio

import psutil
import uvloop
from callers import Connection
from lines import csv_text, ndjson
from rounds import Side, compare, record
from stage import Server, Stage, stage

from common.kernel.ids import new_id

LINES = 20_000
MANY = 100_000
ROUNDS = 5
PUSHES = 3
NDJSON = "application/x-ndjson"


async def main() -> None:
    async with stage() as running:
        plain = Side(
            "plain route, one unnest",
            lambda: _push(running.plain, "/lines", {}, ndjson(LINES), LINES),
            running.plain.process,
        )
        for kind, body, must_reach in ((NDJSON, ndjson, ">= 0.3"), ("text/csv", csv_text, None)):
            ours = Side(
                "batch",
                lambda kind=kind, body=body: batch(running, kind, body(LINES), LINES),
                running.incidents.process,
            )
            await compare(f"bulk lines, {kind}", ours, plain, ROUNDS, must_reach=must_reach)
        await _memory(running)


async def batch(running: Stage, kind: str, body: bytes, lines: int) -> int:
    headers = {"Authorization": running.agency, "Idempotency-Key": str(new_id()), "Content-Type": kind}
    return await _push(running.incidents, "/v1/incidents:batch", headers, body, lines)


async def push_lines(running: Stage, lines: int) -> None:
    await batch(running, NDJSON, ndjson(lines), lines)


async def _push(server: Server, path: str, headers: dict[str, str], body: bytes, lines: int) -> int:
    connection = await Connection.open(server.port)
    status = await connection.post(path, headers, body)
    connection.close()
    assert status in (200, 201), status
    return lines


async def _memory(running: Stage) -> None:
    process = psutil.Process(running.incidents.process)
    body = ndjson(MANY)
    peaks = []
    for _ in range(PUSHES):
        before = peak = process.memory_info().rss
        pushing = asyncio.create_task(batch(running, NDJSON, body, MANY))
        while not pushing.done():
            await asyncio.sleep(0.02)
            peak = max(peak, process.memory_info().rss)
        await pushing
        peaks.append((peak - before) / 2**20)
    measure = f"memory of a push of {MANY:,} lines, {len(body) / 2**20:.0f} MiB"
    record(measure, "the process before it", peaks, unit="MiB", must_reach="<= 64")


if __name__ == "__main__":
    uvloop.run(main())

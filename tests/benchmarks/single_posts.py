"""`POST /v1/incidents` of 64 callers with keys, ÷ a plain route that validates the same body and inserts one row; and
the CPU that a post takes, PostgreSQL's included, where two processes of the service share the callers."""

from __future__ import annotations

import asyncio

import msgspec
import uvloop
from callers import post_for
from lines import lines
from rounds import Side, compare
from stage import Server, Stage, another_api, stage

from common.kernel.ids import new_id

SECONDS = 3.0
INCIDENTS = "/v1/incidents"


async def main() -> None:
    async with stage() as running, another_api(running) as second:
        await compare(
            "single posts, one process, 64 callers, Idempotency-Key",
            Side(
                "POST /v1/incidents", lambda: post(running, [running.incidents], INCIDENTS), running.incidents.process
            ),
            Side("plain route, one row", lambda: post(running, [running.plain], "/line"), running.plain.process),
            must_reach=">= 0.8",
        )
        both, postgres = [running.incidents, second], running.postgres.pid()
        await compare(
            "CPU per single post, two api processes of 64 callers each",
            Side("two processes", lambda: post(running, both, INCIDENTS), (*(each.process for each in both), postgres)),
            Side(
                "one process",
                lambda: post(running, [running.incidents], INCIDENTS),
                (running.incidents.process, postgres),
            ),
            of="cpu",
            must_reach="<= 1.15",
        )


async def post(running: Stage, servers: list[Server], path: str) -> int:
    """How many were answered. Every server has all its callers: with half of them it would write half as much at a
    time, which costs more however many processes there are."""

    def headers() -> dict[str, str]:
        return {"Authorization": running.agency, **JSON, "Idempotency-Key": str(new_id())}

    posting = [post_for(SECONDS, server.port, path, headers, lambda: next(bodies)) for server in servers]
    return sum(await asyncio.gather(*posting))


JSON = {"Content-Type": "application/json"}
bodies = (msgspec.json.encode(line) for line in lines(10**9))

if __name__ == "__main__":
    uvloop.run(main())

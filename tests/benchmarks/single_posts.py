"""`POST /v1/incidents` of 64 callers with keys, ÷ a plain route that validates the same body and inserts one row."""

from __future__ import annotations

import msgspec
import uvloop
from callers import post_for
from lines import lines
from rounds import Side, compare
from stage import Server, stage

from common.kernel.ids import new_id

SECONDS = 1.5


async def main() -> None:
    async with stage() as running:
        bodies = (msgspec.json.encode(line) for line in lines(10**9))
        own = {"Authorization": running.agency, "Content-Type": "application/json"}

        async def post(server: Server, path: str) -> int:
            def headers() -> dict[str, str]:
                return {**own, "Idempotency-Key": str(new_id())}

            return await post_for(SECONDS, server.port, path, headers, lambda: next(bodies))

        await compare(
            "single posts, one process, 64 callers, Idempotency-Key",
            Side("POST /v1/incidents", lambda: post(running.incidents, "/v1/incidents"), running.incidents.process),
            Side("plain route, one row", lambda: post(running.plain, "/line"), running.plain.process),
        )


if __name__ == "__main__":
    uvloop.run(main())

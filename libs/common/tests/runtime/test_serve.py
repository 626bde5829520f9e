"""The server as it really runs: a socket, gzip over the wire, and a stop that loses nothing."""

import asyncio
import contextlib
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Request

from common.http.app import create_app
from common.http.routing import Router
from common.runtime.serve import serve
from common.security.authentication import Authenticator
from common.security.permissions import public
from common.security.principal import Principal


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def slow_app() -> FastAPI:
    router = Router()

    @router.get("/slow")
    async def slow(_: Annotated[Principal, public()], seconds: float = 0.5) -> str:
        await asyncio.sleep(seconds)
        return "done"

    @router.post("/size")
    async def size(_: Annotated[Principal, public()], request: Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    return create_app("Slow", service="slow", version="1", routers=[router], authenticator=Authenticator({}))


@contextlib.asynccontextmanager
async def running(stop: asyncio.Event, **how: float) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Task[None]]]:
    port = free_port()
    task = asyncio.create_task(serve(slow_app(), host="127.0.0.1", port=port, stop=stop, **how))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(100):
            with contextlib.suppress(httpx.ConnectError):
                await client.get("/livez")
                break
            await asyncio.sleep(0.02)
        yield client, task
    stop.set()
    await task


async def test_stopping_first_says_so_then_finishes_then_ends() -> None:
    stop = asyncio.Event()
    async with running(stop, drain_seconds=0.3) as (client, task):
        in_flight = asyncio.create_task(client.get("/slow?seconds=0.8"))
        await asyncio.sleep(0.1)
        stop.set()
        await asyncio.sleep(0.1)
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/livez")).status_code == 200
        assert (await in_flight).json() == "done"
        await asyncio.wait_for(task, 2)
        with pytest.raises(httpx.ConnectError):
            await client.get("/livez")


async def test_what_does_not_end_in_time_is_cut() -> None:
    stop = asyncio.Event()
    async with running(stop, stop_seconds=1) as (client, task):
        endless = asyncio.create_task(client.get("/slow?seconds=60"))
        await asyncio.sleep(0.1)
        stop.set()
        await asyncio.wait_for(task, 3)
        with contextlib.suppress(httpx.HTTPError):
            assert (await endless).status_code >= 500


async def test_gzip_and_limits_over_a_real_connection() -> None:
    async with running(asyncio.Event()) as (client, _):
        packed = {"Content-Encoding": "gzip"}
        text = os.urandom(400_000)
        assert (await client.post("/size", content=gzip.compress(text), headers=packed)).json() == len(text)
        assert (await client.post("/size", content=gzip.compress(b" " * 9_000_000), headers=packed)).status_code == 413
        assert (await client.post("/size", content=b" " * 3_000_000)).status_code == 413
        assert (await client.post("/size", content=b"x")).json() == 1


async def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            await serve(slow_app(), host="127.0.0.1", port=port)


PROGRAM = """
import sys
from contextlib import asynccontextmanager
from common.http.app import create_app
from common.observability.logging import configure_logging
from common.runtime.cli import Command, main
from common.runtime.serve import serve
from common.security.authentication import Authenticator

async def api(_):
    configure_logging("tiny")
    app = create_app("Tiny", service="tiny", version="1", routers=[], authenticator=Authenticator({}))
    await serve(app, host="127.0.0.1", port=int(sys.argv[2]))
    print("closed its resources", flush=True)

raise SystemExit(main("tiny", [Command("api", "serves", api, lambda p: p.add_argument("port"))]))
"""


async def test_a_signal_ends_the_process_in_order() -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, "api", str(port)], stdout=subprocess.PIPE, text=True)
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            with contextlib.suppress(httpx.ConnectError):
                assert (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
                break
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
    output, _ = await asyncio.to_thread(process.communicate, timeout=10)
    assert process.returncode == 0
    *lines, last = output.splitlines()
    assert last == "closed its resources"
    assert {json.loads(line)["service"] for line in lines} == {"tiny"}

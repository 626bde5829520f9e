"""Serving an app over HTTP until asked to stop: not ready, then finish what is in flight, then return."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import structlog
import uvicorn
from fastapi import FastAPI

from common.http.health import Health
from common.observability.tracing import tracing_configured, tracing_wanted
from common.runtime.garbage import look_for_garbage_seldom
from common.runtime.signals import stop_requested

log = structlog.get_logger()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn's own handling would end the process before its resources are closed."""
        yield


async def serve(
    app: FastAPI,
    *,
    host: str,
    port: int,
    drain_seconds: float = 0.0,
    stop_seconds: float = 20.0,
    stop: asyncio.Event | None = None,
) -> None:
    """Returns after a signal (or `stop`): /readyz answers 503 for `drain_seconds` while requests are still taken, then
    the socket closes and what is in flight has `stop_seconds` to finish. Raises `OSError` where the port is in use."""
    health: Health = app.state.health
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(_listen(host, port))
        if tracing_wanted():
            stack.enter_context(tracing_configured(app.state.service))
        asked = stop or stack.enter_context(stop_requested())
        server = _Server(_config(app, stop_seconds))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        look_for_garbage_seldom()
        log.info("serving", url=f"http://{host}:{listening.getsockname()[1]}")
        await _first(serving, asked)
        health.drain()
        log.info("stopping", drain_seconds=drain_seconds)
        if not serving.done():
            await asyncio.sleep(drain_seconds)
        server.should_exit = True
        await serving


async def _first(serving: asyncio.Task[None], asked: asyncio.Event) -> None:
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _config(app: FastAPI, stop_seconds: float) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",  # the one that runs already
        http="httptools",
        ws="none",
        lifespan="off",  # a bootstrap opens and closes its resources around the app
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=max(1, round(stop_seconds)),
    )

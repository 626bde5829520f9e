"""A process that works in the background until asked to stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from common.runtime.garbage import look_for_garbage_seldom
from common.runtime.signals import stop_requested

log = structlog.get_logger()

Job = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set, then comes to a clean end by itself."""


async def work(*jobs: Job, stop_seconds: float = 20.0, stop: asyncio.Event | None = None) -> None:
    """Runs the jobs side by side until a signal (or `stop`). One that fails stops the others and is raised; one that
    does not end within `stop_seconds` is cancelled."""
    with contextlib.ExitStack() as stack:
        look_for_garbage_seldom()
        asked = stop or stack.enter_context(stop_requested())
        tasks = {asyncio.ensure_future(job(asked)) for job in jobs}
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
        asked.set()
        waiting.cancel()
        log.info("stopping")
        _, late = await asyncio.wait(tasks, timeout=stop_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for task in tasks - late:
            task.result()


async def until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Does work that may be cancelled at any moment until the event is set; raises what it raises."""
    running, asked = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        if not stop.is_set():
            raise

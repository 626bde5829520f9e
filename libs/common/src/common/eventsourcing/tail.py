"""Knows how far the log goes, without being asked again and again: one listening connection per process.

Notifications may be lost with a connection, so the head is also read twice a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

import asyncpg
import structlog

from common.persistence.database import FAILURES

log = structlog.get_logger()

POLL_SECONDS = 0.5
ANSWER_SECONDS = 5  # a connection that is silent for longer is lost


class Tail:
    """`async with Tail(connect) as tail: await tail.wait(after, timeout)`; any number may wait.

    `connect` opens a plain asyncpg connection that this object then owns, and opens again when it was lost.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection[Any]]]) -> None:
        self._connect = connect
        self._head = 0
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Tail:
        self._task = asyncio.create_task(self._run(), name="tail")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def head(self) -> int:
        """The last position known; 0 before the database was reached."""
        return self._head

    async def wait(self, after_position: int, timeout: float) -> bool:
        """True as soon as the log goes beyond `after_position`, False after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while self._head <= after_position:
                    await self._moved.wait()
        except TimeoutError:
            pass
        return self._head > after_position

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except FAILURES as error:
                log.warning("tail_lost_connection", error=repr(error))
            await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        connection = await self._connect()
        try:
            await connection.add_listener("event_log", self._notified)
            while True:
                self._set(await connection.fetchval("SELECT head FROM event_log", timeout=ANSWER_SECONDS))
                await asyncio.sleep(POLL_SECONDS)
        finally:
            connection.terminate()  # nothing is in flight that a farewell would save

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._set(max(self._head, int(str(payload))))

    def _set(self, head: int) -> None:
        if head != self._head:
            self._head = head
            self._moved.set()
            self._moved = asyncio.Event()

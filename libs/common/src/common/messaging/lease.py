"""Who may publish: one relay of a database at a time, for as long as it renews its lease.

Every leader has a higher epoch than those before it, and what it saves is saved under that epoch; so a leader that was
paused for too long finds itself deposed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
import structlog

from common.messaging.faults import TRANSIENT
from common.messaging.side_by_side import side_by_side

log = structlog.get_logger()


class Deposed(Exception):
    """Another relay took the lease over."""


class Lease:
    """The row `name` of the table `relay`. `seconds` is how long it lasts when nobody renews it."""

    def __init__(self, pool: asyncpg.Pool[Any], name: str, seconds: float) -> None:
        self._pool = pool
        self._name = name
        self.seconds = seconds

    async def take(self) -> int | None:
        """The epoch of our term; None where somebody else holds the lease."""
        epoch: int | None = await self._pool.fetchval(
            "UPDATE relay SET epoch = epoch + 1, held_until = clock_timestamp() + $2 * interval '1 second'"
            " WHERE name = $1 AND held_until < clock_timestamp() RETURNING epoch",
            self._name,
            self.seconds,
        )
        return epoch

    async def hold_while(self, epoch: int, work: Coroutine[Any, Any, None]) -> None:
        """Does the work and keeps the lease meanwhile; gives it back where it ends otherwise. Raises `Deposed`, and
        what the work raises."""
        try:
            await side_by_side(self._keep(epoch), work)
        finally:
            await self._give_back(epoch)

    async def save(self, epoch: int, what: str, *values: Any) -> None:
        """Sets columns of the row, `what` is SQL with the values from $3 on. Raises `Deposed`."""
        status = await self._pool.execute(
            f"UPDATE relay SET {what} WHERE (name, epoch) = ($1, $2)",  # noqa: S608  constants of the callers
            self._name,
            epoch,
            *values,
        )
        if status != "UPDATE 1":
            raise Deposed(f"epoch {epoch} of {self._name} is over")

    async def _keep(self, epoch: int) -> None:
        while True:
            await asyncio.sleep(self.seconds / 4)
            await self.save(epoch, "held_until = clock_timestamp() + $3 * interval '1 second'", self.seconds)

    async def _give_back(self, epoch: int) -> None:
        """So that a standby need not wait for the lease to end; where that fails, it waits."""
        try:
            await self.save(epoch, "held_until = '-infinity'")
        except (Deposed, *TRANSIENT) as error:
            log.info("relay_lease_not_given_back", relay=self._name, error=repr(error))

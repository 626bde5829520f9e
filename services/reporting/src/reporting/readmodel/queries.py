"""What the read model tells, all of it at one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import asyncpg

from common.messaging.ports import Connection
from reporting.readmodel import kinds
from reporting.readmodel.conditions import Filters, Window, period_name
from reporting.readmodel.cube_statements import from_cube, in_cube
from reporting.readmodel.dimensions import MONTHS_PER
from reporting.readmodel.fact_statements import from_facts, needed
from reporting.readmodel.moments import Switched, freshness, moment

__all__ = ["Counted", "Counts", "Snapshot", "Switched", "snapshot"]

Counts: TypeAlias = Mapping[tuple[str, ...], Decimal]
Counted: TypeAlias = tuple[Counts, Decimal]
"""By key, and in total: each incident or person once."""


class Snapshot:
    """Answers from one moment: a repeatable-read transaction is open on its connection."""

    def __init__(self, connection: Connection, consumer: str, publisher: str) -> None:
        self._connection = connection
        self._consumer = consumer
        self._publisher = publisher
        self._kinds: dict[str, Mapping[int, tuple[str, ...]]] = {}

    async def count(
        self, measure: str, by: Sequence[str], filters: Filters, windows: Sequence[Window]
    ) -> Sequence[Counted]:
        """For each window the measure by key, its parts in the order of `by`; keys that do not occur are missing.

        Filters on periods belong to the windows.
        """
        asked = [window for n, window in enumerate(windows) if window[0] and window not in windows[:n]]
        cubed = [window for window in asked if in_cube(measure, by, filters, window)]
        found = await self._from_cube(measure, by, filters, cubed) if cubed else []
        others = [window for window in asked if window not in cubed]
        found += await self._from_facts(measure, by, filters, others) if others else []
        return [found[[*cubed, *others].index(window)] if window in asked else ({}, Decimal(0)) for window in windows]

    async def complete_through(self) -> Mapping[str, date]:
        """Per jurisdiction the latest day that any of its agencies has declared."""
        query = "SELECT jurisdiction, max(complete_through) AS day FROM coverage GROUP BY jurisdiction"
        return {row["jurisdiction"]: row["day"] for row in await self._connection.fetch(query)}

    async def freshness(self) -> Mapping[str, Mapping[str, Any]]:
        return await freshness(self._connection, self._consumer, self._publisher)

    async def _from_cube(
        self, measure: str, by: Sequence[str], filters: Filters, windows: Sequence[Window]
    ) -> list[Counted]:
        statement = from_cube(measure, by, filters, windows)
        counts: list[dict[tuple[str, ...], Decimal]] = [{} for _ in windows]
        for row in await self._connection.fetch(statement.text, *statement.values):
            counts[row["n"]][_key(by, row)] = Decimal(row["value"])
        return [(found, sum(found.values(), Decimal(0))) for found in counts]

    async def _from_facts(
        self, measure: str, by: Sequence[str], filters: Filters, windows: Sequence[Window]
    ) -> list[Counted]:
        for of in needed(measure, by, filters):
            if of not in self._kinds:
                self._kinds[of] = await kinds.every(self._connection, of)
        known = {of: self._kinds[of] for of in needed(measure, by, filters)}
        statement = from_facts(measure, by, filters, windows, known)
        counts: list[dict[tuple[str, ...], Decimal]] = [{} for _ in windows]
        totals = [Decimal(0) for _ in windows]
        for row in await self._connection.fetch(statement.text, *statement.values):
            value = Decimal(row["value"])
            if row["total"]:
                totals[row["n"]] = value
            if not (row["total"] and by):
                counts[row["n"]][_key(by, row)] = value
        return list(zip(counts, totals, strict=True))


def _key(by: Sequence[str], row: Mapping[str, Any]) -> tuple[str, ...]:
    parts = ((name, row[f"k{n}"]) for n, name in enumerate(by))
    return tuple(period_name(name, part) if name in MONTHS_PER else part for name, part in parts)


@asynccontextmanager
async def snapshot(pool: asyncpg.Pool[Any], consumer: str, publisher: str = "incidents") -> AsyncIterator[Snapshot]:
    """Raises `Switched` on leaving, also in place of the error that a switch led to."""
    async with moment(pool, "incident") as connection:
        yield Snapshot(connection, consumer, publisher)

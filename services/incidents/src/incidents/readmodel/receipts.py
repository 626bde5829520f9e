"""Receipts as they are told: what an answer carries of the lines, and all of them as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

MOST_ITEMS = 1_000  # that an answer carries; all of them stream from the receipt


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """`state` is working, cut, unreadable or answered. `summary` counts lines by outcome, in the order of the wire.
    `items` are JSON objects in input order: every line's up to `MOST_ITEMS` lines, beyond that only those that were
    rejected or warned about, `MOST_ITEMS` at most."""

    id: UUID
    agency: str
    state: str
    mode: str
    dry_run: bool
    created_at: datetime
    answered_at: datetime | None
    summary: Mapping[str, int]
    items: Sequence[msgspec.Raw]


class Receipts:
    """Reads over a pool; one or two statements each."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def find(self, receipt: UUID) -> ReceiptView | None:
        row = await self._pool.fetchrow(_RECEIPT, receipt)
        if row is None:
            return None
        summary = {name: row[name] for name in _COUNTS}
        items = await self._items(receipt, few=row["lines"] <= MOST_ITEMS)
        return ReceiptView(
            row["id"],
            row["agency"],
            row["state"],
            row["mode"],
            row["dry_run"],
            row["created_at"],
            row["answered_at"],
            summary,
            items,
        )

    async def agency_of(self, receipt: UUID) -> str | None:
        agency: str | None = await self._pool.fetchval("SELECT agency FROM receipt WHERE id = $1", receipt)
        return agency

    async def stream(self, receipt: UUID) -> AsyncIterator[bytes]:
        """Every item as NDJSON, in input order, a chunk at a time."""
        number = -1
        while row := await self._pool.fetchrow(_NEXT_CHUNK, receipt, number):
            number = row["number"]
            yield row["items"].encode()

    async def _items(self, receipt: UUID, *, few: bool) -> list[msgspec.Raw]:
        found: list[msgspec.Raw] = []
        rows = await self._pool.fetch(_ALL_CHUNKS if few else _TOLD_CHUNKS, receipt, *([] if few else [MOST_ITEMS]))
        for row in rows:
            lines = row["items"].encode().splitlines()
            found += [msgspec.Raw(line) for line in lines if few or _worth_telling(line)]
        return found[:MOST_ITEMS]


class _Told(msgspec.Struct):
    outcome: str
    warnings: list[msgspec.Raw]


def _worth_telling(line: bytes) -> bool:
    told = _TOLD.decode(line)
    return told.outcome == "rejected" or bool(told.warnings)


_TOLD = msgspec.json.Decoder(_Told)
_COUNTS = ("lines", "accepted", "corrected", "unchanged", "rejected")
_RECEIPT = f"""
    SELECT id, agency, mode, dry_run, created_at, answered_at, {", ".join(f"c.{name}" for name in _COUNTS)},
        CASE WHEN state = 'working' AND leased_until <= clock_timestamp() THEN 'cut' ELSE state END AS state
    FROM receipt, LATERAL (
        SELECT {", ".join(f"coalesce(sum({name}), 0)::integer AS {name}" for name in _COUNTS)}
        FROM receipt_chunk WHERE receipt_id = receipt.id
    ) c WHERE id = $1"""  # noqa: S608  constants
_NEXT_CHUNK = "SELECT number, items FROM receipt_chunk WHERE receipt_id = $1 AND number > $2 ORDER BY number LIMIT 1"
_ALL_CHUNKS = "SELECT items FROM receipt_chunk WHERE receipt_id = $1 ORDER BY number"
_TOLD_CHUNKS = """
    SELECT items FROM (
        SELECT number, items, sum(rejected + warned) OVER (ORDER BY number) - rejected - warned AS before
        FROM receipt_chunk WHERE receipt_id = $1 AND rejected + warned > 0
    ) c WHERE before < $2 ORDER BY number"""

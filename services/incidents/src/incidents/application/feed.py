"""A batch: claim the receipt, land chunk after chunk, answer.

While one chunk is written the next is decided and the one after it prepared.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import structlog

from common.eventsourcing.units import (
    Aggregate,
    Intent,
    KeyReused,
    LostRace,
    Outcome,
    Overloaded,
    Refusal,
    Unit,
    UnitResult,
)
from common.eventsourcing.writer import Rows
from common.kernel.clock import Clock, utc_now
from common.kernel.errors import DomainError, RuleBroken
from common.observability import metrics
from common.write_side import WriteSide
from incidents.application.batch_body import MAX_ATOMIC_BODY, MAX_ATOMIC_LINES, MAX_BODY, MAX_LINES, Body, chunks
from incidents.application.chunk import Chunk, Describe, Entry, LandedLineDiffers, Parse, Preparation
from incidents.application.lines import Line, LineReader, Unreadable
from incidents.application.receipts import FENCED, Answered, Claim, LeaseLost, Ledger, Order
from incidents.application.streams import incident_id
from incidents.domain.commands import ReportIncident

log = structlog.get_logger()

AT_ONCE = 2  # chunks with the write side: one that is written, one that is decided meanwhile
RENEW_AFTER = 10  # seconds of a lease of thirty
PATIENCE = (0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between attempts while the write side is busy


class EmptyBatch(RuleBroken):
    code = "empty_batch"
    title = "The body holds no line"


class Stopped(Exception):
    """A batch that ended early. `cause` says why; its receipt tells what has landed so far."""

    def __init__(self, cause: Unreadable | DomainError, receipt: UUID) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.receipt = receipt


@dataclass(frozen=True, slots=True)
class Feed:
    """What all batches share. `incidents` is the aggregate that lines are reported to."""

    write_side: WriteSide
    incidents: Aggregate
    ledger: Ledger
    parse: Parse
    describe: Describe
    clock: Clock = utc_now

    async def push(self, order: Order, pieces: AsyncIterator[bytes], reader: LineReader) -> Answered:
        """Lands a body, or answers again what its key has answered.

        Raises `EmptyBatch`, `BadHeader` and `Unreadable` before a receipt is claimed and `Stopped` afterwards;
        `ReceiptHeld`, `KeyReused`, `LeaseLost`; `Overloaded` and `Unavailable`, after which the key continues; and
        what `pieces` raises when the connection is cut.
        """
        atomic = order.mode == "atomic"
        body = Body(pieces, MAX_ATOMIC_BODY if atomic else MAX_BODY)
        async with contextlib.aclosing(chunks(body, reader, MAX_ATOMIC_LINES if atomic else MAX_LINES)) as source:
            first = await anext(source, None)
            if first is None:
                raise EmptyBatch
            claim = await self.ledger.claim(order)
            if claim.answered is not None:
                await _require_same_body(body, source, claim)
                return claim.answered
            return await _Run(self, order, claim, body).finish(_chained(first, source))


@dataclass(frozen=True, slots=True)
class _Writing:
    """A chunk that is with the write side, and the streams it is for."""

    task: asyncio.Task[None]
    streams: frozenset[UUID]


@dataclass(slots=True)
class _Run:
    """One request's work on its receipt."""

    feed: Feed
    order: Order
    claim: Claim
    body: Body
    writing: deque[_Writing] = field(default_factory=deque)
    renewed: float = field(default_factory=time.monotonic)

    async def finish(self, source: AsyncIterator[list[Line]]) -> Answered:
        self.body.heartbeat = self._renew_when_due
        try:
            await (self._land_together(source) if self.order.mode == "atomic" else self._land_by_chunk(source))
            return await self.feed.ledger.answer(self.claim, self.body.digest)
        except BaseException as error:
            await self._give_back("unreadable" if isinstance(error, Unreadable) else "cut")
            if isinstance(error, Unreadable | LandedLineDiffers):
                raise Stopped(error, self.claim.id) from error
            raise

    async def _give_back(self, state: Literal["cut", "unreadable"]) -> None:
        """Waits for what is being written and ends the lease. The error that led here is the one to tell: what fails
        besides is noted, and the lease ends by itself."""
        try:
            try:
                await self._written()
            finally:
                await self.feed.ledger.stop(self.claim, state)
        except Exception as error:
            log.warning("receipt_not_given_back", receipt=str(self.claim.id), error=repr(error))

    async def _land_by_chunk(self, source: AsyncIterator[list[Line]]) -> None:
        number = first = 0
        async for lines in source:
            chunk = await self._prepared(number, first, lines)
            if not chunk.as_stored:
                await self._begin(chunk)
            number, first = number + 1, first + len(lines)
        await self._written()
        await self._require_nothing_missing(number)

    async def _land_together(self, source: AsyncIterator[list[Line]]) -> None:
        lines = [line async for some in source for line in some]
        chunk = await self._prepared(0, 0, lines)
        if not chunk.as_stored:
            await self._write(chunk, self._unit(chunk))

    async def _prepared(self, number: int, first: int, lines: Sequence[Line]) -> Chunk:
        stored = None if self.claim.new else await self.feed.ledger.chunk(self.claim, number)
        preparation = Preparation(self.feed.parse, self.claim)
        return await preparation.prepare(number, first, lines, stored)

    async def _begin(self, chunk: Chunk) -> None:
        """Gives a chunk to the write side. One with another line of an incident that is being written waits, so that
        the later line has the last word even where the earlier one must be tried again."""
        unit = self._unit(chunk)
        streams = frozenset(intent.stream for intent in unit.intents)
        while len(self.writing) == AT_ONCE or any(not streams.isdisjoint(each.streams) for each in self.writing):
            await self.writing.popleft().task
        self.writing.append(_Writing(asyncio.create_task(self._write(chunk, unit)), streams))

    async def _written(self) -> None:
        """All of them, also where one fails."""
        tasks = [each.task for each in self.writing]
        self.writing.clear()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if result is not None:
                raise result

    async def _write(self, chunk: Chunk, unit: Unit) -> None:
        try:
            result = await _patiently(self.feed.write_side, unit)
        except asyncpg.PostgresError as error:
            if error.sqlstate == FENCED:
                raise LeaseLost from error
            raise
        if not self.order.dry_run:
            for outcome in chunk.outcomes(result.outcomes, all_or_none=self.order.mode == "atomic"):
                metrics.FEED_ITEMS.labels("incidents", outcome).inc()

    def _unit(self, chunk: Chunk) -> Unit:
        atomic = self.order.mode == "atomic"
        request = (
            copy_context()
        )  # the write side asks for the rows in its own task, where nobody knows the request's id

        def rows(outcomes: Sequence[Outcome]) -> Rows:
            items = request.run(chunk.items, outcomes, self.feed.describe, all_or_none=atomic)
            return {"receipt_chunk": [chunk.row(self.claim, items)]}

        now = self.feed.clock()
        return Unit(
            [self._intent(entry, now) for entry in chunk.to_decide],
            self.order.actor,
            Refusal.KEEP_NONE if atomic else Refusal.KEEP_REST,
            rows=rows,
            dry_run=self.order.dry_run or (atomic and chunk.refused),
        )

    def _intent(self, entry: Entry, now: datetime) -> Intent:
        assert entry.body is not None, "only what was parsed is decided"
        command = ReportIncident(self.order.agency, entry.body, now, self.order.jurisdictions)
        return Intent(self.feed.incidents, incident_id(self.order.agency, entry.body.external_id), command)

    async def _require_nothing_missing(self, number: int) -> None:
        """A retry has to hold every line that has landed; what was rejected it may leave out."""
        if self.claim.new:
            return
        for stored in await self.feed.ledger.chunks_from(self.claim, number):
            for item in stored.items:
                if item.landed:
                    raise LandedLineDiffers(item.index, f"Line {item.index} has landed and is missing now.")
        await self.feed.ledger.drop_chunks_from(self.claim, number)

    async def _renew_when_due(self) -> None:
        if time.monotonic() - self.renewed > RENEW_AFTER:
            self.renewed = time.monotonic()
            await self.feed.ledger.renew(self.claim)


async def _patiently(write_side: WriteSide, unit: Unit) -> UnitResult:
    for wait in PATIENCE:
        try:
            return await write_side.execute(unit)
        except (Overloaded, LostRace):
            await asyncio.sleep(wait)
    return await write_side.execute(unit)


async def _require_same_body(body: Body, source: AsyncIterator[list[Line]], claim: Claim) -> None:
    try:
        async for _ in source:
            pass
    except Unreadable:
        raise KeyReused from None
    if body.digest != claim.body_digest:
        raise KeyReused


async def _chained(first: list[Line], source: AsyncIterator[list[Line]]) -> AsyncIterator[list[Line]]:
    yield first
    async for lines in source:
        yield lines

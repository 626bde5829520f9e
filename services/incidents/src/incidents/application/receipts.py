"""Receipts of batches: what became of every line, who works on one, and which key it answers to.

A receipt is leased to the request that works on it. Each claim raises its `epoch`; a chunk is written only under the
present epoch, in the transaction that appends its events, and renews the lease. So two requests never finish one
receipt, and a request that comes back from the dead writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from common.eventsourcing.units import Actor, KeyReused
from common.kernel.ids import new_id

Mode = Literal["partial", "atomic"]
LineOutcome = Literal["accepted", "corrected", "unchanged", "rejected"]
State = Literal["working", "cut", "unreadable", "answered"]

LEASE_SECONDS = 30
DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Item:
    """What became of a line. `problem` is a problem document; warnings have the shape of its `errors`."""

    index: int
    external_id: str | None
    outcome: LineOutcome
    id: UUID | None = None
    version: int | None = None
    problem: dict[str, Any] | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def landed(self) -> bool:
        return self.outcome != "rejected"


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it landed; `line_digests` are zeros where a line was rejected."""

    digest: bytes
    line_digests: bytes
    items: list[Item]

    def digest_of(self, n: int) -> bytes:
        return self.line_digests[n * DIGEST_BYTES : (n + 1) * DIGEST_BYTES]


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch asks for, and for whom. `key` is the caller's Idempotency-Key, bound to `credential`; a dry run
    takes none. `jurisdictions` None covers all."""

    agency: str
    jurisdictions: frozenset[str] | None
    actor: Actor
    credential: str
    mode: Mode
    dry_run: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How a receipt ended: 200 all landed, 207 some, 422 none; with the log's id and head."""

    receipt: UUID
    status: int
    log_id: UUID
    position: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A receipt that this request works on, `new` where no earlier one did; or one that has `answered`."""

    id: UUID
    epoch: int
    answered: Answered | None = None
    body_digest: bytes | None = None

    @property
    def new(self) -> bool:
        return self.epoch == 1


class ReceiptHeld(Exception):
    """Another request works on the receipt."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"held for another {retry_after} s at most")
        self.retry_after = retry_after


class LeaseLost(Exception):
    """Another request has taken the receipt over."""


FENCED = "SW001"  # the SQLSTATE of a chunk that was written without the lease; see migration 0002


class Ledger:
    """Receipts in the database; every method is one statement of its own, but for `claim` with up to three."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def claim(self, order: Order) -> Claim:
        """A new receipt, or the key's unfinished one taken over, or its finished one.

        Raises `ReceiptHeld`, `KeyReused` where the key was used with another mode.
        """
        row = await self._pool.fetchrow(
            _CLAIM, new_id(), order.agency, order.credential, order.key, order.mode, order.dry_run
        )
        if row is None:
            row = await self._pool.fetchrow(_KEYED, order.credential, order.key)
        if row is None:  # it was freed in between
            return await self.claim(order)
        if row["mode"] != order.mode:
            raise KeyReused
        if row["state"] != "answered" and not row["mine"]:
            raise ReceiptHeld(max(1, row["held_for"]))
        if row["state"] == "answered":
            answered = Answered(row["id"], row["status"], row["log_id"], row["position"], replayed=True)
            return Claim(row["id"], row["epoch"], answered, row["body_digest"])
        return Claim(row["id"], row["epoch"])

    async def renew(self, claim: Claim) -> None:
        """Raises `LeaseLost`."""
        row = await self._pool.fetchrow(_RENEW, claim.id, claim.epoch)
        if row is None:
            raise LeaseLost

    async def chunk(self, claim: Claim, number: int) -> StoredChunk | None:
        row = await self._pool.fetchrow(
            "SELECT digest, line_digests, items FROM receipt_chunk WHERE receipt_id = $1 AND number = $2",
            claim.id,
            number,
        )
        return StoredChunk(row["digest"], row["line_digests"], decode_items(row["items"])) if row else None

    async def chunks_from(self, claim: Claim, number: int) -> list[StoredChunk]:
        """What earlier requests stored from that chunk on."""
        rows = await self._pool.fetch(
            "SELECT digest, line_digests, items FROM receipt_chunk WHERE receipt_id = $1 AND number >= $2"
            " ORDER BY number",
            claim.id,
            number,
        )
        return [StoredChunk(row["digest"], row["line_digests"], decode_items(row["items"])) for row in rows]

    async def drop_chunks_from(self, claim: Claim, number: int) -> None:
        await self._pool.execute("DELETE FROM receipt_chunk WHERE receipt_id = $1 AND number >= $2", claim.id, number)

    async def answer(self, claim: Claim, body_digest: bytes) -> Answered:
        """Ends the receipt by what its chunks hold; frees the key where nothing landed. Raises `LeaseLost`."""
        row = await self._pool.fetchrow(_ANSWER, claim.id, claim.epoch, body_digest)
        if row is None:
            raise LeaseLost
        return Answered(claim.id, row["status"], row["log_id"], row["position"])

    async def stop(self, claim: Claim, state: Literal["cut", "unreadable"]) -> None:
        """Gives the lease back before the end; a key under which nothing has landed is freed."""
        await self._pool.execute(_STOP, claim.id, claim.epoch, state)


def encode_items(items: Sequence[Item]) -> str:
    return msgspec.json.Encoder().encode_lines(items).decode()


def decode_items(text: str) -> list[Item]:
    return _ITEMS.decode_lines(text)


_ITEMS = msgspec.json.Decoder(Item)
_COLUMNS = """id, epoch, mode, state, status, body_digest, log_id, position,
    ceil(extract(epoch FROM leased_until - clock_timestamp()))::integer AS held_for"""
_CLAIM = f"""
    INSERT INTO receipt (id, agency, credential, key, mode, dry_run, state, epoch, leased_until, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'working', 1, clock_timestamp() + interval '{LEASE_SECONDS} s', clock_timestamp())
    ON CONFLICT (credential, key) WHERE key IS NOT NULL DO UPDATE
    SET epoch = receipt.epoch + 1, state = 'working', leased_until = excluded.leased_until
    WHERE receipt.state <> 'answered' AND receipt.mode = excluded.mode
        AND (receipt.leased_until IS NULL OR receipt.leased_until <= clock_timestamp())
    RETURNING {_COLUMNS}, true AS mine"""  # noqa: S608  constants
_KEYED = f"SELECT {_COLUMNS}, false AS mine FROM receipt WHERE credential = $1 AND key = $2"  # noqa: S608  constants
_RENEW = f"""
    UPDATE receipt SET leased_until = clock_timestamp() + interval '{LEASE_SECONDS} s'
    WHERE id = $1 AND epoch = $2 AND state = 'working' RETURNING id"""  # noqa: S608  constants
_ANSWER = """
    UPDATE receipt SET state = 'answered', leased_until = NULL, answered_at = clock_timestamp(),
        status = found.status, key = CASE WHEN found.status <> 422 THEN key END, body_digest = $3,
        log_id = l.log_id, position = l.head
    FROM event_log l, (
        SELECT CASE WHEN sum(rejected) = 0 THEN 200 WHEN sum(rejected) < sum(lines) THEN 207 ELSE 422 END AS status
        FROM receipt_chunk WHERE receipt_id = $1
    ) found
    WHERE id = $1 AND epoch = $2 AND state = 'working' RETURNING receipt.status, receipt.log_id, receipt.position"""
_STOP = """
    UPDATE receipt SET state = $3, leased_until = NULL, key = CASE WHEN EXISTS (
        SELECT FROM receipt_chunk WHERE receipt_id = $1 AND rejected < lines) THEN key END
    WHERE id = $1 AND epoch = $2 AND state = 'working'"""

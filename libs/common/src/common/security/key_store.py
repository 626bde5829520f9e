"""The table of API keys. What is secret never comes in here: only its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from common.kernel.errors import InConflict, NotFound, RuleBroken, Violation

LIVE_KEYS = 2  # the one in use and its successor


class NoSuchKey(NotFound):
    code = "key_not_found"
    title = "There is no such API key"


class TooManyKeys(InConflict):
    code = "too_many_keys"
    title = "An agency has at most two live keys"


class KeyNotLive(InConflict):
    code = "key_not_live"
    title = "The key was revoked or has expired"


class BeyondAgency(RuleBroken):
    code = "jurisdiction_beyond_agency"
    title = "A key covers no more than its agency"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """`jurisdictions` is what the key covers in effect, None for all; `own_jurisdictions` what it was narrowed to."""

    id: str
    agency: str | None
    secret_hash: bytes
    roles: tuple[str, ...]
    jurisdictions: frozenset[str] | None
    own_jurisdictions: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_seen: datetime | None

    def live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_SELECT = "SELECT k.*, a.jurisdictions AS agency_jurisdictions FROM api_key k LEFT JOIN agency a ON a.code = k.agency"


class KeyStore:
    """Times are the caller's; a method that changes something is one transaction."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def find(self, key_id: str) -> StoredKey | None:
        row = await self._pool.fetchrow(f"{_SELECT} WHERE k.id = $1", key_id)
        return None if row is None else _stored(row)

    async def of_agency(self, agency: str | None) -> list[StoredKey]:
        """Live and dead, oldest first; None: the keys of our own services."""
        query = f"{_SELECT} WHERE k.agency IS NOT DISTINCT FROM $1 ORDER BY k.created_at, k.id"
        return [_stored(row) for row in await self._pool.fetch(query, agency)]

    async def add(
        self,
        key_id: str,
        secret_hash: bytes,
        agency: str | None,
        roles: Sequence[str],
        jurisdictions: Sequence[str] | None,
        now: datetime,
        expires_at: datetime | None,
    ) -> None:
        """Raises `TooManyKeys`, `BeyondAgency`, and `NotFound` where there is no such agency."""
        async with self._pool.acquire() as connection, connection.transaction():
            await _admit(connection, agency, jurisdictions, now)
            await _insert(connection, key_id, secret_hash, agency, roles, jurisdictions, now, expires_at)

    async def replace(self, old_id: str, key_id: str, secret_hash: bytes, now: datetime, old_ends: datetime) -> None:
        """A successor with the same rights; the old key ends at `old_ends`. Raises `NoSuchKey`, `KeyNotLive`,
        `TooManyKeys`."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(f"{_SELECT} WHERE k.id = $1 FOR UPDATE OF k", old_id)
            if row is None:
                raise NoSuchKey(f"There is no API key {old_id}.")
            old = _stored(row)
            if not old.live(now):
                raise KeyNotLive(f"The key {old_id} was revoked or has expired.")
            await _admit(connection, old.agency, old.own_jurisdictions, now, besides=old_id if old_ends <= now else "")
            await connection.execute(
                "UPDATE api_key SET expires_at = least(expires_at, $2) WHERE id = $1", old_id, old_ends
            )
            await _insert(
                connection, key_id, secret_hash, old.agency, old.roles, old.own_jurisdictions, now, old.expires_at
            )

    async def revoke(self, key_id: str, now: datetime) -> None:
        """At once and for good; twice is once. Raises `NoSuchKey`."""
        status = await self._pool.execute(
            "UPDATE api_key SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1", key_id, now
        )
        if status == "UPDATE 0":
            raise NoSuchKey(f"There is no API key {key_id}.")

    async def touch(self, seen: Mapping[str, datetime]) -> None:
        """Notes when keys were last seen, all in one statement."""
        await self._pool.execute(
            "UPDATE api_key k SET last_seen = greatest(k.last_seen, x.at)"
            " FROM unnest($1::text[], $2::timestamptz[]) AS x(id, at) WHERE k.id = x.id",
            list(seen),
            list(seen.values()),
        )


async def _admit(
    connection: Any, agency: str | None, jurisdictions: Sequence[str] | None, now: datetime, besides: str = ""
) -> None:
    """Locks the agency and checks that it may have one more key of this reach; keys of our own are not counted."""
    if agency is None:
        return
    covered = await connection.fetchval("SELECT jurisdictions FROM agency WHERE code = $1 FOR UPDATE", agency)
    if covered is None:
        raise NotFound(f"There is no agency {agency}.")
    if beyond := sorted(set(jurisdictions or ()) - set(covered)):
        detail = f"{', '.join(beyond)} is beyond the agency's jurisdictions: {', '.join(covered)}"
        raise BeyondAgency(detail, Violation("/jurisdictions", BeyondAgency.code, detail))
    live = await connection.fetchval(
        "SELECT count(*) FROM api_key WHERE agency = $1 AND id <> $3"
        " AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        agency,
        now,
        besides,
    )
    if live >= LIVE_KEYS:
        raise TooManyKeys(f"{agency} has {live} live keys; revoke one or let it expire.")


async def _insert(
    connection: Any,
    key_id: str,
    secret_hash: bytes,
    agency: str | None,
    roles: Sequence[str],
    jurisdictions: Sequence[str] | None,
    now: datetime,
    expires_at: datetime | None,
) -> None:
    await connection.execute(
        "INSERT INTO api_key (id, secret_hash, agency, roles, jurisdictions, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        key_id,
        secret_hash,
        agency,
        list(roles),
        None if jurisdictions is None else list(jurisdictions),
        now,
        expires_at,
    )


def _stored(row: asyncpg.Record) -> StoredKey:
    own = row["jurisdictions"]
    covered = own if own is not None else row["agency_jurisdictions"]
    return StoredKey(
        id=row["id"],
        agency=row["agency"],
        secret_hash=row["secret_hash"],
        roles=tuple(row["roles"]),
        jurisdictions=None if covered is None else frozenset(covered),
        own_jurisdictions=None if own is None else tuple(own),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_seen=row["last_seen"],
    )

"""API keys of machines: 256 random bits shown once, kept as SHA-256, looked up by a visible id.

A key's text is `sw_<id>_<secret>`. An agency has at most two live keys, so that one can replace the other at leisure.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

import asyncpg
import structlog

from common.kernel.clock import Clock, utc_now
from common.persistence.database import FAILURES
from common.security.key_store import KeyStore, NoSuchKey, StoredKey
from common.security.principal import Unauthenticated

log = structlog.get_logger()

_TEXT = re.compile(r"sw_([0-9a-z]{12})_([\w-]{43})", re.ASCII)
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_NO_HASH = bytes(32)
CACHE_SECONDS = 1.5  # how long another process's revocation may go unseen
CACHE_SIZE = 10_000
FLUSH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only moment when its text can be shown."""

    text: str
    key: StoredKey


class ApiKeys:
    """`async with ApiKeys(pool) as keys`: authenticates from memory, and notes in the background who was seen."""

    def __init__(
        self, pool: asyncpg.Pool[Any], *, clock: Clock = utc_now, cache_seconds: float = CACHE_SECONDS
    ) -> None:
        self._store = KeyStore(pool)
        self._clock = clock
        self._cache_seconds = cache_seconds
        self._known: dict[str, tuple[float, asyncio.Task[StoredKey | None]]] = {}
        self._seen: dict[str, datetime] = {}
        self._flushing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ApiKeys:
        self._flushing = asyncio.create_task(self._flush_now_and_then(), name="api-keys-last-seen")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._flushing is not None
        self._flushing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._flushing
        await self.flush()

    async def authenticate(self, text: str) -> StoredKey:
        """The live key of this text. Raises `Unauthenticated`."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise Unauthenticated("The API key is malformed")
        key_id, secret = match.groups()
        key = await self._find(key_id)
        matches = hmac.compare_digest(_hash(secret), _NO_HASH if key is None else key.secret_hash)
        now = self._clock()
        if key is None or not matches or not key.live(now):
            raise Unauthenticated("The API key is not valid: unknown, revoked or expired")
        self._seen[key_id] = now
        return key

    async def create(
        self,
        agency: str | None,
        roles: Sequence[str],
        *,
        jurisdictions: Sequence[str] | None = None,
        expires_at: datetime | None = None,
    ) -> NewKey:
        """A key of an agency (None: of a service of our own), narrowed to `jurisdictions` where given.

        Raises `TooManyKeys`, `BeyondAgency`, `NotFound`."""
        key_id, secret = _new_parts()
        await self._store.add(key_id, _hash(secret), agency, roles, jurisdictions, self._clock(), expires_at)
        return await self._shown(key_id, secret)

    async def rotate(self, key_id: str, overlap: timedelta) -> NewKey:
        """A successor with the same rights; the old key ends after `overlap`. Raises `NoSuchKey`, `KeyNotLive`,
        `TooManyKeys`."""
        new_id, secret = _new_parts()
        now = self._clock()
        await self._store.replace(key_id, new_id, _hash(secret), now, now + overlap)
        self._known.pop(key_id, None)
        return await self._shown(new_id, secret)

    async def revoke(self, key_id: str) -> None:
        """Ends a key: here at once, in other processes within `CACHE_SECONDS`. Raises `NoSuchKey`."""
        await self._store.revoke(key_id, self._clock())
        self._known.pop(key_id, None)

    async def get(self, key_id: str) -> StoredKey:
        """Raises `NoSuchKey`."""
        key = await self._store.find(key_id)
        if key is None:
            raise NoSuchKey(f"There is no API key {key_id}.")
        return key

    async def of_agency(self, agency: str | None) -> list[StoredKey]:
        """Live and dead keys, oldest first; `last_seen` is at most `FLUSH_SECONDS` old."""
        return await self._store.of_agency(agency)

    async def flush(self) -> None:
        """Writes down who was seen."""
        seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            await self._store.touch(seen)
        except FAILURES as error:
            log.warning("last_seen_not_written", error=repr(error), keys=len(seen))
            self._seen = seen | self._seen

    async def _find(self, key_id: str) -> StoredKey | None:
        now = time.monotonic()
        known = self._known.get(key_id)
        if known is None or known[0] <= now:
            known = now + self._cache_seconds, asyncio.create_task(self._store.find(key_id))
            if len(self._known) >= CACHE_SIZE:  # somebody is guessing
                self._known.clear()
            self._known[key_id] = known
        try:
            if known[1].done():
                return known[1].result()
            return await asyncio.shield(known[1])  # others may wait for the same look-up
        except Exception:
            self._known.pop(key_id, None)
            raise

    async def _flush_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def _shown(self, key_id: str, secret: str) -> NewKey:
        return NewKey(f"sw_{key_id}_{secret}", await self.get(key_id))


def _new_parts() -> tuple[str, str]:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(12)), secrets.token_urlsafe(32)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

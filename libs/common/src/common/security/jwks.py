"""An issuer's public keys, from a file or a URL: kept, and looked up again when a token names an unknown one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt

ALGORITHMS = {"OKP": "EdDSA", "RSA": "RS256"}  # by type of key; nothing else is accepted, symmetric keys least of all
KEEP_SECONDS = 300
ASK_AGAIN_SECONDS = 5  # a flood of unknown key ids does not become a flood of look-ups
MAX_BYTES = 256 * 1024


class KeysUnavailable(Exception):
    """The issuer's keys cannot be read now."""


class Jwks:
    """`source` is a path or an http(s) URL. Keys once seen are used on while the source cannot be reached."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of that id; None where the issuer does not publish it. Raises `KeysUnavailable`."""
        if self._due(kid):
            async with self._lock:
                if self._due(kid):
                    await self._refresh()
        return self._keys.get(kid)

    def _due(self, kid: str) -> bool:
        age = time.monotonic() - self._asked
        return age > KEEP_SECONDS or (kid not in self._keys and age > ASK_AGAIN_SECONDS)

    async def _refresh(self) -> None:
        try:
            keys = _usable(json.loads(await self._read()))
        except (OSError, httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            if not self._keys:
                raise KeysUnavailable(f"The keys at {self._source} cannot be read: {error!r}") from error
        else:
            self._keys = keys
        self._asked = time.monotonic()

    async def _read(self) -> bytes:
        if not self._source.startswith(("http://", "https://")):
            return await asyncio.to_thread(Path(self._source).read_bytes)
        async with httpx.AsyncClient(timeout=5) as client, client.stream("GET", self._source) as response:
            response.raise_for_status()
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("the document is too large")
            return body


def _usable(document: Any) -> dict[str, jwt.PyJWK]:
    """The keys that sign in one of our ways; others may stand beside them."""
    keys: dict[str, jwt.PyJWK] = {}
    for entry in document["keys"]:
        algorithm = ALGORITHMS.get(entry.get("kty"))
        if algorithm and entry.get("use", "sig") == "sig" and isinstance(entry.get("kid"), str):
            with contextlib.suppress(jwt.PyJWTError):  # e.g. a curve that only encrypts
                keys[entry["kid"]] = jwt.PyJWK(entry, algorithm=algorithm)
    return keys

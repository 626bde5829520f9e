"""A partner's way to the API: its credential, an Idempotency-Key on what it posts, patience where it is asked for."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_ATTEMPTS = 10
_PATIENCE = 10.0  # seconds, at most, before the next attempt
_BUSY = (429, 503)


class FeedRefused(Exception):
    """The API refused what must be accepted; the text holds its problem document."""


@dataclass(frozen=True, slots=True)
class Partner:
    """One caller. Answers that ask for another attempt get it; anything else that is no success raises."""

    client: httpx.AsyncClient
    authorization: str

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self._send("GET", path, params=params)

    async def put(self, path: str, document: Mapping[str, Any]) -> httpx.Response:
        return await self._send("PUT", path, json=document)

    async def replace(self, path: str, document: Mapping[str, Any], version: int) -> httpx.Response:
        """PUT, naming the version that was seen."""
        return await self._send("PUT", path, json=document, headers={"If-Match": f'"{version}"'})

    async def act(self, path: str, document: Mapping[str, Any], version: int | None = None) -> httpx.Response:
        """POST, naming the version that was seen where there is one."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self._send("POST", path, json=document, headers=headers)

    async def once(self, path: str, document: Mapping[str, Any], version: int | None = None) -> httpx.Response:
        """POST under a key that follows from the path and the body: sent again, it is answered as the first time."""
        digest = hashlib.sha256(json.dumps([path, document], sort_keys=True).encode()).hexdigest()
        headers = {"Idempotency-Key": f"demo-{digest[:40]}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self._send("POST", path, json=document, headers=headers)

    async def command(self, path: str, document: Mapping[str, Any], etag: str) -> httpx.Response:
        return await self._send("POST", path, json=document, headers={"If-Match": etag})

    async def post(self, path: str, content: bytes, media_type: str, *, zipped: bool = False) -> httpx.Response:
        """Post under a key that follows from the content: the same content again is the same request."""
        headers = {"Content-Type": media_type, "Idempotency-Key": f"sample-{hashlib.sha256(content).hexdigest()[:40]}"}
        if zipped:
            content = gzip.compress(content, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return await self._send("POST", path, content=content, headers=headers)

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {**request.pop("headers", {}), "Authorization": self.authorization}
        for attempt in range(_ATTEMPTS):
            try:
                answer = await self.client.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                if attempt + 1 == _ATTEMPTS:
                    raise
                await asyncio.sleep(_pause(attempt, None))
                continue
            if not _asks_again(answer):
                return _accepted(answer)
            await asyncio.sleep(_pause(attempt, answer.headers.get("Retry-After")))
        raise FeedRefused(f"{method} {path}: still busy after {_ATTEMPTS} attempts")


def _asks_again(answer: httpx.Response) -> bool:
    return answer.status_code in _BUSY or (answer.status_code == 409 and "Retry-After" in answer.headers)


def _pause(attempt: int, retry_after: str | None) -> float:
    """What the server asked for, else longer each time; seconds."""
    if retry_after and retry_after.isdigit():
        return min(float(retry_after), _PATIENCE)
    return min(0.2 * 2.0**attempt, _PATIENCE)


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success and answer.status_code != 207:
        return answer
    raise FeedRefused(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:2000]}")

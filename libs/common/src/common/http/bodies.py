"""Request bodies: gzip undone and sizes bounded while they stream in, so that no body is ever held whole unasked."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.http.gunzip import BrokenGzip, Gunzip
from common.http.problems import Problem

DEFAULT_LIMIT = 1024 * 1024
_LIMIT = "salwatch.body_limit"


class BodyMiddleware:
    """Hands on the body decompressed. What is wrong with it is raised where it is read: `Problem` 400 for broken gzip,
    413 beyond the limit, 415 for another encoding."""

    def __init__(self, app: ASGIApp, default_limit: int = DEFAULT_LIMIT) -> None:
        self._app = app
        self._default_limit = default_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[_LIMIT] = self._default_limit
            receive = _Body(scope, receive)
        await self._app(scope, receive, send)


def body_limit(size: int) -> Any:
    """A dependency that gives one route its own limit, in bytes after decompression. The route reads the body itself
    (`request.stream()`): what FastAPI reads is read before any dependency."""

    async def set_limit(request: Request) -> None:
        request.scope[_LIMIT] = size

    return Depends(set_limit)


class _Body:
    """An ASGI `receive`. Limits are looked up as late as possible, for the route may set its own."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._begun = False
        self._ended = False
        self._sent = 0
        self._unpacked = 0
        self._gzip: Gunzip | None = None

    async def __call__(self) -> Message:
        if self._ended:
            return await self._receive()
        if not self._begun:
            self._begin()
        message = await self._next()
        if message["type"] == "http.request":
            self._ended = not message.get("more_body", False)
            self._unpacked += len(message.get("body", b""))
            self._check(self._unpacked)
        return message

    def _begin(self) -> None:
        self._begun = True
        headers = dict(self._scope["headers"])
        length = headers.get(b"content-length", b"").decode("latin-1")
        if length.isdecimal():
            self._check(int(length))
        match headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower():
            case "identity" | "":
                pass
            case "gzip" | "x-gzip":
                self._gzip = Gunzip()
            case other:
                detail = f"The content encoding {other!r} is not taken here; gzip is"
                raise Problem(415, "unsupported-encoding", detail, headers={"Accept-Encoding": "gzip"})

    async def _next(self) -> Message:
        gzip = self._gzip
        if gzip is None:
            return await self._receive()
        try:
            while not (piece := gzip.piece()) and not gzip.ended:
                message = await self._receive()
                if message["type"] != "http.request":
                    return message
                packed = message.get("body", b"")
                self._sent += len(packed)
                self._check(self._sent)
                gzip.feed(packed, last=not message.get("more_body", False))
        except BrokenGzip as error:
            raise Problem(400, "broken-gzip", str(error)) from error
        return {"type": "http.request", "body": piece, "more_body": not gzip.ended}

    def _check(self, size: int) -> None:
        limit: int = self._scope[_LIMIT]
        if size > limit:
            raise Problem(413, "body-too-large", f"The body is larger than the {limit} bytes that are taken here")

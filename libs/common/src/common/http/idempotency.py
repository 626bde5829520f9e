"""Idempotency-Key: a repeated request is answered as the first one was."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from starlette.responses import Response

from common.eventsourcing.writer import Answer, IdempotencyKey
from common.http.problems import Problem
from common.security.permissions import principal_of

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")


_MEANING = "1–255 visible ASCII characters; a repeated request gets the first answer"


async def _key_text(idempotency_key: Annotated[str | None, Header(description=_MEANING)] = None) -> str | None:
    return None if idempotency_key is None else _checked(idempotency_key)


KeyText = Annotated[str | None, Depends(_key_text)]
"""The key alone, for a route that streams its body and keeps digests of its own."""


async def _idempotency(request: Request, _: KeyText) -> IdempotencyKey | None:
    return await idempotency_of(request)


Idempotency = Annotated[IdempotencyKey | None, Depends(_idempotency)]
"""The caller's key, bound to its credential and the route, with the digest of the whole request; None without one."""


async def idempotency_of(request: Request) -> IdempotencyKey | None:
    """What `Idempotency` gives, for a route so hot that two dependencies less tell; `KEY_HEADER` documents it."""
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    _checked(text)
    digest = hashlib.sha256()
    for part in (request.method.encode(), request.scope["path"].encode(), request.scope["query_string"]):
        digest.update(len(part).to_bytes(4, "big") + part)
    digest.update(await request.body())
    principal = await principal_of(request)
    route = f"{request.method} {request.scope['route'].path_format}"
    return IdempotencyKey(principal.id, route, text, digest.digest())


KEY_HEADER: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": _MEANING,
    "schema": {"type": "string"},
}
"""The parameter as OpenAPI has it."""


def _checked(text: str) -> str:
    if not _VISIBLE_ASCII.fullmatch(text):
        detail = "The Idempotency-Key must be 1 to 255 visible ASCII characters"
        raise Problem(400, "malformed-idempotency-key", detail)
    return text


def answer_response(answer: Answer, *, replayed: bool = False) -> Response:
    """The HTTP response of a stored answer; a replayed one says so."""
    headers = {**answer.headers, "Idempotency-Replayed": "true"} if replayed else dict(answer.headers)
    return Response(answer.body, answer.status, headers, media_type="application/json")

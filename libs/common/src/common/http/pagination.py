"""Pages by keyset: where a page ended is an opaque cursor, and the next page is a Link header."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from fastapi import Request

from common.http.problems import Problem, invalid_parameter

DEFAULT_LIMIT = 100  # items of a page, where none is asked for
MAX_LIMIT = 1_000

K = TypeVar("K", bound=tuple[Any, ...])


def write_cursor(key: Sequence[Any]) -> str:
    """A cursor for a key of JSON values, dates, instants and UUIDs."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(key))).decode().rstrip("=")


def read_cursor(text: str, key: type[K]) -> K:
    """The key, each part in its type. Raises `Problem` 422."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        value: K = msgspec.json.decode(raw, type=key)
    except (binascii.Error, ValueError) as error:
        raise _malformed() from error
    if b"\\u0000" in raw or write_cursor(value) != text:  # no database text holds it; and one cursor has one text
        raise _malformed()
    return value


def next_link(request: Request, key: Sequence[Any] | None) -> dict[str, str]:
    """The header that leads to the page after the item with this key; no header without one."""
    if key is None:
        return {}
    url = request.url.include_query_params(cursor=write_cursor(key))
    return {"Link": f'<{url}>; rel="next"'}


def _malformed() -> Problem:
    return invalid_parameter("cursor", "malformed_cursor", "The cursor is none that this list gave out")

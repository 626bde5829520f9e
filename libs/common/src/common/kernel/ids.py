"""Identifiers: time-ordered for what is new (UUIDv7, RFC 9562), derived for what is unique by its parts."""

from __future__ import annotations

import os
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("3f6d6f0e-5a57-5c1c-9d0a-5a1c7a7c4a57")


def new_id() -> UUID:
    """A UUIDv7: 48 bits of milliseconds since 1970, the rest random; ids of one process sort by time roughly."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def derived_id(kind: str, *parts: str) -> UUID:
    """The id of the stream that is unique by `parts`, e.g. `derived_id("incident", agency, external_id)`.

    Parts are length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
    """
    return uuid5(_NAMESPACE, "".join(f"{len(part)}:{part}" for part in (kind, *parts)))

"""`as_of=`: an instant, or a position in the log."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from fastapi import Query

from common.eventsourcing.past import AsOf
from common.http.problems import invalid_parameter

AsOfParameter = Annotated[
    str | None,
    Query(
        max_length=64,
        description="what was known then: an instant (RFC 3339 with offset) or a position in the log",
        examples=["2020-07-01T00:00:00+02:00", "4711"],
    ),
]

_POSITION = re.compile(r"\d{1,18}", re.ASCII)
_OFFSET_UNESCAPED = re.compile(r"(T[\d:.]+) (\d{2}:\d{2})$", re.ASCII)  # a + that was sent as it is reads as a space


def parse_as_of(text: str) -> AsOf:
    """Raises `Problem` 422."""
    if _POSITION.fullmatch(text):
        return AsOf(position=int(text))
    try:
        instant = datetime.fromisoformat(_OFFSET_UNESCAPED.sub(r"\1+\2", text))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        detail = "as_of is an instant with its offset, like 2020-07-01T00:00:00Z, or a position in the log."
        raise invalid_parameter("as_of", "as_of_malformed", detail)
    return AsOf(instant=instant)

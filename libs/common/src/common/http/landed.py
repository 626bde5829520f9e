"""What commands are answered with, where the answer is the thing as the command left it.

What is stored under an Idempotency-Key names the stream and its version only, so that it holds no words that may be
erased: a repeated request is answered with the state that the first one led to, made again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from starlette.responses import Response

from common.eventsourcing.units import Outcome, UnitResult
from common.eventsourcing.writer import Answer
from common.http.answers import written_response
from common.http.versions import etag


def answer_of(status: int, location: str) -> Callable[[Outcome], Answer]:
    """What is kept with the caller's key; `location` is the path of the stream's kind."""

    def answer(outcome: Outcome) -> Answer:
        headers = {"ETag": etag(outcome.version), "Location": f"{location}/{outcome.stream}"}
        kept = {"stream": str(outcome.stream), "version": outcome.version}
        return Answer(status, headers, msgspec.json.encode(kept).decode())

    return answer


def written(service: str, result: UnitResult, kept: Answer, document: dict[str, Any]) -> Response:
    """The whole answer to a command."""
    body = msgspec.json.encode(document).decode()
    return written_response(service, result, Answer(kept.status, kept.headers, body))


def landed(result: UnitResult, answer: Callable[[Outcome], Answer]) -> tuple[Answer, UUID, int]:
    """What was kept, or would be: the stream, and the version that the command led to."""
    kept = result.replayed or answer(result.outcomes[0])
    named = msgspec.json.decode(kept.body)
    return kept, UUID(named["stream"]), named["version"]

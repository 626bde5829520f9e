"""JSON answers, and what the answer to a write says besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from common.eventsourcing.units import UnitResult
from common.eventsourcing.writer import Answer
from common.http.idempotency import answer_response
from common.http.position import position_header


def json_response(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document of JSON values, dates, instants and UUIDs, as it stands."""
    return Response(msgspec.json.encode(document), status, headers, media_type="application/json")


def written_headers(service: str, result: UnitResult) -> dict[str, str]:
    """Where the write stands in the service's log."""
    return position_header(service, result.log_id, result.position)


def written_response(service: str, result: UnitResult, answer: Answer) -> Response:
    """What a write is answered with, at once or, where the result is a replay, again."""
    response = answer_response(answer, replayed=result.replayed is not None)
    response.headers.update(written_headers(service, result))
    return response

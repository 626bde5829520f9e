"""What writes are answered with, at once or again under an Idempotency-Key.

A stored answer is made before its transaction commits and may outlive an erasure: so the instant of recording and the
words of a narrative are not in it, and come in whenever it is given.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from common.eventsourcing.units import Outcome, UnitResult
from common.eventsourcing.writer import Answer
from common.http.answers import written_response
from common.http.problems import violation_document
from common.http.versions import etag
from common.security.principal import Principal
from incidents.api.views import body_document, sight
from incidents.application.outcomes import landed_as
from incidents.domain.state import State
from incidents.readmodel.queries import Queries

SERVICE = "incidents"


def landed_answer(outcome: Outcome) -> Answer:
    """What a pushed line is answered with."""
    landed = landed_as(outcome)
    document = {
        "id": outcome.stream,
        "version": outcome.version,
        "outcome": landed,
        "warnings": [violation_document(warning) for warning in outcome.warnings],
    }
    headers = {"Location": f"/v1/incidents/{outcome.stream}", "ETag": etag(outcome.version)}
    return Answer(201 if landed == "accepted" else 200, headers, msgspec.json.encode(document).decode())


def landed_response(result: UnitResult) -> Response:
    return _response(result, result.replayed or landed_answer(result.outcomes[0]))


def incident_answer(principal: Principal, outcome: Outcome) -> Answer:
    """The incident after a command, as its author may see it; instead of a narrative's words, their digest."""
    state: State = outcome.state
    document: dict[str, Any] = {
        "id": str(outcome.stream),
        "version": outcome.version,
        "agency": state.agency,
        "status": state.status,
        "verification": state.verification,
        "duplicate_of": state.duplicate_of,
        **body_document(state.body, sight(principal, state.agency)),
    }
    if "narrative" in document and state.body.narrative is not None:
        document["narrative"] = state.body.narrative.digest
    return Answer(200, {"ETag": etag(outcome.version)}, msgspec.json.encode(document).decode())


async def incident_response(principal: Principal, result: UnitResult, queries: Queries) -> Response:
    answer = result.replayed or incident_answer(principal, result.outcomes[0])
    document = msgspec.json.decode(answer.body)
    document["recorded_at"] = result.recorded_at.isoformat()
    if document.get("narrative") is not None:
        document["narrative"] = await queries.words(document["id"], document["narrative"])
    whole = Answer(answer.status, answer.headers, msgspec.json.encode(document).decode())
    return _response(result, whole)


def _response(result: UnitResult, answer: Answer) -> Response:
    return written_response(SERVICE, result, answer)

"""Carrying out commands, and what they are answered with: the thing as the command left it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from common.eventsourcing.writer import IdempotencyKey
from common.http.answered import CHANGED, LANDED, READ, Document
from common.http.landed import answer_of, landed, written
from common.security.principal import Principal
from funds.api.dependencies import SERVICE, Services, caller
from funds.application.commanding import Asked

Shown = Callable[[UUID, Any, Any], dict[str, Any]]
"""Makes the document of a stream from its id, its state and its last event."""


class Thing(Document):
    """What a command was about, as it left it."""

    id: UUID
    version: int


class Things(Document):
    items: list[Document]


LISTED: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": Things}}}
SHOWN: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": Thing, **READ}}}
CHANGED_THING: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": Thing, **CHANGED}}}
CREATED: dict[str, Any] = {
    "status_code": 201,
    "response_class": Response,
    "responses": {201: {"model": Thing, **LANDED}},
}

_PATHS = {
    "fund": "funds",
    "call": "calls",
    "proposal": "proposals",
    "decision": "decisions",
    "project": "projects",
    "activity": "activities",
    "challenge": "challenges",
    "rate": "rates",
    "budget": "budgets",
}


async def done(
    wired: Services,
    principal: Principal,
    asked: Sequence[Asked],
    key: IdempotencyKey | None,
    shown: Shown,
    status: int = 200,
) -> Response:
    """Carries out all of the commands or none, and answers with what the first one was about."""
    kind = asked[0].kind
    answer = answer_of(status, f"/v1/{_PATHS[kind]}")
    result = await wired.commanding.execute(asked, caller(principal, key), answer)
    kept, stream, version = landed(result, answer)
    state, event = await wired.at(kind, stream, version)
    return written(SERVICE, result, kept, shown(stream, state, event))

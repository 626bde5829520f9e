"""A small service over real HTTP semantics: what every app of ours does is tested on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from common.eventsourcing.units import Overloaded
from common.eventsourcing.writer import Answer
from common.http.app import create_app
from common.http.bodies import body_limit
from common.http.health import Health
from common.http.idempotency import Idempotency, KeyText, answer_response
from common.http.pagination import MAX_LIMIT, next_link, read_cursor
from common.http.position import parse_position
from common.http.routing import Router
from common.http.streaming import csv_rows, ndjson
from common.http.versions import IfMatch, etag
from common.kernel.errors import InConflict, NotFound, StaleVersion, Violation
from common.security.authentication import Authenticator
from common.security.issuer import Issuer
from common.security.jwks import Jwks
from common.security.permissions import public, requires
from common.security.principal import Principal
from common.security.tokens import TokenVerifier

KIB = 1024
ROLES = {"writer": frozenset({"things:write"}), "reader": frozenset({"things:read"})}


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid")
    age: int = Field(ge=0, le=150)
    sex: Literal["female", "male"] | None = None


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=20)
    born: date | None = None
    persons: list[Person] = []


class Filters(BaseModel):
    colour: str | None = None
    size: int | None = None


class ThingIsGone(InConflict):
    code = "thing_gone"
    title = "The thing is gone"


ERRORS: dict[str, Exception] = {
    "missing": NotFound("There is no such thing."),
    "gone": ThingIsGone("It is gone.", Violation("/name", "thing_gone", "This one is gone")),
    "stale": StaleVersion(),
    "overloaded": Overloaded(),
    "bug": ZeroDivisionError("the secret of the house"),
    "database": ConnectionRefusedError("no server"),
}


@dataclass(slots=True)
class Seen:
    """What the routes were given."""

    values: list[Any] = field(default_factory=list)


def things(seen: Seen) -> Router:
    router = Router(prefix="/v1")

    @router.post("/things", status_code=201)
    async def make(
        thing: Thing, principal: Annotated[Principal, requires("things:write")], key: Idempotency, times: int = 1
    ) -> Thing:
        """Makes a thing."""
        seen.values.append(key)
        return thing

    @router.get("/things")
    async def read(
        request: Request,
        response: Response,
        _: Annotated[Principal, public()],
        filters: Annotated[Filters, Query()],
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
        cursor: str | None = None,
        kind: Annotated[list[str] | None, Query()] = None,
        on: Annotated[date | None, Query(alias="from")] = None,
    ) -> dict[str, Any]:
        after = None if cursor is None else read_cursor(cursor, tuple[date, UUID])
        seen.values.append(after)
        response.headers.update(next_link(request, (date(2020, 3, 14), UUID(int=7)) if after is None else None))
        return {"items": []}

    @router.post("/things/{name}/close")
    async def close(name: str, version: IfMatch, _: Annotated[Principal, requires()]) -> Response:
        return Response(headers={"ETag": etag(version + 1)})

    @router.post("/stream", dependencies=[body_limit(300 * KIB)])
    async def stream(request: Request, _: Annotated[Principal, public()], text: KeyText) -> dict[str, int]:
        pieces = [len(piece) async for piece in request.stream()]
        seen.values.append(text)
        return {"bytes": sum(pieces), "largest": max(pieces)}

    @router.get("/fail/{how}")
    async def fail(how: str, _: Annotated[Principal, public()]) -> None:
        raise ERRORS[how]

    @router.get("/rows")
    async def rows(_: Annotated[Principal, public()], form: Literal["csv", "ndjson", "broken"]) -> Response:
        if form == "csv":
            return csv_rows(("a", "b"), _rows(3))
        return ndjson(_rows(3 if form == "ndjson" else 10_000, broken=form == "broken"))

    @router.get("/replay")
    async def replay(_: Annotated[Principal, public()]) -> Response:
        return answer_response(Answer(201, {"ETag": '"1"'}, '{"id":1}'), replayed=True)

    @router.get("/wait")
    async def wait(_: Annotated[Principal, public()], wait_for: str) -> str:
        return str(parse_position(wait_for))

    return router


async def _rows(number: int, *, broken: bool = False) -> AsyncIterator[list[Any]]:
    for n in range(number):
        yield [n, None if n else 'x,"y"']
    if broken:
        raise ZeroDivisionError


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "issuer.pem")
    issuer.write_jwks(tmp_path / "jwks.json")
    return issuer


@pytest.fixture
def app(seen: Seen, issuer: Issuer, tmp_path: Path) -> FastAPI:
    tokens = TokenVerifier(Jwks(str(tmp_path / "jwks.json")), issuer="salwatch-embedded", audience="salwatch")
    return create_app(
        "Things",
        service="things",
        version="1.2.3",
        routers=[things(seen)],
        authenticator=Authenticator(ROLES, tokens=tokens),
        health=Health(),
        body_limit=100 * KIB,
    )


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
def writer(issuer: Issuer) -> dict[str, str]:
    return {"Authorization": f"Bearer {issuer.issue('writer')}"}

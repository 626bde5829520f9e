"""A direct route answers as any other route does, and says so where it cannot."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from common.http.app import create_app
from common.http.routing import DirectRoute, Route, Router
from common.security.authentication import Authenticator
from common.security.issuer import Issuer
from common.security.jwks import Jwks
from common.security.permissions import requires
from common.security.principal import Principal
from common.security.tokens import TokenVerifier

JSON = {"Content-Type": "application/json"}
ROLES = {"writer": frozenset({"things:write"}), "reader": frozenset({"things:read"})}


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=5)


def router(path: str, route_class: type[Route]) -> Router:
    made = Router(prefix=path, route_class=route_class)

    @made.post("")
    async def make(thing: Thing, request: Request, caller: Annotated[Principal, requires("things:write")]) -> Response:
        return JSONResponse({"name": thing.name, "caller": caller.id, "type": request.headers.get("content-type")})

    return made


@pytest.fixture
async def client(issuer: Issuer, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    tokens = TokenVerifier(Jwks(str(tmp_path / "jwks.json")), issuer="salwatch-embedded", audience="salwatch")
    app = create_app(
        "Things",
        service="things",
        version="1",
        routers=[router("/direct", DirectRoute), router("/usual", Route)],
        authenticator=Authenticator(ROLES, tokens=tokens),
        body_limit=1_000,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("body", "headers", "address", "status"),
    [
        (b'{"name": "x"}', JSON, "", 200),
        (b'{"name": "longer"}', JSON, "", 422),
        (b'{"name": "x", "age": 1}', JSON, "", 422),
        (b'{"name": "x\\u0000"}', JSON, "", 422),
        (b"[]", JSON, "", 422),
        (b"null", JSON, "", 422),
        (b"", JSON, "", 422),
        (b"", {}, "", 422),
        (b"{", JSON, "", 400),
        (b'{"name": "x"}', {"Content-Type": "text/plain"}, "", 415),
        (b'{"name": "x"}', {**JSON, "Content-Encoding": "gzip"}, "", 400),
        (b'"' + b"x" * 1_000 + b'"', JSON, "", 413),
        (b'{"name": "x"}', JSON, "?age=1", 422),
    ],
)
async def test_both_answer_alike(
    client: httpx.AsyncClient, issuer: Issuer, body: bytes, headers: dict[str, str], address: str, status: int
) -> None:
    for role in ("writer", "reader"):
        told = {**headers, "Authorization": f"Bearer {issuer.issue(role)}", "X-Request-Id": "r"}
        direct, usual = [
            await client.post(f"/{way}{address}", content=body, headers=told) for way in ("direct", "usual")
        ]
        assert (direct.status_code, direct.json(), direct.headers) == (usual.status_code, usual.json(), usual.headers)
        assert direct.status_code == status or role == "reader"


async def test_nobody_is_told_anything_without_a_credential(client: httpx.AsyncClient) -> None:
    assert (await client.post("/direct", content=b"{", headers=JSON)).status_code == 401


def test_a_route_that_takes_more_is_refused() -> None:
    made = Router(route_class=DirectRoute)
    with pytest.raises(TypeError, match="takes more"):

        @made.post("/parameter")
        async def parameter(request: Request, thing: Thing, _: Annotated[Principal, requires()], n: int) -> Response:
            return Response()

    with pytest.raises(TypeError, match="no request or no body"):

        @made.post("/bodiless")
        async def bodiless(request: Request, _: Annotated[Principal, requires()]) -> Response:
            return Response()

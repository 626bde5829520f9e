"""/openapi.json, /docs, health, and that no route forgets who may call it."""

import re
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import PlainTextResponse

from common.http.app import create_app
from common.http.health import Health, health_router
from common.http.routing import Router
from common.security.authentication import Authenticator
from common.security.permissions import public, undeclared_routes
from common.security.principal import Principal


async def test_the_contract_declares_problems_and_credentials(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"].keys() == {"ApiKey", "Bearer"}
    assert {"Problem", "Violation"} <= document["components"]["schemas"].keys()
    assert "HTTPValidationError" not in str(document)
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert all({"4XX", "5XX"} <= operation["responses"].keys() for operation in operations)
    post = document["paths"]["/v1/things"]["post"]
    assert (post["security"], post["x-permissions"]) == ([{"ApiKey": []}, {"Bearer": []}], ["things:write"])
    assert "security" not in document["paths"]["/v1/things"]["get"]


async def test_the_reference_is_one_page_that_loads_nothing(client: httpx.AsyncClient) -> None:
    response = await client.get("/docs")
    page = response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|src=|https?://", page)
    for text in ("POST /v1/things", "Makes a thing.", "Needs: things:write", 'href="#schema-Thing"', "Idempotency-Key"):
        assert text.lower() in page.lower()
    ids = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


def test_every_route_here_says_who_may_call_it(app: FastAPI) -> None:
    assert undeclared_routes(app) == []


def test_a_forgotten_declaration_is_found() -> None:
    router = Router(prefix="/v1")

    @router.get("/open")
    async def forgotten() -> None: ...

    @router.get("/said")
    async def said(_: Annotated[Principal, public()]) -> None: ...

    app = create_app("T", service="t", version="1", routers=[router], authenticator=Authenticator({}))
    app.add_route("/plain", lambda _: PlainTextResponse(""))
    app.mount("/mounted", FastAPI())
    assert [line.split()[-1] for line in undeclared_routes(app)] == ["/v1/open", "/plain", "/mounted"]


def test_a_plain_router_is_refused() -> None:
    router: Any = APIRouter()

    @router.get("/x")
    async def x() -> None: ...

    with pytest.raises(TypeError, match="stands in a plain APIRouter"):
        create_app("T", service="t", version="1", routers=[router], authenticator=Authenticator({}))


async def test_ready_until_draining(app: FastAPI, client: httpx.AsyncClient) -> None:
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    app.state.health.drain()
    response = await client.get("/readyz")
    assert (response.status_code, response.json()["type"]) == (503, "/problems/not-ready")
    assert (await client.get("/livez")).status_code == 200
    statuses = [(await client.head(path)).status_code for path in ("/livez", "/readyz")]
    assert statuses == [200, 503], "load balancers ask so"


async def test_a_check_that_fails_or_raises_is_not_ready() -> None:
    async def behind() -> str:
        return "behind"

    async def unreachable() -> None:
        raise ConnectionRefusedError

    assert await Health([behind]).trouble() == "behind"
    assert await Health([unreachable]).trouble() == "the database cannot be reached"
    assert health_router(Health()).routes


async def test_without_a_credential_nothing_is_read(client: httpx.AsyncClient) -> None:
    for content in (b"{", b'{"name": "x"}', b" " * 2_000_000):
        response = await client.post("/v1/things", content=content)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("ApiKey")


async def test_a_role_without_the_permission_is_refused(client: httpx.AsyncClient, issuer: Any) -> None:
    headers = {"Authorization": f"Bearer {issuer.issue('reader')}"}
    response = await client.post("/v1/things", json={"name": "x"}, headers=headers)
    assert (response.status_code, response.json()["type"]) == (403, "/problems/permission-missing")
    assert "things:write" in response.json()["detail"]


async def test_a_bad_credential_is_refused_even_where_none_is_needed(client: httpx.AsyncClient) -> None:
    for header in ("Bearer x", "ApiKey sw_x", "Basic dTpw", "x", "Bearer"):
        assert (await client.get("/v1/things", headers={"Authorization": header})).status_code == 401

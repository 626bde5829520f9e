"""Who may call what: every route says so, and answers each kind of caller as the wire contract has it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from common.security.issuer import Issuer
from common.security.permissions import undeclared_routes
from common.testing.fixtures import FreshDatabase
from incidents.bootstrap import running_app
from incidents.settings import Settings as IncidentsSettings
from reporting.bootstrap import api
from reporting.settings import Settings as ReportingSettings

PUBLIC = {
    "incidents": {"/livez", "/readyz", "/openapi.json", "/docs"},
    "reporting": {
        *("/", "/kpi", "/funds", "/livez", "/readyz", "/openapi.json", "/docs"),
        *(f"/v1/aggregates/{name}" for name in ("incidents", "kpi", "funds", "results")),
    },
}
ASSETS = {"reporting": {"/static/salwatch.css"}}  # of the dashboard's page
EVERYBODY = {"agency", "verifier", "secretariat", "administrator", "analyst", "service"}
ALLOWED = {
    "POST /v1/incidents": {"agency"},
    "POST /v1/incidents:batch": {"agency"},
    "GET /v1/incidents": EVERYBODY,
    "GET /v1/incidents/{incident_id}": EVERYBODY,
    "GET /v1/incidents/{incident_id}/history": EVERYBODY,
    "POST /v1/incidents/{incident_id}/correct": {"agency", "secretariat"},
    "POST /v1/incidents/{incident_id}/reclassify": {"secretariat"},
    "POST /v1/incidents/{incident_id}/verify": {"verifier", "secretariat"},
    "POST /v1/incidents/{incident_id}/dispute": {"verifier", "secretariat"},
    "POST /v1/incidents/{incident_id}/mark-duplicate": {"secretariat"},
    "POST /v1/incidents/{incident_id}/unmark-duplicate": {"secretariat"},
    "POST /v1/incidents/{incident_id}/retract": {"agency", "secretariat"},
    "GET /v1/coverage": EVERYBODY,
    "PUT /v1/coverage/{jurisdiction}": {"agency"},
    "GET /v1/receipts/{receipt}": {"agency", "secretariat", "administrator"},
    "GET /v1/receipts/{receipt}/items": {"agency", "secretariat", "administrator"},
    "GET /v1/agencies": {"administrator"},
    "POST /v1/agencies": {"administrator"},
    "GET /v1/agencies/{code}": {"administrator"},
    "GET /v1/agencies/{code}/keys": {"administrator"},
    "POST /v1/agencies/{code}/keys": {"administrator"},
    "POST /v1/agencies/{code}/keys/{key_id}/rotate": {"administrator"},
    "DELETE /v1/agencies/{code}/keys/{key_id}": {"administrator"},
    "GET /v1/me": EVERYBODY,
    "GET /v1/events": {"agency", "secretariat", "administrator", "service"},
}
NOBODY = "00000000-0000-0000-0000-000000000000"


class Apps:
    """Both services in this process; `headers` by kind of caller."""

    def __init__(self, apps: dict[str, FastAPI]) -> None:
        self.apps = apps
        self.headers: dict[str, dict[str, str]] = {}

    def client(self, service: str, caller: str | None = None) -> httpx.AsyncClient:
        headers = self.headers[caller] if caller else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.apps[service]), base_url=f"http://{service}", headers=headers
        )

    async def operations(self, service: str) -> list[tuple[str, str]]:
        """Method and path of everything in the service's OpenAPI document."""
        async with self.client(service) as client:
            paths = (await client.get("/openapi.json")).json()["paths"]
        return [(method.upper(), path) for path, item in paths.items() for method in item]


@pytest.fixture
async def apps(fresh_database: FreshDatabase, tmp_path: Path) -> AsyncIterator[Apps]:
    issuer, jwks = Issuer(tmp_path / "issuer.pem"), str(tmp_path / "jwks.json")
    issuer.write_jwks(tmp_path / "jwks.json")
    async with AsyncExitStack() as stack:
        incidents = running_app(IncidentsSettings(database_url=fresh_database("incidents"), jwks=jwks))
        reporting = api(ReportingSettings(database_url=fresh_database("reporting")))
        made = Apps(
            {
                "incidents": await stack.enter_async_context(incidents),
                "reporting": await stack.enter_async_context(reporting),
            }
        )
        for role in EVERYBODY - {"agency"}:
            made.headers[role] = {"Authorization": f"Bearer {issuer.issue(role)}"}
        made.headers["agency"] = {"Authorization": f"ApiKey {await _agency_key(made)}"}
        yield made


async def _agency_key(apps: Apps) -> str:
    async with apps.client("incidents", "administrator") as administrator:
        agency = {"code": "police", "name": "Police", "jurisdictions": ["RS"]}
        (await administrator.post("/v1/agencies", json=agency)).raise_for_status()
        return str((await administrator.post("/v1/agencies/police/keys", json={})).raise_for_status().json()["key"])


def concrete(path: str) -> str:
    """An address of the route, of something that does not exist."""
    for name, value in {"code": "nobody", "key_id": "none", "jurisdiction": "RS"}.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{incident_id}", NOBODY).replace("{receipt}", NOBODY)


@pytest.mark.parametrize("service", ["incidents", "reporting"])
async def test_every_route_says_who_may_call_it(apps: Apps, service: str) -> None:
    assert undeclared_routes(apps.apps[service]) == []


@pytest.mark.parametrize("service", ["incidents", "reporting"])
async def test_without_a_credential_only_what_is_documented_as_public_answers(apps: Apps, service: str) -> None:
    async with apps.client(service) as client:
        for method, path in await apps.operations(service):
            answer = await client.request(method, concrete(path))
            is_public = method == "GET" and path in PUBLIC[service]
            assert (answer.status_code != 401) == is_public, f"{method} {path}: {answer.status_code}"
        for path in PUBLIC[service] | ASSETS.get(service, set()):
            assert (await client.get(path)).status_code == 200, path
        assert (await client.get("/metrics")).status_code == 404  # on a port of its own, for the operator


@pytest.mark.parametrize("credential", ["", "ApiKey", "ApiKey sw_none_x", "Bearer x.y.z", "Basic YTpi", "Bearer"])
async def test_a_credential_that_is_none_is_401_with_a_challenge(apps: Apps, credential: str) -> None:
    async with apps.client("incidents") as client:
        for method, path in await apps.operations("incidents"):
            if path not in PUBLIC["incidents"]:
                answer = await client.request(method, concrete(path), headers={"Authorization": credential})
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.headers["content-type"] == "application/problem+json"
                assert "ApiKey" in answer.headers["www-authenticate"]


async def test_the_table_names_every_route_that_needs_a_credential(apps: Apps) -> None:
    operations = {f"{method} {path}" for method, path in await apps.operations("incidents")}
    assert operations - {f"GET {path}" for path in PUBLIC["incidents"]} == set(ALLOWED)


@pytest.mark.parametrize("caller", sorted(EVERYBODY))
async def test_a_caller_may_do_what_the_table_says_and_nothing_else(apps: Apps, caller: str) -> None:
    wrong = []
    async with apps.client("incidents", caller) as client:
        for operation, allowed in ALLOWED.items():
            answer = await _attempt(client, operation)
            if (answer.status_code != 403) != (caller in allowed):
                wrong.append(f"{operation}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []


async def _attempt(client: httpx.AsyncClient, operation: str) -> httpx.Response:
    """A well-formed request, so that nothing but the permission stands in its way."""
    method, path = operation.split(" ")
    bodies: dict[str, Any] = {
        "correct": {"fields": {"tags": []}, "reason": "x"},
        "reclassify": {"category": "other", "reason": "x"},
        "verify": {},
        "mark-duplicate": {"duplicate_of": NOBODY, "reason": "x"},
        "RS": {"complete_through": "2020-12-31"},
        "incidents": {"external_id": "1", "occurred_on": "2020-01-01", "jurisdiction": "RS", "category": "other"},
        "agencies": {"code": "another", "name": "Another", "jurisdictions": ["RS"]},
        "keys": {},
        "rotate": {},
    }
    address = concrete(path)
    if method in ("GET", "DELETE"):
        return await client.request(method, address)
    if address.endswith(":batch"):
        return await client.post(address, content=b"{}\n", headers={"Content-Type": "application/x-ndjson"})
    body = bodies.get(address.rpartition("/")[2], {"reason": "x"})
    return await client.request(method, address, json=body, headers={"If-Match": '"1"'})

"""The app as a whole: who may call what, and how it describes itself."""

from __future__ import annotations

from world import World

from common.security.permissions import undeclared_routes


async def test_every_route_says_who_may_call_it(world: World) -> None:
    assert undeclared_routes(world.app) == []


async def test_without_a_credential_only_operations_and_documentation_answer(world: World) -> None:
    anybody = world.client(None)
    for path in ("/livez", "/readyz", "/openapi.json", "/docs"):
        assert (await anybody.get(path)).status_code == 200, path
    for path in ("/v1/incidents", "/v1/events", "/v1/coverage", "/v1/me", "/v1/agencies"):
        assert (await anybody.get(path)).status_code == 401, path


async def test_the_document_names_every_route_and_its_answers(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert {
        "POST /v1/incidents",
        "POST /v1/incidents:batch",
        "GET /v1/incidents",
        "GET /v1/incidents/{incident_id}/history",
        "PUT /v1/coverage/{jurisdiction}",
        "GET /v1/events",
    } <= set(operations)
    assert all(operation["summary"] for operation in operations.values())
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)

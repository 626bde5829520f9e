"""Whatever the OpenAPI document admits, and what it does not, is answered as the document says: never by a 5xx."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from world import World, line

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 12
EVERY_ROLE = ["agency", "verifier", "secretariat", "administrator"]


@pytest.mark.slow
@pytest.mark.parametrize("near", [False, True], ids=["as_generated", "on_an_incident"])
async def test_the_service_answers_as_its_document_says(world: World, *, near: bool) -> None:
    """`near`: with an incident that exists, the version in If-Match and no key, so that commands get to the domain."""
    made = await world["administrator"].post("/v1/agencies/ba-desk/keys", json={"roles": EVERY_ROLE})
    client = world.client(f"ApiKey {made.json()['key']}")
    posted = await client.post("/v1/incidents", json=line())
    document = (await client.get("/openapi.json")).json()
    loop = asyncio.get_running_loop()

    def call(case: schemathesis.Case) -> None:
        if near:
            _bring_near(case, posted.json()["id"])
        request = requests.Request(**case.as_transport_kwargs(base_url="http://incidents")).prepare()
        sent = asyncio.run_coroutine_threadsafe(_send(client, request), loop)
        case.validate_response(sent.result(), checks=CHECKS)

    await asyncio.to_thread(_every_operation, document, call)


async def _send(client: httpx.AsyncClient, request: requests.PreparedRequest) -> httpx.Response:
    headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    return await client.request(str(request.method), str(request.url), headers=headers, content=request.body)


def _every_operation(document: dict[str, Any], call: Any) -> None:
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        for mode in GenerationMode:
            generated = found.ok().as_strategy(generation_mode=mode)
            options = settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            try:
                options(given(generated)(call))()
            except Unsatisfiable:  # where there is nothing to send there is nothing to send wrongly
                assert mode is GenerationMode.NEGATIVE


def _bring_near(case: schemathesis.Case, incident: str) -> None:
    if "incident_id" in case.path_parameters:
        case.path_parameters["incident_id"] = incident
        case.headers["If-Match"] = '"1"'
    case.headers.pop("Idempotency-Key", None)

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
from kpi_world import World, accepted, opened, published, report_of
from schemathesis import GenerationMode, checks

from kpi.api.roles import ROLES

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 10


@pytest.mark.slow
@pytest.mark.parametrize("near", ["", "report", "secretariat"], ids=["as_generated", "on_a_report", "on_the_others"])
async def test_the_service_answers_as_its_document_says(world: World, near: str) -> None:
    """`near`: with a round and a report that exist, a part that it collects, the version in If-Match and no key, so
    that commands get to the domain."""
    names = await _world_of(world, near)
    token = world.issuer.issue(*sorted(ROLES), jurisdictions=("BA",), agency="police")
    client = world.client(token)
    document = (await client.get("/openapi.json")).json()
    loop = asyncio.get_running_loop()

    def call(case: schemathesis.Case) -> None:
        if near:
            _bring_near(case, names)
            if case.method not in ("GET", "HEAD"):
                case.headers["If-Match"] = asyncio.run_coroutine_threadsafe(
                    _version(client, case, names), loop
                ).result()
        request = requests.Request(**case.as_transport_kwargs(base_url="http://kpi")).prepare()
        sent = asyncio.run_coroutine_threadsafe(_send(client, request), loop)
        case.validate_response(sent.result(), checks=CHECKS)

    await asyncio.to_thread(_every_operation, document, call)


async def _world_of(world: World, near: str) -> dict[str, str]:
    round_ = await opened(world)
    report = await report_of(world, round_["id"], None if near == "secretariat" else "BA")
    if near == "report":
        await accepted(world, report, {"12.1": 5, "11.1": 5})
        await published(world, round_["id"])
        await world["secretariat"].post(f"/v1/reports/{report['id']}/restate", json={"reason": "Fuzz."})
    part = "14" if near == "secretariat" else "6.1"
    more = {"code": "wb-salw", "number": "1", "institution": "police", "section": "6"}
    return {"round_id": round_["id"], "report_id": report["id"], "kpi": part, **more}


async def _version(client: httpx.AsyncClient, case: schemathesis.Case, names: dict[str, str]) -> str:
    """Of what the command is on, as it is now."""
    kind = "round" if "/rounds" in case.path else "report"
    return (await client.get(f"/v1/{kind}s/{names[f'{kind}_id']}")).headers["etag"]


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


def _bring_near(case: schemathesis.Case, names: dict[str, str]) -> None:
    for name in names.keys() & case.path_parameters.keys():
        case.path_parameters[name] = names[name]
    case.headers.pop("Idempotency-Key", None)

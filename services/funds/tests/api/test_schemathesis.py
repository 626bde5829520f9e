"""Whatever the OpenAPI document admits, and what it does not, is answered as the document says: never by a 5xx."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from funds_world import FUND, PATH, World, approved, deposited, established, if_match, ok, on, proposed, put_to_vote
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks

from funds.api.roles import ROLES

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 10


@pytest.mark.slow
@pytest.mark.parametrize("near", [False, True], ids=["as_generated", "on_what_is_there"])
async def test_the_service_answers_as_its_document_says(world: World, near: bool) -> None:
    """`near`: with addresses and codes of what exists, the version in If-Match and no key, so that commands get to the
    domain."""
    names = await _world_of(world)
    token = world.issuer.issue(*sorted(ROLES), agency="UNDP", subject="person:1")
    client = world.client(token)
    document = (await client.get("/openapi.json")).json()
    loop = asyncio.get_running_loop()

    def call(case: schemathesis.Case) -> None:
        if near:
            _bring_near(case, names)
            version = asyncio.run_coroutine_threadsafe(_version(client, case), loop).result()
            if version is not None:
                case.headers["If-Match"] = version
        request = requests.Request(**case.as_transport_kwargs(base_url="http://funds")).prepare()
        sent = asyncio.run_coroutine_threadsafe(_send(client, request), loop)
        case.validate_response(sent.result(), checks=CHECKS)

    await asyncio.to_thread(_every_operation, document, call)
    await _still_whole(world)


async def _world_of(world: World) -> dict[str, str]:
    await established(world)
    paid = await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    office = world["secretariat"]
    call = await ok(await office.post(f"{PATH}/calls", json=on("2020-01-01", number=1, title="Call")), 201)
    criterion = {"code": "c", "title": "C", "weight": "1"}
    opened = on("2020-01-02", deadline="2029-03-01", criteria=[criterion])
    await ok(await office.post(f"/v1/calls/{call['id']}/open", json=opened, headers=if_match(1)))
    proposal = await proposed(world)
    reviewer = on("2020-01-11", reviewer="person:person:1")
    path = f"/v1/proposals/{proposal['id']}/reviewers"
    await ok(await office.post(path, json=reviewer, headers=if_match(proposal["version"])))
    decision = await put_to_vote(world, mode="no_objection", deadline="2020-02-20", proposal=proposal["id"])
    planned = on("2020-01-01", kind="assessment", title="A", start="2020-05-01", end="2020-05-02")
    activity = await ok(await office.post("/v1/activities", json={**planned, "project": grant["project"]}), 201)
    challenge = await ok(await office.post("/v1/challenges", json=on("2020-05-01", title="C", start="2020-04-01")), 201)
    names = {"fund": FUND, "grant": grant["id"], "project": grant["project"], "call": call["id"]}
    names |= {"proposal": proposal["id"], "decision": decision["id"], "activity": activity["id"]}
    names |= {"challenge": challenge["id"], "commitment": paid["commitment"], "deposit": paid["id"], "fact": paid["id"]}
    return names | {"organisation": "UNDP", "party": "UNDP", "currency": "USD", "number": "1", "code": "i"}


def _bring_near(case: schemathesis.Case, names: dict[str, str]) -> None:
    for name in case.path_parameters:
        known = names.get(name.removesuffix("_id"))
        if known is not None:
            case.path_parameters[name] = known
    if isinstance(case.body, dict):
        for name in names.keys() & case.body.keys() - {"number", "code", "fund"}:
            case.body[name] = names[name]
        if "on" in case.body:
            case.body |= {"on": "2020-06-01", "reason": "Fuzz."}
    case.headers.pop("Idempotency-Key", None)


async def _version(client: httpx.AsyncClient, case: schemathesis.Case) -> str | None:
    """Of what the command is on, as it is now."""
    parts = case.formatted_path.split("/")
    if case.method in ("GET", "HEAD") or len(parts) < 4 or parts[2] == "funds":
        return None
    return (await client.get(f"/v1/{parts[2]}/{parts[3]}")).headers.get("etag", '"1"')


async def _send(client: httpx.AsyncClient, request: requests.PreparedRequest) -> httpx.Response:
    headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    return await client.request(str(request.method), str(request.url), headers=headers, content=request.body)


async def _still_whole(world: World) -> None:
    """Whatever was taken in can be read by everybody."""
    client = world["analyst"]
    assert (await ok(await client.get(f"{PATH}/ledger")))["imbalance"] == "0.00"
    for path in ("", "/statement", "/contributions", "/facts", "/exceptions", "/committee", "/iati.xml", "/calls"):
        assert (await client.get(PATH + path)).status_code == 200, path
    for path in ("/v1/funds", "/v1/projects", "/v1/activities", "/v1/challenges", "/v1/rates", "/v1/budgets"):
        assert (await client.get(path)).status_code == 200, path


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

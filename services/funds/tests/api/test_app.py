"""The app as a whole: who may call what, and how it describes itself."""

from __future__ import annotations

from typing import Any

import pytest
from funds_world import PATH, World, established, if_match, ok, on, pointers, refusal

from common.security.permissions import undeclared_routes

ANY = "01a21185-9a32-71e1-ac05-7f7d34c48253"


async def test_every_route_says_who_may_call_it(world: World) -> None:
    assert undeclared_routes(world.app) == []


async def test_without_a_credential_only_operations_and_documentation_answer(world: World) -> None:
    anybody = world.client(None)
    for path in ("/livez", "/readyz", "/openapi.json", "/docs"):
        assert (await anybody.get(path)).status_code == 200, path
    assert (await anybody.get("/metrics")).status_code == 404  # on a port of its own, for the operator
    for credential in ("ApiKey sw_none_x", "Bearer x.y.z", "Basic YTpi"):
        answer = await anybody.get(PATH, headers={"Authorization": credential})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


async def test_the_document_names_every_route_and_its_answers(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    promised = {
        f"/v1/funds/{{fund}}/{name}" for name in ("contributions", "calls", "meetings", "statement", "committee")
    }
    assert {"GET /v1/funds", "GET /v1/projects", "GET /v1/activities", *(f"GET {path}" for path in promised)} <= set(
        operations
    )
    posted = ("commitments", "deposits", "calls", "meetings", "decisions", "transfers", "refunds")
    assert {f"POST /v1/funds/{{fund}}/{name}" for name in posted} <= set(operations)
    assert {
        "POST /v1/calls/{call_id}/proposals",
        "POST /v1/decisions/{decision_id}/votes",
        "POST /v1/decisions/{decision_id}/conclude",
        "GET /v1/events",
    } <= set(operations)
    assert all(operation["summary"] for operation in operations.values())
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


async def test_a_parameter_that_does_not_exist_is_refused_and_those_that_do_are_named(world: World) -> None:
    await established(world)
    client = world["analyst"]
    for url, known in (
        ("/v1/funds?code=SLW00", "none"),
        (f"{PATH}?asof=1", "as_of"),
        (f"{PATH}/statement?until=2020-01-01", "from"),
        (f"{PATH}/contributions?donor=DE", "on"),
        (f"{PATH}/decisions?status=open", "none"),
        ("/v1/projects?mechanism=SLW00", "fund"),
        ("/v1/activities?kinds=meeting", "kind"),
    ):
        answer = await client.get(url)
        assert known in refusal(answer, 422)["detail"], url
        assert set(pointers(answer)) == {f"?{url.partition('?')[2].partition('=')[0]}"}
    for url in (
        "/v1/activities?kind=party",
        "/v1/projects?year=0",
        f"{PATH}?on=yesterday",
        f"{PATH}/money?by=donor",
        f"{PATH}/facts?kind=loan",
    ):
        assert set(pointers(await client.get(url))) == {f"?{url.partition('?')[2].partition('=')[0]}"}
    posted = await world["secretariat"].post(f"{PATH}/meetings?dry=1", json=on("2020-01-01", number=1, title="M"))
    assert set(pointers(posted)) == {"?dry"}


async def test_what_is_not_there_is_not_found(world: World) -> None:
    await established(world)
    client = world["secretariat"]
    for url in (
        "/v1/funds/NONE",
        f"/v1/funds/{ANY}",
        "/v1/funds/NONE/statement",
        f"/v1/calls/{ANY}",
        f"/v1/calls/{ANY}/proposals",
        f"/v1/proposals/{ANY}",
        f"/v1/decisions/{ANY}",
        f"/v1/projects/{ANY}",
        f"/v1/projects/{ANY}/iati.xml",
        f"/v1/projects/{ANY}/releases",
        f"/v1/activities/{ANY}",
        "/v1/projects?fund=NONE",
    ):
        assert refusal(await client.get(url), 404)["code"] == "not_found", url
    for url in (
        f"/v1/calls/{ANY}/close",
        f"/v1/proposals/{ANY}/withdraw",
        f"/v1/decisions/{ANY}/conclude",
        f"/v1/projects/{ANY}/grants/{ANY}/start",
        f"/v1/activities/{ANY}/hold",
        f"/v1/challenges/{ANY}/activities",
    ):
        who = world["organisation_UNDP"] if "proposals" in url else client
        body = on("2020-01-01") | ({"activity": ANY} if "challenges" in url else {})
        answer = await who.post(url, json=body, headers=if_match(1))
        assert answer.status_code in (404, 422), (url, answer.text)


async def test_an_unknown_member_is_refused_and_named(world: World) -> None:
    await established(world)
    body = on("2020-01-01", kind="interest_fund", amount="1.00", colour="red")
    assert pointers(await world["agent_MPTFO"].post(f"{PATH}/entries", json=body)) == {"/colour": "unknown_field"}


@pytest.mark.parametrize("name", ["agent_MPTFO", "member_DE"])
async def test_me_says_who_i_am_for_whom_and_what_i_may_do(world: World, name: str) -> None:
    me: dict[str, Any] = await ok(await world[name].get("/v1/me"))
    assert ("money:post" in me["permissions"]) is (name == "agent_MPTFO")
    assert me["agency"] == name.partition("_")[2]
    assert me["id"].startswith("person:")

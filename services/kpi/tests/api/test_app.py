"""The app as a whole: who may call what, and how it describes itself."""

from __future__ import annotations

from typing import Any

import pytest
from kpi_world import World, ok, on, opened, pointers, refusal, report_of

from common.security.permissions import undeclared_routes


async def test_every_route_says_who_may_call_it(world: World) -> None:
    assert undeclared_routes(world.app) == []


async def test_without_a_credential_only_operations_and_documentation_answer(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    anybody = world.client(None)
    for path in ("/livez", "/readyz", "/openapi.json", "/docs"):
        assert (await anybody.get(path)).status_code == 200, path
    for path, methods in document["paths"].items():
        if path.startswith("/v1/"):
            for method in methods:
                url = path.replace("{round_id}", ANY).replace("{report_id}", ANY)
                assert (await anybody.request(method, url)).status_code == 401, (method, path)


async def test_the_document_names_every_route_and_its_answers(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert {
        "POST /v1/roadmaps",
        "POST /v1/rounds/{round_id}/publish",
        "PUT /v1/reports/{report_id}/values/{kpi}",
        "GET /v1/reports/{report_id}/values/{kpi}/history",
        "GET /v1/data",
        "GET /v1/events",
    } <= set(operations)
    assert all(operation["summary"] for operation in operations.values())
    assert len({operation["operationId"] for operation in operations.values()}) == len(operations)


async def test_a_parameter_that_does_not_exist_is_refused_and_those_that_do_are_named(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    client = world["commission_BA"]
    for url, known in (
        ("/v1/reports?perriod=2020-S1", "period"),
        ("/v1/rounds?year=2020", "roadmap"),
        ("/v1/roadmaps?code=wb-salw", "none"),
        ("/v1/roadmaps/wb-salw?v=1", "version"),
        (f"{path}?asof=1", "as_of, on"),
        (f"{path}/values/12.1?as_of=1", "jurisdiction"),
        (f"{path}/validation?kpi=6", "none"),
    ):
        answer = await client.get(url)
        assert known in refusal(answer, 422)["detail"], url
        assert set(pointers(answer)) == {f"?{url.partition('?')[2].partition('=')[0]}"}
    posted = await world["secretariat"].post("/v1/roadmaps?dry=1", json=on("2018-07-10", code="wb-salw"))
    assert set(pointers(posted)) == {"?dry"}
    for url in ("/v1/reports?state=lost", "/v1/reports?kind=other", "/v1/reports?round=4", f"{path}?on=yesterday"):
        assert set(pointers(await client.get(url))) == {f"?{url.partition('?')[2].partition('=')[0]}"}


async def test_what_is_not_there_is_not_found(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    for url, code in (
        (f"/v1/reports/{ANY}", "not_opened"),
        (f"/v1/rounds/{ANY}", "not_opened"),
        (f"/v1/rounds/{report['round']}/editions/1", "edition_unknown"),
        ("/v1/roadmaps/none", "roadmap_unknown"),
        ("/v1/roadmaps/wb-salw?version=1066", "roadmap_unknown"),
        (f"{path}/values/12.1", "not_recorded"),
        (f"{path}/values/99", "kpi_unknown"),
        (f"{path}/values/99/history", "kpi_unknown"),
    ):
        assert refusal(await world["commission_BA"].get(url), 404)["code"] == code, url


@pytest.mark.parametrize("name", ["commission_BA", "secretariat"])
async def test_me_says_who_i_am_and_what_i_may_do(world: World, name: str) -> None:
    me: dict[str, Any] = await ok(await world[name].get("/v1/me"))
    assert ("figures:record" in me["permissions"]) is (name == "commission_BA")
    assert me["id"].startswith("person:")


ANY = "01a21185-9a32-71e1-ac05-7f7d34c48253"

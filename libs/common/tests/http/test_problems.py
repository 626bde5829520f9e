"""Whatever goes wrong, the answer is a problem document that says what and where."""

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs


def is_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    document: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "instance", "errors"} <= document.keys()
    assert document["status"] == status
    assert document["type"].startswith("/problems/")
    assert response.headers["x-request-id"] in document["instance"]
    assert all(error.keys() == {"pointer", "code", "detail"} for error in document["errors"])
    return document


@pytest.mark.parametrize(
    ("how", "status", "slug"),
    [
        ("missing", 404, "not-found"),
        ("gone", 409, "thing-gone"),
        ("stale", 412, "stale-version"),
        ("overloaded", 503, "overloaded"),
        ("database", 503, "unavailable"),
    ],
)
async def test_an_error_has_the_status_of_its_kind(client: httpx.AsyncClient, how: str, status: int, slug: str) -> None:
    document = is_problem(await client.get(f"/v1/fail/{how}"), status)
    assert document["type"] == f"/problems/{slug}"


async def test_a_violation_of_the_domain_is_shown_where_it_is(client: httpx.AsyncClient) -> None:
    document = is_problem(await client.get("/v1/fail/gone"), 409)
    assert document["title"] == "The thing is gone"
    assert document["errors"] == [{"pointer": "/name", "code": "thing_gone", "detail": "This one is gone"}]


async def test_who_may_repeat_is_told_when(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/fail/overloaded")).headers["retry-after"] == "1"


async def test_an_unforeseen_error_is_logged_and_tells_nothing_but_its_id(client: httpx.AsyncClient) -> None:
    with capture_logs() as logs:
        response = await client.get("/v1/fail/bug")
    document = is_problem(response, 500)
    assert response.headers["x-request-id"] in document["detail"]
    assert "secret of the house" not in response.text
    assert [type(entry["exc_info"]) for entry in logs if entry["event"] == "request_failed"] == [ZeroDivisionError]


async def test_the_router_answers_in_problems_too(client: httpx.AsyncClient) -> None:
    is_problem(await client.get("/nothing/here"), 404)
    is_problem(await client.get("/v1/things/"), 404)
    response = await client.delete("/v1/things")
    assert response.headers["allow"] == "GET, POST"
    is_problem(response, 405)


async def test_pydantic_errors_speak_the_partners_language(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    body = {"nam": "x", "born": "soon", "persons": [{"age": 4, "sex": "f"}, {"ag": 5}, {"age": -1}]}
    document = is_problem(await client.post("/v1/things", json=body, headers=writer), 422)
    found = {error["pointer"]: (error["code"], error["detail"]) for error in document["errors"]}
    assert found["/name"] == ("missing", "This is required")
    assert found["/nam"] == ("unknown_field", "There is no field nam here; there are: born, name, persons")
    assert found["/persons/1/ag"] == ("unknown_field", "There is no field ag here; there are: age, sex")
    assert found["/persons/1/age"][0] == "missing"
    assert found["/persons/0/sex"] == ("unknown_value", "Input should be 'female' or 'male'")
    assert found["/persons/2/age"][0] == "too_small"
    assert found["/born"][0].startswith("date")


async def test_pointers_escape_what_json_pointers_must(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    response = await client.post("/v1/things", json={"name": "x", "a/b~c": 1}, headers=writer)
    assert is_problem(response, 422)["errors"][0]["pointer"] == "/a~1b~0c"


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("from=soon", "?from", "date_malformed"),
        ("limit=0", "?limit", "too_small"),
        ("limit=1001", "?limit", "too_large"),
        ("limit=" + "9" * 400, "?limit", "too_large"),
        ("limit=" + "9" * 5_000, "?limit", "int_parsing_size"),
        ("size=x", "?size", "int_parsing"),
    ],
)
async def test_a_bad_query_parameter_is_named(client: httpx.AsyncClient, query: str, pointer: str, code: str) -> None:
    document = is_problem(await client.get(f"/v1/things?{query}"), 422)
    assert [(error["pointer"], error["code"]) for error in document["errors"]] == [(pointer, code)]


async def test_an_unknown_query_parameter_is_told_which_exist(client: httpx.AsyncClient) -> None:
    document = is_problem(await client.get("/v1/things?color=red&colour=red&Kind=x"), 422)
    assert [error["pointer"] for error in document["errors"]] == ["?color", "?Kind"]
    assert document["errors"][0]["detail"] == (
        "There is no parameter color; there are: colour, cursor, from, kind, limit, size"
    )
    assert "none here" in is_problem(await client.get("/livez?x"), 422)["detail"]
    assert (await client.get("/v1/things?colour=red&from=2020-01-01&kind=a&kind=b&size=1&limit=5")).status_code == 200

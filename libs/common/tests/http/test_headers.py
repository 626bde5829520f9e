"""Versions, idempotency keys, pages, positions: what travels in headers and cursors."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.http.pagination import read_cursor, write_cursor
from common.http.position import LogPosition, parse_position, position_header
from common.http.problems import Problem

LOG = UUID("3f6d6f0e-5a57-4c1c-9d0a-5a1c7a7c4a57")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 428),
        ('"3"', 200),
        (' "3" ', 200),
        ('"0"', 200),
        ('"99999999999999"', 200),
        ("*", 400),
        ('W/"3"', 400),
        ("3", 400),
        ('"3", "4"', 400),
        ('"-1"', 400),
        ('"03"', 400),
        ('"' + "9" * 5_000 + '"', 400),
        ("", 400),
        ('"three"', 400),
    ],
)
async def test_a_command_names_the_version_seen(
    client: httpx.AsyncClient, writer: dict[str, str], given: str | None, status: int
) -> None:
    headers = writer if given is None else {**writer, "If-Match": given}
    response = await client.post("/v1/things/x/close", headers=headers)
    assert response.status_code == status
    if given == '"3"':
        assert response.headers["etag"] == '"4"'
    if given == '"99999999999999"':  # no such version: whoever compares it finds it stale, and no database overflows
        assert response.headers["etag"] == f'"{2**31}"'


async def key_of(client: httpx.AsyncClient, seen: Any, headers: dict[str, str], **how: Any) -> Any:
    how = {"url": "/v1/things", "json": {"name": "x"}, **how}
    response = await client.post(headers=headers, **how)
    assert response.status_code == 201, response.text
    return seen.values[-1]


async def test_a_key_is_bound_to_credential_route_and_request(
    client: httpx.AsyncClient, seen: Any, writer: dict[str, str], issuer: Any
) -> None:
    headers = {**writer, "Idempotency-Key": "k-1"}
    first = await key_of(client, seen, headers)
    assert (first.credential, first.route, first.key) == ("person:embedded-writer", "POST /v1/things", "k-1")
    assert await key_of(client, seen, headers) == first
    assert (await key_of(client, seen, headers, json={"name": "y"})).digest != first.digest
    assert (await key_of(client, seen, headers, url="/v1/things?times=2")).digest != first.digest
    other = {**headers, "Authorization": f"Bearer {issuer.issue('writer', subject='other')}"}
    assert (await key_of(client, seen, other)).credential == "person:other"
    assert await key_of(client, seen, writer) is None


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 256, "\x7f", "ü".encode()])
async def test_a_malformed_key_is_refused(client: httpx.AsyncClient, writer: dict[str, str], key: Any) -> None:
    response = await client.post("/v1/things", json={"name": "x"}, headers={**writer, "Idempotency-Key": key})
    assert (response.status_code, response.json()["type"]) == (400, "/problems/malformed-idempotency-key")


async def test_a_streaming_route_gets_the_key_alone(client: httpx.AsyncClient, seen: Any) -> None:
    await client.post("/v1/stream", content=b"x", headers={"Idempotency-Key": "a" * 255})
    assert (await client.post("/v1/stream", content=b"x", headers={"Idempotency-Key": "a b"})).status_code == 400
    assert seen.values == ["a" * 255]


async def test_a_replayed_answer_says_so(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/replay")
    assert (response.status_code, response.json()) == (201, {"id": 1})
    assert (response.headers["etag"], response.headers["idempotency-replayed"]) == ('"1"', "true")


async def test_the_next_page_is_a_link(client: httpx.AsyncClient, seen: Any) -> None:
    first = await client.get("/v1/things?colour=red&limit=5")
    link = first.links["next"]["url"]
    assert httpx.URL(link).params["colour"] == "red"
    second = await client.get(link)
    assert "link" not in second.headers
    assert seen.values == [None, (date(2020, 3, 14), UUID(int=7))]


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "!!!", "W10", "bnVsbA", "a" * 2_000, write_cursor(["2020-01-01"]), write_cursor(["2020-13-01", "x"])],
)
async def test_a_made_up_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    response = await client.get(f"/v1/things?cursor={cursor}")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "?cursor")


def test_one_cursor_has_one_text_and_no_text_that_a_database_refuses() -> None:
    text = write_cursor(["a", 1])
    assert read_cursor(text, tuple[str, int]) == ("a", 1)
    for other in (text + "=", write_cursor(["a\0", 1])):
        with pytest.raises(Problem):
            read_cursor(other, tuple[str, int])


async def test_a_position_is_written_and_read(client: httpx.AsyncClient) -> None:
    header = position_header("incidents", LOG, 42)["SALWatch-Position"]
    assert header == f"incidents:{LOG}:42"
    assert parse_position(header) == LogPosition("incidents", LOG, 42)
    assert (await client.get("/v1/wait", params={"wait_for": header})).json() == header


@pytest.mark.parametrize(
    "text", ["", "incidents", f"incidents:{LOG}", f"incidents:{LOG}:-1", f"incidents:{LOG}:{10**18}"]
)
async def test_a_malformed_position_is_refused(client: httpx.AsyncClient, text: str) -> None:
    response = await client.get("/v1/wait", params={"wait_for": text})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "?wait_for")


async def test_rows_are_streamed_as_ndjson_and_csv(client: httpx.AsyncClient) -> None:
    lines = await client.get("/v1/rows?form=ndjson")
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert lines.text == '[0,"x,\\"y\\""]\n[1,null]\n[2,null]\n'
    table = await client.get("/v1/rows?form=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text == 'a,b\r\n0,"x,""y"""\r\n1,\r\n2,\r\n'

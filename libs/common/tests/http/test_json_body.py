"""Bytes from outside either become JSON that every later step can keep, or a 4xx."""

import contextlib
import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.http.json_body import parse_json
from common.http.problems import Problem

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (b'{"name" 1}', 400, "line 1, column 9"),
        (b'{\n  "name": "x",\n}', 400, "line 3, column 1"),
        ('{"ö": 1, x}'.encode(), 400, "line 1, column 10"),
        (b"", 400, "no JSON"),
        (b" \n ", 400, "no JSON"),
        (b'{"name"', 400, "line 1, column 8"),
        (b'"\xff"', 400, "not UTF-8 in line 1, column 2"),
        (b"NaN", 400, "line 1"),
        (b"[Infinity]", 400, "line 1"),
        (b"[" * 50_000, 400, "nested too deeply"),
        (b"\xef\xbb\xbf{}", 400, "line 1, column 1"),
        (b'"\\ud800"', 422, "surrogate"),
        (b'"\\udc00x"', 422, "surrogate"),
        (b"1e400", 422, "out of range"),
        (b"9" * 5_000, 422, "out of range"),
    ],
)
def test_unreadable_json_says_where(body: bytes, status: int, text: str) -> None:
    with pytest.raises(Problem) as raised:
        parse_json(body)
    assert raised.value.status_code == status
    assert text in str(raised.value.detail)


def test_what_no_database_keeps_is_refused_where_it_stands() -> None:
    with pytest.raises(Problem) as raised:
        parse_json(b'{"a": ["x", "\\u0000"], "b\\u0000": 1, "c": 99999999999999999999, "d": "\\\\u0000"}')
    found = {(violation.pointer, violation.code) for violation in raised.value.violations}
    assert found == {("/a/1", "unstorable_text"), ("", "unstorable_text"), ("/c", "number_out_of_range")}


def test_what_only_looks_suspicious_is_let_through() -> None:
    value = {"a": "\\u0000", "b": "12345678901234567890123", "c": 2**63 - 1, "d": "😀", "e": "\\ud800"}
    assert parse_json(json.dumps(value).encode()) == value


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: json.dumps({text: text}).encode()))
def test_any_bytes_are_a_value_or_a_problem(body: bytes) -> None:
    with contextlib.suppress(Problem):
        text = json.dumps(parse_json(body), ensure_ascii=False)
        text.encode()  # no lone surrogate got through
        assert "\\u0000" not in text.replace("\\\\", "")


@pytest.mark.parametrize("body", [b"{", b'"\\u0000"', b"[" * 50_000, b"\xff", b"1e999", b"NaN", b"null", b"[]", b"1"])
async def test_no_body_is_our_fault(client: httpx.AsyncClient, writer: dict[str, str], body: bytes) -> None:
    response = await client.post("/v1/things", content=body, headers={**writer, **JSON})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "given",
    [{}, {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "text/plain"}],
)
async def test_another_media_type_is_refused(
    client: httpx.AsyncClient, writer: dict[str, str], given: dict[str, Any]
) -> None:
    response = await client.post("/v1/things", content=b"{}", headers={**writer, **given})
    assert response.status_code == 415
    assert response.headers["accept"] == "application/json"


async def test_json_with_a_charset_is_json(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    headers = {**writer, "Content-Type": "Application/JSON; charset=utf-8"}
    assert (await client.post("/v1/things", content=b'{"name": "x"}', headers=headers)).status_code == 201


async def test_nul_in_the_address_is_refused(client: httpx.AsyncClient, writer: dict[str, str]) -> None:
    for address in ("/v1/things?colour=a%00b", "/v1/things?%00=1"):
        assert (await client.get(address)).status_code == 422
    headers = {**writer, "If-Match": '"1"'}
    assert (await client.post("/v1/things/a%00/close", headers=headers)).status_code == 422
    assert (await client.get("/v1/things?colour=%ff%ed%a0%80")).status_code == 200

"""The batch over HTTP: formats, statuses, headers, problems, receipts."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

Line = Callable[..., dict[str, Any]]
NDJSON = {"Content-Type": "application/x-ndjson"}
BATCH = "/v1/incidents:batch"


async def test_a_batch_is_answered_with_its_receipt(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    answer = await http.post(BATCH, content=partner.ndjson([line(1), line(2, jurisdiction="ME"), {}]), headers=NDJSON)
    assert (answer.status_code, answer.headers["content-type"]) == (207, "application/json")
    told = answer.json()
    assert (told["mode"], told["dry_run"]) == ("partial", False)
    assert told["summary"] == {"lines": 3, "accepted": 1, "corrected": 0, "unchanged": 0, "rejected": 2}
    assert [item["index"] for item in told["items"]] == [0, 1, 2]
    assert told["items"][0] == {
        "index": 0,
        "external_id": "RS-1",
        "outcome": "accepted",
        "id": told["items"][0]["id"],
        "version": 1,
        "problem": None,
        "warnings": [],
    }
    assert told["items"][1]["problem"]["type"] == "/problems/jurisdiction-not-allowed"
    request = f"urn:salwatch:request:{answer.headers['x-request-id']}"
    assert {item["problem"]["instance"] for item in told["items"][1:]} == {request}
    assert {error["pointer"] for error in told["items"][2]["problem"]["errors"]} >= {"/external_id", "/category"}
    assert answer.headers["salwatch-position"].startswith("incidents:")
    receipt = await http.get(told["receipt"]["url"])
    assert receipt.json()["items"] == told["items"]
    assert receipt.json()["state"] == "answered"
    items = await http.get(f"{told['receipt']['url']}/items")
    assert items.headers["content-type"] == "application/x-ndjson"
    assert [msgspec.json.decode(item) for item in items.content.splitlines()] == told["items"]


async def test_every_format_lands_the_same(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    first = await http.post(BATCH, content=gzip.compress(partner.ndjson([line(1)])), headers=NDJSON | _gzipped())
    assert first.json()["summary"]["accepted"] == 1
    as_json = await http.post(BATCH, content=partner.encoded([line(1)]), headers=_of("application/json; charset=UTF-8"))
    cells = "external_id,occurred_on,jurisdiction,category,weapon_1_type\r\nRS-1,2020-03-14,RS,criminal_context,handgun"
    as_csv = await http.post(BATCH, content=cells.encode("utf-8-sig"), headers=_of('text/csv; charset="utf-8"'))
    assert [answer.json()["summary"]["unchanged"] for answer in (as_json, as_csv)] == [1, 1]


@pytest.mark.parametrize("kind", ["text/plain", "text/csv; charset=windows-1250", "application/xml", ""])
async def test_other_formats_are_refused_naming_those_that_are_taken(http: httpx.AsyncClient, kind: str) -> None:
    answer = await http.post(BATCH, content=b"{}", headers=_of(kind))
    assert answer.status_code == 415
    assert "application/x-ndjson, application/json, text/csv" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["?mode=whole", "?dry_run=perhaps", "?colour=red"])
async def test_parameters_are_checked(http: httpx.AsyncClient, query: str) -> None:
    assert (await http.post(BATCH + query, content=b"{}", headers=NDJSON)).status_code == 422


async def test_an_empty_body_and_a_bad_header_are_problems(http: httpx.AsyncClient) -> None:
    empty = await http.post(BATCH, content=b"", headers=NDJSON)
    assert (empty.status_code, empty.headers["content-type"]) == (422, "application/problem+json")
    header = await http.post(BATCH, content=b"external_id,occurred_on,jurisdiction,colour\n", headers=_of("text/csv"))
    assert header.status_code == 422
    assert [(error["code"], error["column"]) for error in header.json()["errors"]] == [
        ("unknown_column", "colour"),
        ("missing_column", "category"),
    ]
    assert "person_{n}_age_group" in header.json()["detail"]


async def test_none_landed_is_a_receipt_with_status_422(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    answer = await http.post(BATCH, content=b"{}\n", headers=NDJSON | {"Idempotency-Key": "k"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/json")
    assert answer.json()["summary"]["rejected"] == 1
    mended = await http.post(BATCH, content=partner.ndjson([line(1)]), headers=NDJSON | {"Idempotency-Key": "k"})
    assert mended.status_code == 200


async def test_the_same_body_under_a_key_is_answered_again(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    headers = NDJSON | {"Idempotency-Key": "k"}
    first = await http.post(BATCH, content=partner.ndjson([line(1)]), headers=headers)
    again = await http.post(BATCH, content=partner.ndjson([line(1)]), headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["salwatch-position"] == first.headers["salwatch-position"]
    other = await http.post(BATCH, content=partner.ndjson([line(2)]), headers=headers)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "idempotency_key_reused")


async def test_a_batch_in_work_is_409_with_retry_after(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    headers = NDJSON | {"Idempotency-Key": "k"}
    await http.post(BATCH, content=partner.ndjson([line(1)]), headers=headers)
    await partner.pool.execute(
        "UPDATE receipt SET state = 'working', leased_until = clock_timestamp() + interval '9 s'"
    )
    held = await http.post(BATCH, content=partner.ndjson([line(1)]), headers=headers)
    assert (held.status_code, held.headers["retry-after"]) == (409, "9")


async def test_an_unreadable_body_tells_what_has_landed(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    body = partner.encoded([line(n) for n in range(600)])
    answer = await http.post(BATCH, content=body[:-1], headers=_of("application/json") | {"Idempotency-Key": "k"})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "/problems/unreadable-body")
    assert problem["summary"] == {"lines": 600, "accepted": 600, "corrected": 0, "unchanged": 0, "rejected": 0}
    assert (await http.get(problem["receipt"]["url"])).json()["state"] == "unreadable"
    changed = partner.ndjson([line(0, category="other")])
    differs = await http.post(BATCH, content=changed, headers=NDJSON | {"Idempotency-Key": "k"})
    assert (differs.status_code, differs.json()["errors"][0]["pointer"]) == (422, "/0")
    assert differs.json()["errors"][0]["code"] == "landed_line_differs"
    mended = await http.post(BATCH, content=body, headers=_of("application/json") | {"Idempotency-Key": "k"})
    assert (mended.status_code, mended.json()["receipt"]) == (200, problem["receipt"])


async def test_broken_gzip_after_lines_landed_tells_so_too(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    packed = gzip.compress(partner.ndjson([line(n) for n in range(3_000)]))
    answer = await http.post(BATCH, content=packed[:-40], headers=NDJSON | _gzipped())
    assert answer.status_code == 400
    assert answer.json()["summary"]["accepted"] == await partner.events() > 0


async def test_more_lines_than_an_atomic_batch_takes_are_413(http: httpx.AsyncClient, partner: Any, line: Line) -> None:
    body = partner.ndjson([line(n) for n in range(10_001)])
    answer = await http.post(f"{BATCH}?mode=atomic", content=body, headers=NDJSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-many-lines")
    assert answer.json()["summary"]["lines"] == 0
    assert await partner.events() == 0


async def test_receipts_are_for_their_agency_and_the_secretariat(
    app: FastAPI, http: httpx.AsyncClient, partner: Any, line: Line
) -> None:
    url = (await http.post(BATCH, content=partner.ndjson([line(1)]), headers=NDJSON)).json()["receipt"]["url"]
    for agency, role, status in (
        ("ME_MUP", "agency", 404),
        (None, "secretariat", 200),
        (None, "administrator", 200),
        (None, "analyst", 403),
    ):
        key = await app.state.api_keys.create(agency, [role])
        for path in (url, f"{url}/items"):
            answer = await http.get(path, headers={"Authorization": f"ApiKey {key.text}"})
            assert (role, answer.status_code) == (role, status)
    assert (await http.get("/v1/receipts/00000000-0000-0000-0000-000000000000")).status_code == 404
    assert (await http.get("/v1/receipts/00000000-0000-0000-0000-000000000000/items")).status_code == 404


async def test_only_an_agency_can_push(app: FastAPI, http: httpx.AsyncClient) -> None:
    key = await app.state.api_keys.create(None, ["agency"])
    answer = await http.post(BATCH, content=b"{}", headers=NDJSON | {"Authorization": f"ApiKey {key.text}"})
    assert answer.status_code == 403
    assert (await http.post(BATCH, content=b"{}", headers=NDJSON | {"Authorization": ""})).status_code == 401


async def test_a_cut_connection_leaves_full_chunks_and_a_key_that_finishes_them(
    app: FastAPI, http: httpx.AsyncClient, partner: Any, line: Line
) -> None:
    lines = partner.ndjson([line(n) for n in range(1_300)])
    key = http.headers["authorization"].encode()
    headers = [(b"content-type", b"application/x-ndjson"), (b"idempotency-key", b"k"), (b"authorization", key)]
    messages = [{"type": "http.request", "body": lines[:-9], "more_body": True}, {"type": "http.disconnect"}]
    scope = {"type": "http", "method": "POST", "path": BATCH, "query_string": b"", "headers": headers}

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(_: Any) -> None:
        """Nobody is there any more."""

    await app(scope | {"http_version": "1.1", "scheme": "http", "root_path": ""}, receive, send)  # type: ignore[arg-type]
    assert (await partner.states(), await partner.events()) == (["cut"], 1_000)
    answer = await http.post(BATCH, content=lines, headers=NDJSON | {"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["summary"]["accepted"]) == (200, 1_300)


def _of(kind: str) -> dict[str, str]:
    return {"Content-Type": kind}


def _gzipped() -> dict[str, str]:
    return {"Content-Encoding": "gzip"}

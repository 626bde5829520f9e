"""The change feed over HTTP: order, cursors, long-poll, filter, privacy."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from harbour import WIRE_NAME, Checked, Harbour, day, harbour, stream_of

from common.eventsourcing.cursor import Cursor
from common.messaging.envelope import Envelope
from common.messaging.feed import FeedRefused


@pytest.fixture
async def port(log_database: str, tmp_path: Path) -> AsyncIterator[Harbour]:
    async with harbour(log_database, tmp_path) as running:
        yield running


async def get(port: Harbour, **parameters: Any) -> httpx.Response:
    return await port.client.get("/v1/events", params=parameters)


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.content.splitlines()]


async def test_events_come_as_cloud_events_in_commit_order(port: Harbour) -> None:
    await port.declare("A", 1)
    await port.record(Checked("A"))
    response = await get(port)
    published, private = lines(response)
    assert published["type"] == WIRE_NAME
    assert published["data"] == {"agency": "A", "jurisdiction": "RS", "complete_through": str(day(1))}
    assert (published["sequence"], published["streamversion"]) == (f"{1:020d}", 1)
    assert published["subject"] == str(stream_of("A"))
    assert (private["type"], private["streamversion"]) == ("incidents.checked", 2)
    assert "data" not in private
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.headers["Next-Cursor"] == private["cursor"]
    assert response.headers["SALWatch-Position"] == f"incidents:{(await port.log.head()).log_id}:2"
    assert json.loads(Envelope.parse(json.dumps(published)).json()) == published


async def test_a_cursor_goes_on_and_an_empty_answer_keeps_it(port: Harbour) -> None:
    await port.declare("A", 1, 2, 3)
    first = await get(port, limit=2)
    assert [line["streamversion"] for line in lines(first)] == [1, 2]
    rest = await get(port, after=first.headers["Next-Cursor"])
    assert [line["streamversion"] for line in lines(rest)] == [3]
    nothing = await get(port, after=rest.headers["Next-Cursor"])
    assert lines(nothing) == []
    assert nothing.headers["Next-Cursor"] == rest.headers["Next-Cursor"]


async def test_before_the_first_event_there_is_a_cursor_too(port: Harbour) -> None:
    empty = await get(port)
    assert lines(empty) == []
    await port.declare("A", 1)
    assert len(lines(await get(port, after=empty.headers["Next-Cursor"]))) == 1


async def test_waiting_ends_as_soon_as_something_comes(port: Harbour) -> None:
    waiting = asyncio.create_task(get(port, wait=20))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    began = time.monotonic()
    await port.declare("A", 1)
    assert len(lines(await waiting)) == 1
    assert time.monotonic() - began < 2


async def test_waiting_in_vain_answers_nothing(port: Harbour) -> None:
    began = time.monotonic()
    assert lines(await get(port, wait=0.3)) == []
    assert 0.3 <= time.monotonic() - began < 5


async def test_a_filtered_reader_advances_by_cursor_lines(port: Harbour) -> None:
    await port.declare("A", 1)
    await port.record(Checked("A"), Checked("B"))
    found = await get(port, types=WIRE_NAME)
    event, cursor_line = lines(found)
    assert event["type"] == WIRE_NAME
    assert cursor_line == {"cursor": found.headers["Next-Cursor"]}
    assert lines(await get(port, types=WIRE_NAME, after=cursor_line["cursor"])) == []
    vain = await get(port, types="incidents.incident-reported.v1", limit=2)
    assert lines(vain) == [{"cursor": vain.headers["Next-Cursor"]}], "a page looked through in vain"


async def test_a_filtered_reader_waits_for_what_it_wants(port: Harbour) -> None:
    waiting = asyncio.create_task(get(port, types=f"incidents.incident-retracted.v1,{WIRE_NAME}", wait=20))
    await asyncio.sleep(0.1)
    await port.record(Checked("A"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await port.declare("A", 1)
    [event] = lines(await waiting)
    assert event["type"] == WIRE_NAME


async def test_an_unknown_type_is_refused_and_the_known_ones_named(port: Harbour) -> None:
    response = await get(port, types="incidents.coverage-declared")
    assert response.status_code == 422
    [violation] = response.json()["errors"]
    assert (violation["pointer"], violation["code"]) == ("?types", "unknown_event_type")
    assert WIRE_NAME in violation["detail"]


@pytest.mark.parametrize("text", ["", "x", "a" * 54, "é", str(Cursor(stream_of("A"), 2**64 - 1))])
async def test_what_is_no_cursor_is_unreadable(port: Harbour, text: str) -> None:
    assert (await get(port, after=text)).status_code == 422


async def test_a_cursor_of_another_log_conflicts(port: Harbour) -> None:
    await port.declare("A", 1, 2)
    cursor = (await get(port)).headers["Next-Cursor"]
    await port.log.restored()
    assert (await get(port, after=cursor)).status_code == 409


async def test_another_event_at_the_same_position_conflicts(port: Harbour) -> None:
    """A copy that was put back without anyone calling `restored`, and has grown again."""
    await port.declare("A", 1, 2)
    cursor = (await get(port)).headers["Next-Cursor"]
    await port.pool.execute("UPDATE event SET event_id = gen_random_uuid() WHERE position = 2")
    assert (await get(port, after=cursor)).status_code == 409


@pytest.mark.parametrize(("name", "value"), [("limit", 0), ("limit", 5001), ("wait", 31), ("wait", "nan")])
async def test_bounds_are_kept(port: Harbour, name: str, value: Any) -> None:
    assert (await get(port, **{name: value})).status_code == 422


async def test_the_feed_is_guarded(port: Harbour) -> None:
    port.client.headers.pop("Authorization")
    assert (await get(port)).status_code == 401
    with pytest.raises(FeedRefused, match="401"):
        await port.source().poll()


async def test_an_unknown_parameter_is_refused(port: Harbour) -> None:
    response = await get(port, since=3)
    assert response.status_code == 422
    assert all(name in response.text for name in ("after", "limit", "wait", "types"))


async def test_a_waiting_reader_is_let_go_when_the_process_stops(port: Harbour) -> None:
    waiting = asyncio.create_task(get(port, wait=30))
    await asyncio.sleep(0.1)
    port.health.drain()
    began = time.monotonic()
    assert lines(await waiting) == []
    assert time.monotonic() - began < 5

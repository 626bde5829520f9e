"""Whatever is sent: never a 5xx, never half a line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BATCH = "/v1/incidents:batch"
MEDIA_TYPES = st.sampled_from(["application/x-ndjson", "application/json", "text/csv"])
SETTINGS = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["RS", "2020-03-14", "handgun", "victim", "NaN", "\0", "9" * 400, "criminal_context"])
)
NAMES = st.text(max_size=4) | st.sampled_from(["type", "role", "name"])
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just("type"), inner, max_size=3)
    ),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    [
        "place",
        "tags",
        "weapons",
        "persons",
        "casualties",
        "seizure",
        "sources",
        "narrative",
        "date_precision",
        "id",
        "x",
    ]
)
GOOD = st.builds(
    lambda n, category: {
        "external_id": f"RS-{n}",
        "occurred_on": "2020-03-14",
        "jurisdiction": "RS",
        "category": category,
    },
    st.integers(0, 5),
    st.sampled_from(["criminal_context", "other", "suicide"]),
)
LINES = st.lists(
    st.builds(lambda good, odd: good | odd, GOOD, st.dictionaries(MEMBERS, JSON, max_size=2)) | GOOD | JSON
)


def _json(value: Any) -> bytes:
    """As sloppy writers do it: NaN, lone surrogates and integers of any length included."""
    return json.dumps(value).encode()


HEADER = "external_id,occurred_on,jurisdiction,category,weapon_1_type,person_1_age"
ROWS = st.text(st.sampled_from('RS-1,2020-03-14\n"|;\r\0é'), max_size=40) | st.sampled_from(
    ["1,2020-03-14,RS,other,handgun,", "1,2020-03-14,RS,other,,34", '"2\n",2020-03-14,RS,other,,', "3,,ME,other,,x"]
)
BODIES = (
    st.binary(max_size=200)
    | LINES.map(_json)
    | LINES.map(lambda lines: b"\n".join(map(_json, lines)))
    | st.builds(lambda lines, at: b"\n".join(map(_json, lines))[:at], LINES, st.integers(0, 400))
    | st.builds(lambda lines, at: _json(lines)[:at], LINES, st.integers(0, 400))
    | st.lists(ROWS).map(lambda rows: "\n".join([HEADER, *rows]).encode())
)


async def landed_twice_or_half(partner: Any, told: dict[str, Any], before: int) -> None:
    summary = told["summary"]
    assert summary["lines"] == sum(summary[name] for name in ("accepted", "corrected", "unchanged", "rejected"))
    assert await partner.events() - before == summary["accepted"] + summary["corrected"]
    streams = await partner.pool.fetchval("SELECT count(*) FROM stream")
    rows = await partner.pool.fetchval("SELECT count(*) FROM incident")
    assert streams == rows


@pytest.mark.slow
async def test_whatever_is_sent_is_answered_and_counts_agree_with_the_log(http: Any, partner: Any) -> None:
    loop = asyncio.get_running_loop()

    async def push(body: bytes, kind: str, query: str) -> None:
        before = await partner.events()
        answer = await http.post(BATCH + query, content=body, headers={"Content-Type": kind})
        assert answer.status_code < 500, answer.text
        told = msgspec.json.decode(answer.content)
        if "dry_run=true" in query or "summary" not in told:
            assert await partner.events() == before
        else:
            await landed_twice_or_half(partner, told, before)

    @SETTINGS
    @given(BODIES, MEDIA_TYPES, st.sampled_from(["", "?mode=atomic", "?dry_run=true"]))
    def anything(body: bytes, kind: str, query: str) -> None:
        asyncio.run_coroutine_threadsafe(push(body, kind, query), loop).result()

    await asyncio.to_thread(anything)


class Cut(Exception):
    """The connection is gone."""


@pytest.mark.slow
async def test_a_body_cut_anywhere_is_finished_by_its_key(partner: Any, line: Any) -> None:
    loop = asyncio.get_running_loop()
    lines = [line(n, category="unheard_of" if n % 97 == 0 else "other") for n in range(1_100)]
    body = partner.ndjson(lines)
    whole = len(lines) - sum(1 for n in range(1_100) if n % 97 == 0)

    async def pieces(until: int) -> AsyncIterator[bytes]:
        yield body[:until]
        raise Cut

    async def push(cuts: list[int], key: str) -> None:
        await partner.pool.execute("TRUNCATE event, stream, incident, receipt CASCADE; UPDATE event_log SET head = 0")
        for cut in cuts:
            with pytest.raises(Cut):
                await partner.push(pieces(cut), key=key)
        answered = await partner.push(body, key=key)
        assert (answered.status, await partner.events()) == (207, whole)
        assert (await partner.receipt(answered)).summary["accepted"] == whole

    @settings(SETTINGS, max_examples=15)
    @given(st.lists(st.integers(0, len(body)), max_size=3), st.uuids())
    def anywhere(cuts: list[int], key: Any) -> None:
        asyncio.run_coroutine_threadsafe(push(cuts, str(key)), loop).result()

    await asyncio.to_thread(anywhere)

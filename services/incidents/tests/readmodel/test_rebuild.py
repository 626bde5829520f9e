"""The read model, made again from the log under traffic, and what is erased from it."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from world import World, line

from common.eventsourcing.inline_rebuild import RebuildRunning
from common.runtime.write_service import maintenance
from incidents.bootstrap import service
from incidents.readmodel.refold import TABLES
from incidents.settings import Settings


async def fill(world: World) -> str:
    posted = await world["rs-desk"].post("/v1/incidents", json=line())
    incident = str(posted.json()["id"])
    for n in range(5):
        await world["monitor"].post("/v1/incidents", json=line(f"M-{n}", occurred_on=f"2020-04-0{n + 1}"))
    reason: dict[str, Any] = {"reason": "Illustration.", "fields": {"tags": ["armed_robbery"]}}
    path = posted.headers["location"]
    await world["secretariat"].post(f"{path}/correct", json=reason, headers={"If-Match": '"1"'})
    await world["rs-desk"].post("/v1/incidents", json=line(tags=["drugs"]))
    await world["verifier"].post(f"{path}/verify", json={}, headers={"If-Match": '"3"'})
    for day in ("2020-06-30", "2020-12-31"):
        await world["rs-desk"].put("/v1/coverage/RS", json={"complete_through": day})
    return incident


@pytest.mark.parametrize("name", sorted(TABLES))
async def test_a_recount_from_the_log_equals_what_the_appends_wrote(world: World, name: str) -> None:
    await fill(world)
    async with maintenance(service(), Settings(database_url=world.dsn)) as work:
        found = await work.verify(TABLES[name])
        assert found.rows == {"incident": 6, "coverage": 1}[name]
        assert found.equal
        assert found.differing == []


async def test_a_row_that_was_tampered_with_is_named_and_mended(world: World) -> None:
    incident = await fill(world)
    async with maintenance(service(), Settings(database_url=world.dsn)) as work:
        await work.connection.execute("UPDATE incident SET category = 'other' WHERE id = $1", incident)
        await work.connection.execute("DELETE FROM incident WHERE external_id = 'M-1'")
        found = await work.verify(TABLES["incident"])
        assert not found.equal
        assert incident in map(str, found.differing)
        assert len(found.differing) == 2
        assert await work.rebuild(TABLES["incident"]) == 6
        assert (await work.verify(TABLES["incident"])).equal


async def test_a_rebuild_under_traffic_loses_nothing_and_disturbs_nobody(world: World) -> None:
    await fill(world)
    stop = asyncio.Event()
    pushed = 0

    async def push() -> None:
        nonlocal pushed
        while not stop.is_set():
            answer = await world["monitor"].post("/v1/incidents", json=line(f"T-{pushed % 40}", narrative=str(pushed)))
            assert answer.status_code in (200, 201), answer.text
            assert (await world["analyst"].get(f"/v1/incidents/{answer.json()['id']}")).status_code == 200
            assert (await world["analyst"].get("/v1/incidents?format=ndjson")).status_code == 200
            pushed += 1

    traffic = asyncio.gather(push(), push())
    async with maintenance(service(), Settings(database_url=world.dsn)) as work:
        names = await indexes(work.connection)
        for _ in range(3):
            for table in TABLES.values():
                await work.rebuild(table)
            await asyncio.sleep(0.1)
        stop.set()
        await traffic
        assert pushed > 0
        assert await indexes(work.connection) == names
        for table in TABLES.values():
            assert (await work.verify(table)).equal


async def indexes(connection: asyncpg.Connection[Any]) -> list[str]:
    rows = await connection.fetch(
        "SELECT indexdef FROM pg_indexes WHERE tablename IN ('incident', 'coverage') ORDER BY 1"
    )
    return [row["indexdef"] for row in rows]


async def test_two_rebuilds_do_not_meet(world: World) -> None:
    connection = await asyncpg.connect(world.dsn)
    await connection.execute("SELECT pg_advisory_lock(7301003)")
    async with maintenance(service(), Settings(database_url=world.dsn)) as work:
        with pytest.raises(RebuildRunning):
            await work.rebuild(TABLES["incident"])
    await connection.close()


async def test_erased_words_are_gone_everywhere_and_do_not_come_back(world: World) -> None:
    incident = await fill(world)
    path = f"/v1/incidents/{incident}"
    body = {"fields": {"place": None}, "reason": "a reason to forget"}
    headers = {"If-Match": '"5"', "Idempotency-Key": "k"}
    version = (await world["rs-desk"].get(path)).json()["version"]
    headers["If-Match"] = f'"{version}"'
    assert "Two men argued." in (await world["rs-desk"].post(f"{path}/correct", json=body, headers=headers)).text
    async with maintenance(service(), Settings(database_url=world.dsn)) as work:
        assert await work.log.erase_texts((await work.log.read(0, 1))[0].stream) > 0
        assert (await work.verify(TABLES["incident"])).equal
        dumped = await work.connection.fetchval(
            "SELECT concat((SELECT string_agg(e::text, '') FROM event e WHERE stream_id = $1),"
            " (SELECT string_agg(t::text, '') FROM event_text t WHERE stream_id = $1),"
            " (SELECT string_agg(i::text, '') FROM incident i WHERE id = $1),"
            " (SELECT string_agg(k::text, '') FROM idempotency_key k))",
            incident,
        )
    assert "Two men argued" not in dumped
    assert "a reason to forget" not in dumped
    for url in (path, f"{path}/history", f"{path}?as_of=1"):
        text = (await world["secretariat"].get(url)).text
        assert "Two men argued" not in text
        assert "a reason to forget" not in text
    replayed = await world["rs-desk"].post(f"{path}/correct", json=body, headers=headers)
    assert replayed.headers["idempotency-replayed"] == "true"
    assert replayed.json()["narrative"] is None
    again = await world["rs-desk"].post("/v1/incidents", json=line(tags=["drugs"], place=None))
    assert again.json()["outcome"] == "unchanged"
    assert (await world["rs-desk"].get(path)).json()["narrative"] is None


async def test_an_empty_log_makes_empty_tables(world: World) -> None:
    async with maintenance(service(), Settings(database_url=world.dsn)) as work:
        for table in TABLES.values():
            assert await work.rebuild(table) == 0
            assert (await work.verify(table)).rows == 0

"""The read model, made again from the log under traffic, and what is erased from it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from kpi_world import MEMBERS, World, accepted, if_match, ok, on, opened, published, record, report_of

from common.runtime.cli import main
from common.runtime.write_service import maintenance
from kpi.__main__ import COMMANDS
from kpi.bootstrap import service
from kpi.readmodel.tables import TABLES

WORDS = (
    "Counted in the armoury.",
    "Uništeno u septembru.",
    "Destroyed in September.",
    "From the register.",
    "It was so.",
    "Written down for a test.",
    "A reason to forget.",
    "Why so many?",
)


async def said(world: World) -> tuple[Any, Any]:
    """A round with a report that holds words of every kind, published; the round, and the report's address."""
    round_ = await opened(world)
    report = await report_of(world, round_["id"], "BA")
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}"
    await ok(
        await client.put(
            f"{path}/narratives/6",
            json=on("2020-08-01", language="bs", original=WORDS[1], translation=WORDS[2]),
            headers=if_match(1),
        )
    )
    body = on("2020-08-01", value="5", comment=WORDS[3])
    await ok(await client.put(f"{path}/values/11.1/inputs/police", json=body, headers=if_match(1)))
    figure = {"presence": "reported", "value": "538", "comment": WORDS[0]}
    sent = await accepted(world, report, {"12.1": figure, "11.1": 5})
    comments = on("2020-08-11", reason=WORDS[6])
    await ok(await world["secretariat"].post(f"{path}/reopen", json=comments))
    now = await ok(await client.get(path))
    head, office = world["commission_head_BA"], world["secretariat"]
    endorsed = await ok(await head.post(f"{path}/endorse", json=on("2020-08-11"), headers=if_match(now["version"])))
    asked = on("2020-08-11", comments=[{"kpi": "12.1", "text": WORDS[7]}])
    await ok(await office.post(f"{path}/return", json=asked, headers=if_match(endorsed["version"])))
    again = await ok(
        await head.post(f"{path}/endorse", json=on("2020-08-12"), headers=if_match(endorsed["version"] + 1))
    )
    await ok(await office.post(f"{path}/accept", json=on("2020-08-12"), headers=if_match(again["version"])))
    await published(world, round_["id"])
    assert sent["state"] == "accepted"
    return round_, path


@pytest.mark.parametrize("name", sorted(TABLES))
async def test_a_recount_from_the_log_equals_what_the_appends_wrote(world: World, name: str) -> None:
    await said(world)
    async with maintenance(service(), world.settings) as work:
        found = await work.verify(TABLES[name])
        assert found.rows == {"roadmap": 1, "round": 1, "report": len(MEMBERS) + 1}[name]
        assert (found.equal, found.differing) == (True, [])
        assert await work.rebuild(TABLES[name]) == found.rows
        assert (await work.verify(TABLES[name])).live == found.live


async def test_a_row_that_was_tampered_with_is_named_and_mended(world: World) -> None:
    _, path = await said(world)
    before = await ok(await world["commission_BA"].get(path))
    async with maintenance(service(), world.settings) as work:
        await work.connection.execute(
            "UPDATE report SET document = jsonb_set(document, '{number}', '5') WHERE id = $1",
            UUID(path.rpartition("/")[2]),
        )
        await work.connection.execute("DELETE FROM report WHERE jurisdiction = 'RS'")
        found = await work.verify(TABLES["report"])
        assert not found.equal
        assert path.rpartition("/")[2] in map(str, found.differing)
        assert len(found.differing) == 2
        assert await work.rebuild(TABLES["report"]) == len(MEMBERS) + 1
        assert (await work.verify(TABLES["report"])).equal
    assert await ok(await world["commission_BA"].get(path)) == before


async def test_a_rebuild_under_traffic_loses_nothing_and_disturbs_nobody(world: World) -> None:
    round_ = await opened(world)
    reports = [await report_of(world, round_["id"], member) for member in MEMBERS]
    stop = asyncio.Event()
    written = 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            report = reports[written % len(reports)]
            client = world[f"commission_{report['jurisdiction']}"]
            body = {"presence": "reported", "value": str(written)}
            now = await ok(await client.get(f"/v1/reports/{report['id']}"))
            await ok(await record(client, now, "12.1", body))
            assert (await client.get(f"/v1/rounds/{round_['id']}")).status_code == 200
            written += 1

    traffic = asyncio.create_task(write())
    async with maintenance(service(), world.settings) as work:
        for _ in range(3):
            for table in TABLES.values():
                await work.rebuild(table)
            await asyncio.sleep(0.05)
        stop.set()
        await traffic
        assert written > 0
        for table in TABLES.values():
            assert (await work.verify(table)).equal


async def test_erased_words_are_gone_everywhere_and_do_not_come_back(world: World) -> None:
    round_, path = await said(world)
    client, head = world["commission_BA"], world["commission_head_BA"]
    await ok(await world["secretariat"].post(f"{path}/restate", json=on("2020-10-01", reason=WORDS[6])))
    now = await ok(await client.get(path))
    repeated = {
        "json": on("2020-10-02", reason=WORDS[6]),
        "headers": {**if_match(now["version"]), "Idempotency-Key": "k"},
    }
    first = await head.post(f"{path}/endorse", **repeated)
    shown = [path, f"{path}/values/12.1", f"{path}/values/12.1/history", f"{path}?on=2020-09-02", f"{path}/print"]
    shown += [f"/v1/rounds/{round_['id']}/editions/1", f"/v1/rounds/{round_['id']}/draft", f"{path}/validation"]
    before = first.text + "".join([(await client.get(url)).text for url in shown])
    assert [words for words in WORDS if words not in before] == []
    figures = (await ok(await client.get(path)))["digest"]
    async with maintenance(service(), world.settings) as work:
        assert await work.log.erase_texts(UUID(path.rpartition("/")[2])) > len(WORDS)
        for table in TABLES.values():
            assert (await work.verify(table)).equal
        dumped = await work.connection.fetchval(
            "SELECT concat((SELECT string_agg(e::text, '') FROM event e WHERE stream_id = $1),"
            " (SELECT string_agg(t::text, '') FROM event_text t WHERE stream_id = $1),"
            " (SELECT string_agg(r::text, '') FROM report r WHERE id = $1),"
            " (SELECT string_agg(k::text, '') FROM idempotency_key k))",
            UUID(path.rpartition("/")[2]),
        )
    assert "538" in dumped
    assert [words for words in WORDS if words in dumped] == []
    again = await head.post(f"{path}/endorse", **repeated)
    assert again.headers["idempotency-replayed"] == "true"
    after = again.text + "".join([(await client.get(url)).text for url in shown])
    assert [words for words in WORDS if words in after and words != "Written down for a test."] == []
    now = await ok(await client.get(path))
    assert now["digest"] == figures
    assert {v["comment"] for v in now["values"]} == {None}
    assert {v["value"] for v in now["values"] if v["kpi"] == "12.1"} == {"538"}
    body = {"presence": "reported", "value": "538", "comment": WORDS[0]}
    same = await ok(await record(client, now, "12.1", body))
    assert (same["version"], same["comment"]) == (next(v for v in now["values"] if v["kpi"] == "12.1")["version"], None)


async def test_a_change_after_an_erasure_brings_nothing_back_with_its_refusal(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    client, path = world["commission_BA"], f"/v1/reports/{report['id']}"
    await ok(await record(client, report, "12.1", {"presence": "reported", "value": "5", "comment": WORDS[0]}))
    async with maintenance(service(), world.settings) as work:
        await work.log.erase_texts(UUID(report["id"]))
    stale = await record(client, report, "12.1", {"presence": "reported", "value": "6"})
    assert stale.status_code == 412
    assert (stale.json()["current"]["value"], stale.json()["current"]["comment"]) == ("5", None)
    assert WORDS[0] not in (await client.get(path)).text


async def test_an_empty_log_makes_empty_tables(world: World) -> None:
    async with maintenance(service(), world.settings) as work:
        for table in TABLES.values():
            assert await work.rebuild(table) == 0
            assert (await work.verify(table)).rows == 0


async def test_the_command_line_rebuilds_and_verifies(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await said(world)
    monkeypatch.setenv("KPI_DATABASE_URL", world.settings.database_url)
    assert await asyncio.to_thread(main, "kpi", COMMANDS, ["verify"]) == 0
    assert await asyncio.to_thread(main, "kpi", COMMANDS, ["rebuild", "report"]) == 0
    async with maintenance(service(), world.settings) as work:
        await work.connection.execute("UPDATE round SET state = 'open'")
    assert await asyncio.to_thread(main, "kpi", COMMANDS, ["verify"]) == 1
    assert await asyncio.to_thread(main, "kpi", COMMANDS, ["rebuild"]) == 0
    assert await asyncio.to_thread(main, "kpi", COMMANDS, ["verify"]) == 0
    told = capsys.readouterr().out
    assert "report: 7 rows made anew" in told
    assert "round: 1 streams" in told
    assert told.count("DIFFERENT") == 1

"""The read model, made again from the log under traffic, and what is erased from it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from funds_world import (
    PATH,
    World,
    approved,
    concluded,
    deposited,
    established,
    if_match,
    money,
    ok,
    on,
    proposed,
    put_to_vote,
    statement,
    transferred,
)

from common.runtime.cli import main
from common.runtime.write_service import maintenance
from funds.__main__ import COMMANDS
from funds.bootstrap import service
from funds.readmodel.tables import TABLES

WORDS = ("Why it was reversed.", "Please say more.", "Lock the doors.", "Because of the weather.")


async def lived(world: World) -> dict[str, str]:
    """One of every kind of stream, with words of every kind; addresses by kind."""
    await established(world)
    await deposited(world, "US", "1000.00")
    grant = await approved(world, "100.00")
    await transferred(world, grant, "10.00")
    office, agent = world["secretariat"], world["agent_MPTFO"]
    entry = await ok(
        await agent.post(f"{PATH}/entries", json=on("2020-03-01", kind="interest_fund", amount="1.00")), 201
    )
    back = {"on": "2020-03-02", "fact": entry["id"], "reason": WORDS[0]}
    await ok(await agent.post(f"{PATH}/reversals", json=back), 201)
    call = await ok(await office.post(f"{PATH}/calls", json=on("2020-01-01", number=1, title="Call")), 201)
    proposal = await proposed(world)
    decision = await put_to_vote(
        world, kind="reject", mode="no_objection", deadline="2020-02-10", proposal=proposal["id"]
    )
    await ok(await concluded(world, decision, "2020-02-11"))
    project = f"/v1/projects/{grant['project']}"
    await _report(world, project, grant)
    planned = on("2020-01-01", kind="assessment", title="A", start="2020-05-01", end="2020-05-02")
    activity = await ok(await office.post("/v1/activities", json={**planned, "project": grant["project"]}), 201)
    path = f"/v1/activities/{activity['id']}"
    postponed = {"on": "2020-05-02", "reason": WORDS[3]}
    await ok(await office.post(f"{path}/postpone", json=postponed, headers=if_match(1)))
    await ok(await office.post(f"{path}/hold", json=on("2020-06-02"), headers=if_match(2)))
    advice = on("2020-06-03", text=WORDS[2], owner="Police")
    await ok(await office.post(f"{path}/recommendations", json=advice, headers=if_match(3)))
    challenge = await ok(await office.post("/v1/challenges", json=on("2020-05-01", title="C", start="2020-04-01")), 201)
    rate = on("2020-01-01", base="EUR", quote="USD", rate="1.1", source="S") | {"day": "2020-01-01"}
    await ok(await office.post("/v1/rates", json=rate), 201)
    budget = on("2020-01-01", institution="SEESAC", year=2020, amount="1.00", currency="USD", source="S")
    await ok(await office.post("/v1/budgets", json=budget), 201)
    ids = {"call": call, "proposal": proposal, "decision": decision, "activity": activity, "challenge": challenge}
    return {kind: each["id"] for kind, each in ids.items()} | {"project": grant["project"]}


async def _report(world: World, project: str, grant: Any) -> None:
    office, undp = world["secretariat"], world["organisation_UNDP"]
    version = (await ok(await office.get(project)))["version"]
    body = on("2020-03-01", grant=grant["id"], kind="narrative", start="2020-02-10", end="2020-03-31", due="2020-04-30")
    asked = await ok(await office.post(f"{project}/reports", json=body, headers=if_match(version)))
    sent = undp.post(f"{project}/reports/1/submit", json=on("2020-04-15"), headers=if_match(asked["version"]))
    handed = await ok(await sent)
    comment = on("2020-04-16", comment=WORDS[1])
    await ok(await office.post(f"{project}/reports/1/return", json=comment, headers=if_match(handed["version"])))


async def everything(world: World, ids: dict[str, str]) -> str:
    client = world["secretariat"]
    paths = [PATH, *(f"{PATH}/{name}" for name in ("facts", "statement", "contributions", "ledger", "decisions"))]
    paths += [
        f"/v1/{'activities' if kind == 'activity' else kind + 's'}/{i}"
        for kind, i in ids.items()
        if kind != "challenge"
    ]
    paths += ["/v1/challenges", "/v1/rates", "/v1/budgets", f"/v1/projects/{ids['project']}/releases"]
    return "".join([str(await ok(await client.get(path))) for path in paths])


@pytest.mark.parametrize("name", sorted(TABLES))
async def test_a_recount_from_the_log_equals_what_the_appends_wrote(world: World, name: str) -> None:
    await lived(world)
    async with maintenance(service(), world.settings) as work:
        found = await work.verify(TABLES[name])
        assert found.rows == {"decision": 2}.get(name, 1)
        assert (found.equal, found.differing) == (True, [])
        assert await work.rebuild(TABLES[name]) == found.rows
        assert (await work.verify(TABLES[name])).live == found.live


async def test_a_row_that_was_tampered_with_is_named_and_mended(world: World) -> None:
    ids = await lived(world)
    before = await everything(world, ids)
    async with maintenance(service(), world.settings) as work:
        await work.connection.execute(
            "UPDATE fund SET document = jsonb_set(document, '{deposits,0,credited}', '\"1000000.00\"')"
        )
        await work.connection.execute("DELETE FROM project")
        assert await everything_differs(world, before)
        for name in ("fund", "project"):
            assert not (await work.verify(TABLES[name])).equal
            assert await work.rebuild(TABLES[name]) == 1
            assert (await work.verify(TABLES[name])).equal
    assert await everything(world, ids) == before


async def everything_differs(world: World, before: str) -> bool:
    return str((await statement(world))["lines"]) not in before


async def test_a_rebuild_under_traffic_loses_nothing_and_disturbs_nobody(world: World) -> None:
    await established(world)
    stop, written = asyncio.Event(), 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            body = on("2020-03-01", kind="interest_fund", amount="0.01")
            await ok(await world["agent_MPTFO"].post(f"{PATH}/entries", json=body), 201)
            written += 1
            assert (await money(world))["cash"] * 100 == written

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
    assert (await money(world))["cash"] * 100 == written


async def test_erased_words_are_gone_everywhere_and_no_cent_with_them(world: World) -> None:
    ids = await lived(world)
    said = await everything(world, ids)
    assert [words for words in WORDS if words not in said] == []
    before = await statement(world)
    streams = [UUID(ids[kind]) for kind in ("project", "activity")]
    streams.append(UUID((await ok(await world["analyst"].get(PATH)))["id"]))
    async with maintenance(service(), world.settings) as work:
        for stream in streams:
            assert await work.log.erase_texts(stream) > 0
        for table in TABLES.values():
            assert (await work.verify(table)).equal
        dumped = await work.connection.fetchval(
            "SELECT concat((SELECT string_agg(e::text, '') FROM event e), (SELECT string_agg(t::text, '') FROM"
            " event_text t), (SELECT string_agg(f::text, '') FROM fund f), (SELECT string_agg(p::text, '') FROM"
            " project p), (SELECT string_agg(a::text, '') FROM activity a), (SELECT string_agg(k::text, '') FROM"
            " idempotency_key k))"
        )
    after = await everything(world, ids)
    assert [words for words in WORDS if words in after or words in dumped] == []
    assert await statement(world) == before


async def test_an_empty_log_makes_empty_tables(world: World) -> None:
    async with maintenance(service(), world.settings) as work:
        for table in TABLES.values():
            assert await work.rebuild(table) == 0
            assert (await work.verify(table)).rows == 0


async def test_the_command_line_rebuilds_and_verifies(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await lived(world)
    monkeypatch.setenv("FUNDS_DATABASE_URL", world.settings.database_url)
    assert await asyncio.to_thread(main, "funds", COMMANDS, ["verify"]) == 0
    assert await asyncio.to_thread(main, "funds", COMMANDS, ["rebuild", "fund"]) == 0
    async with maintenance(service(), world.settings) as work:
        await work.connection.execute("UPDATE call SET document = jsonb_set(document, '{number}', '5')")
    assert await asyncio.to_thread(main, "funds", COMMANDS, ["verify"]) == 1
    assert await asyncio.to_thread(main, "funds", COMMANDS, ["rebuild"]) == 0
    assert await asyncio.to_thread(main, "funds", COMMANDS, ["verify"]) == 0
    assert capsys.readouterr().out.count("DIFFERENT") == 1

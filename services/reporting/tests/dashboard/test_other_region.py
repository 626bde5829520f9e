"""Another region needs a pack and no code: page, map and answers of the Caribbean."""

from __future__ import annotations

import httpx
from feed_of_incidents import person

from reporting import bootstrap
from reporting.settings import Settings


async def test_the_caribbean_is_shown_with_its_own_members_and_map(world, monkeypatch):
    world.feed.report("a", jurisdiction="JM", occurred_on="2020-08-01", persons=[person(sex="male")])
    world.feed.report("b", jurisdiction="TT", occurred_on="2020-09-01", persons=[person(sex="female")])
    await world.tell()
    monkeypatch.setenv("SALWATCH_PACK", "caribbean")
    settings = Settings(database_url=world.dsn, port=0, incidents_url="http://incidents.test")
    async with (
        bootstrap.api(settings) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reporting.test") as client,
    ):
        page = await client.get("/?year=2020")
        answer = await client.get("/v1/aggregates/incidents?by=jurisdiction&from=2020-07-01&to=2020-12-31")
    assert page.status_code == 200
    assert "Kingston" in page.text
    assert '<section id="where"' in page.text
    found = {row["key"]["jurisdiction"]: row["value"] for row in answer.json()["rows"]}
    assert len(found) == 16
    assert {code: value for code, value in found.items() if value is not None} == {"JM": 1, "TT": 1}

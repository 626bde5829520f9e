"""`POST /v1/incidents`."""

from __future__ import annotations

from world import World, line


async def test_a_new_line_is_accepted_and_can_be_read_at_once(world: World) -> None:
    posted = await world["rs-desk"].post("/v1/incidents", json=line())
    assert posted.status_code == 201, posted.text
    answer = posted.json()
    assert answer | {"id": ""} == {"id": "", "version": 1, "outcome": "accepted", "warnings": []}
    assert posted.headers["location"] == f"/v1/incidents/{answer['id']}"
    assert posted.headers["etag"] == '"1"'
    assert posted.headers["salwatch-position"].startswith("incidents:")
    read = await world["rs-desk"].get(posted.headers["location"])
    assert read.status_code == 200, read.text
    assert read.json()["narrative"] == "Two men argued."
    assert read.headers["etag"] == '"1"'

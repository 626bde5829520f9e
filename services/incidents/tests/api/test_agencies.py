"""Agencies, their keys, and what a credential says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from world import World, line


async def test_a_key_is_shown_once_and_rotated_with_overlap(world: World) -> None:
    administrator = world["administrator"]
    listed = (await administrator.get("/v1/agencies/rs-desk/keys")).json()["items"]
    (old,) = listed
    assert "key" not in old
    assert "secret" not in str(old)
    rotated = await administrator.post(f"/v1/agencies/rs-desk/keys/{old['id']}/rotate", json={"overlap_hours": 1})
    assert rotated.status_code == 201, rotated.text
    fresh = world.client(f"ApiKey {rotated.json()['key']}")
    for client in (fresh, world["rs-desk"]):
        assert (await client.get("/v1/me")).status_code == 200
    third = await administrator.post("/v1/agencies/rs-desk/keys", json={})
    assert third.status_code == 409


async def test_a_revoked_key_ends_at_once(world: World) -> None:
    administrator = world["administrator"]
    (key,) = (await administrator.get("/v1/agencies/rs-desk/keys")).json()["items"]
    assert (await world["rs-desk"].get("/v1/me")).status_code == 200
    assert (await administrator.delete(f"/v1/agencies/rs-desk/keys/{key['id']}")).status_code == 204
    assert (await world["rs-desk"].get("/v1/me")).status_code == 401
    (key,) = (await administrator.get("/v1/agencies/rs-desk/keys")).json()["items"]
    assert key["revoked_at"] is not None


async def test_the_administrator_sees_when_a_key_was_last_seen(world: World) -> None:
    await world["rs-desk"].post("/v1/incidents", json=line())
    await world.app.state.services.api_keys.flush()
    (key,) = (await world["administrator"].get("/v1/agencies/rs-desk/keys")).json()["items"]
    assert datetime.fromisoformat(key["last_seen"]) > datetime.now(UTC) - timedelta(minutes=1)


async def test_a_key_may_be_narrower_than_its_agency_but_not_wider(world: World) -> None:
    administrator = world["administrator"]
    narrow = await administrator.post("/v1/agencies/monitor/keys", json={"jurisdictions": ["XK"]})
    client = world.client(f"ApiKey {narrow.json()['key']}")
    assert (await client.post("/v1/incidents", json=line(jurisdiction="XK"))).status_code == 201
    assert (await client.post("/v1/incidents", json=line("2"))).status_code == 403
    wide = await administrator.post("/v1/agencies/rs-desk/keys", json={"jurisdictions": ["BA"]})
    assert wide.status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": "rs-desk", "name": "Again", "jurisdictions": ["RS"]}, 409),
        ({"code": "Bad Code", "name": "N", "jurisdictions": ["RS"]}, 422),
        ({"code": "zz", "name": "N", "jurisdictions": ["ZZ"]}, 422),
        ({"code": "zz", "name": "N", "jurisdictions": []}, 422),
    ],
)
async def test_a_bad_agency_is_refused(world: World, body: dict[str, object], status: int) -> None:
    assert (await world["administrator"].post("/v1/agencies", json=body)).status_code == status


async def test_keys_of_other_agencies_and_unknown_ones_are_404(world: World) -> None:
    administrator = world["administrator"]
    (key,) = (await administrator.get("/v1/agencies/monitor/keys")).json()["items"]
    for path in (f"/v1/agencies/rs-desk/keys/{key['id']}", "/v1/agencies/rs-desk/keys/nothing"):
        assert (await administrator.delete(path)).status_code == 404
    for path in ("/v1/agencies/none", "/v1/agencies/none/keys"):
        assert (await administrator.get(path)).status_code == 404
    assert (await administrator.post("/v1/agencies/none/keys", json={})).status_code == 404


@pytest.mark.parametrize("role", ["rs-desk", "verifier", "secretariat", "analyst", "service"])
async def test_agencies_are_the_administrators(world: World, role: str) -> None:
    assert (await world[role].get("/v1/agencies")).status_code == 403


async def test_a_credential_knows_what_it_may_do(world: World) -> None:
    mine = (await world["rs-desk"].get("/v1/me")).json()
    assert mine["agency"] == "rs-desk"
    assert mine["jurisdictions"] == ["RS"]
    assert {"incidents:push", "coverage:declare"} <= set(mine["permissions"])
    verifier = (await world["verifier"].get("/v1/me")).json()
    assert (verifier["kind"], verifier["agency"], verifier["jurisdictions"]) == ("person", None, None)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("rs-desk", 200),
        ("secretariat", 200),
        ("administrator", 200),
        ("service", 200),
        ("verifier", 403),
        ("analyst", 403),
    ],
)
async def test_the_change_feed_is_for_those_who_follow(world: World, role: str, status: int) -> None:
    assert (await world[role].get("/v1/events")).status_code == status

"""`POST /v1/incidents`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
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


async def test_the_same_line_again_is_unchanged_and_another_is_a_correction(world: World) -> None:
    first = await world["rs-desk"].post("/v1/incidents", json=line())
    same = await world["rs-desk"].post("/v1/incidents", json=line())
    assert (same.status_code, same.json()["outcome"], same.json()["version"]) == (200, "unchanged", 1)
    other = await world["rs-desk"].post("/v1/incidents", json=line(narrative=None))
    assert (other.status_code, other.json()["outcome"], other.json()["version"]) == (200, "corrected", 2)
    assert other.json()["id"] == first.json()["id"]


async def test_a_read_incident_pushed_back_is_unchanged(world: World) -> None:
    posted = await world["rs-desk"].post("/v1/incidents", json=line())
    read = (await world["rs-desk"].get(posted.headers["location"])).json()
    assert (await world["rs-desk"].post("/v1/incidents", json=read)).json()["outcome"] == "unchanged"


async def test_two_agencies_ids_never_collide_but_what_looks_like_a_double_is_named(world: World) -> None:
    one = await world["rs-desk"].post("/v1/incidents", json=line())
    elsewhere_written = {"name": "NOVI  SÁD"}
    other = await world["monitor"].post("/v1/incidents", json=line(occurred_on="2020-03-15", place=elsewhere_written))
    assert other.status_code == 201
    (warning,) = other.json()["warnings"]
    assert warning["code"] == "possible_duplicate"
    assert one.json()["id"] in warning["detail"]
    far = await world["monitor"].post("/v1/incidents", json=line("M-2", occurred_on="2020-03-16"))
    assert far.json()["warnings"] == []


async def test_a_jurisdiction_that_the_key_does_not_cover_is_403(world: World) -> None:
    answer = await world["rs-desk"].post("/v1/incidents", json=line(jurisdiction="BA"))
    assert answer.status_code == 403
    assert answer.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/jurisdiction",
        "code": "jurisdiction_not_allowed",
        "detail": "",
    }
    assert answer.json()["detail"] == "The line says BA, which is not among the jurisdictions of this credential: RS"
    unknown = await world["rs-desk"].post("/v1/incidents", json=line(jurisdiction="ZZ"))
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["code"] == "unknown_jurisdiction"


async def test_a_narrowed_key_cannot_push_an_incident_out_of_where_it_does_not_reach(world: World) -> None:
    keys = "/v1/agencies/ba-desk/keys"
    narrowed = await world["administrator"].post(keys, json={"jurisdictions": ["RS"]})
    await world["ba-desk"].post("/v1/incidents", json=line(jurisdiction="BA", place=None))
    pushing = world.client(f"ApiKey {narrowed.json()['key']}")
    taken = await pushing.post("/v1/incidents", json=line(jurisdiction="RS", place=None))
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (403, "jurisdiction_not_allowed")
    batch = await pushing.post("/v1/incidents:batch", json=[line(jurisdiction="RS", place=None)])
    assert batch.status_code == 422
    assert batch.json()["items"][0]["problem"]["errors"][0]["code"] == "jurisdiction_not_allowed"


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"persons": [{"role": "victim", "name": "N. N."}]}, "/persons/0/name", "unknown_field"),
        ({"occurred_on": 1584144000}, "/occurred_on", "date_malformed"),
        ({"occurred_on": "2999-01-01"}, "/occurred_on", "date_in_future"),
        ({"category": "suicide"}, "/persons", "suicide_without_person"),
        ({"narrative": "a\0b"}, "/narrative", "unstorable_text"),
        (
            {"seizure": {"items": [{"kind": "handgun", "quantity": 3, "unit": "piece"}]}},
            "/seizure/items/0/quantity",
            "decimal_malformed",
        ),
        ({"weapons": [{"type": "handgun", "count": "2"}]}, "/weapons/0/count", "int_type"),
    ],
)
async def test_bad_input_names_its_place(world: World, more: dict[str, Any], pointer: str, code: str) -> None:
    answer = await world["rs-desk"].post("/v1/incidents", json=line(**more))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (pointer, code) in {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


async def test_fifty_equal_posts_make_one_incident_and_fifty_equal_answers(world: World) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(
        *(world["rs-desk"].post("/v1/incidents", json=line(), headers=headers) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 49
    reused = await world["rs-desk"].post("/v1/incidents", json=line("other"), headers=headers)
    assert reused.status_code == 422


async def test_a_line_for_a_retracted_incident_is_refused(world: World) -> None:
    posted = await world["rs-desk"].post("/v1/incidents", json=line())
    await world["rs-desk"].post(
        f"{posted.headers['location']}/retract", json={"reason": "error"}, headers={"If-Match": '"1"'}
    )
    again = await world["rs-desk"].post("/v1/incidents", json=line())
    assert again.status_code == 409
    assert again.json()["errors"][0]["code"] == "incident_retracted"


@pytest.mark.parametrize("role", ["verifier", "secretariat", "administrator", "analyst", "service"])
async def test_only_agencies_push(world: World, role: str) -> None:
    assert (await world[role].post("/v1/incidents", json=line())).status_code == 403


async def test_without_a_credential_there_is_nothing(world: World) -> None:
    answer = await world.client(None).post("/v1/incidents", json=line())
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers

"""`PUT /v1/coverage/{jurisdiction}`."""

from __future__ import annotations

import pytest
from world import World


async def test_an_agency_declares_and_mends_its_coverage(world: World) -> None:
    for day in ("2020-06-30", "2020-12-31", "2020-09-30"):
        declared = await world["rs-desk"].put("/v1/coverage/RS", json={"complete_through": day})
        assert declared.status_code == 200, declared.text
        assert declared.json()["complete_through"] == day
    assert declared.headers["etag"] == '"3"'
    assert declared.headers["salwatch-position"].endswith(":3")
    same = await world["rs-desk"].put("/v1/coverage/RS", json={"complete_through": "2020-09-30"})
    assert same.headers["etag"] == '"3"'
    await world["monitor"].put("/v1/coverage/RS", json={"complete_through": "2020-03-31"})
    listed = (await world["analyst"].get("/v1/coverage")).json()["items"]
    assert [(entry["jurisdiction"], entry["agency"], entry["complete_through"]) for entry in listed] == [
        ("RS", "monitor", "2020-03-31"),
        ("RS", "rs-desk", "2020-09-30"),
    ]


@pytest.mark.parametrize(
    ("jurisdiction", "day", "status", "code"),
    [
        ("RS", "2999-01-01", 422, "date_in_future"),
        ("BA", "2020-06-30", 403, "jurisdiction_not_allowed"),
        ("ZZ", "2020-06-30", 422, "unknown_jurisdiction"),
        ("RS", "soon", 422, "date_malformed"),
    ],
)
async def test_a_bad_declaration_is_refused(world: World, jurisdiction: str, day: str, status: int, code: str) -> None:
    answer = await world["rs-desk"].put(f"/v1/coverage/{jurisdiction}", json={"complete_through": day})
    assert answer.status_code == status
    assert answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize("role", ["verifier", "secretariat", "administrator", "analyst"])
async def test_only_agencies_declare(world: World, role: str) -> None:
    assert (await world[role].put("/v1/coverage/RS", json={"complete_through": "2020-06-30"})).status_code == 403

"""The commands on an incident, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from world import World, line

from common.eventsourcing.units import Actor
from common.kernel.text import ErasableText
from incidents.application.incidents import Caller
from incidents.domain.commands import MarkDuplicate
from incidents.domain.errors import DuplicateOfInactive

REASON = {"reason": "Illustration."}


async def report(client: httpx.AsyncClient, body: dict[str, Any] | None = None) -> str:
    posted = await client.post("/v1/incidents", json=body or line())
    assert posted.status_code == 201, posted.text
    return str(posted.json()["id"])


async def command(
    client: httpx.AsyncClient, incident: str, name: str, body: dict[str, Any], version: int | None = 1, **headers: str
) -> httpx.Response:
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await client.post(f"/v1/incidents/{incident}/{name}", json=body, headers=headers)


async def test_an_agency_corrects_its_own_incident_and_gets_it_back_whole(world: World) -> None:
    incident = await report(world["rs-desk"])
    answer = await command(
        world["rs-desk"], incident, "correct", {"fields": {"tags": ["armed_robbery"]}, "reason": "late"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["salwatch-position"].endswith(":2")
    assert answer.json() == (await world["rs-desk"].get(f"/v1/incidents/{incident}")).json()
    assert answer.json()["tags"] == ["armed_robbery"]
    assert answer.json()["narrative"] == "Two men argued."


@pytest.mark.parametrize("name", ["correct", "retract"])
async def test_another_agencys_incident_is_out_of_reach(world: World, name: str) -> None:
    incident = await report(world["rs-desk"])
    body = {**REASON, "fields": {"tags": []}} if name == "correct" else REASON
    answer = await command(world["monitor"], incident, name, body)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "not_own_incident"


async def test_a_correction_cannot_move_an_incident_where_the_key_does_not_reach(world: World) -> None:
    incident = await report(world["rs-desk"])
    answer = await command(
        world["rs-desk"], incident, "correct", {"fields": {"jurisdiction": "BA"}, "reason": "wrong country"}
    )
    assert answer.status_code == 403
    assert answer.json()["errors"] == [
        {
            "pointer": "/fields/jurisdiction",
            "code": "jurisdiction_not_allowed",
            "detail": "BA is not among the jurisdictions of this credential: RS",
        }
    ]


@pytest.mark.parametrize(("version", "status"), [(None, 428), (2, 412), (1, 200)])
async def test_a_command_names_the_version_that_was_seen(world: World, version: int | None, status: int) -> None:
    incident = await report(world["rs-desk"])
    assert (await command(world["secretariat"], incident, "dispute", REASON, version)).status_code == status


async def test_a_verifier_verifies_and_a_correction_voids_it(world: World) -> None:
    incident = await report(world["rs-desk"])
    verified = await command(world["verifier"], incident, "verify", {"comment": "seen in court"})
    assert verified.json()["verification"] == "verified"
    assert "age" not in verified.json()["persons"][0]
    assert verified.json()["narrative"] == "Two men argued."
    corrected = await world["rs-desk"].post("/v1/incidents", json=line(tags=["armed_robbery"]))
    assert corrected.json()["outcome"] == "corrected"
    assert (await world["analyst"].get(f"/v1/incidents/{incident}")).json()["verification"] == "unverified"


async def test_nobody_verifies_for_the_agency_that_reported(world: World) -> None:
    incident = await report(world["rs-desk"])
    insider = world.client(f"Bearer {world.issuer.issue('verifier', agency='rs-desk')}")
    answer = await command(insider, incident, "verify", {})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "verified_by_reporter"


async def test_the_secretariat_commands_everything(world: World) -> None:
    one, other = await report(world["rs-desk"]), await report(world["monitor"], line("M-1"))
    secretariat = world["secretariat"]
    marked = await command(secretariat, one, "mark-duplicate", {**REASON, "duplicate_of": other})
    assert (marked.json()["status"], marked.json()["duplicate_of"]) == ("duplicate", other)
    unmarked = await command(secretariat, one, "unmark-duplicate", REASON, 2)
    assert (unmarked.json()["status"], unmarked.json()["duplicate_of"]) == ("active", None)
    reclassified = await command(secretariat, one, "reclassify", {**REASON, "category": "public_dispute"}, 3)
    assert reclassified.json()["category"] == "public_dispute"
    corrected = await command(secretariat, one, "correct", {**REASON, "fields": {"tags": ["armed_robbery"]}}, 4)
    assert corrected.json()["tags"] == ["armed_robbery"]
    assert (await command(secretariat, one, "verify", {}, 5)).json()["verification"] == "verified"
    assert (await command(secretariat, one, "dispute", REASON, 6)).json()["verification"] == "disputed"
    assert (await command(secretariat, one, "retract", REASON, 7)).json()["status"] == "retracted"


async def test_two_incidents_marked_as_duplicates_of_each_other_at_once_do_not_both_cease_to_count(
    world: World,
) -> None:
    one, other = [UUID(await report(world["rs-desk"], line(name))) for name in ("1", "2")]
    incidents = world.app.state.services.incidents
    caller = Caller(Actor("person:secretariat"))

    async def mark(incident: UUID, duplicate_of: UUID) -> Any:
        doubled = MarkDuplicate(incident, duplicate_of, ErasableText.of("The same shooting."))
        return await incidents.act(incident, doubled, 1, caller, lambda _: None)

    results = await asyncio.gather(mark(one, other), mark(other, one), return_exceptions=True)
    assert [isinstance(result, DuplicateOfInactive) for result in results] == [False, True]
    shown = (await world["secretariat"].get("/v1/incidents")).json()["items"]
    assert [incident["id"] for incident in shown] == [str(other)]


async def test_a_push_does_not_overwrite_what_the_secretariat_corrected(world: World) -> None:
    incident = await report(world["rs-desk"])
    await command(world["secretariat"], incident, "reclassify", {**REASON, "category": "public_dispute"})
    again = await world["rs-desk"].post("/v1/incidents", json=line())
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    contested = await world["rs-desk"].post("/v1/incidents", json=line(category="accidental_shooting"))
    assert contested.json()["outcome"] == "unchanged"
    assert [warning["code"] for warning in contested.json()["warnings"]] == ["field_held"]
    history = (await world["secretariat"].get(f"/v1/incidents/{incident}/history")).json()["items"]
    assert history[-1]["type"] == "correction-proposed"
    assert history[-1]["proposed"] == {"category": "accidental_shooting"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("rs-desk", {"correct", "retract"}),
        ("verifier", {"verify", "dispute"}),
        ("analyst", set()),
        ("administrator", set()),
        ("service", set()),
    ],
)
async def test_each_role_has_its_commands(world: World, role: str, allowed: set[str]) -> None:
    incident = await report(world["rs-desk"])
    bodies: dict[str, dict[str, Any]] = {
        "correct": {**REASON, "fields": {"tags": []}},
        "reclassify": {**REASON, "category": "other"},
        "verify": {},
        "dispute": REASON,
        "mark-duplicate": {**REASON, "duplicate_of": incident},
        "unmark-duplicate": REASON,
        "retract": REASON,
    }
    answers = {name: await command(world[role], incident, name, body, 99) for name, body in bodies.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 412} == allowed
    assert {answer.status_code for name, answer in answers.items() if name not in allowed} == {403}


async def test_a_repeated_command_gets_the_first_answer_with_its_instant_and_words(world: World) -> None:
    incident = await report(world["rs-desk"])
    body = {**REASON, "fields": {"tags": ["armed_robbery"]}}
    first = await command(world["rs-desk"], incident, "correct", body, **{"Idempotency-Key": "k1"})
    again = await command(world["rs-desk"], incident, "correct", body, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.json() == first.json()
    assert again.headers["salwatch-position"] == first.headers["salwatch-position"]
    assert again.headers["etag"] == first.headers["etag"]


async def test_a_command_on_nothing_is_404(world: World) -> None:
    for role, name, body in (("rs-desk", "retract", REASON), ("verifier", "verify", {})):
        answer = await command(world[role], "0f0f0f0f-0000-4000-8000-000000000000", name, body)
        assert answer.status_code == 404


async def test_a_scope_bound_to_jurisdictions_reaches_no_further(world: World) -> None:
    incident = await report(world["rs-desk"])
    elsewhere = world.client(f"Bearer {world.issuer.issue('verifier', jurisdictions=['BA'])}")
    assert (await command(elsewhere, incident, "verify", {})).status_code == 403

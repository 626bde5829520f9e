"""Every role against every command: who may do what, in whose report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from kpi_world import World, accepted, ok, on, opened, record, refusal, report_of

SHA = "a" * 64

EVERYBODY = (
    "institution_BA_police",
    "institution_BA_army",
    "commission_BA",
    "commission_head_BA",
    "institution_RS_police",
    "commission_RS",
    "commission_head_RS",
    "secretariat",
    "analyst",
    "administrator",
    "reader",
    "service",
)
COMMISSION = {"commission_BA", "commission_head_BA"}
HEAD = {"commission_head_BA"}
HEADS = {"commission_head_BA", "commission_head_RS"}
POLICE = {"institution_BA_police"}
SECRETARIAT = {"secretariat"}
REPORT, ROUND, OTHERS = "/v1/reports/{report}", "/v1/rounds/{round}", "/v1/reports/{secretariat}"


@dataclass(frozen=True)
class Command:
    method: str
    path: str
    allowed: set[str]
    body: dict[str, Any] = field(default_factory=dict)


FILE = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": SHA, "link": "https://ba.test"}
COMMANDS = (
    Command("POST", "/v1/roadmaps", {"secretariat", "administrator"}, {"code": "wb-salw"}),
    Command("POST", "/v1/rounds", SECRETARIAT, {"roadmap": "wb-salw", "period": "2020-S1"}),
    Command("POST", f"{ROUND}/share-draft", SECRETARIAT, {"object_by": "2020-08-01"}),
    Command("POST", f"{ROUND}/objections", HEADS, {"text": "No."}),
    Command("POST", f"{ROUND}/objections/1/answer", SECRETARIAT, {"answer": "Yes."}),
    Command("POST", f"{ROUND}/publish", SECRETARIAT),
    Command("PUT", f"{REPORT}/values/12.1", COMMISSION, {"presence": "reported", "value": "1"}),
    Command("PUT", f"{REPORT}/values/12.1/inputs/police", COMMISSION | POLICE, {"value": "1"}),
    Command("PUT", f"{REPORT}/narratives/1", COMMISSION, {"language": "bs", "original": "Da."}),
    Command("POST", f"{REPORT}/evidence", COMMISSION, FILE),
    Command("POST", f"{REPORT}/import", COMMISSION, {"values": []}),
    Command("POST", f"{REPORT}/explanations", COMMISSION, {"finding": "x/1", "explanation": "So."}),
    Command("POST", f"{REPORT}/institutions/police/clear", POLICE),
    Command("POST", f"{REPORT}/endorse", HEAD),
    Command("POST", f"{REPORT}/return", SECRETARIAT, {"comments": [{"text": "Please."}]}),
    Command("POST", f"{REPORT}/accept", SECRETARIAT),
    Command("POST", f"{REPORT}/reopen", SECRETARIAT, {"reason": "Wrong."}),
    Command("POST", f"{REPORT}/restate", SECRETARIAT, {"reason": "Wrong."}),
    Command("POST", f"{REPORT}/extend", SECRETARIAT, {"due": "2020-01-01", "reason": "Late."}),
    Command("POST", f"{REPORT}/readers", HEAD, {"reader": "person:x"}),
    Command("DELETE", f"{REPORT}/readers/person:x", HEAD),
    Command("POST", f"{REPORT}/compare-with-feed", SECRETARIAT),
    Command("POST", f"{REPORT}/queries/1/send", SECRETARIAT),
    Command("POST", f"{REPORT}/queries/1/dismiss", SECRETARIAT, {"reason": "No."}),
    Command("POST", f"{REPORT}/queries/1/answer", COMMISSION, {"answer": "So."}),
    Command("PUT", f"{OTHERS}/values/14", SECRETARIAT, {"presence": "not_reported", "jurisdiction": "BA"}),
    Command("PUT", f"{OTHERS}/values/14/inputs/police", set(), {"value": "1"}),
    Command("PUT", f"{OTHERS}/narratives/1", set(), {"language": "bs", "original": "Da."}),
    Command("POST", f"{OTHERS}/evidence", set(), FILE),
    Command("POST", f"{OTHERS}/endorse", set()),
    Command("POST", f"{OTHERS}/readers", set(), {"reader": "person:x"}),
)


async def addresses(world: World) -> dict[str, str]:
    round_ = await opened(world)
    reports = [await report_of(world, round_["id"], jurisdiction) for jurisdiction in ("BA", None)]
    return {"round": round_["id"], "report": reports[0]["id"], "secretariat": reports[1]["id"]}


async def send(client: httpx.AsyncClient, command: Command, names: dict[str, str]) -> httpx.Response:
    headers = {"If-Match": '"1"'}
    body = None if command.method == "DELETE" else command.body
    return await client.request(command.method, command.path.format_map(names), json=body, headers=headers)


async def test_every_role_may_do_what_it_may_and_nothing_else(world: World) -> None:
    names = await addresses(world)
    for command in COMMANDS:
        for role in EVERYBODY:
            answer = await send(world[role], command, names)
            told = (command.method, command.path, role, answer.status_code, answer.text)
            assert (answer.status_code != 403) is (role in command.allowed), told
            assert answer.status_code < 500, told


async def test_whoever_is_refused_is_told_whether_the_role_or_the_jurisdiction_is_in_the_way(world: World) -> None:
    names = await addresses(world)
    codes = {
        (command.path, role): refusal(await send(world[role], command, names), 403)["code"]
        for command in COMMANDS
        for role in ("analyst", "commission_head_RS")
        if role not in command.allowed
    }
    assert {code for (_, role), code in codes.items() if role == "analyst"} == {"permission_missing"}
    assert codes[f"{REPORT}/values/12.1", "commission_head_RS"] == "jurisdiction_not_allowed"
    assert codes[f"{REPORT}/endorse", "commission_head_RS"] == "jurisdiction_not_allowed"
    assert codes[f"{REPORT}/queries/1/answer", "commission_head_RS"] == "jurisdiction_not_allowed"
    assert codes[f"{REPORT}/accept", "commission_head_RS"] == "permission_missing"
    assert codes[f"{OTHERS}/values/14", "commission_head_RS"] == "permission_missing"


SEEN = {
    "share-draft",
    "objections",
    "answer",
    "publish",
    "12.1",
    "police",
    "1",
    "import",
    "clear",
    "endorse",
    "return",
    "accept",
}
"""The last steps of the commands that need the version that was seen; an answer to a query is none of them."""


async def test_commands_on_what_somebody_saw_need_its_version(world: World) -> None:
    names = await addresses(world)
    for command in COMMANDS:
        who = world[min(command.allowed)] if command.allowed else None
        if who is None or command.path.startswith(OTHERS) or command.method == "DELETE":
            continue
        answer = await who.request(command.method, command.path.format_map(names), json=command.body)
        last = command.path.rpartition("/")[2]
        needed = last in SEEN and "queries" not in command.path
        assert (answer.status_code == 428) is needed, (command.path, answer.status_code, answer.text)


async def test_every_command_is_in_the_list(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    commands = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method != "get" and path.startswith("/v1/")
    }
    names = {"report": "{report_id}", "round": "{round_id}", "secretariat": "{report_id}"}
    given = {(c.method, c.path.format_map(names)) for c in COMMANDS}
    for method, path in commands:
        pattern = path.replace("{kpi}", "12.1").replace("{institution}", "police").replace("{section}", "1")
        pattern = pattern.replace("{number}", "1").replace("{reader}", "person:x")
        assert (method, pattern) in given, (method, path)


async def test_the_secretariat_never_edits_a_jurisdictions_figure(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    await accepted(world, report, {"12.1": 5})
    seen = await ok(await world["secretariat"].get(f"/v1/reports/{report['id']}"))
    body = {"presence": "reported", "value": "6"}
    assert refusal(await record(world["secretariat"], seen, "12.1", body), 403)["code"] == "not_the_secretariats"
    assert [v["value"] for v in seen["values"] if v["kpi"] == "12.1"] == ["5"]


async def test_a_jurisdictions_role_is_held_for_exactly_one(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    path = f"/v1/reports/{report['id']}"
    for role in ("institution", "commission", "commission_head"):
        for jurisdictions in (None, (), ("BA", "RS")):
            client = world.client(world.issuer.issue(role, jurisdictions=jurisdictions, agency="police"))
            url = f"{path}/values/12.1/inputs/police"
            answer = await client.put(url, json={"value": "1"}, headers={"If-Match": '"1"'})
            assert refusal(answer, 403)["code"] == "one_jurisdiction_needed"
            seen = await ok(await client.get(path))
            assert seen["withheld"] == "draft"
            assert not any(action["allowed"] for action in seen["actions"])
            round_ = await ok(await client.get(f"/v1/rounds/{report['round']}"))
            assert not any(action["allowed"] for action in round_["actions"])
            assert round_["objections"] is None
            assert (await client.get(f"/v1/rounds/{report['round']}/draft")).status_code == 403


async def test_an_institution_acts_for_itself_alone(world: World) -> None:
    report = await report_of(world, (await opened(world))["id"], "BA")
    nobody = world.client(world.issuer.issue("institution", jurisdictions=("BA",)))
    path = f"/v1/reports/{report['id']}/values/12.1/inputs/army"
    for client, agency in ((world["institution_BA_police"], "police"), (nobody, "no institution")):
        error = refusal(await client.put(path, json={"value": "1"}, headers={"If-Match": '"1"'}), 403)
        assert (error["code"], agency in error["detail"]) == ("other_institution", True)


async def test_two_roles_at_once_add_up_and_lend_each_other_nothing(world: World) -> None:
    """Whoever is both secretariat and commission of BA records BA's figures as its commission, and no others."""
    round_ = await opened(world)
    both = world.client(world.issuer.issue("secretariat", "commission", "backdate", jurisdictions=("BA",)))
    ours, theirs = [await report_of(world, round_["id"], code) for code in ("BA", "RS")]
    body = on("2020-08-01", presence="not_reported")
    await ok(await record(both, ours, "12.1", body))
    assert refusal(await record(both, theirs, "12.1", body), 403)["code"] == "jurisdiction_not_allowed"

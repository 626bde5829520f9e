"""Every role against every route: who may do what, and for which party."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
from funds_world import (
    FUND,
    PATH,
    World,
    approved,
    concluded,
    deposited,
    established,
    if_match,
    ok,
    on,
    plan,
    proposed,
    put_to_vote,
    refusal,
    transferred,
)

SHA = "a" * 64
EVERYBODY = (
    "secretariat",
    "agent_MPTFO",
    "member_UNDP",
    "member_FR",
    "organisation_UNDP",
    "organisation_UNODC",
    "donor_DE",
    "donor_GB",
    "observer_NO",
    "reviewer",
    "analyst",
    "administrator",
    "institution",
    "commission",
    "commission_head",
    "verifier",
    "reader",
    "service",
)
ALL = set(EVERYBODY)
SECRETARIAT = {"secretariat"}
AGENT = {"agent_MPTFO"}
MEMBERS = {"member_UNDP", "member_FR"}
ORGANISATIONS = {"organisation_UNDP", "organisation_UNODC"}
UNDP = {"organisation_UNDP"}
SCORERS = SECRETARIAT | MEMBERS | ORGANISATIONS | {"reviewer"}
FOUNDERS = {"secretariat", "administrator"}
GRANT = "/v1/projects/{project}/grants/{grant}"
AMOUNT = {"amount": "1.00"}


@dataclass(frozen=True)
class Command:
    method: str
    path: str
    allowed: set[str]
    body: dict[str, Any] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    """Members of the body that take an address."""


COMMANDS = (
    Command("POST", "/v1/funds", FOUNDERS, {"code": "NEW"}),
    Command("POST", f"{PATH}/extend", FOUNDERS, {"end": "2030-01-01"}),
    Command("POST", f"{PATH}/roles", SECRETARIAT, {"party": "NO", "role": "observer"}),
    Command("POST", f"{PATH}/roles/end", SECRETARIAT, {"party": "NO", "role": "observer"}),
    Command(
        "POST",
        f"{PATH}/commitments",
        SECRETARIAT | AGENT,
        {"donor": "US", "currency": "USD", "agreement": "SAA", **AMOUNT},
    ),
    Command("POST", f"{PATH}/deposits", AGENT, {"credited": "1.00", **AMOUNT}, ("commitment",)),
    Command("POST", f"{PATH}/entries", AGENT, {"kind": "interest_fund", **AMOUNT}),
    Command("POST", f"{PATH}/conversions", AGENT, {"received": "1.00", **AMOUNT}, ("deposit",)),
    Command("POST", f"{PATH}/transfers", AGENT, {"organisation": "UNDP", "request": "TR", **AMOUNT}, ("grant",)),
    Command("POST", f"{PATH}/refunds", AGENT, {"organisation": "UNDP", **AMOUNT}, ("grant",)),
    Command(
        "POST",
        f"{PATH}/expenditure",
        AGENT | UNDP,
        {
            "organisation": "UNDP",
            "start": "2020-01-01",
            "end": "2020-12-31",
            "lines": [{"category": 1, "amount": "1.00"}],
        },
        ("grant",),
    ),
    Command("POST", f"{PATH}/reversals", AGENT, {"reason": "Wrong."}, ("fact:deposit",)),
    Command("POST", f"{PATH}/reversals", SECRETARIAT | AGENT, {"reason": "Wrong."}, ("fact:commitment",)),
    Command("POST", f"{PATH}/reversals", AGENT | UNDP, {"reason": "Wrong."}, ("fact:expenditure",)),
    Command("POST", f"{PATH}/deposits/import", AGENT, {"items": []}),
    Command("POST", f"{PATH}/transfers/import", AGENT, {"items": []}),
    Command("POST", f"{PATH}/expenditure/import", ORGANISATIONS | AGENT, {"items": []}),
    Command("POST", f"{PATH}/calls", SECRETARIAT, {"number": 9, "title": "Call"}),
    Command("POST", "/v1/calls/{call}/open", SECRETARIAT, {"deadline": "2030-01-01"}),
    Command("POST", "/v1/calls/{call}/extend", SECRETARIAT, {"deadline": "2030-01-02"}),
    Command("POST", "/v1/calls/{call}/close", SECRETARIAT),
    Command("POST", "/v1/calls/{call}/proposals", UNDP, {"plan": plan()}),
    Command("POST", f"{PATH}/proposals", UNDP, {"plan": plan()}),
    Command("POST", "/v1/proposals/{proposal}/resubmit", UNDP, {"plan": plan()}),
    Command("POST", "/v1/proposals/{proposal}/withdraw", UNDP),
    Command("POST", "/v1/proposals/{proposal}/reviewers", SECRETARIAT, {"reviewer": "person:1"}),
    Command("POST", "/v1/proposals/{proposal}/recommendation", SECRETARIAT, {"recommendation": "recommended"}),
    Command("POST", f"{PATH}/meetings", SECRETARIAT, {"number": 1, "title": "First"}),
    Command(
        "POST",
        f"{PATH}/decisions",
        SECRETARIAT,
        {"kind": "approve", "mode": "no_objection", "deadline": "2030-01-01", "plan": plan()},
    ),
    Command("POST", "/v1/decisions/{decision}/conclude", SECRETARIAT),
    Command("POST", f"{PATH}/grants", SECRETARIAT, {"plan": plan()}),
    Command("POST", f"{GRANT}/start", SECRETARIAT | UNDP),
    Command("POST", f"{GRANT}/suspend", SECRETARIAT, {"reason": "So."}),
    Command("POST", f"{GRANT}/resume", SECRETARIAT),
    Command("POST", f"{GRANT}/cancel", SECRETARIAT, {"reason": "So."}),
    Command("POST", f"{GRANT}/operational-closure", SECRETARIAT),
    Command("POST", f"{GRANT}/financial-closure", SECRETARIAT),
    Command(
        "POST",
        "/v1/projects/{project}/reports",
        SECRETARIAT,
        {"kind": "narrative", "start": "2020-01-01", "end": "2020-12-31", "due": "2021-04-30"},
        ("grant",),
    ),
    Command("POST", "/v1/projects/{project}/reports/1/submit", UNDP),
    Command("POST", "/v1/projects/{project}/reports/1/return", SECRETARIAT, {"comment": "More."}),
    Command("POST", "/v1/projects/{project}/reports/1/accept", SECRETARIAT),
    Command("PUT", "/v1/projects/{project}/indicators/i", SECRETARIAT | UNDP, {"title": "I", "unit": "i"}),
    Command("POST", "/v1/projects/{project}/indicators/i/values", SECRETARIAT | UNDP, {"value": "1"}),
    Command(
        "PUT",
        "/v1/projects/{project}/risks/r",
        SECRETARIAT | UNDP,
        {"title": "R", "likelihood": "low", "impact": "high"},
    ),
    Command(
        "POST",
        "/v1/activities",
        SECRETARIAT,
        {"kind": "meeting", "title": "M", "start": "2020-01-01", "end": "2020-01-02"},
    ),
    Command(
        "POST",
        "/v1/activities",
        SECRETARIAT | UNDP,
        {"kind": "meeting", "title": "M", "start": "2020-01-01", "end": "2020-01-02"},
        ("project",),
    ),
    Command("POST", "/v1/activities/{activity}/start", SECRETARIAT | UNDP),
    Command("POST", "/v1/activities/{activity}/hold", SECRETARIAT | UNDP),
    Command("POST", "/v1/activities/{activity}/results", SECRETARIAT | UNDP, {"results": []}),
    Command("POST", "/v1/activities/{activity}/postpone", SECRETARIAT | UNDP, {"reason": "So."}),
    Command("POST", "/v1/activities/{activity}/cancel", SECRETARIAT | UNDP, {"reason": "So."}),
    Command("POST", "/v1/activities/{activity}/recommendations", SECRETARIAT | UNDP, {"text": "Do.", "owner": "All"}),
    Command("POST", "/v1/activities/{activity}/recommendations/1", SECRETARIAT | UNDP, {"state": "done"}),
    Command("POST", "/v1/activities/{own}/hold", SECRETARIAT),
    Command("POST", "/v1/challenges", SECRETARIAT, {"title": "C", "start": "2020-01-01"}),
    Command("POST", "/v1/challenges/{challenge}/activities", SECRETARIAT, {}, ("activity",)),
    Command(
        "POST",
        "/v1/rates",
        SECRETARIAT | AGENT,
        {"base": "EUR", "quote": "USD", "day": "2020-01-01", "rate": "1.1", "source": "S"},
    ),
    Command(
        "POST",
        "/v1/budgets",
        SECRETARIAT,
        {"institution": "SEESAC", "year": 2020, "amount": "1.00", "currency": "USD", "source": "S"},
    ),
)
BY_REVIEWERS = (
    Command("POST", "/v1/proposals/{proposal}/conflict", SCORERS),
    Command("POST", "/v1/proposals/{proposal}/scores", SCORERS, {"scores": []}),
)
"""403 for whoever is no reviewer too, but by another rule."""
BY_VOTERS = (
    Command("POST", "/v1/decisions/{decision}/votes", MEMBERS, {"vote": "yes"}),
    Command("POST", "/v1/decisions/{decision}/recuse", MEMBERS),
)
"""Likewise for a member without a vote on the question."""
READS = (
    "/v1/funds",
    PATH,
    *(f"{PATH}/{name}" for name in ("exceptions", "facts", "statement", "contributions", "ledger", "committee")),
    *(f"{PATH}/{name}" for name in ("meetings", "calls", "decisions", "money?by=project", "iati.xml")),
    *(f"{PATH}/{name}" for name in ("statement.csv", "statement.xlsx", "contributions.csv", "deposits/template.xlsx")),
    "/v1/calls/{call}",
    "/v1/calls/{call}/proposals",
    "/v1/projects",
    "/v1/projects/{project}",
    "/v1/projects/{project}/iati.xml",
    "/v1/projects/{project}/releases",
    "/v1/activities",
    "/v1/activities/{activity}",
    "/v1/challenges",
    "/v1/rates",
    "/v1/budgets",
    "/v1/me",
)


async def addresses(world: World) -> dict[str, str]:
    """One of everything, of UNDP's where it is somebody's."""
    await established(world, end="2029-12-31")
    deposit = await deposited(world, "DE", "1000.00")
    grant = await approved(world, "100.00")
    await transferred(world, grant, "10.00")
    office, names = world["secretariat"], {"fund": FUND, "grant": grant["id"], "project": grant["project"]}
    names |= {"deposit": deposit["id"], "commitment": deposit["commitment"]}
    spent = on("2020-05-01", grant=grant["id"], organisation="UNDP", start="2020-03-01", end="2020-03-31")
    spent["lines"] = [{"category": 1, "amount": "1.00"}]
    told = await ok(await world["organisation_UNDP"].post(f"{PATH}/expenditure", json=spent), 201)
    call = await ok(await office.post(f"{PATH}/calls", json=on("2020-01-01", number=1, title="Call")), 201)
    opened = on("2020-01-02", deadline="2020-03-01")
    await ok(await office.post(f"/v1/calls/{call['id']}/open", json=opened, headers=if_match(1)))
    proposal = await proposed(world)
    decision = await put_to_vote(world, mode="no_objection", deadline="2020-02-20", proposal=proposal["id"])
    planned = on("2020-01-01", kind="assessment", title="A", start="2020-05-01", end="2020-05-02")
    activity = await ok(await office.post("/v1/activities", json={**planned, "project": grant["project"]}), 201)
    own = await ok(await office.post("/v1/activities", json=planned), 201)
    challenge = await ok(await office.post("/v1/challenges", json=on("2020-05-01", title="C", start="2020-04-01")), 201)
    names |= {"expenditure": told["id"], "call": call["id"], "proposal": proposal["id"], "decision": decision["id"]}
    return names | {"activity": activity["id"], "own": own["id"], "challenge": challenge["id"]}


async def send(client: httpx.AsyncClient, command: Command, names: dict[str, str]) -> httpx.Response:
    """With a version that nothing has: what is admitted gets no further."""
    given = [member.partition(":") for member in command.named]
    body = command.body | {member: names[which or member] for member, _, which in given}
    query = "?dry_run=true" if command.path.endswith("/import") else ""
    path = command.path.format_map(names) + query
    return await client.request(command.method, path, json=body, headers=if_match(900))


async def test_every_role_may_do_what_it_may_and_nothing_else(world: World) -> None:
    names, wrong = await addresses(world), []
    for command in COMMANDS:
        for role in EVERYBODY:
            answer = await send(world.plain(role), command, names)
            if (answer.status_code != 403) is not (role in command.allowed) or answer.status_code >= 500:
                wrong.append((command.method, command.path, command.named, role, answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_whoever_is_refused_is_told_whether_the_role_or_the_party_is_in_the_way(world: World) -> None:
    names = await addresses(world)
    for command in (*COMMANDS, *BY_VOTERS, *BY_REVIEWERS):
        if "analyst" not in command.allowed:
            assert refusal(await send(world.plain("analyst"), command, names), 403)["code"] == "permission_missing"
    for command in COMMANDS:
        if command.allowed & UNDP and "organisation_UNODC" not in command.allowed:
            error = refusal(await send(world.plain("organisation_UNODC"), command, names), 403)
            assert error["code"] == "other_party", command.path


async def test_who_may_vote_and_who_may_score_depends_on_more_than_the_role(world: World) -> None:
    names = await addresses(world)
    for command, permitted in (*((c, MEMBERS) for c in BY_VOTERS), *((c, SCORERS) for c in BY_REVIEWERS)):
        for role in EVERYBODY:
            answer = await send(world.plain(role), command, names)
            assert answer.status_code < 500, answer.text
            missing = answer.status_code == 403 and answer.json()["errors"][0]["code"] == "permission_missing"
            assert missing is (role not in permitted), (command.path, role, answer.text)


async def test_a_party_must_be_named_by_the_credential(world: World) -> None:
    names = await addresses(world)
    vote, spend = BY_VOTERS[0], next(c for c in COMMANDS if c.path.endswith("/expenditure"))
    assert refusal(await send(world.plain("member"), vote, names), 403)["code"] == "party_needed"
    assert refusal(await send(world.plain("organisation"), spend, names), 403)["code"] == "party_needed"


async def test_the_pooled_money_is_open_to_every_credential_and_to_nobody_without_one(world: World) -> None:
    names, wrong = await addresses(world), []
    for path in READS:
        address = path.format_map(names)
        for role in (*EVERYBODY, "member", "organisation", "donor"):  # the last ones name no party
            answer = await world.plain(role).get(address)
            if answer.status_code != 200:
                wrong.append((path, role, answer.status_code, answer.text[:200]))
        assert (await world.client(None).get(address)).status_code == 401, path
    assert wrong == []


async def test_no_command_is_open_to_nobody(world: World) -> None:
    for command in (*COMMANDS, *BY_VOTERS, *BY_REVIEWERS):
        names = dict.fromkeys(("call", "proposal", "decision", "project", "grant", "activity", "own"), str(SHA[:32]))
        names |= dict.fromkeys(("challenge", "deposit", "commitment", "expenditure", "fact"), str(SHA[:32]))
        assert (await send(world.client(None), command, names)).status_code == 401, command.path


async def test_proposals_and_open_decisions_are_for_those_who_work_on_them(world: World) -> None:
    names = await addresses(world)
    for role in EVERYBODY:
        client = world.plain(role)
        inside = role in SECRETARIAT | MEMBERS | UNDP
        shown = await client.get(f"/v1/proposals/{names['proposal']}")
        assert shown.status_code == (200 if inside else 403), role
        at_work = role in SECRETARIAT | MEMBERS
        shown = await client.get(f"/v1/decisions/{names['decision']}")
        assert shown.status_code == (200 if at_work else 404), role
        listed = (await ok(await client.get(f"{PATH}/decisions")))["items"]
        assert (names["decision"] in [each["id"] for each in listed]) is at_work, role


async def test_scores_are_for_those_who_decide_and_never_for_the_organisation_that_proposes(world: World) -> None:
    names = await addresses(world)
    for role, evaluates in (("secretariat", True), ("member_FR", True), ("organisation_UNDP", False)):
        shown = await ok(await world.plain(role).get(f"/v1/proposals/{names['proposal']}"))
        assert ("scores" in shown) is evaluates, role


async def test_agreements_are_for_the_donor_itself_the_agent_and_the_secretariat(world: World) -> None:
    await addresses(world)
    for role in (*EVERYBODY, "donor"):
        sees = role in SECRETARIAT | AGENT | {"donor_DE"}
        (item,) = (await ok(await world.plain(role).get(f"{PATH}/contributions")))["items"]
        assert ("agreement" in item, "instalments" in item) == (sees, sees), role
        facts = await world.plain(role).get(f"{PATH}/facts", params={"kind": "commitment"})
        assert ("SAA DE" in facts.text) is sees, role
        for path in (f"{PATH}/contributions.csv", f"{PATH}/iati.xml", "/v1/funds", PATH):
            assert "SAA DE" not in (await world.plain(role).get(path)).text, (role, path)


async def test_reports_at_work_and_risks_are_for_those_who_work_on_the_project(world: World) -> None:
    names = await addresses(world)
    path, office = f"/v1/projects/{names['project']}", world["secretariat"]
    version = (await ok(await office.get(path)))["version"]
    risk = on("2020-05-01", title="A hushed risk", likelihood="low", impact="high")
    changed = await ok(await office.put(f"{path}/risks/r", json=risk, headers=if_match(version)))
    asked = on(
        "2020-05-01", grant=names["grant"], kind="narrative", start="2020-02-01", end="2020-04-30", due="2020-06-30"
    )
    await ok(await office.post(f"{path}/reports", json=asked, headers=if_match(changed["version"])))
    for role in EVERYBODY:
        shown = await ok(await world.plain(role).get(path))
        inside = role in SECRETARIAT | UNDP
        assert (bool(shown["reports"]), bool(shown["risks"])) == (inside, inside), role


async def test_every_route_is_in_the_lists(world: World) -> None:
    document = (await world.client(None).get("/openapi.json")).json()
    known = {(c.method, c.path) for c in (*COMMANDS, *BY_VOTERS, *BY_REVIEWERS)}
    known |= {("GET", path.partition("?")[0]) for path in READS}
    known |= {("GET", "/v1/proposals/{proposal}"), ("GET", "/v1/decisions/{decision}"), ("GET", "/v1/events")}
    patterns = {"{fund}": FUND, "_id}": "}", "{number}": "1", "{code}": "i", "risks/i": "risks/r"}
    for path, methods in document["paths"].items():
        at = path
        for old, new in patterns.items():
            at = at.replace(old, new)
        for suffix in ("csv", "xlsx"):
            for kind in ("deposits", "transfers", "expenditure"):
                if at.replace("{kind}", kind).replace("{suffix}", suffix) in READS:
                    break
        for method in methods:
            if path.startswith("/v1/") and "{suffix}" not in at:
                assert (method.upper(), at) in known, (method, path)


async def test_the_record_shows_a_plan_once_it_is_approved_and_what_was_rejected_to_those_who_decide(
    world: World,
) -> None:
    names = await addresses(world)
    rejected = await proposed(world, title="A plan that was not funded")
    decision = await put_to_vote(
        world, kind="reject", mode="no_objection", deadline="2020-02-10", proposal=rejected["id"]
    )
    await ok(await concluded(world, decision, "2020-02-11"))
    await ok(await concluded(world, {"id": names["decision"]}, "2020-02-21"))
    for role in EVERYBODY:
        client, inside = world.plain(role), role in SECRETARIAT | MEMBERS
        for path in (f"{PATH}/decisions", f"/v1/decisions/{decision['id']}"):
            shown = (await client.get(path)).text
            assert ("A plan that was not funded" in shown) is inside, (path, role)
        assert "Safe storage" in (await client.get(f"/v1/decisions/{names['decision']}")).text, role

"""Decisions at a meeting and by no-objection: who votes, what carries, and what follows."""

from __future__ import annotations

from typing import Any

import pytest
from funds_world import (
    DAY,
    PATH,
    World,
    concluded,
    deposited,
    established,
    money,
    ok,
    on,
    plan,
    pointers,
    proposed,
    put_to_vote,
    ready,
    refusal,
)

AFTER = "2020-02-11"


async def vote(world: World, decision: Any, party: str, ballot: str, day: str = DAY) -> Any:
    path = f"/v1/decisions/{decision['id']}/votes"
    return await world[f"member_{party}"].post(path, json=on(day, vote=ballot))


async def decided(world: World, ballots: dict[str, str], **body: Any) -> Any:
    decision = await put_to_vote(world, **{"plan": plan("100.00"), **body})
    for party, ballot in ballots.items():
        await ok(await vote(world, decision, party, ballot), 201)
    return await concluded(world, decision)


@pytest.mark.parametrize(
    ("rule", "ballots", "status"),
    [
        ("consensus", {"DE": "yes", "FR": "yes"}, "adopted"),
        ("consensus", {"DE": "yes", "FR": "abstain"}, "adopted"),
        ("consensus", {"DE": "yes", "FR": "yes", "US": "no"}, "not_adopted"),
        ("consensus", {"DE": "abstain", "FR": "abstain"}, "not_adopted"),
        ("majority", {"DE": "yes", "FR": "yes", "US": "no"}, "adopted"),
        ("majority", {"DE": "yes", "US": "no"}, "not_adopted"),
        ("majority", {"DE": "no", "FR": "yes", "US": "no"}, "not_adopted"),
    ],
)
async def test_consensus_or_a_majority_carries(world: World, rule: str, ballots: dict[str, str], status: str) -> None:
    await ready(world, rule=rule)
    answer = await ok(await decided(world, ballots))
    assert answer["status"] == status
    assert (await money(world))["reserved"] == (100 if status == "adopted" else 0)
    assert set(answer["voters"]) == {"UNODC", "DE", "FR", "US"}
    assert answer["recused"] == ["UNDP"]


@pytest.mark.parametrize(
    ("quorum", "ballots", "passes"), [("50", 1, False), ("50", 2, True), ("75.1", 3, False), ("0", 0, False)]
)
async def test_a_quorum_of_those_with_a_vote_must_have_cast_one(
    world: World, quorum: str, ballots: int, passes: bool
) -> None:
    await ready(world, quorum=quorum)
    answer = await decided(world, dict.fromkeys(("DE", "FR", "US")[:ballots], "yes"))
    if passes:
        await ok(answer)
    else:
        assert refusal(answer, 409)["code"] == "quorum_missing"


async def test_who_would_receive_is_recused_and_has_no_vote(world: World) -> None:
    await ready(world)
    decision = await put_to_vote(world, plan=plan("60.00", "40.00"))
    assert decision["recused"] == ["UNDP", "UNODC"]
    for party in ("UNDP", "UNODC"):
        assert refusal(await vote(world, decision, party, "yes"), 403)["code"] == "no_vote"
    free = await established_without_recusal(world)
    assert free["recused"] == []


async def established_without_recusal(world: World) -> Any:
    """In another fund that recuses nobody."""
    body = on("2019-03-15", code="OTHER", name="F", kind="mptf", governance="board", currency="USD", start="2019-03-15")
    body |= {"fees": {"agent": "1", "indirect_cap": "7"}, "voting": {"quorum": "50"}}
    office = world["secretariat"]
    await ok(await office.post("/v1/funds", json=body), 201)
    for role, has_vote in (("chair", True), ("organisation", False)):
        role_body = on("2019-03-15", party="UNDP", role=role, vote=has_vote)
        await ok(await office.post("/v1/funds/OTHER/roles", json=role_body), 201)
    sent = on(DAY, kind="approve", mode="no_objection", deadline=DAY, plan=plan(goals=[]))
    return await ok(await office.post("/v1/funds/OTHER/decisions", json=sent), 201)


async def test_a_party_recuses_itself_before_it_votes(world: World) -> None:
    await ready(world)
    decision = await put_to_vote(world, plan=plan("100.00"))
    path = f"/v1/decisions/{decision['id']}"
    told = await ok(await world["member_DE"].post(f"{path}/recuse", json=on(DAY)), 201)
    assert told["recused"] == ["UNDP", "DE"]
    assert refusal(await vote(world, decision, "DE", "no"), 403)["code"] == "no_vote"
    await ok(await vote(world, decision, "FR", "yes"), 201)
    late = await world["member_FR"].post(f"{path}/recuse", json=on(DAY))
    assert refusal(late, 409)["code"] == "already_voted"
    named = await world["member_FR"].post(f"{path}/votes", json=on(DAY, vote="yes", party="US"))
    assert pointers(named) == {"/party": "other_party"}


async def test_silence_until_the_deadline_is_consent_and_one_objection_is_none(world: World) -> None:
    await ready(world)
    for objects, status in ((False, "adopted"), (True, "not_adopted")):
        decision = await put_to_vote(world, mode="no_objection", deadline="2020-02-15", plan=plan("100.00"))
        early = await concluded(world, decision, "2020-02-15")
        assert refusal(early, 409)["code"] == "deadline_not_passed"
        if objects:
            await ok(await vote(world, decision, "DE", "no", "2020-02-15"), 201)
        late = await vote(world, decision, "FR", "no", "2020-02-16")
        assert refusal(late, 409)["code"] == "deadline_passed"
        assert (await ok(await concluded(world, decision, "2020-02-16")))["status"] == status
    assert (await money(world))["reserved"] == 100


async def test_a_vote_at_a_meeting_is_of_those_who_attended(world: World) -> None:
    await ready(world)
    body = on("2020-02-12", number=2, title="Second", attendance=["DE", "UNODC", "SEESAC"], agenda=["Call 1"])
    meeting = await ok(await world["secretariat"].post(f"{PATH}/meetings", json=body), 201)
    assert (meeting["number"], meeting["attendance"]) == (2, ["DE", "UNODC", "SEESAC"])
    decision = await put_to_vote(world, "2020-02-12", mode="meeting", meeting=2, plan=plan("100.00"))
    await ok(await vote(world, decision, "DE", "yes", "2020-02-12"), 201)
    assert refusal(await vote(world, decision, "FR", "yes", "2020-02-12"), 403)["code"] == "no_vote"
    listed = (await ok(await world["analyst"].get(f"{PATH}/meetings", params={"year": 2020})))["items"]
    assert [each["number"] for each in listed] == [1, 2]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"meeting": 9}, {"/meeting": "meeting_unknown"}),
        ({"mode": "no_objection"}, {"/deadline": "deadline_missing"}),
        ({"mode": "no_objection", "deadline": "2020-02-09"}, {"/deadline": "deadline_missing"}),
        ({"deadline": "2020-02-20", "mode": "meeting", "meeting": 1}, {"/deadline": "not_here"}),
        ({"plan": None}, {"/plan": "missing", "/proposal": "missing"}),
        ({"kind": "approve_with_conditions"}, {"/conditions": "missing"}),
        ({"conditions": ["So."]}, {"/conditions": "not_here"}),
        ({"kind": "reject"}, {"/plan": "not_here"}),
        ({"kind": "extend", "plan": None}, {"/grant": "missing", "/end": "missing"}),
        ({"kind": "close"}, {"/grant": "missing", "/plan": "not_here"}),
        ({"kind": "approve_revision"}, {"/grant": "missing", "/revision": "missing"}),
    ],
)
async def test_what_a_decision_must_name_depends_on_its_kind(
    world: World, body: dict[str, Any], where: dict[str, str]
) -> None:
    await ready(world)
    sent = {"kind": "approve", "mode": "meeting", "meeting": 1, "plan": plan("100.00"), **body}
    if sent["mode"] == "no_objection":
        sent.pop("meeting")
    answer = await world["secretariat"].post(f"{PATH}/decisions", json=on(DAY, **sent))
    told = pointers(answer)
    assert where.items() <= told.items(), told


async def test_a_decision_at_a_meeting_is_of_its_day(world: World) -> None:
    await ready(world)
    sent = on("2020-02-11", kind="approve", mode="meeting", meeting=1, plan=plan("100.00"))
    assert pointers(await world["secretariat"].post(f"{PATH}/decisions", json=sent)) == {"/on": "not_at_meeting"}


async def test_conditions_and_allocations_outside_a_call_say_so(world: World) -> None:
    await ready(world)
    body = {"kind": "approve_with_conditions", "conditions": ["Consult the commission first."]}
    answer = await ok(await decided(world, {"DE": "yes", "FR": "yes"}, **body))
    assert (answer["conditions"], answer["outside_call"], answer["call"]) == (body["conditions"], True, None)
    (project,) = (await ok(await world["analyst"].get("/v1/projects")))["items"]
    assert project["grants"][0]["conditions"] == body["conditions"]
    assert project["grants"][0]["call"] is None


async def test_a_decision_draws_on_earmarks_that_the_project_serves(world: World) -> None:
    await ready(world)
    await deposited(world, "DE", "100.00", ("4",))
    for goals, draw, code in (
        ([{"code": "1"}], {"earmark": ["4"], "amount": "50.00"}, "earmark_not_met"),
        ([{"code": "4"}], {"earmark": ["4"], "amount": "99.01"}, "allocation_exceeds_balance"),
        ([{"code": "4"}], {"earmark": ["4"], "amount": "100.01"}, "draws_exceed_amount"),
        ([{"code": "4"}], {"earmark": ["4"], "amount": "-1.00"}, "not_positive"),
    ):
        answer = await decided(world, {"DE": "yes", "FR": "yes"}, plan=plan("100.00", goals=goals), draws=[draw])
        assert answer.status_code in (409, 422), code
        assert code in {error["code"] for error in answer.json()["errors"]}
    draw = {"earmark": ["4"], "amount": "99.00"}
    await ok(await decided(world, {"DE": "yes", "FR": "yes"}, draws=[draw]))
    fund = await ok(await world["analyst"].get(PATH))
    assert [(each["earmark"], each["available"]) for each in fund["earmarks"]] == [([], "989.00"), (["4"], "0.00")]


async def test_a_decision_on_a_proposal_makes_a_project_once(world: World) -> None:
    await ready(world)
    proposal = await proposed(world, "100.00")
    answer = await ok(await decided(world, {"DE": "yes", "FR": "yes"}, plan=None, proposal=proposal["id"]))
    assert answer["status"] == "adopted"
    shown = await ok(await world["organisation_UNDP"].get(f"/v1/proposals/{proposal['id']}"))
    assert (shown["status"], shown["decision"]) == ("approved", answer["id"])
    project = await ok(await world["analyst"].get(f"/v1/projects/{shown['project']}"))
    assert project["grants"][0]["decision"] == answer["id"]
    again = on(DAY, kind="approve", mode="meeting", meeting=1, proposal=proposal["id"])
    assert pointers(await world["secretariat"].post(f"{PATH}/decisions", json=again)) == {"/proposal": "proposal_state"}


async def test_an_agreement_has_no_committee_and_its_grants_are_registered(world: World) -> None:
    await established(world)
    office = world["secretariat"]
    body = on("2019-03-15", code="US-STATE", name="US", kind="bilateral", governance="agreement", currency="USD")
    body |= {"start": "2019-03-15", "fees": {"agent": "0", "indirect_cap": "7"}, "voting": {"quorum": "0"}}
    await ok(await office.post("/v1/funds", json=body), 201)
    role = on("2019-03-15", party="UNDP", role="organisation")
    await ok(await office.post("/v1/funds/US-STATE/roles", json=role), 201)
    sent = on("2019-05-01", plan=plan("500.00", goals=[]))
    project = await ok(await office.post("/v1/funds/US-STATE/grants", json=sent), 201)
    assert [(grant["mechanism"], grant["budget"]) for grant in project["grants"]] == [("US-STATE", "500.00")]
    assert refusal(await office.post(f"{PATH}/grants", json=sent), 409)["code"] == "governance"
    vote_ = on(DAY, kind="approve", mode="no_objection", deadline=DAY, plan=plan(goals=[]))
    assert refusal(await office.post("/v1/funds/US-STATE/decisions", json=vote_), 409)["code"] == "governance"
    meeting = on(DAY, number=1, title="M")
    assert refusal(await office.post("/v1/funds/US-STATE/meetings", json=meeting), 409)["code"] == "governance"
    seats = (await ok(await office.get("/v1/funds/US-STATE/committee")))["seats"]
    assert seats == []


async def test_the_secretariat_and_the_agent_have_no_vote_and_the_secretariat_receives_nothing(world: World) -> None:
    await ready(world)
    office = world["secretariat"]
    for body, code in (
        ({"party": "SEESAC", "role": "secretariat", "vote": True}, "vote_not_possible"),
        ({"party": "NO", "role": "observer", "vote": True}, "vote_not_possible"),
        ({"party": "SEESAC", "role": "organisation"}, "secretariat_receives_nothing"),
        ({"party": "NO", "role": "top_donor"}, "derived_role"),
        ({"party": "UNODC", "role": "chair", "vote": True}, "chair_taken"),
    ):
        answer = await office.post(f"{PATH}/roles", json=on("2020-01-01", **body))
        assert code in pointers(answer).values(), body
    seats = (await ok(await office.get(f"{PATH}/committee", params={"on": DAY})))["seats"]
    kinds = {seat["party"]: (seat["kind"], seat["vote"]) for seat in seats}
    assert kinds == {
        "UNDP": ("chair", True),
        "UNODC": ("member", True),
        "DE": ("ex_officio", True),
        "FR": ("ex_officio", True),
        "US": ("top_donor", True),
        "SEESAC": ("secretariat", False),
    }


async def test_a_party_holds_a_role_once_at_a_time_and_there_is_one_chair(world: World) -> None:
    await established(world)
    office, path = world["secretariat"], f"{PATH}/roles"

    async def assign(day: str, party: str, role: str, until: str | None = None) -> Any:
        body = on(day, party=party, role=role, vote=role in ("chair", "member"), until=until)
        return await office.post(path, json=body)

    await ok(await assign("2020-06-01", "NO", "observer"), 201)
    assert refusal(await assign("2020-01-01", "NO", "observer"), 409)["code"] == "already_there"
    assert refusal(await assign("2020-01-01", "NO", "observer", "2020-06-01"), 409)["code"] == "already_there"
    await ok(await assign("2020-01-01", "NO", "observer", "2020-05-31"), 201)
    end = on("2020-06-30", party="UNDP", role="chair")
    await ok(await office.post(f"{path}/end", json=end), 201)
    assert refusal(await office.post(f"{path}/end", json=end), 409)["code"] == "already_there"
    assert "chair_taken" in pointers(await assign("2020-06-30", "UNODC", "chair")).values()
    await ok(await assign("2020-07-01", "UNODC", "chair"), 201)
    assert "secretariat_receives_nothing" in pointers(await assign("2020-01-01", "UNDP", "secretariat")).values()
    for day, chair in (("2020-06-30", "UNDP"), ("2020-07-01", "UNODC")):
        seats = (await ok(await office.get(f"{PATH}/committee", params={"on": day})))["seats"]
        assert [seat["party"] for seat in seats if seat["kind"] == "chair"] == [chair]
        assert len(seats) == len({seat["party"] for seat in seats})


async def test_what_a_body_names_and_is_not_there_is_said_with_its_place(world: World) -> None:
    await ready(world)
    nothing = "5ad2e0a4-71b4-5d0c-8a59-0a5b6f0a7d03"
    common: dict[str, Any] = {"mode": "meeting", "meeting": 1}
    office, agent = world["secretariat"], world["agent_MPTFO"]
    for body, member in (
        ({"kind": "reject", "proposal": nothing}, "/proposal"),
        ({"kind": "close", "grant": nothing}, "/grant"),
        ({"kind": "approve", "plan": plan(), "project": nothing}, "/project"),
    ):
        answer = await office.post(f"{PATH}/decisions", json=on(DAY, **common, **body))
        assert pointers(answer) == {member: "reference_unknown"}
    transfer = on(DAY, grant=nothing, organisation="UNDP", amount="1.00", request="TR")
    assert pointers(await agent.post(f"{PATH}/transfers", json=transfer)) == {"/grant": "reference_unknown"}
    proposal = on(DAY, plan=plan(), project=nothing)
    answer = await world["organisation_UNDP"].post(f"{PATH}/proposals", json=proposal)
    assert pointers(answer) == {"/project": "reference_unknown"}


async def test_no_objection_is_passed_over_by_concluding_for_a_day_before_it(world: World) -> None:
    await ready(world)
    decision = await put_to_vote(world, plan=plan("100.00"))
    for party, ballot, day in (("DE", "yes", DAY), ("FR", "yes", DAY), ("US", "no", AFTER)):
        await ok(await vote(world, decision, party, ballot, day), 201)
    assert pointers(await concluded(world, decision, DAY)) == {"/on": "before_fact"}
    assert (await ok(await concluded(world, decision, AFTER)))["status"] == "not_adopted"

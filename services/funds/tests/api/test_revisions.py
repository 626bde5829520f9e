"""Revisions and extensions of a grant, and plans that are put to the vote: versions of the project document."""

from __future__ import annotations

from decimal import Decimal

import pytest
from funds_world import (
    PATH,
    World,
    approved,
    concluded,
    deposited,
    money,
    ok,
    on,
    plan,
    pointers,
    put_to_vote,
    ready,
    transferred,
)

AFTER = "2020-02-11"


async def test_an_extension_and_a_revision_are_versions_of_the_project_document(world: World) -> None:
    await ready(world)
    grant = await approved(world, "100.00", "50.00")
    about = {"mode": "no_objection", "deadline": AFTER, "grant": grant["id"]}
    for day, body, reserved in (
        ("2020-02-11", {"kind": "extend", "end": "2022-06-30"}, 150),
        (
            "2020-02-13",
            {
                "kind": "approve_revision",
                "revision": "budget_shift",
                "plan": plan("90.00", "60.00", end="2022-06-30"),
            },
            150,
        ),
        (
            "2020-02-15",
            {
                "kind": "approve_revision",
                "revision": "cost_extension",
                "plan": plan("120.00", "60.00", end="2022-12-31"),
            },
            180,
        ),
        ("2020-02-17", {"kind": "approve_revision", "revision": "scope", "plan": plan("100.00", "60.00")}, 160),
    ):
        decision = await put_to_vote(world, day, **{**about, "deadline": day, **body})
        await ok(await concluded(world, decision, f"2020-02-{int(day[-2:]) + 1}"))
        assert (await money(world))["reserved"] == reserved, body["kind"]
    project = await ok(await world["analyst"].get(f"/v1/projects/{grant['project']}"))
    kinds = [version["kind"] for version in project["grants"][0]["revisions"]]
    assert kinds == ["first", "no_cost_extension", "budget_shift", "cost_extension", "scope"]
    then = await ok(await world["analyst"].get(f"/v1/projects/{grant['project']}", params={"on": "2020-02-13"}))
    assert [version["number"] for version in then["grants"][0]["revisions"]] == [1, 2]
    assert (then["grants"][0]["budget"], project["grants"][0]["budget"]) == ("150.00", "160.00")


@pytest.mark.parametrize(
    ("revision", "amounts", "end", "code"),
    [
        ("budget_shift", ("120.00", "50.00"), "2021-12-31", "costs_more"),
        ("no_cost_extension", ("100.00", "50.00"), "2021-12-31", "not_later"),
        ("cost_extension", ("100.00", "50.00"), "2022-12-31", "costs_no_more"),
    ],
)
async def test_a_revision_is_what_its_kind_says(
    world: World, revision: str, amounts: tuple[str, str], end: str, code: str
) -> None:
    await ready(world)
    grant = await approved(world, "100.00", "50.00")
    body = {"kind": "approve_revision", "grant": grant["id"], "revision": revision, "plan": plan(*amounts, end=end)}
    sent = on(AFTER, mode="no_objection", deadline=AFTER, **body)
    assert code in pointers(await world["secretariat"].post(f"{PATH}/decisions", json=sent)).values()


async def test_a_revision_gives_back_no_more_than_was_not_transferred(world: World) -> None:
    await ready(world)
    grant = await approved(world, "100.00")
    await transferred(world, grant, "80.00", "2020-02-12")
    body = {"kind": "approve_revision", "grant": grant["id"], "revision": "scope", "plan": plan("70.00")}
    decision = await put_to_vote(world, "2020-02-13", mode="no_objection", deadline="2020-02-13", **body)
    answer = await concluded(world, decision, "2020-02-14")
    assert answer.status_code in (409, 422)
    assert (await money(world))["reserved"] == 20


@pytest.mark.parametrize(
    ("budget", "where"),
    [
        ([("UNDP", 1, "100.00"), ("UNDP", 8, "7.01")], {"/plan/budget/1/amount": "indirect_costs_too_high"}),
        ([("UNDP", 1, "1.00"), ("UNDP", 1, "1.00")], {"/plan/budget/1": "repeated"}),
        ([("UNDP", 9, "1.00")], {"/plan/budget/0/category": "category_unknown"}),
        ([], {"/plan/budget": "budget_missing"}),
        ([("UNDP", 1, "1.00"), ("IOM", 1, "1.00")], {"/plan/offices/1/organisation": "not_eligible"}),
    ],
)
async def test_a_plan_put_to_the_vote_outside_a_call_or_as_a_revision_is_held_to_what_proposals_are(
    world: World, budget: list[tuple[str, int, str]], where: dict[str, str]
) -> None:
    await ready(world)
    grant = await approved(world, "100.00")
    lines = [{"organisation": o, "category": c, "amount": a} for o, c, a in budget]
    offices = [{"organisation": o, "name": o} for o in dict.fromkeys(o for o, _, _ in budget)] or plan()["offices"]
    asked = plan(budget=lines, offices=offices)
    for body in (
        {"kind": "approve"},
        {"kind": "approve_revision", "revision": "scope", "grant": grant["id"]},
    ):
        sent = on(AFTER, mode="no_objection", deadline=AFTER, plan=asked, **body)
        told = pointers(await world["secretariat"].post(f"{PATH}/decisions", json=sent))
        assert where.items() <= told.items(), told


async def test_who_implements_a_grant_may_be_extended_after_its_part_in_the_fund_has_ended(world: World) -> None:
    await ready(world)
    grant = await approved(world, "100.00")
    end = on("2020-02-20", party="UNDP", role="organisation")
    await ok(await world["secretariat"].post(f"{PATH}/roles/end", json=end), 201)
    day = "2020-03-01"
    body = {"kind": "approve_revision", "revision": "no_cost_extension", "grant": grant["id"]}
    longer = plan("100.00", end="2022-06-30")
    decision = await put_to_vote(world, day, mode="no_objection", deadline=day, plan=longer, **body)
    await ok(await concluded(world, decision, "2020-03-02"))
    sent = on(day, kind="approve", mode="no_objection", deadline=day, plan=plan("1.00"))
    told = pointers(await world["secretariat"].post(f"{PATH}/decisions", json=sent))
    assert told == {"/plan/offices/0/organisation": "not_eligible"}


async def test_what_moves_from_one_organisation_to_another_keeps_its_earmark(world: World) -> None:
    await ready(world)
    await deposited(world, "DE", "1000.00", ("4",))
    grant = await approved(world, "100.00", "50.00", draws=[{"earmark": ["4"], "amount": "150.00"}])
    await transferred(world, grant, "40.00", "2020-02-12")

    async def revised(day: str, kind: str, *amounts: str, **more: str) -> dict[str, str]:
        body = {"kind": "approve_revision", "revision": kind, "grant": grant["id"], "plan": plan(*amounts, **more)}
        decision = await put_to_vote(world, day, mode="no_objection", deadline=day, **body)
        await ok(await concluded(world, decision, f"2020-02-{int(day[-2:]) + 1}"))
        fund = await ok(await world["analyst"].get(PATH))
        return {" ".join(each["earmark"]): each["reserved"] for each in fund["earmarks"]}

    assert await revised("2020-02-13", "budget_shift", "60.00", "90.00") == {"": "0.00", "4": "110.00"}
    longer = {"end": "2022-12-31"}
    assert await revised("2020-02-15", "cost_extension", "60.00", "100.00", **longer) == {"": "10.00", "4": "110.00"}
    less = await revised("2020-02-17", "scope", "60.00", "40.00")
    assert sum(map(Decimal, less.values())) == 60

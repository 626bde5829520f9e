"""What the demo tells of its funds, as IATI files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from funds_world import Told, World, ok, roadmap, told
from iati_rules import faults, parsed

from common.reference.pack import load_pack
from common.reference.roadmaps import load_roadmaps
from embedded.access import OF_ONE_PARTY
from embedded.funds.load import bring

TOMORROW = date.today() + timedelta(days=1)  # noqa: DTZ011 - no day of the region is later


@pytest.mark.slow
async def test_every_fund_and_project_of_the_demo_is_valid_and_adds_up(world: World) -> None:
    await roadmap_known(world)
    async with world.client(None) as client:
        await bring(client, tokens(world), lambda _: None)
    funds = (await ok(await world["analyst"].get("/v1/funds")))["items"]
    projects = (await ok(await world["analyst"].get("/v1/projects")))["items"]
    assert (len(funds), len(projects)) > (8, 40)
    paths = [*(f"/v1/funds/{fund['code']}" for fund in funds), *(f"/v1/projects/{each['id']}" for each in projects)]
    files = {path: (await world["analyst"].get(f"{path}/iati.xml")).content for path in paths}
    assert {path: found for path, file in files.items() if (found := faults(file, TOMORROW))} == {}
    trees = {path: parsed(file) for path, file in files.items()}
    of_grants = [activity for path, tree in trees.items() if "/projects/" in path for activity in tree]
    assert len(of_grants) == sum(len(project["grants"]) for project in projects)
    for fund in funds:
        await adds_up(world, fund, trees[f"/v1/funds/{fund['code']}"], of_grants)


async def adds_up(world: World, fund: dict[str, Any], of_fund: Any, of_grants: list[Any]) -> None:
    """The fund's file, its grants' and its statement say the same."""
    told = (await ok(await world["analyst"].get(f"/v1/funds/{fund['code']}/statement")))["lines"]
    lines = {line["code"]: Decimal(line["total"]) for line in told}
    children = set(of_fund.xpath("//related-activity/@ref"))
    mine = [activity for activity in of_grants if activity.findtext("iati-identifier") in children]
    assert len(mine) == len(children)
    assert total([of_fund], "1") == lines["contributions"] - lines["donor_refunds"]
    assert total([of_fund], "3") == lines["net_funded"] == total(mine, "1")
    assert total([of_fund], "4") == lines["fee"] + lines["direct_costs"] + lines["bank_charges"]
    assert total([of_fund], "2") == total(mine, "11")


def total(trees: list[Any], kind: str) -> Decimal:
    path = f".//transaction[transaction-type/@code='{kind}']/value/text()"
    return sum((Decimal(value) for tree in trees for value in tree.xpath(path)), Decimal(0))


def tokens(world: World) -> dict[str, str]:
    """Of everybody who acts in the demo's funds."""
    found = {role: token(world, role, None) for role in ("secretariat", "analyst", "administrator", "reviewer")}
    for role, parties in OF_ONE_PARTY.items():
        found |= {role: token(world, role, parties[0]), **{f"{role}_{p}": token(world, role, p) for p in parties}}
    return found


async def roadmap_known(world: World) -> None:
    """The goals and KPIs of the roadmap that is shipped."""
    (shipped,) = [each for each in load_roadmaps(load_pack("western-balkans")) if each.code == "wb-salw"]
    example = roadmap("wb-salw", tuple(goal.number for goal in shipped.goals))
    kpis = tuple(msgspec.structs.replace(example.kpis[0], number=kpi.number) for kpi in shipped.kpis)
    await told(world, Told(msgspec.structs.replace(example, kpis=kpis)))


def token(world: World, role: str, party: str | None) -> str:
    return world.issuer.issue(role, "backdate", subject=f"{role} {party}", agency=party)

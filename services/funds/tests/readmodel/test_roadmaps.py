"""The goals and KPIs that kpi publishes: read once however often they come, the newest version counts."""

from __future__ import annotations

from funds_world import PATH, Told, World, established, ok, on, plan, pointers, roadmap, told

from common.persistence.database import open_database
from funds.readmodel.roadmaps import RoadmapQueries


async def goals(world: World) -> tuple[str, ...] | None:
    async with open_database(world.settings.database_url, pool_size=1) as database:
        known = await RoadmapQueries(database.pool).newest("wb-salw")
        return None if known is None else known.goals


async def test_a_roadmap_that_comes_again_is_there_once(world: World) -> None:
    assert await goals(world) is None
    source = Told(roadmap())
    await told(world, source)
    await told(world, Told(roadmap()))  # the same feed from its beginning
    assert await goals(world) == ("1", "2", "3", "4")
    async with open_database(world.settings.database_url, pool_size=1) as database:
        assert await database.pool.fetchval("SELECT count(*) FROM roadmaps.roadmap") == 1
        assert (await RoadmapQueries(database.pool).freshness())["kpi"]["position"] == 1


async def test_the_newest_version_says_which_goals_there_are(world: World) -> None:
    await established(world)
    both = Told(roadmap(), roadmap(goals=("1", "5")))
    await told(world, both)
    assert await goals(world) == ("1", "5")
    undp = world["organisation_UNDP"]
    answer = await undp.post(f"{PATH}/proposals", json=on("2020-02-01", plan=plan()))
    assert pointers(answer) == {"/plan/goals/0/code": "goal_unknown"}
    fits = on("2020-02-01", plan=plan(goals=[{"code": "5"}]))
    await ok(await undp.post(f"{PATH}/proposals", json=fits), 201)


async def test_a_roadmap_of_another_name_is_not_asked(world: World) -> None:
    await established(world)
    await told(world, Told(roadmap(), roadmap("another", ("9",))))
    assert await goals(world) == ("1", "2", "3", "4")

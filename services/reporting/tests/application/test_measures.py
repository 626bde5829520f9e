"""What each measure counts."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from random import Random

import pytest
from feed_of_incidents import person

from common.contracts import incidents as published


@pytest.fixture
async def shootings(world):
    """One murder-suicide in the family, one fight, one attack whose victims are not known one by one."""
    world.feed.report(
        "family",
        category="domestic_violence",
        persons=[
            person("victim", "killed", sex="female", relation="intimate_partner"),
            person("victim", "injured", sex="female", age_group="underage"),
            person("perpetrator", "suicide", sex="male"),
        ],
        weapons=[{"type": "handgun", "count": 1, "possession": "legal"}],
    )
    world.feed.report(
        "fight",
        category="public_dispute",
        persons=[person("victim", "threatened"), person("accomplice", "killed"), person("perpetrator", "arrested")],
        weapons=[
            {"type": "handgun", "count": 2, "possession": "illegal"},
            {"type": "rifle", "count": 1, "possession": "legal"},
        ],
    )
    world.feed.report(
        "attack",
        persons=[person("victim", "killed", sex="male")],
        casualties={"killed": {"low": 2, "best": 3, "high": 5}, "injured": {"low": 4, "best": 4, "high": 4}},
    )
    world.feed.report("suicide", category="suicide", persons=[person("victim", "suicide", sex="male")])
    return world


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("incidents", 4),
        ("killed", 5),
        ("suicides", 2),
        ("deaths", 7),
        ("injured", 5),
        ("threatened", 1),
        ("victims", 10),
        ("perpetrators", 3),
        ("weapons", 4),
    ],
)
async def test_measure_counts(shootings, measure, expected):
    answer = await shootings.ask(measure)
    assert answer["total"] == expected
    assert [(row["key"], row["value"]) for row in answer["rows"]] == [({}, expected)]


async def test_surplus_casualties_are_victims_of_unreported_sex_and_age(shootings):
    assert await shootings.values("killed", "sex") == {"female": 1, "male": 1, "unreported": 3}
    assert await shootings.values("injured", "role") == {"victim": 5}
    assert await shootings.values("injured", "age_group") == {"underage": 1, "unreported": 4}


async def test_person_filters_hold_for_one_person(shootings):
    assert await shootings.values(sex="female", outcome="killed") == {(): 1}
    assert (await shootings.ask(sex="male", outcome="injured"))["total"] == 0


async def test_weapon_filters_hold_for_one_weapon(shootings):
    assert (await shootings.ask(weapon_type="rifle", possession="illegal"))["total"] == 0
    assert (await shootings.ask(weapon_type="rifle", possession="legal"))["total"] == 1


async def test_repeated_filters_are_alternatives(shootings):
    assert (await shootings.ask(weapon_type=["rifle", "handgun"]))["total"] == 2
    assert (await shootings.ask("killed", role=["accomplice", "victim"]))["total"] == 5


async def test_filters_of_another_grain_choose_incidents(shootings):
    assert (await shootings.ask("killed", weapon_type="handgun"))["total"] == 2
    assert (await shootings.ask("weapons", outcome="suicide"))["total"] == 1
    assert (await shootings.ask("killed", weapon_type="rifle", possession="illegal"))["total"] == 0


async def test_rows_of_a_multi_valued_dimension_may_exceed_the_total(shootings):
    answer = await shootings.ask(by="weapon_type")
    assert {row["key"]["weapon_type"]: row["value"] for row in answer["rows"]} == {"handgun": 2, "rifle": 1}
    assert answer["total"] == 4
    assert any("more than the total" in note["text"] for note in answer["footnotes"])


async def test_persons_count_once_per_value_of_another_grain(shootings):
    assert await shootings.values("killed", "weapon_type") == {"handgun": 2, "rifle": 1}
    assert await shootings.values("killed", "possession") == {"illegal": 1, "legal": 2}
    assert (await shootings.ask("killed", "weapon_type"))["total"] == 5


async def test_incidents_count_once_per_value_however_many_persons_share_it(shootings):
    assert await shootings.values(by="outcome") == {
        "arrested": 1, "injured": 2, "killed": 3, "suicide": 2, "threatened": 1
    }  # fmt: skip
    assert await shootings.values(by="outcome,weapon_type", outcome="killed") == {
        ("killed", "handgun"): 2, ("killed", "rifle"): 1
    }  # fmt: skip


@pytest.mark.parametrize(
    "by", ["role", "sex", "outcome", "sex,outcome", "role,sex", "role,sex,outcome,age_group,relation"]
)
@pytest.mark.parametrize(
    "filters", [{}, {"role": "victim"}, {"sex": ["female", "male"]}, {"outcome": "killed", "sex": "male"}]
)
async def test_incidents_are_distinct_whatever_the_keys_and_filters(world, by, filters):
    """As plain sets of incidents have it."""
    values = [("victim", "perpetrator"), ("female", "male", "unreported"), ("killed", "injured")]
    people = list(product(*values))
    chance = Random(5)
    incidents = {f"{n}": chance.choices(people, k=n % 6) for n in range(30)}
    for name, persons in incidents.items():
        world.feed.report(name, persons=[person(role, outcome, sex=sex) for role, sex, outcome in persons])
    expected = defaultdict(set)
    for name, persons in incidents.items():
        for role, sex, outcome in persons:
            known = {"role": role, "sex": sex, "outcome": outcome, "age_group": "unreported", "relation": "unreported"}
            if all(known[key] in value for key, value in filters.items()):
                expected[tuple(known[key] for key in by.split(","))].add(name)
    answer = await world.ask(by=by, **filters)
    assert {tuple(row["key"].values()): row["value"] for row in answer["rows"]} == {
        key: len(names) for key, names in expected.items()
    }
    assert answer["total"] == len(set().union(*expected.values())) if filters else len(incidents)


async def test_tags_and_areas_are_rows_and_filters(world):
    place = {"name": "Novi Sad", "admin": ["Vojvodina", "South Bačka"], "precision": "settlement"}
    world.feed.report("one", tags=["drugs", "armed_robbery"], place=place, persons=[person(), person()])
    world.feed.report("two", tags=["drugs"])
    assert await world.values(by="tag") == {"armed_robbery": 1, "drugs": 2}
    assert await world.values(by="tag", tag="drugs") == {"drugs": 2}
    assert await world.values("killed", "tag") == {"armed_robbery": 2, "drugs": 2}
    assert await world.values(by="admin") == {"South Bačka": 1, "Vojvodina": 1}
    assert (await world.ask("killed", admin="Vojvodina"))["total"] == 2
    assert (await world.ask(tag=["drugs", "armed_robbery"]))["total"] == 2


async def test_units_are_never_added(world):
    items = [
        {"kind": "ammunition", "quantity": "1200", "unit": "round"},
        {"kind": "ammunition", "quantity": "2.5", "unit": "kg"},
        {"kind": "handgun", "quantity": "3", "unit": "piece"},
        {"kind": "rifle", "quantity": "1", "unit": "piece"},
    ]
    world.feed.report("seizure", category="weapon_seizure", seizure={"setting": "border", "items": items})
    answer = await world.ask("seized_items", "kind,unit")
    assert {(row["key"]["kind"], row["key"]["unit"]): row["value"] for row in answer["rows"]} == {
        ("ammunition", "kg"): "2.5", ("ammunition", "round"): "1200", ("handgun", "piece"): "3", ("rifle", "piece"): "1"
    }  # fmt: skip
    assert answer["total"] is None
    assert (await world.ask("seized_items", unit="piece"))["total"] == "4"
    assert (await world.ask("seized_items", unit="piece", kind="rifle", seizure_setting="border"))["total"] == "1"
    assert (await world.ask(unit="kg", kind="handgun"))["total"] == 0
    assert (await world.ask(by="unit"))["total"] == 1


async def test_what_is_retracted_or_a_duplicate_does_not_count(shootings):
    shootings.feed.append("family", published.IncidentRetracted())
    assert (await shootings.ask("deaths"))["total"] == 5
    shootings.feed.append(
        "fight", published.IncidentMarkedDuplicate(duplicate_of=shootings.feed.received[0].envelope.subject)
    )
    assert (await shootings.ask("weapons"))["total"] == 0
    shootings.feed.append("fight", published.IncidentUnmarkedDuplicate())
    assert await shootings.values("weapons", "weapon_type") == {"handgun": 2, "rifle": 1}


async def test_unverified_and_disputed_incidents_count_and_are_told_apart(shootings):
    shootings.feed.append("family", published.IncidentVerified(version_seen=1))
    shootings.feed.append("fight", published.IncidentDisputed())
    assert await shootings.values(by="verification") == {"disputed": 1, "unverified": 2, "verified": 1}
    assert (await shootings.ask("killed", verification="verified"))["total"] == 1
    shootings.feed.correct("family", category="domestic_violence")
    assert await shootings.values(by="verification") == {"disputed": 1, "unverified": 3}


async def test_a_dispute_outlives_a_correction(shootings):
    shootings.feed.append("fight", published.IncidentDisputed())
    shootings.feed.correct("fight", category="other")
    shootings.feed.reclassify("fight", category="public_dispute")
    assert (await shootings.values(by="verification"))["disputed"] == 1

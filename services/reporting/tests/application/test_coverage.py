"""Who has reported, zeros that somebody vouches for, members by date, and rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from common.reference.jurisdictions import Membership

YEAR = {"start": date(2020, 1, 1), "end": date(2020, 12, 31)}
MARCH = {"start": date(2020, 3, 1), "end": date(2020, 3, 31)}
SEVEN = ["AL", "BA", "XK", "ME", "MK", "RS", "MD"]


def states(answer):
    return {tuple(row["key"].values()): (row["value"], row.get("state")) for row in answer["rows"]}


async def test_every_member_has_a_row_and_a_zero_needs_coverage(world):
    world.feed.report("one")
    world.feed.declare("AL", "2020-12-31")
    world.feed.declare("ME", "2020-12-30")
    answer = await world.ask(by="jurisdiction", **YEAR)
    assert states(answer) == {
        ("AL",): (0, None),
        ("RS",): (1, None),
        **{(code,): (None, "not_reported") for code in ("BA", "MD", "ME", "MK", "XK")},
    }
    assert answer["coverage"] == {"reported": 1, "of": 7, "members": SEVEN}


async def test_any_agency_of_a_jurisdiction_may_declare_it(world):
    world.feed.declare("AL", "2020-01-31", agency="police")
    world.feed.declare("AL", "2020-12-31", agency="customs")
    assert (await world.ask(**YEAR))["coverage"]["reported"] == 1


async def test_a_declaration_may_be_taken_back(world):
    world.feed.declare("AL", "2020-12-31")
    world.feed.declare("AL", "2020-06-30")
    assert (await world.ask(**YEAR))["coverage"]["reported"] == 0


async def test_with_one_period_every_member_has_every_period(world):
    world.feed.report("one")
    world.feed.declare("RS", "2020-04-15")
    asked = {"start": date(2020, 2, 1), "end": date(2020, 4, 15), "jurisdiction": ["RS", "AL"]}
    assert states(await world.ask(by="jurisdiction,month", **asked)) == {
        ("RS", "2020-02"): (0, None),
        ("RS", "2020-03"): (1, None),
        ("RS", "2020-04"): (0, None),  # as far as it was asked for
        **{("AL", month): (None, "not_reported") for month in ("2020-02", "2020-03", "2020-04")},
    }
    assert next(iter(states(await world.ask(by="quarter,jurisdiction", **asked)))) == ("2020-Q1", "AL")


async def test_open_spans_reach_from_what_occurs_to_what_was_declared(world):
    world.feed.report("one")
    world.feed.declare("AL", "2020-05-31")
    months = {month for code, month in states(await world.ask(by="jurisdiction,month")) if code == "AL"}
    assert months == {"2020-03", "2020-04", "2020-05"}
    assert states(await world.ask(by="jurisdiction"))["AL",] == (0, None)


async def test_before_anything_is_known_nothing_is_reported(world):
    answer = await world.ask(by="jurisdiction")
    assert set(states(answer).values()) == {(None, "not_reported")}
    assert (answer["total"], answer["coverage"]["reported"]) == (0, 0)
    assert (await world.ask(by="jurisdiction,month"))["rows"] == []
    assert states(await world.ask()) == {(): (None, "not_reported")}


async def test_combinations_that_occur_nowhere_have_no_row(world):
    world.feed.report("one")
    world.feed.report("two", occurred_on="2019-03-14", category="suicide")
    assert states(await world.ask(by="category", **YEAR)) == {("criminal_context",): (1, None)}
    assert states(await world.ask(by="jurisdiction,category", **YEAR)) == {("RS", "criminal_context"): (1, None)}
    assert states(await world.ask(by="month", **YEAR)) == {("2020-03",): (1, None)}


async def test_a_comparison_with_a_zero_that_nobody_vouches_for_is_missing(world):
    world.feed.report("one")
    (row,) = (await world.ask(**MARCH))["rows"]
    assert (row["previous"], row["change_percent"]) == (None, "n/a")
    world.feed.declare("AL", "2020-12-31")
    (row,) = (await world.ask(**MARCH))["rows"]
    assert (row["previous"], row["change_percent"]) == (0, "n/a")


async def test_the_roadmap_has_six_members(world):
    for code in SEVEN:
        world.feed.report(code, jurisdiction=code)
    answer = await world.ask(scope="roadmap", **YEAR)
    assert answer["total"] == 6
    assert answer["coverage"]["members"] == [code for code in SEVEN if code != "MD"]
    assert (await world.ask(**YEAR))["total"] == 7


async def test_incidents_count_on_the_days_of_membership(world):
    """Moldova joins in the middle of March, of which a month is too coarse to tell."""
    moldova = world.aggregates.pack.jurisdictions["MD"]
    joined = moldova.model_copy(update={"memberships": (Membership(programme="avmp", since=date(2020, 3, 15)),)})
    jurisdictions = MappingProxyType({**world.aggregates.pack.jurisdictions, "MD": joined})
    pack = replace(world.aggregates.pack, jurisdictions=jurisdictions)
    world.aggregates = replace(world.aggregates, pack=pack)
    for n, (day, precision) in enumerate([("2020-03-14", "day"), ("2020-03-15", "day"), ("2020-03-20", "month")]):
        world.feed.report(f"{n}", jurisdiction="MD", occurred_on=day, date_precision=precision)
    world.feed.report("elsewhere")
    assert await world.values(by="jurisdiction", jurisdiction=["MD", "RS"], **YEAR) == {"MD": 1, "RS": 1}
    february = await world.ask(start=date(2020, 2, 1), end=date(2020, 2, 29))
    assert february["coverage"]["members"] == [code for code in SEVEN if code != "MD"]
    months = {key[1] for key in states(await world.ask(by="jurisdiction,month", **YEAR)) if key[0] == "MD"}
    assert min(months) == "2020-03"


async def test_rates_are_by_the_population_of_the_year(world):
    for n in range(10):
        world.feed.report(f"{n}")
        world.feed.report(f"{n} earlier", occurred_on="2019-03-14")
    population = world.aggregates.pack.jurisdictions["RS"].population
    answer = await world.ask(by="jurisdiction", jurisdiction="RS", per=100_000, **YEAR)
    (row,) = answer["rows"]
    assert row["value"] == answer["total"] == f"{10 * 100_000 / population(2020).value:.2f}"
    assert row["previous"] == f"{10 * 100_000 / population(2019).value:.2f}"
    assert row["change_percent"] == round((population(2019).value / population(2020).value - 1) * 100, 1)
    assert population(2020).source in answer["footnotes"][-1]["text"]


async def test_a_regional_rate_is_by_the_population_of_all_members(world):
    world.feed.report("one")
    populations = [world.aggregates.pack.jurisdictions[code].population(2020).value for code in SEVEN]
    (row,) = (await world.ask(per=100_000, **YEAR))["rows"]
    assert row["value"] == f"{100_000 / sum(populations):.2f}"


async def test_without_a_population_there_is_no_rate(world):
    world.feed.report("one", occurred_on="1950-03-14")
    (row,) = (await world.ask(per=100_000, start=date(1950, 1, 1), end=date(1950, 12, 31)))["rows"]
    assert (row["value"], row["state"]) == (None, "not_available")


@pytest.mark.parametrize("scope", ["avmp", "roadmap"])
async def test_cube_and_fact_rows_agree(world, scope):
    """A span that is no whole months is answered from the fact rows: made to hold the same incidents."""
    for n in range(60):
        world.feed.report(
            f"{n}", jurisdiction=SEVEN[n % 7], occurred_on=f"2020-0{1 + n % 6}-1{n % 9}",
            category=("suicide", "other")[n % 2], date_precision=("day", "week", "month")[n % 3],
        )  # fmt: skip
    for by in ("month", "jurisdiction,quarter", "category,month", "verification"):
        whole = await world.values(by=by, scope=scope, **YEAR)
        fact_rows = await world.values(by=by, scope=scope, start=date(2019, 12, 30), end=date(2020, 12, 30))
        assert {key: value for key, value in fact_rows.items() if value} == {k: v for k, v in whole.items() if v}

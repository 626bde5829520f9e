"""Periods, coarse dates, and what a row is compared with."""

from __future__ import annotations

from datetime import date

import pytest
from feed_of_incidents import person

YEAR = {"start": date(2020, 1, 1), "end": date(2020, 12, 31)}


def on(world, *days, **fields):
    for n, day in enumerate(days):
        world.feed.report(f"{day} {n} {fields}", occurred_on=day, **fields)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("month", {"2020-03": 2, "2020-04": 1, "unknown": 3}),
        ("quarter", {"2020-Q1": 2, "2020-Q2": 2, "unknown": 2}),
        ("half", {"2020-S1": 4, "2020-S2": 0, "unknown": 2}),
        ("year", {"2020": 5, "unknown": 1}),
    ],
)
async def test_a_date_coarser_than_the_period_stands_under_unknown(world, by, expected):
    on(world, "2020-03-14")
    on(world, "2020-03-31", date_precision="month")
    on(world, "2020-04-30")
    on(world, "2020-05-02", date_precision="week")  # Monday 27 April to Sunday 3 May
    on(world, "2020-07-07", date_precision="year")
    on(world, "2019-12-31", date_precision="week")  # until 5 January 2020
    counted = {key: value for key, value in expected.items() if value}
    assert await world.values(by=by) == counted
    assert (await world.ask(by=by))["total"] == 6


async def test_a_coarse_date_counts_where_its_whole_span_fits(world):
    on(world, "2020-03-14", date_precision="month")
    assert (await world.ask(start=date(2020, 3, 1), end=date(2020, 3, 31)))["total"] == 1
    assert (await world.ask(start=date(2020, 3, 2), end=date(2020, 3, 31)))["total"] == 0
    assert (await world.ask(start=date(2020, 3, 1), end=date(2020, 3, 30)))["total"] == 0
    assert (await world.ask(start=date(2020, 3, 1)))["total"] == 1


async def test_a_period_is_a_filter_like_any_other(world):
    on(world, "2020-01-05", "2020-03-05", "2020-05-05")
    on(world, "2020-02-02", date_precision="year")
    assert (await world.ask(quarter="2020-Q1"))["total"] == 2
    assert (await world.ask(month=["2020-03", "2020-05"]))["total"] == 2
    assert (await world.ask(month=["2020-03", "unknown"]))["total"] == 2
    assert (await world.ask(month="unknown"))["total"] == 1
    assert (await world.ask(year="2020", half="2020-S2"))["total"] == 0
    assert (await world.ask(measure="killed", month="2020-03", weapon_type="rifle"))["total"] == 0


async def test_a_row_is_compared_with_the_period_before_and_the_same_one_a_year_earlier(world):
    on(world, "2020-03-01", "2020-03-09", "2020-03-31")
    on(world, "2020-02-01", "2020-02-29")
    on(world, "2019-03-01", "2019-04-01")
    rows = (await world.ask(by="month", **YEAR))["rows"]
    assert [(r["key"]["month"], r["value"], r["previous"], r["year_before"], r["change_percent"]) for r in rows] == [
        ("2020-02", 2, None, None, "n/a"),
        ("2020-03", 3, 2, 1, 50.0),
    ]


async def test_a_period_is_compared_beyond_the_days_asked_for(world):
    on(world, "2019-12-05", "2020-01-05", "2020-01-06", "2019-01-01")
    (january,) = (await world.ask(by="month", start=date(2020, 1, 1), end=date(2020, 1, 31)))["rows"]
    assert (january["value"], january["previous"], january["year_before"]) == (2, 1, 1)


async def test_unknown_is_compared_with_nothing(world):
    on(world, "2020-03-01", "2019-03-01", date_precision="year")
    (row,) = (await world.ask(by="month", **YEAR))["rows"]
    assert (row["key"], row["value"], row["previous"], row["change_percent"]) == ({"month": "unknown"}, 1, None, "n/a")


async def test_two_periods_move_together(world):
    on(world, "2020-01-05", "2019-12-05")
    rows = (await world.ask(by="year,month", **YEAR))["rows"]
    assert [(r["key"], r["previous"]) for r in rows] == [({"year": "2020", "month": "2020-01"}, 1)]


async def test_whole_months_are_compared_with_equally_many_whole_months(world):
    on(world, "2020-03-05", "2020-03-30", "2020-02-01", "2020-01-31", "2019-03-31")
    (row,) = (await world.ask(start=date(2020, 3, 1), end=date(2020, 3, 31)))["rows"]
    assert (row["value"], row["previous"], row["year_before"], row["change_percent"]) == (2, 1, 1, 100.0)


async def test_other_spans_are_compared_with_equally_many_days(world):
    on(world, "2020-03-10", "2020-03-08", "2020-03-06", "2020-03-05", "2019-03-10")
    (row,) = (await world.ask(start=date(2020, 3, 9), end=date(2020, 3, 11)))["rows"]
    assert (row["value"], row["previous"], row["year_before"]) == (1, 2, 1)


async def test_without_from_there_is_nothing_before(world):
    on(world, "2020-03-10", "2019-03-10")
    for asked in ({}, {"end": date(2020, 12, 31)}):
        (row,) = (await world.ask(**asked))["rows"]
        assert (row["value"], row["previous"], row["year_before"], row["change_percent"]) == (2, None, None, "n/a")


async def test_one_period_as_a_filter_is_compared_as_that_span(world):
    on(world, "2020-03-10", "2020-05-10", "2019-11-10")
    (row,) = (await world.ask(year="2020"))["rows"]
    assert (row["value"], row["previous"], row["change_percent"]) == (2, 1, 100.0)


async def test_an_open_end_is_compared_up_to_the_latest_declared_day(world):
    on(world, "2020-03-10", "2020-02-10", "2020-01-10")
    world.feed.declare("RS", "2020-03-31")
    (row,) = (await world.ask(start=date(2020, 2, 1)))["rows"]
    assert (row["value"], row["previous"]) == (2, 1)


@pytest.mark.parametrize(("now", "before", "percent"), [(9, 8, 12.5), (7, 8, -12.5), (4, 3, 33.3), (5, 3, 66.7)])
async def test_change_is_rounded_half_up_to_one_decimal(world, now, before, percent):
    on(world, *["2020-03-10"] * now)
    on(world, *["2020-02-10"] * before)
    (row,) = (await world.ask(start=date(2020, 3, 1), end=date(2020, 3, 31)))["rows"]
    assert row["change_percent"] == percent


async def test_half_a_tenth_is_rounded_up(world):
    on(world, *["2020-03-10"] * 81)
    on(world, *["2020-02-10"] * 80)  # 1.25 %
    (row,) = (await world.ask(start=date(2020, 3, 1), end=date(2020, 3, 31)))["rows"]
    assert row["change_percent"] == 1.3


async def test_a_row_links_to_its_incidents(world):
    on(world, "2020-03-10", persons=[person(sex="female")], category="domestic_violence")
    answer = await world.ask("killed", "quarter,sex", category="domestic_violence", jurisdiction="RS", **YEAR)
    assert answer["rows"][0]["links"]["incidents"] == (
        "http://incidents.test/v1/incidents?category=domestic_violence&jurisdiction=RS&outcome=killed&sex=female"
        "&from=2020-01-01&to=2020-03-31"
    )


async def test_a_row_links_to_the_days_of_membership(world):
    on(world, "2018-07-09", "2018-07-10")
    for by in ("jurisdiction", "category", "jurisdiction,year"):
        (row,) = (await world.ask(by=by, scope="roadmap", jurisdiction="RS", year="2018"))["rows"]
        assert row["value"] == 1
        assert row["links"]["incidents"].endswith("jurisdiction=RS&from=2018-07-10&to=2018-12-31")
    (row,) = (await world.ask(by="category", scope="roadmap"))["rows"]
    assert row["links"]["incidents"].endswith("&from=2018-07-10")


async def test_the_calendar_has_a_beginning_and_an_end(world):
    on(world, "1900-01-01")
    assert (await world.ask(by="month", start=date.min, end=date.max))["total"] == 1
    assert (await world.ask(start=date.min, end=date.max))["rows"][0]["previous"] is None
    assert (await world.ask(by="year", year="1000"))["rows"] == []

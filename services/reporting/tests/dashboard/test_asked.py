"""What the form asks."""

from __future__ import annotations

from datetime import date

import pytest

from common.kernel.periods import Period
from reporting.application.questions import BadQuestion
from reporting.dashboard.asked import Asked, Form, read
from reporting.dashboard.figures import default_period, trend_span

DEFAULT = Period("year", 2020)


def test_without_anything_the_default_is_shown_and_said_to_be(pack):
    assert read(Form(), pack, DEFAULT) == Asked(date(2020, 1, 1), date(2020, 12, 31), by_default=True)


@pytest.mark.parametrize(
    ("part", "start", "end"),
    [
        ("", date(2019, 1, 1), date(2019, 12, 31)),
        ("S2", date(2019, 7, 1), date(2019, 12, 31)),
        ("Q1", date(2019, 1, 1), date(2019, 3, 31)),
        ("02", date(2019, 2, 1), date(2019, 2, 28)),
    ],
)
def test_a_year_and_a_part_of_it(pack, part, start, end):
    assert read(Form("2019", part), pack, DEFAULT) == Asked(start, end)


def test_days_take_the_place_of_year_and_part(pack):
    form = Form("2019", "Q1", "2020-02-03", "2020-02-29", ("RS", "AL", "RS"))
    assert read(form, pack, DEFAULT) == Asked(date(2020, 2, 3), date(2020, 2, 29), ("AL", "RS"))


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        (Form(year="soon"), "?year"),
        (Form(year="2020-03"), "?year"),
        (Form(year="0"), "?year"),
        (Form(part="Q5"), "?part"),
        (Form(start="2020-02-30", end="2020-03-01"), "?from"),
        (Form(start="2020-03-01"), "?to"),
        (Form(end="2020-03-01"), "?from"),
        (Form(start="2020-03-02", end="2020-03-01"), "?from"),
        (Form(jurisdictions=("ZZ",)), "?jurisdiction"),
    ],
)
def test_what_is_wrong_is_named(pack, form, pointer):
    with pytest.raises(BadQuestion) as refused:
        read(form, pack, DEFAULT)
    assert [violation.pointer for violation in refused.value.violations] == [pointer]


def test_everything_that_is_wrong_is_told_at_once(pack):
    with pytest.raises(BadQuestion) as refused:
        read(Form("x", "y", "z", "", ("ZZ",)), pack, DEFAULT)
    found = [violation.pointer for violation in refused.value.violations]
    assert found == ["?year", "?part", "?jurisdiction", "?from", "?to"]


@pytest.mark.parametrize(
    ("years", "default"), [([2026, 2020, 2019], 2020), ([2026], 2026), ([], 2025), ([2025, 2024], 2025)]
)
def test_the_default_is_the_latest_year_that_is_over(years, default):
    assert default_period(years, date(2026, 5, 1)) == Period("year", default)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (date(2020, 1, 1), date(2020, 12, 31), (date(2020, 1, 1), date(2020, 12, 31), "month")),
        (date(2020, 4, 1), date(2020, 6, 30), (date(2019, 7, 1), date(2020, 6, 30), "month")),
        (date(2019, 2, 10), date(2020, 3, 5), (date(2019, 2, 1), date(2020, 3, 31), "month")),
        (date(2016, 2, 10), date(2020, 3, 5), (date(2016, 1, 1), date(2020, 3, 31), "quarter")),
        (date(2001, 2, 10), date(2020, 3, 5), (date(2001, 1, 1), date(2020, 12, 31), "year")),
    ],
)
def test_a_trend_is_of_whole_periods_and_long_enough(start, end, shown):
    assert trend_span(Asked(start, end)) == shown

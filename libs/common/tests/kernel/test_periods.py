from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.kernel.periods import (
    DatePrecision,
    Grain,
    Period,
    periods_between,
    previous_span,
    span,
    whole_months,
    year_before,
)

GRAINS: tuple[Grain, ...] = ("year", "half", "quarter", "month")
dates = st.dates(date(1001, 1, 1), date(9998, 12, 31))


@pytest.mark.parametrize(
    ("name", "start", "end", "previous", "before"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31), "2019", "2019"),
        ("2020-S1", date(2020, 1, 1), date(2020, 6, 30), "2019-S2", "2019-S1"),
        ("2020-Q4", date(2020, 10, 1), date(2020, 12, 31), "2020-Q3", "2019-Q4"),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29), "2020-01", "2019-02"),
    ],
)
def test_a_period_knows_its_days_and_its_predecessors(
    name: str, start: date, end: date, previous: str, before: str
) -> None:
    period = Period.parse(name)
    assert (period.start, period.end) == (start, end)
    assert (str(period), str(period.previous), str(period.year_before)) == (name, previous, before)


@pytest.mark.parametrize(
    "name", ["", "20", "2020-", "2020-13", "2020-S3", "2020-Q0", "2020-3", "0000", "٢٠٢٠", "2020\n"]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a period"):
        Period.parse(name)


@given(dates, st.sampled_from(GRAINS))
def test_every_day_lies_in_its_period_and_names_round_trip(day: date, grain: Grain) -> None:
    period = Period.containing(day, grain)
    assert period.contains(day, day)
    assert Period.parse(str(period)) == period
    assert period.shifted(1).previous == period


def test_periods_between_touch_the_span() -> None:
    found = periods_between(date(2019, 12, 31), date(2020, 3, 1), "month")
    assert [str(period) for period in found] == ["2019-12", "2020-01", "2020-02", "2020-03"]
    assert [str(p) for p in periods_between(date(9999, 1, 5), date.max, "half")] == ["9999-S1", "9999-S2"]


@pytest.mark.parametrize(
    ("precision", "start", "end"),
    [
        ("day", date(2020, 3, 14), date(2020, 3, 14)),
        ("week", date(2020, 3, 9), date(2020, 3, 15)),
        ("month", date(2020, 3, 1), date(2020, 3, 31)),
        ("year", date(2020, 1, 1), date(2020, 12, 31)),
    ],
)
def test_the_span_of_a_coarse_date(precision: DatePrecision, start: date, end: date) -> None:
    assert span(date(2020, 3, 14), precision) == (start, end)


def test_a_week_may_lie_in_two_years() -> None:
    assert span(date(2020, 1, 1), "week") == (date(2019, 12, 30), date(2020, 1, 5))
    assert span(date.max, "week")[1] == date.max


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (date(2020, 1, 1), date(2020, 3, 31), date(2019, 10, 1), date(2019, 12, 31)),
        (date(2020, 2, 1), date(2020, 2, 29), date(2020, 1, 1), date(2020, 1, 31)),
        (date(2020, 3, 2), date(2020, 3, 11), date(2020, 2, 21), date(2020, 3, 1)),
    ],
)
def test_the_span_before_is_as_many_months_or_days(start: date, end: date, first: date, last: date) -> None:
    assert previous_span(start, end) == (first, last)


def test_the_calendar_has_a_beginning() -> None:
    with pytest.raises(ValueError, match="reach back"):
        previous_span(date.min, date(1, 1, 2))


def test_the_same_span_a_year_before_keeps_the_end_of_february() -> None:
    assert year_before(date(2020, 2, 1), date(2020, 2, 29)) == (date(2019, 2, 1), date(2019, 2, 28))
    assert year_before(date(2021, 1, 1), date(2021, 2, 28)) == (date(2020, 1, 1), date(2020, 2, 29))
    assert year_before(date(2020, 2, 29), date(2020, 3, 5)) == (date(2019, 2, 28), date(2019, 3, 5))


def test_whole_months_are_counted_only_where_they_are_whole() -> None:
    assert whole_months(date(2020, 1, 1), date(2021, 2, 28)) == 14
    assert whole_months(date(2020, 1, 1), date(2020, 2, 28)) is None
    assert whole_months(date(2020, 1, 2), date(2020, 1, 31)) is None

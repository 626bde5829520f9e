"""How figures and periods are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reporting.application.answers import Row
from reporting.dashboard import wording
from reporting.dashboard.comparing import Comparing
from reporting.dashboard.names import Names


def row(value, previous, year_before, percent):
    return Row({}, value, previous, year_before, percent, {})


@pytest.mark.parametrize(
    ("figure", "text"), [(1229, "1,229"), ("60258.5", "60,258.5"), (0, "0"), (None, "not reported"), ("9.30", "9.30")]
)
def test_figures(figure, text):
    assert wording.number(figure) == text


@pytest.mark.parametrize(("percent", "text"), [(55.4, "+55.4%"), (-3.1, "−3.1%"), (0.0, "0.0%"), ("n/a", "n/a")])
def test_changes(percent, text):
    assert wording.change(percent) == text


def test_a_share_of_nothing_is_no_percentage():
    assert wording.share(Decimal(0), Decimal(0)) == "n/a"
    assert wording.share(Decimal(38), Decimal(146)) == "26%"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (date(2020, 1, 1), date(2020, 12, 31), "2020"),
        (date(2020, 7, 1), date(2020, 12, 31), "second half of 2020"),
        (date(2020, 1, 1), date(2020, 3, 31), "first quarter of 2020"),
        (date(2020, 2, 1), date(2020, 2, 29), "February 2020"),
        (date(2020, 2, 1), date(2020, 3, 31), "1 Feb 2020 to 31 Mar 2020"),
    ],
)
def test_spans(start, end, text):
    assert wording.span(start, end) == text


def test_a_year_is_compared_once():
    comparing = Comparing.of(date(2020, 1, 1), date(2020, 12, 31))
    assert [column.text for column in comparing.columns] == ["2020", "2019", "Change"]
    assert comparing.sentence(row(1229, 791, 791, 55.4)) == "+55.4% against 2019 (791)"


def test_a_quarter_is_compared_with_both():
    comparing = Comparing.of(date(2020, 4, 1), date(2020, 6, 30))
    texts = [cell.text for cell in comparing.cells(row(12, 0, 10, "n/a"))]
    assert texts == ["12", "10", "+20.0%", "0", "n/a"]
    assert comparing.columns[3].text == "First quarter of 2020"


def test_a_name_has_its_asterisk_and_its_time(pack):
    names = Names(pack, date(2020, 12, 31), ("undp",))
    assert names.jurisdiction("XK") == "Kosovo*"
    assert names.jurisdiction("MK") == "North Macedonia"
    assert Names(pack, date(2018, 12, 31)).jurisdiction("MK") == "the former Yugoslav Republic of Macedonia"
    assert len(names.footnotes) == 1
    assert len(Names(pack, date(2020, 12, 31)).footnotes) == 2


def test_an_unknown_code_is_printed_as_it_is(pack):
    assert Names(pack, date(2020, 1, 1)).category("piracy") == "piracy"

"""A roadmap version is published once, as it is; its schedule says which report covers what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from kpi_small import BA, DAY, ROADMAP, WHY, digest_of, figure_recorded, filled, number, text

from common.testing.deciders import given
from kpi.domain import commands as c
from kpi.domain import errors, roadmaps, schedule
from kpi.domain import events as e
from kpi.domain.digest import contents_digest, roadmap_digest
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Part, ReportPeriods, Schedule, Target
from kpi.domain.values import Content, Figure

ROADMAPS = roadmaps.decider()
PLAN = ROADMAP.schedule
DIGEST = roadmap_digest(ROADMAP)
PUBLISHED = e.RoadmapPublished(ROADMAP, DIGEST, DAY, WHY)


def test_a_version_is_published_as_it_is() -> None:
    out = given(ROADMAPS).when(c.PublishRoadmap(ROADMAP, DAY, WHY)).then(PUBLISHED)
    assert (out.state.roadmap, out.state.digest, out.state.published_on) == (ROADMAP, DIGEST, DAY)


def test_the_same_content_again_changes_nothing() -> None:
    given(ROADMAPS, PUBLISHED).when(c.PublishRoadmap(ROADMAP, date(2021, 1, 1))).then()


def test_other_content_needs_another_version() -> None:
    (said,) = (
        given(ROADMAPS, PUBLISHED)
        .when(c.PublishRoadmap(replace(ROADMAP, title="Another"), DAY))
        .refused(errors.InvalidRoadmap, "invalid_roadmap")
    )
    assert said.detail == "Version 2018.1 is published with other content; give the file a new version."


@pytest.mark.parametrize(
    ("number_", "narrative", "values"),
    [(1, "2018", "2018"), (2, "2019-S1", "2019-S1"), (4, "2020-S1", "2020-S1"), (13, "2024-S2", "2024")],
)
def test_each_number_covers_its_periods(number_: int, narrative: str, values: str) -> None:
    periods = ReportPeriods(number_, narrative, values)
    assert schedule.report(PLAN, number_) == periods
    assert schedule.report_on(PLAN, narrative) == periods


def test_a_report_is_found_by_the_period_of_its_values_where_no_narrative_covers_it() -> None:
    found = schedule.report_on(PLAN, "2024")
    assert found is not None
    assert found.number == 13


@pytest.mark.parametrize("number_", [-1, 0, 501])
def test_there_is_no_report_outside_the_schedule(number_: int) -> None:
    assert schedule.report(PLAN, number_) is None


@pytest.mark.parametrize("period", ["2018-S1", "2018-S2", "2020", "2020-Q1", "x", ""])
def test_a_period_that_no_report_covers_is_none(period: str) -> None:
    assert schedule.report_on(PLAN, period) is None


def test_a_schedule_may_start_at_another_number_and_count_years() -> None:
    yearly = Schedule("year", 3, "2019")
    assert schedule.report(yearly, 2) is None
    assert schedule.report(yearly, 5) == ReportPeriods(5, "2021", "2021")


def test_a_report_is_due_after_its_narratives_period_and_reminded_of_before() -> None:
    due = schedule.due(PLAN, ReportPeriods(13, "2024-S2", "2024"))
    assert due == date(2025, 3, 1)
    assert schedule.reminders(PLAN, due) == (date(2025, 1, 30), date(2025, 2, 22), date(2025, 2, 28))


def test_a_roadmap_is_looked_up_by_its_numbers() -> None:
    known = Definitions(ROADMAP)
    assert [part.number for part in known.named("6")] == ["6.1", "6.2", "6.3"]
    assert [part.number for part in known.named("6.2")] == ["6.2"]
    assert [part.number for part in known.named("5")] == ["5"]
    assert known.named("99") == ()
    assert known.series_of(known.parts["3.3"]) == ("3.2", "3.1")
    assert known.series_of(known.parts["3.1"]) == ()
    assert [part.number for part in known.collects("secretariat", None)] == ["5"]
    assert known.members(date(2019, 12, 31), date(2021, 1, 1)) == ("BA", "RS", "ME", "AL")
    assert known.members(date(2018, 1, 1), date(2018, 7, 9)) == ("RS",)


# digests


def content(figure: Figure) -> str:
    return contents_digest((("BA", Content((("3.1", figure),))),))


def test_equal_numbers_have_one_digest_however_they_are_written() -> None:
    assert len({content(number(written)) for written in ("1500", "1500.0", "1.5E+3")}) == 1
    assert content(number(0)) == content(number("-0.00")) == content(number("0E+3"))
    assert content(number(1)) != content(number(10))


def test_digests_know_absence_from_zero_and_estimates_from_the_rest() -> None:
    different = [number(0), number(0, quality="estimated"), Figure("not_reported"), Figure("not_applicable")]
    assert len({content(figure) for figure in different}) == len(different)


def test_whose_figure_it_is_stands_in_the_digest() -> None:
    said = Content((("5", number(1)),))
    assert contents_digest((("BA", said),)) != contents_digest((("RS", said),))


def test_the_order_of_recording_says_nothing() -> None:
    events = filled()
    assert digest_of(BA, *reversed(events[1:])) == digest_of(*events)


def test_erasing_words_voids_nothing_and_other_words_do() -> None:
    told = Figure("not_reported", comment=text("Closed."))
    before = digest_of(BA, figure_recorded("3.1", told))
    assert told.comment is not None
    told.comment.body = None
    assert digest_of(BA, figure_recorded("3.1", told)) == before
    assert digest_of(BA, figure_recorded("3.1", Figure("not_reported", comment=text("Open.")))) != before


def test_a_roadmaps_digest_is_of_all_its_content() -> None:
    part: Part = ROADMAP.kpis[2].parts[0]
    kpi = replace(ROADMAP.kpis[2], parts=(replace(part, targets=(Target("2024", Decimal(9)),)),))
    assert roadmap_digest(replace(ROADMAP, kpis=(kpi,))) != roadmap_digest(replace(ROADMAP, kpis=(ROADMAP.kpis[2],)))
    assert roadmap_digest(replace(ROADMAP)) == DIGEST

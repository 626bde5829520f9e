"""The official figure beside the incident feed's, and the queries that follow where it lies below."""

from __future__ import annotations

from decimal import Decimal

import pytest
from kpi_small import (
    BA,
    DAY,
    DEFINITIONS,
    HEAD,
    NOT_REPORTED,
    OFFICE,
    REPORT,
    SECRETARIAT,
    WHY,
    accepted,
    digest_of,
    endorse,
    endorsed,
    figure_recorded,
    filled,
    number,
    published,
    state_of,
    text,
)

from common.testing.deciders import given
from kpi.domain import commands as c
from kpi.domain import errors
from kpi.domain import events as e
from kpi.domain.triangulation import Comparison, compare
from kpi.domain.values import Content, Dimensions, Figure

INLAND: Dimensions = (("setting", "inland"),)
BORDER: Dimensions = (("setting", "border"),)
LAST = len(filled())


def feed(total: float | None = None, inland: float | None = None, border: float | None = None) -> c.History:
    told = {(): total, INLAND: inland, BORDER: border}
    return c.History(feed={("6.1", at): Decimal(str(value)) for at, value in told.items() if value is not None})


def found(query: int, official: float, fed: float, dimensions: Dimensions = ()) -> e.DiscrepancyFound:
    return e.DiscrepancyFound(query, "6.1", dimensions, Decimal(official), Decimal(str(fed)), Decimal(10), DAY)


def compared(figure: Figure, history: c.History) -> tuple[Comparison, ...]:
    return compare(DEFINITIONS, Content((("6.1", figure),)), history)


@pytest.mark.parametrize(
    ("official", "fed", "discrepant"),
    [(9, 10, False), (8, 10, True), (10, 10, False), (99, 10, False), (0, 0, False), (0, 1, True), (90, 100.01, True)],
)
def test_a_figure_is_asked_about_only_below_the_feed_by_more_than_the_tolerance(
    official: int, fed: float, discrepant: bool
) -> None:
    assert compared(number(official), feed(fed))[0].discrepant is discrepant


def test_every_comparable_part_stands_beside_the_feed_in_total_and_by_setting() -> None:
    at = compared(number(setting_inland=4, setting_border=3), feed(8, 5))
    assert [(held.dimensions, held.official, held.feed) for held in at] == [
        ((), 7, 8),
        (INLAND, 4, 5),
        (BORDER, 3, None),
    ]


def test_what_is_not_reported_or_not_told_is_not_compared() -> None:
    assert not any(held.discrepant for held in compared(NOT_REPORTED, feed(8, 5, 3)))
    assert compare(DEFINITIONS, Content(), feed(8))[0].official is None
    assert compared(number(7), c.History()) == ()
    assert compared(number(7), c.History(feed={}))[0].feed is None


def test_endorsing_drafts_a_query_for_each_discrepancy() -> None:
    sent = given(REPORT, *filled()).when(endorse(LAST, history=feed(10, 4, 9)))
    assert sent.decision.events[2:] == (found(1, 7, 10), found(2, 3, 9, BORDER))
    assert [query.status for query in sent.state.queries] == ["drafted", "drafted"]
    assert sent.state.phase == "submitted"


def test_the_same_two_figures_are_asked_about_once() -> None:
    asked = given(REPORT, *endorsed(*filled()), found(1, 7, 10))
    asked.when(c.CompareWithFeed(feed(10), DAY)).then()
    asked.when(c.CompareWithFeed(feed(11), DAY)).then(found(2, 7, 11))
    asked.when(c.CompareWithFeed(feed(7), DAY)).then()


def test_another_official_figure_is_asked_about_anew_and_the_older_query_stays() -> None:
    events = (*endorsed(*filled()), found(1, 7, 20))
    again = endorsed(*events, figure_recorded("6.1", number(8)))
    compared_again = given(REPORT, *again).when(c.CompareWithFeed(feed(20), DAY)).then(found(2, 8, 20))
    assert [query.official for query in compared_again.state.queries] == [7, 8]


@pytest.mark.parametrize("events", [endorsed(*filled()), accepted(*filled()), published(*filled())])
def test_what_was_handed_in_is_compared(events: tuple[e.ReportEvent, ...]) -> None:
    given(REPORT, *events).when(c.CompareWithFeed(feed(10), DAY)).then(found(1, 7, 10))


@pytest.mark.parametrize(
    "events",
    [
        filled(),
        (*endorsed(*filled()), figure_recorded("6.1", number(8))),
        (*endorsed(*filled()), e.ReportReturned(digest_of(*filled()), (), OFFICE, DAY)),
        (*published(*filled()), e.RestatementOpened(OFFICE, DAY, WHY)),
        (SECRETARIAT, figure_recorded("5", number(1))),
    ],
)
def test_a_draft_is_not_compared(events: tuple[e.ReportEvent, ...]) -> None:
    given(REPORT, *events).when(c.CompareWithFeed(feed(10), DAY)).refused(errors.NotSubmitted, "not_submitted")


ASKED = (*endorsed(*filled()), found(1, 7, 10))
SEND = c.SendQuery(1, text("Please explain."), OFFICE, DAY)
ANSWER = c.AnswerQuery(1, text("Two cases are of the next period."), HEAD, DAY)
DISMISS = c.DismissQuery(1, OFFICE, DAY, WHY)


def test_a_query_is_sent_and_answered() -> None:
    sent = given(REPORT, *ASKED).when(SEND).then(e.QuerySent(1, SEND.text, OFFICE, DAY))
    answered = sent.and_when(ANSWER).then(e.QueryAnswered(1, ANSWER.answer, HEAD, DAY))
    (query,) = answered.state.queries
    assert (query.status, query.text, query.answer) == ("answered", SEND.text, ANSWER.answer)
    assert answered.state.phase == "submitted"


def test_a_query_may_be_sent_without_words() -> None:
    given(REPORT, *ASKED).when(c.SendQuery(1, None, OFFICE, DAY)).then(e.QuerySent(1, None, OFFICE, DAY))


def test_a_query_is_dismissed_with_a_reason() -> None:
    dismissed = given(REPORT, *ASKED).when(DISMISS).then(e.QueryDismissed(1, OFFICE, DAY, WHY))
    assert dismissed.state.queries[0].reason == WHY
    given(REPORT, *ASKED).when(c.DismissQuery(1, OFFICE, DAY, text(" "))).refused(
        errors.InvalidInput, "empty", pointer="/reason"
    )


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ((), (ANSWER,)),
        ((SEND,), (SEND,)),
        ((SEND, ANSWER), (SEND, ANSWER)),
        ((DISMISS,), (SEND, ANSWER, DISMISS)),
        ((SEND, ANSWER, DISMISS), (SEND, ANSWER, DISMISS)),
    ],
)
def test_a_query_takes_one_step_after_the_other(
    steps: tuple[c.ReportCommand, ...], refused: tuple[c.ReportCommand, ...]
) -> None:
    report = given(REPORT, *ASKED)
    state = report.state
    for step in steps:
        state = REPORT.fold(REPORT.decide(step, state).events, state)
    for command in refused:
        with pytest.raises(errors.QueryStateDiffers):
            REPORT.decide(command, state)


def test_a_query_that_is_not_there_is_unknown_and_words_are_words() -> None:
    given(REPORT, BA).when(SEND).refused(errors.UnknownQuery, "query_unknown")
    given(REPORT, *ASKED).when(c.SendQuery(1, text(""), OFFICE, DAY)).refused(
        errors.InvalidInput, "empty", pointer="/text"
    )
    sent = (*ASKED, e.QuerySent(1, None, OFFICE, DAY))
    given(REPORT, *sent).when(c.AnswerQuery(1, text(" "), HEAD, DAY)).refused(
        errors.InvalidInput, "empty", pointer="/answer"
    )


def test_queries_change_no_content_and_void_nothing() -> None:
    sent = (*accepted(*filled()), found(1, 7, 10), e.QuerySent(1, None, OFFICE, DAY))
    assert state_of(*sent).phase == "accepted"
    assert digest_of(*sent) == digest_of(*filled())

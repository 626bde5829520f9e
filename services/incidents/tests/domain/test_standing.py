"""How an incident stands: verified, disputed, a duplicate, retracted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from common.kernel.errors import DomainError
from common.kernel.text import ErasableText
from common.testing.deciders import given
from incidents.domain import errors
from incidents.domain.body import IncidentBody
from incidents.domain.commands import (
    CorrectIncident,
    DisputeIncident,
    IncidentCommand,
    MarkDuplicate,
    ReclassifyIncident,
    ReportIncident,
    RetractIncident,
    UnmarkDuplicate,
    VerifyIncident,
)
from incidents.domain.events import (
    IncidentCorrected,
    IncidentDisputed,
    IncidentEvent,
    IncidentMarkedDuplicate,
    IncidentReported,
    IncidentRetracted,
    IncidentUnmarkedDuplicate,
    IncidentVerified,
)
from incidents.domain.incident import IncidentDecider

Line = Callable[..., ReportIncident]
SELF, OTHER = UUID(int=1), UUID(int=2)
WHY = ErasableText.of("Seen in the court file.")


@pytest.fixture
def reported(full: IncidentBody) -> IncidentReported:
    return IncidentReported("RS_MUP", full)


def test_someone_outside_the_agency_verifies(incident: IncidentDecider, reported: IncidentReported) -> None:
    result = given(incident, reported).when(VerifyIncident(1, "BIRN", WHY)).then(IncidentVerified(1, WHY))
    assert result.state.verification == "verified"
    given(incident, reported).when(VerifyIncident(1)).then(IncidentVerified(1))


def test_the_reporting_agency_does_not_verify_its_own(incident: IncidentDecider, reported: IncidentReported) -> None:
    given(incident, reported).when(VerifyIncident(1, "RS_MUP")).refused(
        errors.VerifiedByReporter, "verified_by_reporter"
    )


def test_what_is_verified_needs_no_second_time(incident: IncidentDecider, reported: IncidentReported) -> None:
    given(incident, reported, IncidentVerified(1)).when(VerifyIncident(2)).refused(
        errors.AlreadyVerified, "already_verified"
    )


def test_a_dispute_stands_until_it_is_verified(
    incident: IncidentDecider, reported: IncidentReported, full: IncidentBody
) -> None:
    disputed = given(incident, reported, IncidentVerified(1)).when(DisputeIncident(WHY)).then(IncidentDisputed(WHY))
    assert disputed.state.verification == "disputed"
    disputed.and_when(DisputeIncident(WHY)).refused(errors.AlreadyDisputed, "already_disputed")
    corrected = incident.fold([IncidentCorrected("RS_MUP", "push", ("tags",), full)], disputed.state)
    assert corrected is not None
    assert corrected.verification == "disputed"
    assert disputed.and_when(VerifyIncident(3)).state.verification == "verified"


def test_a_duplicate_is_marked_and_unmarked(incident: IncidentDecider, reported: IncidentReported) -> None:
    marked = given(incident, reported).when(MarkDuplicate(SELF, OTHER, WHY, "active"))
    marked.then(IncidentMarkedDuplicate(OTHER, WHY))
    assert (marked.state.status, marked.state.duplicate_of) == ("duplicate", OTHER)
    unmarked = marked.and_when(UnmarkDuplicate(WHY)).then(IncidentUnmarkedDuplicate(WHY))
    assert (unmarked.state.status, unmarked.state.duplicate_of) == ("active", None)


@pytest.mark.parametrize(
    ("command", "error", "code"),
    [
        (MarkDuplicate(SELF, SELF, WHY, "active"), errors.DuplicateOfItself, "duplicate_of_itself"),
        (MarkDuplicate(SELF, OTHER, WHY, None), errors.DuplicateOfUnknown, "duplicate_of_unknown"),
        (MarkDuplicate(SELF, OTHER, WHY, "duplicate"), errors.DuplicateOfInactive, "duplicate_of_inactive"),
        (MarkDuplicate(SELF, OTHER, WHY, "retracted"), errors.DuplicateOfInactive, "duplicate_of_inactive"),
        (MarkDuplicate(SELF, OTHER, WHY, "active", has_duplicates=True), errors.DuplicateChain, "duplicate_chain"),
        (UnmarkDuplicate(WHY), errors.NotDuplicate, "not_duplicate"),
    ],
)
def test_duplicates_point_at_one_that_counts(
    incident: IncidentDecider,
    reported: IncidentReported,
    command: IncidentCommand,
    error: type[DomainError],
    code: str,
) -> None:
    given(incident, reported).when(command).refused(error, code)


def test_a_duplicate_is_not_marked_twice(incident: IncidentDecider, reported: IncidentReported) -> None:
    given(incident, reported, IncidentMarkedDuplicate(OTHER, WHY)).when(
        MarkDuplicate(SELF, UUID(int=3), WHY, "active")
    ).refused(errors.AlreadyDuplicate, "already_duplicate")


def test_a_duplicate_is_still_corrected_by_its_agency(
    incident: IncidentDecider, reported: IncidentReported, line: Line
) -> None:
    changed = given(incident, reported, IncidentMarkedDuplicate(OTHER, WHY)).when(line(tags=()))
    assert changed.state.status == "duplicate"
    assert changed.state.body.tags == ()


def every_command(line: Line) -> list[IncidentCommand]:
    return [
        line(),
        line(tags=()),
        CorrectIncident("agency", {"tags": ()}, WHY, line().now),
        ReclassifyIncident("other", WHY, line().now),
        VerifyIncident(1),
        DisputeIncident(WHY),
        MarkDuplicate(SELF, OTHER, WHY, "active"),
        UnmarkDuplicate(WHY),
        RetractIncident(WHY),
    ]


def test_nothing_follows_a_retraction(incident: IncidentDecider, reported: IncidentReported, line: Line) -> None:
    retracted = given(incident, reported).when(RetractIncident(WHY)).then(IncidentRetracted(WHY))
    assert retracted.state.status == "retracted"
    for command in every_command(line):
        retracted.and_when(command).refused(errors.RetractedIncident, "incident_retracted")


def test_nothing_but_a_line_comes_first(incident: IncidentDecider, line: Line) -> None:
    for command in every_command(line)[2:]:
        given(incident).when(command).refused(errors.UnknownIncident, "incident_unknown")


@pytest.mark.parametrize(
    "command", [VerifyIncident, DisputeIncident, MarkDuplicate, UnmarkDuplicate, RetractIncident], ids=str
)
def test_reasons_and_comments_have_words(
    incident: IncidentDecider, reported: IncidentReported, command: type[Any]
) -> None:
    blank = ErasableText.of("\n")
    commands: dict[type[Any], IncidentCommand] = {
        VerifyIncident: VerifyIncident(1, comment=blank),
        DisputeIncident: DisputeIncident(blank),
        MarkDuplicate: MarkDuplicate(SELF, OTHER, blank, "active"),
        UnmarkDuplicate: UnmarkDuplicate(blank),
        RetractIncident: RetractIncident(blank),
    }
    given(incident, reported).when(commands[command]).refused(errors.InvalidText, "text_missing")


def test_a_fold_never_refuses(incident: IncidentDecider, reported: IncidentReported) -> None:
    strays: list[IncidentEvent] = [IncidentVerified(1), IncidentRetracted(WHY), reported, reported]
    assert incident.fold(strays[:2]) is None
    state = incident.fold(strays)
    assert state is not None
    assert state.status == "active"

"""How facts come to be and change: lines new and repeated, corrections, another category, and who holds what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from common.kernel.text import ErasableText
from common.testing.deciders import Given, given
from incidents.domain import errors
from incidents.domain.body import IncidentBody, Person, Place
from incidents.domain.commands import (
    CorrectIncident,
    IncidentCommand,
    ReclassifyIncident,
    ReportIncident,
    VerifyIncident,
)
from incidents.domain.events import (
    CorrectionProposed,
    IncidentCorrected,
    IncidentReclassified,
    IncidentReported,
    IncidentVerified,
)
from incidents.domain.incident import IncidentDecider

Line = Callable[..., ReportIncident]
WHY = ErasableText.of("The prosecutor's file says so.")
OTHER = UUID(int=7)


@pytest.fixture
def reported(incident: IncidentDecider, full: IncidentBody) -> Given[Any, Any, Any]:
    return given(incident, IncidentReported("RS_MUP", full))


@pytest.fixture
def reclassified(incident: IncidentDecider, full: IncidentBody) -> Given[Any, Any, Any]:
    other = replace(full, category="other")
    return given(incident, IncidentReported("RS_MUP", full), IncidentReclassified("RS_MUP", "other", other, WHY))


def correction(line: Line, by: Any = "secretariat", /, **fields: Any) -> CorrectIncident:
    return CorrectIncident(by, fields, WHY, line().now)


def test_a_first_line_is_reported(incident: IncidentDecider, line: Line, full: IncidentBody) -> None:
    given(incident).when(line()).then(IncidentReported("RS_MUP", full)).warned()


def test_an_age_tells_its_group(incident: IncidentDecider, line: Line) -> None:
    decision = given(incident).when(line(persons=(Person("victim", age=34),), casualties=None)).decision
    (event,) = decision.events
    assert isinstance(event, IncidentReported)
    assert event.body.persons == (Person("victim", age=34, age_group="19_35"),)


def test_a_neighbour_of_another_agency_is_a_warning_with_its_id(incident: IncidentDecider, line: Line) -> None:
    decision = given(incident).when(replace(line(), neighbours=(OTHER,))).warned("possible_duplicate").decision
    assert str(OTHER) in decision.warnings[0].detail


def test_the_same_line_again_changes_nothing(reported: Given[Any, Any, Any], line: Line) -> None:
    reported.when(line()).then().warned()


def test_the_same_content_in_another_spelling_changes_nothing(
    reported: Given[Any, Any, Any], line: Line, full: IncidentBody
) -> None:
    assert full.place is not None
    respelt = line(
        category=" criminal_context ",
        tags=("school", "armed_robbery", "school"),
        place=replace(full.place, name="Novi Sad ", precision=None),
        persons=(replace(full.persons[0], age_group="unreported"), full.persons[1]),
        narrative=ErasableText.of("Two men entered a shop.\n"),
    )
    reported.when(respelt).then().warned()


def test_a_changed_line_corrects_what_it_changes(
    reported: Given[Any, Any, Any], line: Line, full: IncidentBody
) -> None:
    after = replace(full, occurred_on=date(2020, 3, 15), tags=())
    reported.when(line(occurred_on=date(2020, 3, 15), tags=())).then(
        IncidentCorrected("RS_MUP", "push", ("occurred_on", "tags"), after)
    )


def test_a_line_that_goes_back_is_a_correction_again(
    reported: Given[Any, Any, Any], line: Line, full: IncidentBody
) -> None:
    reported.when(line(tags=())).and_when(line()).then(IncidentCorrected("RS_MUP", "push", ("tags",), full))


def test_a_repeated_narrative_keeps_its_salt_and_stays_erased(
    incident: IncidentDecider, line: Line, full: IncidentBody
) -> None:
    words = ErasableText.of("Two men entered a shop.")
    erased = ErasableText(words.salt, words.digest, None)
    history = given(incident, IncidentReported("RS_MUP", replace(full, narrative=erased)))
    (event,) = history.when(line(tags=())).decision.events
    assert isinstance(event, IncidentCorrected)
    assert event.body.narrative is erased


def test_what_the_secretariat_reclassified_is_not_overwritten(
    reclassified: Given[Any, Any, Any], line: Line, full: IncidentBody
) -> None:
    reclassified.when(line()).then()
    after = replace(full, category="other", tags=())
    reclassified.when(line(tags=())).then(
        IncidentCorrected("RS_MUP", "push", ("tags",), after),
        CorrectionProposed(replace(full, tags=()), ("category",)),
    ).warned("field_held").and_when(line(tags=())).then()


def test_a_line_that_differs_only_in_held_fields_is_a_proposal(
    incident: IncidentDecider, line: Line, full: IncidentBody
) -> None:
    held = replace(full, place=Place("Sremski Karlovci", precision="settlement"))
    history = given(
        incident, IncidentReported("RS_MUP", full), IncidentCorrected("RS_MUP", "secretariat", ("place",), held, WHY)
    )
    moved = Place("Futog", precision="settlement")
    result = history.when(line(place=moved)).then(CorrectionProposed(replace(full, place=moved), ("place",)))
    assert [w.pointer for w in result.warned("field_held").decision.warnings] == ["/place"]
    result.and_when(line(place=held.place)).then()


def test_a_line_that_does_not_fit_what_is_held_is_a_proposal_as_a_whole(
    incident: IncidentDecider, line: Line, full: IncidentBody
) -> None:
    dead = replace(full, persons=(Person("perpetrator", outcome="suicide"),), casualties=None)
    history = given(
        incident,
        IncidentReported("RS_MUP", dead),
        IncidentReclassified("RS_MUP", "suicide", replace(dead, category="suicide"), WHY),
    )
    alive = replace(dead, persons=())
    history.when(line(persons=(), casualties=None)).then(CorrectionProposed(alive, ("category", "persons"))).warned(
        "field_held", "does_not_fit_held_fields"
    )


@pytest.mark.parametrize(("here", "there"), [("RS", "FJ"), ("FJ", "RS")])
def test_a_narrowed_key_neither_takes_an_incident_away_nor_puts_it_where_it_does_not_reach(
    incident: IncidentDecider, line: Line, here: str, there: str
) -> None:
    elsewhere = {"place": None, "jurisdiction": there}
    stands = given(incident, *incident.decide(line(place=None, jurisdiction=here), None).events)
    for covered in ({"RS"}, {"FJ"}):
        moving = replace(line(**elsewhere), covered=frozenset(covered))
        stands.when(moving).refused(errors.JurisdictionNotAllowed, "jurisdiction_not_allowed", pointer="/jurisdiction")
    stands.when(replace(line(**elsewhere), covered=frozenset({"RS", "FJ"}))).then(
        IncidentCorrected("RS_MUP", "push", ("jurisdiction",), line(**elsewhere).body)
    )


def test_a_narrowed_key_may_repeat_a_line_of_an_incident_that_was_moved_away(
    reported: Given[Any, Any, Any], line: Line
) -> None:
    moved = reported.when(correction(line, jurisdiction="FJ", place=None))
    moved.and_when(replace(line(), covered=frozenset({"RS"}))).then()


def test_a_correction_replaces_whole_fields(reported: Given[Any, Any, Any], line: Line, full: IncidentBody) -> None:
    after = replace(full, jurisdiction="FJ", place=None)
    reported.when(correction(line, jurisdiction="FJ", place=None, tags=("school", "armed_robbery"))).then(
        IncidentCorrected("RS_MUP", "secretariat", ("jurisdiction", "place"), after, WHY)
    )


def test_an_agency_corrects_its_own_and_may_push_on(reported: Given[Any, Any, Any], line: Line) -> None:
    corrected = reported.when(correction(line, "agency", tags=()))
    assert corrected.state.held == frozenset()
    corrected.and_when(line()).then()  # its nightly export repeats the last line


def test_an_agency_cannot_correct_what_the_secretariat_holds(reclassified: Given[Any, Any, Any], line: Line) -> None:
    reclassified.when(correction(line, "agency", category="suicide")).refused(
        errors.FieldHeld, "field_held", pointer="/fields/category"
    )
    reclassified.when(correction(line, "secretariat", category="criminal_context"))


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({}, "fields_missing", "/fields"),
        ({"external_id": "RS-2"}, "external_id_fixed", "/fields/external_id"),
        ({"colour": "red"}, "unknown_field", "/fields/colour"),
    ],
)
def test_a_correction_names_fields_that_can_be_corrected(
    reported: Given[Any, Any, Any], line: Line, fields: dict[str, Any], code: str, pointer: str
) -> None:
    reported.when(correction(line, **fields)).refused(errors.InvalidCorrection, code, pointer=pointer)


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"tags": ("zoo",)}, "unknown_tag", "/fields/tags/0"),
        ({"category": "suicide"}, "suicide_without_person", "/fields"),
        ({"occurred_on": date(2021, 1, 1)}, "date_in_future", "/fields/occurred_on"),
    ],
)
def test_a_correction_keeps_the_rules(
    reported: Given[Any, Any, Any], line: Line, fields: dict[str, Any], code: str, pointer: str
) -> None:
    reported.when(correction(line, **fields)).refused(errors.InvalidIncident, code, pointer=pointer)


def test_a_correction_that_changes_nothing_says_so(reported: Given[Any, Any, Any], line: Line) -> None:
    same = correction(line, category="criminal_context", tags=("school", "armed_robbery"))
    reported.when(same).refused(errors.NothingToCorrect, "nothing_to_correct")


def test_reclassifying_holds_the_category(reported: Given[Any, Any, Any], line: Line, full: IncidentBody) -> None:
    after = replace(full, category="other")
    result = reported.when(ReclassifyIncident("other", WHY, line().now))
    result.then(IncidentReclassified("RS_MUP", "other", after, WHY))
    assert result.state.held == {"category"}


def test_a_new_category_makes_its_demands(reported: Given[Any, Any, Any], line: Line) -> None:
    now = line().now
    reported.when(ReclassifyIncident("suicide", WHY, now)).refused(
        errors.InvalidIncident, "suicide_without_person", pointer="/category"
    )
    reported.when(ReclassifyIncident("zoo", WHY, now)).refused(errors.InvalidIncident, "unknown_category")
    reported.when(ReclassifyIncident("criminal_context", WHY, now)).refused(errors.NothingToCorrect)


@pytest.mark.parametrize("command", ["push", "correct", "reclassify"])
def test_a_later_change_voids_a_verification(
    incident: IncidentDecider, line: Line, full: IncidentBody, command: str
) -> None:
    verified = given(incident, IncidentReported("RS_MUP", full), IncidentVerified(1))
    commands: dict[str, IncidentCommand] = {
        "push": line(tags=()),
        "correct": correction(line, tags=()),
        "reclassify": ReclassifyIncident("other", WHY, line().now),
    }
    changed = verified.when(commands[command])
    assert changed.state.verification == "unverified"
    changed.and_when(VerifyIncident(2)).then(IncidentVerified(2))
    verified.when(line()).then()
    assert verified.when(line()).state.verification == "verified"


@pytest.mark.parametrize("reason", [" ", "x" * 2_001])
def test_reasons_are_said_and_short(reported: Given[Any, Any, Any], line: Line, reason: str) -> None:
    text = ErasableText.of(reason)
    correct = CorrectIncident("secretariat", {"tags": ()}, text, line().now)
    reported.when(correct).refused(errors.InvalidText, pointer="/reason")
    reported.when(ReclassifyIncident("other", text, line().now)).refused(errors.InvalidText, pointer="/reason")

"""What stands beside the figures: institutions' inputs, narratives, evidence, invited readers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kpi_small import (
    BA,
    DAY,
    FILE,
    REPORT,
    SECRETARIAT,
    WHY,
    accepted,
    filled,
    input_of,
    input_recorded,
    number,
    published,
    record,
    text,
)

from common.testing.deciders import given
from kpi.domain import commands as c
from kpi.domain import errors
from kpi.domain import events as e
from kpi.domain import values as v

NARRATIVE = v.Narrative("bs", text("Dobro."), text("Well."))


def narrate(section: str, narrative: v.Narrative = NARRATIVE, seen: int = 1) -> c.RecordNarrative:
    return c.RecordNarrative(section, narrative, seen, DAY)


def test_institutions_contribute_to_a_part_beside_each_other() -> None:
    first = (
        given(REPORT, BA).when(input_of("6.1", 4, setting_inland=4)).then(input_recorded("6.1", 4, setting_inland=4))
    )
    second = first.and_when(input_of("6.1", 3, institution="customs")).then(input_recorded("6.1", 3, "customs"))
    assert [(held.institution, held.version) for held in second.state.inputs] == [("police", 2), ("customs", 3)]


def test_two_people_on_one_institutions_input_collide_and_others_do_not() -> None:
    held = given(REPORT, BA, input_recorded("6.1", 4))
    result = held.when(input_of("6.1", 5, seen=1))
    result.refused(errors.StaleContent)
    assert isinstance(result.result, errors.StaleContent)
    assert result.result.current.input == input_recorded("6.1", 4).input
    held.when(input_of("6.2", 5, seen=1)).then(input_recorded("6.2", 5))
    held.when(input_of("6.1", 5, seen=1, institution="customs")).then(input_recorded("6.1", 5, "customs"))
    held.when(record("6.1", number(9), seen=1)).then(e.FigureRecorded("BA", "6.1", number(9), DAY))


def test_an_equal_input_again_changes_nothing() -> None:
    given(REPORT, BA, input_recorded("6.2", "1.50")).when(input_of("6.2", "1.5", seen=1)).then()


def test_zero_is_an_input_and_no_cell_is_none() -> None:
    given(REPORT, BA).when(input_of("6.1", 0)).then(input_recorded("6.1", 0))
    given(REPORT, BA).when(input_of("6.1")).refused(errors.InvalidFigure, "value_missing", pointer="/cells")


def test_an_input_keeps_the_rules_of_its_part() -> None:
    given(REPORT, BA).when(input_of("6.1", setting_sea="-0.5")).refused(
        errors.InvalidFigure, "code_unknown", "negative", "too_many_decimals"
    )
    twice = c.RecordInput(
        "6.1", "police", v.Input(input_recorded("6.1", 4).input.cells, text(" "), (FILE, FILE)), 1, DAY
    )
    given(REPORT, BA).when(twice).refused(errors.InvalidFigure, "evidence_twice", "empty")


def test_inputs_stand_behind_numbers_of_a_jurisdictions_own_report() -> None:
    given(REPORT, BA).when(input_of("4", 1)).refused(errors.NotCollectedHere)
    given(REPORT, BA).when(input_of("3.3", 1)).refused(errors.DerivedFigure)
    given(REPORT, BA).when(input_of("5", 1)).refused(errors.NotCollectedHere)
    given(REPORT, BA).when(input_of("9", 1)).refused(errors.UnknownPart)
    given(REPORT, SECRETARIAT).when(input_of("5", 1)).refused(errors.NotCollectedHere)


@pytest.mark.parametrize("section", ["1", "1.3", "2", "challenges", "needs", "plans"])
def test_a_narrative_is_about_a_goal_a_target_or_what_lies_ahead(section: str) -> None:
    told = given(REPORT, BA).when(narrate(section)).then(e.NarrativeRecorded(section, NARRATIVE, DAY))
    assert dict(told.state.content("BA").narratives) == {section: NARRATIVE}


def test_a_narrative_about_what_the_roadmap_lacks_is_refused() -> None:
    (named,) = given(REPORT, BA).when(narrate("3.1")).refused(errors.UnknownSection, "section_unknown")
    assert named.detail == "The sections are: 1, 1.3, 2, challenges, needs, plans."


def test_a_narrative_says_something() -> None:
    given(REPORT, BA).when(narrate("1", v.Narrative("bs", text(" "), text("")))).refused(
        errors.InvalidInput, "empty", "empty"
    )
    long = v.Narrative("bs", text("x" * 20_001))
    given(REPORT, BA).when(narrate("1", long)).refused(errors.InvalidInput, "too_long", pointer="/original")


def test_two_people_on_one_narrative_collide_and_on_different_ones_do_not() -> None:
    held = given(REPORT, BA, e.NarrativeRecorded("1", NARRATIVE, DAY))
    other = v.Narrative("bs", text("Ipak ne."))
    result = held.when(narrate("1", other))
    result.refused(errors.StaleContent)
    assert isinstance(result.result, errors.StaleContent)
    assert result.result.current.narrative == NARRATIVE
    held.when(narrate("1", other, seen=2)).then(e.NarrativeRecorded("1", other, DAY))
    held.when(narrate("2", other)).then(e.NarrativeRecorded("2", other, DAY))
    held.when(narrate("1")).then()


def test_narratives_stand_in_the_reports_of_jurisdictions_alone() -> None:
    given(REPORT, SECRETARIAT).when(narrate("1")).refused(errors.NotCollectedHere)


def test_evidence_is_added_once() -> None:
    added = given(REPORT, BA).when(c.AddEvidence(FILE, DAY, WHY)).then(e.EvidenceAdded(FILE, DAY, WHY))
    assert added.state.evidence == (FILE,)
    added.and_when(c.AddEvidence(FILE, DAY)).then()
    added.and_when(c.AddEvidence(replace(FILE, name="other.pdf"), DAY)).refused(
        errors.InvalidInput, "evidence_twice", pointer="/sha256"
    )


def test_a_report_has_at_most_200_files_of_its_own() -> None:
    files = [replace(FILE, sha256=f"{n:064x}") for n in range(200)]
    full = given(REPORT, BA, *(e.EvidenceAdded(file, DAY) for file in files))
    full.when(c.AddEvidence(FILE, DAY)).refused(errors.InvalidInput)
    full.when(c.AddEvidence(files[7], DAY)).then()


def test_evidence_of_the_whole_voids_no_approval() -> None:
    sent = given(REPORT, *accepted(*filled())[:-1])
    assert sent.when(c.AddEvidence(FILE, DAY)).state.phase == "submitted"


@pytest.mark.parametrize("command", [input_of("6.1", 4, seen=99), narrate("1"), c.AddEvidence(FILE, DAY)])
def test_what_is_accepted_or_published_stands(command: c.ReportCommand) -> None:
    given(REPORT, *accepted(*filled())).when(command).refused(errors.AcceptedReport, "report_accepted")
    given(REPORT, *published(*filled())).when(command).refused(errors.PublishedReport, "report_published")


def test_readers_are_invited_and_sent_away() -> None:
    invited = given(REPORT, BA).when(c.InviteReader("person:3", DAY)).then(e.ReaderInvited("person:3", DAY))
    assert invited.state.readers == ("person:3",)
    invited.and_when(c.InviteReader("person:3", DAY)).then()
    gone = invited.and_when(c.RemoveReader("person:3", DAY)).then(e.ReaderRemoved("person:3", DAY))
    assert gone.state.readers == ()
    gone.and_when(c.RemoveReader("person:3", DAY)).refused(errors.UnknownReader, "reader_unknown")


def test_readers_are_none_of_the_contents_business() -> None:
    before = given(REPORT, *accepted(*filled()))
    after = before.when(c.InviteReader("person:3", DAY)).state
    assert (after.phase, after.digest()) == ("accepted", before.state.digest() if before.state else "")

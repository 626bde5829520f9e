"""What a report says: figures, inputs, narratives, evidence, and who may read the draft.

A command on one figure is stale only where that figure has changed since its author read the report, so that two people
on different KPIs never collide.
"""

from __future__ import annotations

from typing import Any, TypeAlias, assert_never

from common.kernel.decider import Decision
from common.kernel.errors import DomainError, Violation
from kpi.domain import commands, errors, events
from kpi.domain.lookups import Definitions
from kpi.domain.recording import (
    MOST_DOCUMENTS,
    cell_violations,
    evidence_violations,
    figure_violations,
    text_violations,
)
from kpi.domain.roadmap import REGIONAL, Part
from kpi.domain.state import HeldFigure, HeldInput, HeldNarrative, State
from kpi.domain.validation import wrong_with
from kpi.domain.values import Content

ContentCommand: TypeAlias = (
    commands.RecordFigure
    | commands.RecordInput
    | commands.RecordNarrative
    | commands.AddEvidence
    | commands.InviteReader
    | commands.RemoveReader
)


def decide(definitions: Definitions, command: ContentCommand, state: State) -> Decision[Any]:
    match command:
        case commands.RecordFigure():
            return _figure(definitions, command, state)
        case commands.RecordInput():
            return _input(definitions, command, state)
        case commands.RecordNarrative():
            return _narrative(definitions, command, state)
        case commands.AddEvidence():
            return _evidence(command, state)
        case commands.InviteReader():
            known = command.reader in state.readers
            return Decision(() if known else (events.ReaderInvited(command.reader, command.on, command.reason),))
        case commands.RemoveReader():
            if command.reader not in state.readers:
                raise errors.UnknownReader
            return Decision((events.ReaderRemoved(command.reader, command.on, command.reason),))
        case _:
            assert_never(command)


def content_refused(state: State) -> DomainError | None:
    """What stands against recording anything: the content stands until somebody reopens the report."""
    match state.phase:
        case "published":
            return errors.PublishedReport()
        case "accepted":
            return errors.AcceptedReport()
    return None


def require_open(state: State) -> None:
    if (refused := content_refused(state)) is not None:
        raise refused


def collected(definitions: Definitions, state: State, number: str) -> Part:
    """The part, where this report records it. Raises `UnknownPart`, `DerivedFigure`, `NotCollectedHere`."""
    part = definitions.parts.get(number)
    if part is None:
        below = definitions.named(number)
        hint = f"KPI {number} has the parts {', '.join(p.number for p in below)}." if below else ""
        raise errors.UnknownPart(hint or f"The roadmap has no KPI {number[:40]!r}.")
    if part.derived:
        raise errors.DerivedFigure(f"{number} follows from {part.formula}.")
    if part not in definitions.collects(state.kind, state.jurisdiction):
        collector = definitions.kpi_of[number].collector
        raise errors.NotCollectedHere(f"{number} is collected by: {collector.replace('_', ' ')}.")
    return part


def _figure(definitions: Definitions, command: commands.RecordFigure, state: State) -> Decision[Any]:
    part = collected(definitions, state, command.part)
    _whose(definitions, command.jurisdiction, state)
    require_open(state)
    held, figure = state.figure(command.jurisdiction, command.part), command.figure.ordered()
    if _told_already(command.seen, held.figure if held else None, figure, state):
        return Decision()
    _require_seen(command.seen, held, state)
    if violations := figure_violations(definitions, part, command.figure):
        raise errors.InvalidFigure("", *violations)
    if state.jurisdiction is None and (wrong := wrong_with(definitions, _with(state, command), command.part)):
        pointer = "/cells" if part.numeric else "/statuses"
        raise errors.InvalidFigure("", *(Violation(pointer, f.rule, f.message) for f in wrong))
    return Decision((events.FigureRecorded(command.jurisdiction, command.part, figure, command.on, command.reason),))


def _with(state: State, command: commands.RecordFigure) -> Content:
    """What the report would say of the jurisdiction."""
    content = state.content(command.jurisdiction)
    figures = {**dict(content.figures), command.part: command.figure.ordered()}
    return Content(tuple(sorted(figures.items())), content.narratives)


def _whose(definitions: Definitions, jurisdiction: str, state: State) -> None:
    if state.jurisdiction is not None:
        if jurisdiction != state.jurisdiction:
            detail = f"This is the report of {state.jurisdiction}."
            raise errors.NoMember(detail, Violation("/jurisdiction", errors.NoMember.code, detail))
        return
    known = [REGIONAL, *(member.jurisdiction for member in definitions.roadmap.members)]
    if jurisdiction not in known:
        detail = f"{jurisdiction[:40]!r} is none of {', '.join(known)}."
        raise errors.NoMember(detail, Violation("/jurisdiction", errors.NoMember.code, detail))


def _input(definitions: Definitions, command: commands.RecordInput, state: State) -> Decision[Any]:
    part = collected(definitions, state, command.part)
    if state.jurisdiction is None or not part.numeric:
        raise errors.NotCollectedHere("Institutions contribute to the numbers of a jurisdiction's own report.")
    require_open(state)
    held, given = state.input(command.part, command.institution), command.input
    if _told_already(command.seen, held.input if held else None, given.ordered(), state):
        return Decision()
    _require_seen(command.seen, held, state)
    if not command.institution.strip():
        detail = "The last part of the address names the institution, like border-police."
        raise errors.InvalidInput(detail, Violation("", "institution_missing", detail))
    violations = [
        *cell_violations(definitions, part, given.cells),
        *evidence_violations(given.evidence),
        *text_violations(given.comment, "/comment"),
    ]
    if not given.cells:
        violations.append(Violation("/cells", "value_missing", "An input has at least one cell. Zero is a value."))
    if violations:
        raise errors.InvalidFigure("", *violations)
    recorded = events.InputRecorded(command.part, command.institution, given.ordered(), command.on, command.reason)
    return Decision((recorded,))


def _narrative(definitions: Definitions, command: commands.RecordNarrative, state: State) -> Decision[Any]:
    if command.section not in definitions.sections:
        raise errors.UnknownSection(f"The sections are: {', '.join(definitions.sections)}.")
    if state.jurisdiction is None:
        raise errors.NotCollectedHere("Narratives stand in the reports of jurisdictions.")
    require_open(state)
    held, narrative = state.narrative(command.section), command.narrative
    if _told_already(command.seen, held.narrative if held else None, narrative, state):
        return Decision()
    _require_seen(command.seen, held, state)
    violations = [
        *text_violations(narrative.original, "/original"),
        *text_violations(narrative.translation, "/translation"),
    ]
    if violations:
        raise errors.InvalidInput("", *violations)
    return Decision((events.NarrativeRecorded(command.section, narrative, command.on, command.reason),))


def _evidence(command: commands.AddEvidence, state: State) -> Decision[Any]:
    require_open(state)
    if command.evidence in state.evidence:
        return Decision()
    if len(state.evidence) >= MOST_DOCUMENTS:
        raise errors.InvalidInput(f"A report has at most {MOST_DOCUMENTS} files of its own.")
    if any(command.evidence.sha256 == held.sha256 for held in state.evidence):
        detail = "The same file is there already, under other words."
        raise errors.InvalidInput(detail, Violation("/sha256", "evidence_twice", detail))
    return Decision((events.EvidenceAdded(command.evidence, command.on, command.reason),))


def _told_already(seen: int, held: object, sent: object, state: State) -> bool:
    """Whether a request says what stands there already, as a repeated one does whose answer was lost."""
    return held is not None and held == sent and seen <= state.version


def _require_seen(seen: int, held: HeldFigure | HeldInput | HeldNarrative | None, state: State) -> None:
    """Raises `StaleContent` with what stands there now."""
    if seen > state.version:
        raise errors.StaleContent(f"You named version {seen}; the report is at {state.version}.", held)
    if held is not None and seen < held.version:
        raise errors.StaleContent(f"It changed in version {held.version}; you have seen version {seen}.", held)

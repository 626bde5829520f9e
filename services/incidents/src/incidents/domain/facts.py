"""How the facts of an incident come to be and change: a first line, a repeated one, a correction, another category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from common.kernel.decider import Decision
from common.kernel.errors import Violation
from incidents.domain import errors
from incidents.domain.body import BODY_FIELDS, IncidentBody, changed_fields, clean, in_order, tidy
from incidents.domain.commands import CorrectIncident, ReclassifyIncident, ReportIncident
from incidents.domain.events import (
    CorrectionProposed,
    IncidentCorrected,
    IncidentEvent,
    IncidentReclassified,
    IncidentReported,
)
from incidents.domain.limits import check_text
from incidents.domain.rules import check
from incidents.domain.state import State
from incidents.domain.vocabulary import Vocabulary

IncidentDecision: TypeAlias = Decision[IncidentEvent]


class _Checked(NamedTuple):
    """A body that keeps the rules, normalised and completed."""

    body: IncidentBody
    warnings: tuple[Violation, ...]


def report(command: ReportIncident, vocabulary: Vocabulary) -> IncidentDecision:
    body, warnings = _checked(command.body, vocabulary, command.now)
    _require_covered(command, body.jurisdiction, "The line says ")
    doubles = tuple(
        Violation(
            "",
            "possible_duplicate",
            f"Another agency's incident {other} has the same category, place and nearly the same date.",
        )
        for other in command.neighbours
    )
    return Decision((IncidentReported(command.agency, body),), warnings + doubles)


def repeat(command: ReportIncident, state: State, vocabulary: Vocabulary) -> IncidentDecision:
    """A later line of the same agency: what it changes, but for the fields that the secretariat holds."""
    line, warnings = _checked(command.body, vocabulary, command.now)
    _require_covered(command, line.jurisdiction, "The line says ")
    if line in (state.last_line, state.body):
        return Decision()
    _require_covered(command, state.body.jurisdiction, "The incident stands in ")
    differing = changed_fields(state.body, line)
    held = tuple(name for name in differing if name in state.held)
    free = tuple(name for name in differing if name not in state.held)
    body = _with_fields(state.body, line, free)
    warnings += tuple(map(_held, held))
    if held and (misfits := check(body, vocabulary, vocabulary.today(body.jurisdiction, command.now)).violations):
        held, free, warnings = differing, (), warnings + tuple(map(_misfit, misfits))
    corrected = (IncidentCorrected(command.agency, "push", free, body),) if free else ()
    proposed = (CorrectionProposed(_with_known_words(line, state), held),) if held else ()
    return Decision((*corrected, *proposed), warnings)


def correct(command: CorrectIncident, state: State, vocabulary: Vocabulary) -> IncidentDecision:
    """Named fields replaced whole, by the agency or the secretariat. Raises where nothing would change."""
    check_text(command.reason, "reason")
    _require_correctable(command.fields)
    if command.by == "agency" and (held := state.held.intersection(command.fields)):
        raise errors.FieldHeld("", *(Violation(f"/fields/{n}", "field_held", errors.FieldHeld.title) for n in held))
    try:
        body, warnings = _checked(replace(state.body, **command.fields), vocabulary, command.now)
    except errors.InvalidIncident as error:
        raise errors.InvalidIncident("", *_below_fields(error.violations, command.fields)) from None
    changed = changed_fields(state.body, body)
    if not changed:
        raise errors.NothingToCorrect
    corrected = IncidentCorrected(
        state.agency, command.by, changed, _with_fields(state.body, body, changed), command.reason
    )
    return Decision((corrected,), _below_fields(warnings, command.fields))


def reclassify(command: ReclassifyIncident, state: State, vocabulary: Vocabulary) -> IncidentDecision:
    """Another main category, whose demands the facts must meet."""
    check_text(command.reason, "reason")
    if clean(command.category) == state.body.category:
        raise errors.NothingToCorrect
    try:
        body, _ = _checked(replace(state.body, category=command.category), vocabulary, command.now)
    except errors.InvalidIncident as error:
        raise errors.InvalidIncident("", *(replace(v, pointer="/category") for v in error.violations)) from None
    return Decision((IncidentReclassified(state.agency, body.category, body, command.reason),))


def _require_covered(command: ReportIncident, jurisdiction: str, where: str) -> None:
    """Of what a line says, and of what it would change: else a narrowed key could take an incident away from where it
    does not reach. Raises `JurisdictionNotAllowed`."""
    if command.covered is not None and jurisdiction not in command.covered:
        covered = ", ".join(sorted(command.covered)) or "none"
        detail = f"{where}{jurisdiction}, which is not among the jurisdictions of this credential: {covered}"
        error = errors.JurisdictionNotAllowed
        raise error(detail, Violation("/jurisdiction", error.code, detail))


def _checked(sent: IncidentBody, vocabulary: Vocabulary, now: datetime) -> _Checked:
    """Raises `InvalidIncident` with every violation."""
    tidied = tidy(sent, vocabulary.complete)
    findings = check(tidied, vocabulary, vocabulary.today(tidied.jurisdiction, now))
    if findings.violations:
        raise errors.InvalidIncident("", *findings.violations)
    tags = in_order(tidied.tags)
    return _Checked(tidied if tags is tidied.tags else replace(tidied, tags=tags), findings.warnings)


def _with_fields(body: IncidentBody, newer: IncidentBody, names: Iterable[str]) -> IncidentBody:
    """Only what differs is taken over, so that a text that says the same keeps its salt, and stays erased if it is."""
    return replace(body, **{name: getattr(newer, name) for name in names})


def _with_known_words(line: IncidentBody, state: State) -> IncidentBody:
    for known in (state.body.narrative, state.last_line.narrative):
        if line.narrative == known:
            return replace(line, narrative=known)
    return line


def _require_correctable(fields: Mapping[str, Any]) -> None:
    if not fields:
        detail = "Name at least one field and its new value."
        raise errors.InvalidCorrection("", Violation("/fields", "fields_missing", detail))
    found = [_uncorrectable(name) for name in fields if name == "external_id" or name not in BODY_FIELDS]
    if found:
        raise errors.InvalidCorrection("", *found)


def _uncorrectable(name: str) -> Violation:
    if name == "external_id":
        detail = "external_id is what the incident is known by; retract it and report it under the other id."
        return Violation("/fields/external_id", "external_id_fixed", detail)
    known = ", ".join(field for field in BODY_FIELDS if field != "external_id")
    return Violation(f"/fields/{name}", "unknown_field", f"Fields are top-level names: {known}.")


def _below_fields(found: Iterable[Violation], fields: Mapping[str, Any]) -> tuple[Violation, ...]:
    """Pointers into the correction that was sent; to `/fields` where a field that it does not name is at odds."""
    return tuple(
        v.below("/fields") if v.pointer[1:].partition("/")[0] in fields else replace(v, pointer="/fields")
        for v in found
    )


def _held(name: str) -> Violation:
    detail = f"The secretariat has corrected {name}; your value was kept as a proposal."
    return Violation(f"/{name}", "field_held", detail)


def _misfit(misfit: Violation) -> Violation:
    detail = f"Nothing was changed, for your line does not fit what the secretariat corrected: {misfit.detail}"
    return Violation(misfit.pointer, "does_not_fit_held_fields", detail)

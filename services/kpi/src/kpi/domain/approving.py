"""Clearing, endorsing, returning, accepting, reopening and freezing a report.

Each approval is bound to the digest of exactly what its author saw.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Protocol, TypeAlias, assert_never

from common.kernel.decider import Decision
from common.kernel.errors import DomainError, Violation
from common.kernel.text import ErasableText
from kpi.domain import commands, errors, events
from kpi.domain.contents import require_open
from kpi.domain.digest import inputs_digest
from kpi.domain.lookups import Definitions
from kpi.domain.querying import discrepancies
from kpi.domain.recording import text_violations
from kpi.domain.state import State
from kpi.domain.validation import about, institution_inputs, rules_version, validate
from kpi.domain.values import Finding

ApprovalCommand: TypeAlias = (
    commands.ExtendDue
    | commands.ExplainWarning
    | commands.ClearInputs
    | commands.EndorseReport
    | commands.ReturnReport
    | commands.AcceptReport
    | commands.ReopenReport
    | commands.OpenRestatement
    | commands.PublishReport
)


def decide(definitions: Definitions, command: ApprovalCommand, state: State) -> Decision[Any]:
    match command:
        case commands.ExtendDue():
            return _extend(command, state)
        case commands.ExplainWarning():
            return _explain(definitions, command, state)
        case commands.ClearInputs():
            return _clear(command, state)
        case commands.EndorseReport():
            return _endorse(definitions, command, state)
        case commands.ReturnReport():
            return _return(definitions, command, state)
        case commands.AcceptReport():
            return _accept(command, state)
        case commands.ReopenReport():
            refuse(reopening_refused(state))
            _not_before(command.on, state.acceptance, "accepted")
            return Decision((events.ReportReopened(command.by, command.on, _reason(command.reason)),))
        case commands.OpenRestatement():
            refuse(restating_refused(state))
            _not_before(command.on, state.published[-1], "published")
            return Decision((events.RestatementOpened(command.by, command.on, _reason(command.reason)),))
        case commands.PublishReport():
            return _publish(command, state)
        case _:
            assert_never(command)


def refuse(error: DomainError | None) -> None:
    if error is not None:
        raise error


def endorsing_refused(state: State) -> DomainError | None:
    """What in the report's phase stands against endorsing it; validation is another matter."""
    if state.kind == "secretariat":
        return errors.NotForThisReport()
    match state.phase:
        case "published":
            return errors.PublishedReport()
        case "accepted":
            return errors.AcceptedReport()
        case "submitted":
            return errors.AlreadySubmitted()
    return None


def clearing_refused(state: State, institution: str) -> DomainError | None:
    """What stands against the institution's clearing its inputs."""
    inputs = institution_inputs(state, institution)
    if not inputs:
        return errors.NothingToClear()
    digest = inputs_digest(inputs)
    cleared = any(c.institution == institution and c.valid and c.digest == digest for c in state.clearances)
    return errors.AlreadyCleared() if cleared else None


def checking_refused(state: State) -> DomainError | None:
    """What stands against returning or accepting it."""
    if state.kind == "secretariat":
        return errors.NotForThisReport()
    return None if state.phase == "submitted" else errors.NotSubmitted(f"It is {state.phase}.")


def reopening_refused(state: State) -> DomainError | None:
    if state.phase == "published":
        return errors.PublishedReport()
    return None if state.phase == "accepted" else errors.NotAccepted(f"It is {state.phase}.")


def restating_refused(state: State) -> DomainError | None:
    return None if state.phase == "published" else errors.NotPublished(f"It is {state.phase}.")


def findings_refused(findings: tuple[Finding, ...]) -> DomainError | None:
    """Errors block; warnings need an explanation."""
    if found := [finding for finding in findings if finding.severity == "error"]:
        return errors.FailedValidation("", *(Violation("", finding.id, finding.message) for finding in found))
    if found := [finding for finding in findings if finding.explanation is None]:
        return errors.UnexplainedWarnings("", *(Violation("", finding.id, finding.message) for finding in found))
    return None


def _reason(reason: ErasableText | None) -> ErasableText:
    violations = list(text_violations(reason, "/reason", required=True))
    if violations or reason is None:
        raise errors.ReasonRequired("", *violations)
    return reason


def _extend(command: commands.ExtendDue, state: State) -> Decision[Any]:
    if command.due <= state.due:
        detail = f"The deadline is {state.due}; an extension ends later."
        raise errors.DueNotLater(detail, Violation("/due", errors.DueNotLater.code, detail))
    return Decision((events.DueExtended(command.due, command.on, _reason(command.reason)),))


def _explain(definitions: Definitions, command: commands.ExplainWarning, state: State) -> Decision[Any]:
    require_open(state)
    if violations := list(text_violations(command.explanation, "/explanation")):
        raise errors.InvalidInput("", *violations)
    found = validate(definitions, state, command.history)
    finding = next((f for f in found if f.id == command.finding and f.severity == "warning"), None)
    if finding is None or state.jurisdiction is None:
        known = ", ".join(f.id for f in found if f.severity == "warning") or "none"
        raise errors.UnknownFinding(f"Warnings that validation finds now: {known}.")
    if finding.explanation == command.explanation:
        return Decision()
    digest = about(definitions, state, finding, state.content(state.jurisdiction))
    return Decision((events.WarningExplained(finding.id, digest, command.explanation, command.on, command.reason),))


def _clear(command: commands.ClearInputs, state: State) -> Decision[Any]:
    require_open(state)
    refuse(clearing_refused(state, command.institution))
    changed = max(held.version for held in state.inputs if held.institution == command.institution)
    digest = inputs_digest(institution_inputs(state, command.institution))
    _require_same(command.seen, changed, command.digest, digest, state)
    for held in state.inputs:
        _not_before(command.on, held if held.institution == command.institution else None, "recorded")
    return Decision((events.InputsCleared(command.institution, digest, command.by, command.on, command.reason),))


def _endorse(definitions: Definitions, command: commands.EndorseReport, state: State) -> Decision[Any]:
    refuse(endorsing_refused(state))
    digest = state.digest()
    _require_same(command.seen, state.content_version, command.digest, digest, state)
    for figure in state.figures:
        _not_before(command.on, figure, "recorded")
    for narrative in state.narratives:
        _not_before(command.on, narrative, "recorded")
    findings = validate(definitions, state, command.history)
    refuse(findings_refused(findings))
    return Decision(
        (
            events.ReportEndorsed(digest, command.by, findings, rules_version(definitions), command.on, command.reason),
            events.ReportSubmitted(digest, command.on, command.reason),
            *discrepancies(definitions, state, command.history, command.on),
        )
    )


def _return(definitions: Definitions, command: commands.ReturnReport, state: State) -> Decision[Any]:
    refuse(checking_refused(state))
    digest = state.digest()
    _require_same(command.seen, state.content_version, command.digest, digest, state)
    _not_before(command.on, state.endorsement, "submitted")
    if not command.comments:
        detail = "Say what is to be mended: at least one comment, on a KPI or on the whole."
        raise errors.InvalidInput(detail, Violation("/comments", "required", detail))
    if violations := list(_comment_violations(definitions, command.comments)):
        raise errors.InvalidInput("", *violations)
    return Decision((events.ReportReturned(digest, command.comments, command.by, command.on, command.reason),))


def _comment_violations(definitions: Definitions, comments: tuple[events.PartComment, ...]) -> Iterator[Violation]:
    for n, comment in enumerate(comments):
        yield from text_violations(comment.text, f"/comments/{n}/text")
        if comment.part is not None and not definitions.named(comment.part):
            detail = f"The roadmap has no KPI {comment.part[:40]!r}; leave it out for a comment on the whole."
            yield Violation(f"/comments/{n}/kpi", errors.UnknownPart.code, detail)


def _accept(command: commands.AcceptReport, state: State) -> Decision[Any]:
    refuse(checking_refused(state))
    digest = state.digest()
    _require_same(command.seen, state.content_version, command.digest, digest, state)
    _not_before(command.on, state.endorsement, "submitted")
    return Decision((events.ReportAccepted(digest, command.by, command.on, command.reason),))


def _publish(command: commands.PublishReport, state: State) -> Decision[Any]:
    """Part of publishing a round, which names what it has seen."""
    if state.kind == "jurisdiction" and state.phase != "accepted":
        raise errors.NotAccepted(f"The report of {state.jurisdiction} is {state.phase}.")
    digest = state.digest()
    if command.digest != digest:
        raise errors.DigestDiffers
    day = command.on + timedelta(days=1)  # it is UTC's, and a jurisdiction's may be one ahead
    _not_before(day, state.acceptance, "accepted")
    for held in state.figures if state.kind == "secretariat" else ():
        _not_before(day, held, "recorded")
    restates = state.published[-1].edition if state.published else None
    return Decision(
        (events.ReportPublished(command.edition, digest, state.contents(), command.on, restates, command.reason),)
    )


class _Dated(Protocol):
    @property
    def on(self) -> date: ...


def _not_before(on: date, about: _Dated | None, done: str) -> None:
    """What is approved was there on that day, so that what held then shows approvals of what held then.

    Raises `BeforeLastChange`."""
    if about is not None and on < about.on:
        detail = f"What this is about was {done} on {about.on}; name that day or a later one."
        raise errors.BeforeLastChange(detail, Violation("/on", errors.BeforeLastChange.code, detail))


def _require_same(seen: int, changed: int, named: str | None, digest: str, state: State) -> None:
    """What the author saw is what stands there. Raises `StaleContent`, `DigestDiffers`."""
    if seen < changed or seen > state.version:
        raise errors.StaleContent(f"It changed in version {changed}; you have seen version {seen} of {state.version}.")
    if named is not None and named != digest:
        raise errors.DigestDiffers(f"The digest is now {digest}.")

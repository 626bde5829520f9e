"""A round: the reports of one period, from their opening to the regional editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias, assert_never

from common.kernel.decider import Decider, Decision
from common.kernel.errors import DomainError, Violation
from common.kernel.periods import Period
from common.kernel.text import ErasableText
from kpi.domain import commands, errors, events, schedule
from kpi.domain.commands import RoundCommand
from kpi.domain.events import EditionReport, RoundEvent
from kpi.domain.lookups import Definitions
from kpi.domain.recording import text_violations

Phase = Literal["open", "draft_shared", "published"]


@dataclass(frozen=True, slots=True)
class Objection:
    number: int
    jurisdiction: str
    part: str | None
    text: ErasableText
    on: date
    answer: ErasableText | None = None
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    number: int
    reports: tuple[EditionReport, ...]
    missing: tuple[str, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's."""

    roadmap: str
    roadmap_version: str
    number: int
    period: str
    values_period: str
    due: date
    reminders: tuple[date, ...]
    members: tuple[str, ...]
    opened_on: date
    version: int = 1
    shared_on: date | None = None
    object_by: date | None = None
    objections: tuple[Objection, ...] = ()
    editions: tuple[Edition, ...] = ()

    @property
    def phase(self) -> Phase:
        if self.editions:
            return "published"
        return "open" if self.object_by is None else "draft_shared"

    def objection(self, number: int) -> Objection | None:
        return next((objection for objection in self.objections if objection.number == number), None)


RoundDecider: TypeAlias = Decider[RoundCommand, State | None, RoundEvent]


def decider() -> RoundDecider:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def evolve(state: State | None, event: RoundEvent) -> State:
    if isinstance(event, events.RoundOpened):
        return State(
            event.roadmap,
            event.roadmap_version,
            event.number,
            event.period,
            event.values_period,
            event.due,
            event.reminders,
            event.members,
            event.on,
        )
    assert state is not None, "the first event opens"
    after = replace(state, version=state.version + 1)
    match event:
        case events.DraftShared():
            return replace(after, shared_on=event.on, object_by=event.object_by)
        case events.ObjectionRaised():
            raised = Objection(event.number, event.jurisdiction, event.part, event.text, event.on)
            return replace(after, objections=(*state.objections, raised))
        case events.ObjectionAnswered():
            answered = tuple(
                replace(o, answer=event.answer, answered_on=event.on) if o.number == event.number else o
                for o in state.objections
            )
            return replace(after, objections=answered)
        case events.RoundPublished():
            edition = Edition(event.edition, event.reports, event.missing, event.on, event.reason)
            return replace(after, editions=(*state.editions, edition))
        case _:
            assert_never(event)


def decide(command: RoundCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, commands.OpenRound):
        return _open(command, state)
    if state is None:
        raise errors.NotOpened("There is no such round.")
    if command.on < state.opened_on:
        raise errors.BeforeOpening("round", state.opened_on)
    match command:
        case commands.ShareDraft():
            return _share(command, state)
        case commands.RaiseObjection():
            return _object(command, state)
        case commands.AnswerObjection():
            return _answer(command, state)
        case commands.PublishRound():
            return _publish(command, state)
        case _:
            assert_never(command)


def sharing_refused(state: State) -> DomainError | None:
    return errors.AlreadyPublished() if state.editions else None


def objecting_refused(state: State, on: date) -> DomainError | None:
    if state.editions:
        return errors.AlreadyPublished()
    if state.object_by is None:
        return errors.DraftNotShared()
    return errors.ObjectionsPeriodOver(f"It ended on {state.object_by}.") if on > state.object_by else None


def publishing_refused(state: State, on: date) -> DomainError | None:
    """What in the round stands against its first edition; which reports are accepted is another matter."""
    if state.editions:
        return None
    if state.object_by is None:
        return errors.DraftNotShared()
    if on <= state.object_by:
        return errors.ObjectionPeriodOpen(f"Members may object until {state.object_by}.")
    if unanswered := [str(o.number) for o in state.objections if o.answer is None]:
        return errors.OpenObjections(f"Answer objection {', '.join(unanswered)} first.")
    return None


def nothing_new(state: State, reports: Sequence[EditionReport]) -> DomainError | None:
    """What in the reports of the next edition stands against it: none is there, or each says what it said."""
    if not any(report.kind == "jurisdiction" for report in reports):
        return errors.NothingAccepted()
    before = {report.report: report.digest for report in state.editions[-1].reports} if state.editions else {}
    changed = any(before.get(report.report) != report.digest for report in reports)
    return None if changed else errors.NothingRestated()


def _open(command: commands.OpenRound, state: State | None) -> Decision[Any]:
    planned = plan(command)
    if state is not None:
        raise errors.AlreadyOpened(f"The round of {state.period} is open already.")
    return Decision((planned,))


def plan(command: commands.OpenRound) -> events.RoundOpened:
    """What the round will be, reports included. Raises `UnknownPeriod`, `InvalidInput`."""
    scheduled = command.roadmap.schedule
    periods = schedule.report_on(scheduled, command.period)
    if periods is None:
        covered = [schedule.report(scheduled, scheduled.first_number + n) for n in range(3)]
        known = f"its reports cover {', '.join(entry.narrative for entry in covered if entry)} and so on"
        detail = f"No report of {command.roadmap.code} covers {command.period[:20]!r}; {known}."
        raise errors.UnknownPeriod(detail, Violation("/period", errors.UnknownPeriod.code, detail))
    begins = Period.parse(periods.narrative).start
    if begins > command.on:
        detail = f"{periods.narrative} begins on {begins}; its round opens then at the earliest."
        raise errors.InvalidInput(detail, Violation("/period", "period_not_begun", detail))
    due = command.due or schedule.due(scheduled, periods)
    if due < command.on:
        detail = f"The deadline {due} lies before the opening on {command.on}; name a later one."
        raise errors.InvalidInput(detail, Violation("/due", "due_before_opening", detail))
    for n, day in enumerate(command.reminders or ()):
        if not command.on <= day <= due:
            detail = f"A reminder comes between the opening on {command.on} and the deadline {due}, not on {day}."
            raise errors.InvalidInput(detail, Violation(f"/reminders/{n}", "reminder_outside", detail))
    whole = Period.parse(periods.narrative), Period.parse(periods.values)
    members = Definitions(command.roadmap).members(min(p.start for p in whole), max(p.end for p in whole))
    reminders = schedule.reminders(scheduled, due) if command.reminders is None else tuple(sorted(command.reminders))
    return events.RoundOpened(
        command.roadmap.code,
        command.roadmap.version,
        periods.number,
        periods.narrative,
        periods.values,
        due,
        reminders,
        members,
        command.on,
        command.reason,
    )


def _share(command: commands.ShareDraft, state: State) -> Decision[Any]:
    if (refused := sharing_refused(state)) is not None:
        raise refused
    earliest = max(command.on, state.object_by or command.on)
    if command.object_by < earliest:
        detail = f"Members object until {earliest} at the earliest."
        raise errors.InvalidInput(detail, Violation("/object_by", "too_early", detail))
    if command.object_by == state.object_by:
        return Decision()
    return Decision((events.DraftShared(command.object_by, command.on, command.reason),))


def _object(command: commands.RaiseObjection, state: State) -> Decision[Any]:
    if (refused := objecting_refused(state, command.on)) is not None:
        raise refused
    if command.jurisdiction not in state.members:
        raise errors.NoMember(f"{command.jurisdiction} does not report in this round.")
    if violations := list(text_violations(command.text, "/text")):
        raise errors.InvalidInput("", *violations)
    number = len(state.objections) + 1
    return Decision(
        (events.ObjectionRaised(number, command.jurisdiction, command.part, command.text, command.on, command.reason),)
    )


def _answer(command: commands.AnswerObjection, state: State) -> Decision[Any]:
    objection = state.objection(command.number)
    if objection is None:
        raise errors.UnknownObjection
    if objection.answer is not None:
        raise errors.AlreadyAnswered
    if violations := list(text_violations(command.answer, "/answer")):
        raise errors.InvalidInput("", *violations)
    return Decision((events.ObjectionAnswered(command.number, command.answer, command.on, command.reason),))


def _publish(command: commands.PublishRound, state: State) -> Decision[Any]:
    if (refused := publishing_refused(state, command.on)) is not None:
        raise refused
    if (refused := nothing_new(state, command.reports)) is not None:
        raise refused
    edition = len(state.editions) + 1
    if state.editions and command.reason is None:
        detail = "A new edition says why it restates the one before."
        raise errors.ReasonRequired(detail, Violation("/reason", errors.ReasonRequired.code, detail))
    there = {report.jurisdiction for report in command.reports}
    missing = tuple(member for member in state.members if member not in there)
    return Decision((events.RoundPublished(edition, command.reports, missing, command.on, command.reason),))

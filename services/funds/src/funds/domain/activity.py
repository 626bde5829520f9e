"""An activity of a project, or of the secretariat: planned, then held, postponed or cancelled, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, TypeAlias, assert_never
from uuid import UUID

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from funds.domain import checks, errors, events
from funds.domain.events import ActivityEvent, ActivityKind, RecommendationState
from funds.domain.values import Document, Quantity

Status = Literal["planned", "ongoing", "held", "postponed", "cancelled"]


@dataclass(frozen=True, slots=True)
class PlanActivity:
    kind: ActivityKind
    title: str
    project: UUID | None
    jurisdictions: tuple[str, ...]
    partners: tuple[str, ...]
    goals: tuple[str, ...]
    kpis: tuple[str, ...]
    start: date
    end: date
    targets: tuple[Quantity, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class StartActivity:
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class HoldActivity:
    """`on` is its last day; `start` its first, the same where none is told."""

    start: date | None
    results: tuple[Quantity, ...]
    documents: tuple[Document, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CorrectResults:
    results: tuple[Quantity, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class PostponeActivity:
    start: date | None
    end: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class CancelActivity:
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Recommend:
    text: ErasableText
    owner: str
    due: date | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ChangeRecommendation:
    number: int
    state: RecommendationState
    on: date
    reason: ErasableText | None = None


ActivityCommand: TypeAlias = (
    PlanActivity
    | StartActivity
    | HoldActivity
    | CorrectResults
    | PostponeActivity
    | CancelActivity
    | Recommend
    | ChangeRecommendation
)

RECOMMENDING: tuple[ActivityKind, ...] = ("assessment", "gap_analysis", "gender_screening", "legal_advice")


@dataclass(frozen=True, slots=True)
class Recommended:
    number: int
    text: ErasableText
    owner: str
    due: date | None
    state: RecommendationState
    on: date


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's; `start` and `end` are planned, None where it was postponed without a new day."""

    kind: ActivityKind
    title: str
    project: UUID | None
    jurisdictions: tuple[str, ...]
    partners: tuple[str, ...]
    goals: tuple[str, ...]
    kpis: tuple[str, ...]
    start: date | None
    end: date | None
    targets: tuple[Quantity, ...]
    planned_on: date
    version: int = 1
    status: Status = "planned"
    changed_on: date | None = None
    held_from: date | None = None
    held_to: date | None = None
    results: tuple[Quantity, ...] = ()
    documents: tuple[Document, ...] = ()
    why: ErasableText | None = None
    recommendations: tuple[Recommended, ...] = ()


def decider() -> Decider[ActivityCommand, State | None, ActivityEvent]:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def evolve(state: State | None, event: ActivityEvent) -> State:
    if isinstance(event, events.ActivityPlanned):
        return State(
            event.kind,
            event.title,
            event.project,
            event.jurisdictions,
            event.partners,
            event.goals,
            event.kpis,
            event.start,
            event.end,
            event.targets,
            event.on,
        )
    assert state is not None, "the first event plans"
    after = replace(state, version=state.version + 1, changed_on=event.on)
    match event:
        case events.ActivityStarted():
            return replace(after, status="ongoing")
        case events.ActivityHeld():
            return replace(
                after,
                status="held",
                held_from=event.start,
                held_to=event.on,
                results=event.results,
                documents=event.documents,
            )
        case events.ResultsCorrected():
            return replace(after, results=event.results)
        case events.ActivityPostponed():
            return replace(after, status="postponed", start=event.start, end=event.end, why=event.reason)
        case events.ActivityCancelled():
            return replace(after, status="cancelled", why=event.reason)
        case events.RecommendationMade():
            made = Recommended(event.number, event.text, event.owner, event.due, "open", event.on)
            return replace(after, recommendations=(*state.recommendations, made))
        case events.RecommendationChanged():
            changed = tuple(
                replace(r, state=event.state) if r.number == event.number else r for r in state.recommendations
            )
            return replace(after, recommendations=changed)
        case _:
            assert_never(event)


def decide(command: ActivityCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, PlanActivity):
        return _plan(command, state)
    if state is None:
        raise errors.UnknownThing("activity")
    if command.on < state.planned_on:
        raise errors.BeforeFact("plan", state.planned_on)
    match command:
        case StartActivity():
            _require(state, "planned", "postponed")
            return Decision((events.ActivityStarted(command.on, command.reason),))
        case HoldActivity():
            return _hold(command, state)
        case CorrectResults():
            _require(state, "held")
            checks.require(checks.quantities(command.results, "/results"))
            return Decision((events.ResultsCorrected(command.results, command.on, command.reason),))
        case PostponeActivity():
            return _postpone(command, state)
        case CancelActivity():
            _require(state, "planned", "postponed", "ongoing")
            _require_reason(command.reason)
            return Decision((events.ActivityCancelled(command.on, command.reason),))
        case Recommend() | ChangeRecommendation():
            return _recommend(command, state)
        case _:
            assert_never(command)


def _plan(command: PlanActivity, state: State | None) -> Decision[Any]:
    if state is not None:
        raise errors.AlreadyThere

    def violations() -> Iterator[Violation]:
        yield from checks.span(command.start, command.end)
        yield from checks.unique(command.jurisdictions, "/jurisdictions", "jurisdiction")
        yield from checks.quantities(command.targets, "/targets")

    checks.require(violations())
    planned = events.ActivityPlanned(
        command.kind,
        command.title,
        command.project,
        command.jurisdictions,
        command.partners,
        command.goals,
        command.kpis,
        command.start,
        command.end,
        command.targets,
        command.on,
        command.reason,
    )
    return Decision((planned,))


def _hold(command: HoldActivity, state: State) -> Decision[Any]:
    _require(state, "planned", "postponed", "ongoing")
    start = command.start or command.on
    checks.require([*checks.span(start, command.on, "/start"), *checks.quantities(command.results, "/results")])
    held = events.ActivityHeld(start, command.results, command.documents, command.on, command.reason)
    return Decision((held,))


def _postpone(command: PostponeActivity, state: State) -> Decision[Any]:
    _require(state, "planned", "postponed", "ongoing")
    _require_reason(command.reason)
    if (command.start is None) != (command.end is None):
        detail = "Name both days of the new period, or none of them."
        raise errors.InvalidInput(detail, Violation("/end", "one_day_missing", detail))
    if command.start is not None:
        checks.require(checks.span(command.start, command.end))
    return Decision((events.ActivityPostponed(command.start, command.end, command.on, command.reason),))


def _recommend(command: Recommend | ChangeRecommendation, state: State) -> Decision[Any]:
    if isinstance(command, Recommend):
        if state.kind not in RECOMMENDING:
            detail = f"Recommendations come of {', '.join(RECOMMENDING)}."
            raise errors.InvalidInput(detail, Violation("", "no_assessment", detail))
        _require(state, "held", "ongoing")
        number = len(state.recommendations) + 1
        made = events.RecommendationMade(number, command.text, command.owner, command.due, command.on, command.reason)
        return Decision((made,))
    held = next((r for r in state.recommendations if r.number == command.number), None)
    if held is None:
        raise errors.UnknownThing("recommendation")
    if held.state == command.state:
        return Decision()
    changed = events.RecommendationChanged(command.number, command.state, command.on, command.reason)
    return Decision((changed,))


def _require(state: State, *status: Status) -> None:
    """Raises `ActivityStateDiffers`."""
    if state.status not in status:
        raise errors.ActivityStateDiffers(f"It is {state.status}.")


def _require_reason(reason: ErasableText | None) -> None:
    if reason is None:
        raise errors.ReasonRequired

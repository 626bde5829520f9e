"""A proposal for a project: submitted, evaluated, decided on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal, TypeAlias, assert_never
from uuid import UUID

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.money import ZERO
from common.kernel.text import ErasableText
from funds.domain import checks, errors, events
from funds.domain.events import ProposalEvent, Recommendation
from funds.domain.values import Consultation, Criterion, Document, Plan, Score

Status = Literal["submitted", "withdrawn", "approved", "deferred", "rejected"]

_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Terms:
    """Of the fund on the day: who is eligible, what indirect costs may be, and how long the call is open; None outside
    a call."""

    currency: str
    eligible: tuple[str, ...]
    indirect_cap: Decimal
    opened_on: date | None
    deadline: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class SubmitProposal:
    fund: UUID
    call: UUID | None
    project: UUID | None
    lead: str
    plan: Plan
    consultations: tuple[Consultation, ...]
    documents: tuple[Document, ...]
    terms: Terms
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class WithdrawProposal:
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class AssignReviewer:
    reviewer: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DeclareConflict:
    reviewer: str
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class ScoreProposal:
    """Every criterion of the call has its score."""

    reviewer: str
    scores: tuple[Score, ...]
    criteria: tuple[Criterion, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class RecommendProposal:
    recommendation: Recommendation
    criteria: tuple[Criterion, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class DecideProposal:
    """By a decision that was adopted; `number` is the version that was put to the vote."""

    number: int
    decision: UUID
    kind: events.DecisionKind
    project: UUID | None
    on: date
    reason: ErasableText | None = None


ProposalCommand: TypeAlias = (
    SubmitProposal
    | WithdrawProposal
    | AssignReviewer
    | DeclareConflict
    | ScoreProposal
    | RecommendProposal
    | DecideProposal
)


@dataclass(frozen=True, slots=True)
class Scored:
    reviewer: str
    number: int
    scores: tuple[Score, ...]
    on: date


@dataclass(frozen=True, slots=True)
class State:
    """`submitted` is the latest version; `version` is the stream's."""

    submitted: events.ProposalSubmitted
    version: int = 1
    first_on: date | None = None
    withdrawn_on: date | None = None
    reviewers: tuple[str, ...] = ()
    conflicted: tuple[str, ...] = ()
    scores: tuple[Scored, ...] = ()
    recommended: events.ProposalRecommended | None = None
    decided: events.ProposalDecided | None = None

    @property
    def number(self) -> int:
        return self.submitted.number

    @property
    def status(self) -> Status:
        if self.decided is not None:
            match self.decided.kind:
                case "defer":
                    return "deferred"
                case "reject":
                    return "rejected"
                case _:
                    return "approved"
        return "submitted" if self.withdrawn_on is None else "withdrawn"

    @property
    def scored(self) -> list[Scored]:
        """Of the version that stands, each reviewer's last; without those of reviewers who declared a conflict."""
        last = {s.reviewer: s for s in self.scores if s.number == self.number and s.reviewer not in self.conflicted}
        return list(last.values())


def decider() -> Decider[ProposalCommand, State | None, ProposalEvent]:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def evolve(state: State | None, event: ProposalEvent) -> State:
    if state is None:
        assert isinstance(event, events.ProposalSubmitted), "the first event submits"
        return State(event, first_on=event.on)
    after = replace(state, version=state.version + 1)
    match event:
        case events.ProposalSubmitted():
            return replace(after, submitted=event, withdrawn_on=None, recommended=None, decided=None)
        case events.ProposalWithdrawn():
            return replace(after, withdrawn_on=event.on)
        case events.ReviewerAssigned():
            return replace(after, reviewers=(*state.reviewers, event.reviewer))
        case events.ConflictDeclared():
            return replace(after, conflicted=(*state.conflicted, event.reviewer))
        case events.ProposalScored():
            return replace(after, scores=(*state.scores, Scored(event.reviewer, event.version, event.scores, event.on)))
        case events.ProposalRecommended():
            return replace(after, recommended=event)
        case events.ProposalDecided():
            return replace(after, decided=event)
        case _:
            assert_never(event)


def decide(command: ProposalCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, SubmitProposal):
        return _submit(command, state)
    if state is None:
        raise errors.UnknownThing("proposal")
    if command.on < state.submitted.on:
        raise errors.BeforeFact("proposal", state.submitted.on)
    match command:
        case DecideProposal():
            _require(state, "submitted", "deferred")
            if state.number != command.number:
                detail = f"Version {command.number} was put to the vote; version {state.number} was submitted since."
                raise errors.Outdated(detail)
            decided = events.ProposalDecided(
                command.decision, command.kind, command.project, command.on, command.reason
            )
            return Decision((decided,))
        case WithdrawProposal():
            _require(state, "submitted", "deferred")
            return Decision((events.ProposalWithdrawn(command.on, command.reason),))
        case _:
            return _evaluate(command, state)


def _submit(command: SubmitProposal, state: State | None) -> Decision[Any]:
    if state is not None:
        if state.status not in ("submitted", "withdrawn", "deferred"):
            raise errors.ProposalStateDiffers(f"It is {state.status}.")
        if state.submitted.lead != command.lead:
            raise errors.InvalidInput("", Violation("/plan/offices/0", "lead_differs", "The lead remains the same."))
        if command.on < state.submitted.on:
            raise errors.BeforeFact("version before", state.submitted.on)
    _require_open(command)
    checks.require(_violations(command))
    submitted = events.ProposalSubmitted(
        command.fund,
        command.call,
        command.project,
        1 if state is None else state.number + 1,
        command.lead,
        command.plan,
        command.consultations,
        command.documents,
        command.on,
        command.reason,
    )
    return Decision((submitted,))


def _require_open(command: SubmitProposal) -> None:
    """Raises `CallNotOpen`, `Late`."""
    if command.call is None:
        return
    terms = command.terms
    if terms.opened_on is None or terms.deadline is None or command.on < terms.opened_on:
        raise errors.CallNotOpen("It is not open yet.")
    if command.on > terms.deadline:
        raise errors.Late(f"Proposals were taken until {terms.deadline}.")
    if terms.closed_on is not None and command.on >= terms.closed_on:
        raise errors.CallNotOpen(f"It was closed on {terms.closed_on}.")


def _violations(command: SubmitProposal) -> Iterator[Violation]:
    terms, plan = command.terms, command.plan
    yield from checks.fundable(plan, terms.currency, terms.indirect_cap, terms.eligible, "/plan")
    for n, consultation in enumerate(command.consultations):
        if consultation.on > command.on:
            yield Violation(f"/consultations/{n}/on", "date_in_future", "A consultation comes before the proposal.")


def _evaluate(
    command: AssignReviewer | DeclareConflict | ScoreProposal | RecommendProposal, state: State
) -> Decision[Any]:
    _require(state, "submitted", "deferred")
    match command:
        case AssignReviewer():
            if command.reviewer in state.reviewers:
                return Decision()
            return Decision((events.ReviewerAssigned(command.reviewer, command.on, command.reason),))
        case DeclareConflict():
            _require_reviewer(state, command.reviewer)
            if command.reviewer in state.conflicted:
                return Decision()
            return Decision((events.ConflictDeclared(command.reviewer, command.on, command.reason),))
        case ScoreProposal():
            return _score(command, state)
        case RecommendProposal():
            mean = weighted_mean(state.scored, command.criteria)
            recommended = events.ProposalRecommended(
                command.recommendation, state.number, mean, command.on, command.reason
            )
            return Decision((recommended,))
        case _:
            assert_never(command)


def _score(command: ScoreProposal, state: State) -> Decision[Any]:
    _require_reviewer(state, command.reviewer)
    if command.reviewer in state.conflicted:
        raise errors.ConflictOfInterest
    known = [each.code for each in command.criteria]

    def violations() -> Iterator[Violation]:
        given = [each.criterion for each in command.scores]
        yield from checks.unique(given, "/scores", "criterion")
        for n, score in enumerate(command.scores):
            if score.criterion not in known:
                detail = f"The criteria are {', '.join(known) or 'none: the call names none'}."
                yield Violation(f"/scores/{n}/criterion", "criterion_unknown", detail)
            if not 0 <= score.points <= checks.HUNDRED:
                yield Violation(f"/scores/{n}/points", "out_of_range", "Points lie between 0 and 100.")
        if missing := [code for code in known if code not in given]:
            yield Violation("/scores", "criterion_missing", f"Score {', '.join(missing)} too.")

    checks.require(violations())
    scored = events.ProposalScored(command.reviewer, state.number, command.scores, command.on, command.reason)
    return Decision((scored,))


def weighted_mean(scored: Sequence[Scored], criteria: Sequence[Criterion]) -> Decimal | None:
    """Of all reviewers, by the criteria's weights, rounded half up to a hundredth; None without a score."""
    weight = {each.code: each.weight for each in criteria}
    points = [(score.points, weight.get(score.criterion, ZERO)) for each in scored for score in each.scores]
    whole = sum((w for _, w in points), ZERO)
    if not whole:
        return None
    return (sum((p * w for p, w in points), ZERO) / whole).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _require(state: State, *status: Status) -> None:
    """Raises `ProposalStateDiffers`."""
    if state.status not in status:
        raise errors.ProposalStateDiffers(f"It is {state.status}.")


def _require_reviewer(state: State, reviewer: str) -> None:
    """Raises `NoReviewer`."""
    if reviewer not in state.reviewers:
        raise errors.NoReviewer

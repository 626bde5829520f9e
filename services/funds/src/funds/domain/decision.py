"""A decision of the committee: proposed, voted on, concluded.

At a meeting those with a vote cast it; a quorum of them must have, and consensus (nobody against) or a majority of yes
over no decides. By no-objection silence until the deadline is consent, and one objection is none. A party that is
recused counts neither among the voters nor for the quorum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias, assert_never
from uuid import UUID

from common.kernel.decider import Decider, Decision
from common.kernel.errors import Violation
from common.kernel.text import ErasableText
from funds.domain import errors, events
from funds.domain.checks import HUNDRED
from funds.domain.committee import Seat
from funds.domain.events import Ballot, DecisionEvent, Voting

APPROVING: tuple[events.DecisionKind, ...] = ("approve", "approve_with_conditions")
REVISING: tuple[events.DecisionKind, ...] = ("approve_revision", "extend")


@dataclass(frozen=True, slots=True)
class Propose:
    """Checked against fund, proposal and project before it comes here; `recused` are the parties that the fund's rule
    takes out."""

    proposed: events.DecisionProposed
    recused: tuple[str, ...]
    on: date


@dataclass(frozen=True, slots=True)
class CastVote:
    """`seats` are those of the day; `present` the parties at the meeting, None by no-objection."""

    party: str
    ballot: Ballot
    seats: tuple[Seat, ...]
    present: tuple[str, ...] | None
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Recuse:
    party: str
    seats: tuple[Seat, ...]
    on: date
    reason: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class Conclude:
    seats: tuple[Seat, ...]
    voting: Voting
    on: date
    reason: ErasableText | None = None


DecisionCommand: TypeAlias = Propose | CastVote | Recuse | Conclude


@dataclass(frozen=True, slots=True)
class Vote:
    party: str
    ballot: Ballot
    on: date


@dataclass(frozen=True, slots=True)
class State:
    """`version` is the stream's."""

    proposed: events.DecisionProposed
    version: int = 1
    votes: tuple[Vote, ...] = ()
    recused: tuple[str, ...] = ()
    concluded: events.DecisionConcluded | None = None

    @property
    def fund(self) -> UUID:
        return self.proposed.fund

    @property
    def status(self) -> str:
        if self.concluded is None:
            return "open"
        return "adopted" if self.concluded.adopted else "not_adopted"


def decider() -> Decider[DecisionCommand, State | None, DecisionEvent]:
    """The state before the first event is None."""
    return Decider(None, evolve, decide)


def evolve(state: State | None, event: DecisionEvent) -> State:
    if isinstance(event, events.DecisionProposed):
        return State(event)
    assert state is not None, "the first event proposes"
    after = replace(state, version=state.version + 1)
    match event:
        case events.VoteCast():
            return replace(after, votes=(*state.votes, Vote(event.party, event.ballot, event.on)))
        case events.Recused():
            return replace(after, recused=(*state.recused, event.party))
        case events.DecisionConcluded():
            return replace(after, concluded=event)
        case _:
            assert_never(event)


def decide(command: DecisionCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, Propose):
        if state is not None:
            raise errors.AlreadyThere
        recused = tuple(events.Recused(party, command.on) for party in command.recused)
        return Decision((command.proposed, *recused))
    if state is None:
        raise errors.UnknownThing("decision")
    if state.concluded is not None:
        raise errors.AlreadyConcluded
    if command.on < state.proposed.on:
        raise errors.BeforeFact("decision", state.proposed.on)
    match command:
        case CastVote():
            return _vote(command, state)
        case Recuse():
            return _recuse(command, state)
        case Conclude():
            return _conclude(command, state)
        case _:
            assert_never(command)


def voters(state: State, seats: Sequence[Seat]) -> list[str]:
    return [seat.party for seat in seats if seat.vote and seat.party not in state.recused]


def _vote(command: CastVote, state: State) -> Decision[Any]:
    if command.party in state.recused:
        raise errors.NoVote(f"{command.party} is recused from this decision.")
    if command.party not in voters(state, command.seats):
        raise errors.NoVote(f"{command.party} has no seat with a vote on {command.on}.")
    if command.present is not None and command.party not in command.present:
        raise errors.NoVote(f"{command.party} did not attend meeting {state.proposed.meeting}.")
    deadline = state.proposed.deadline
    if deadline is not None and command.on > deadline:
        raise errors.Late(f"Objections were possible until {deadline}.")
    if any(vote.party == command.party for vote in state.votes):
        raise errors.AlreadyVoted
    return Decision((events.VoteCast(command.party, command.ballot, command.on, command.reason),))


def _recuse(command: Recuse, state: State) -> Decision[Any]:
    if command.party in state.recused:
        return Decision()
    if command.party not in voters(state, command.seats):
        raise errors.NoVote(f"{command.party} has no seat with a vote on {command.on}.")
    if any(vote.party == command.party for vote in state.votes):
        raise errors.AlreadyVoted(f"{command.party} has voted; who is recused does so before.")
    return Decision((events.Recused(command.party, command.on, command.reason),))


def _conclude(command: Conclude, state: State) -> Decision[Any]:
    last = max((vote.on for vote in state.votes), default=command.on)
    if command.on < last:  # a day before an objection would pass over it
        raise errors.BeforeFact("last vote", last)
    entitled = voters(state, command.seats)
    adopted = outcome(state, entitled, command.voting, command.on)
    concluded = events.DecisionConcluded(adopted, tuple(entitled), state.recused, command.on, command.reason)
    return Decision((concluded,))


def outcome(state: State, entitled: Sequence[str], voting: Voting, on: date) -> bool:
    """Whether it is adopted. Raises `NoVoters`, `QuorumMissing`, `DeadlineNotPassed`."""
    if not entitled:
        raise errors.NoVoters("Everyone with a vote is recused, or nobody has a seat with one.")
    cast = {vote.party: vote.ballot for vote in state.votes if vote.party in entitled and vote.on <= on}
    yes, no = list(cast.values()).count("yes"), list(cast.values()).count("no")
    if state.proposed.mode == "no_objection":
        deadline = state.proposed.deadline
        assert deadline is not None, "a no-objection has a deadline"
        if on <= deadline and len(cast) < len(entitled) and not no:
            raise errors.DeadlineNotPassed(f"Members may object until {deadline}.")
        return not no
    if len(cast) * HUNDRED < voting.quorum * len(entitled) or not cast:
        detail = f"{len(cast)} of {len(entitled)} votes are cast; the quorum is {voting.quorum:f} %."
        raise errors.QuorumMissing(detail, Violation("", errors.QuorumMissing.code, detail))
    return yes > 0 and no == 0 if voting.rule == "consensus" else yes > no

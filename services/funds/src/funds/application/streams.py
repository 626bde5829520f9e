"""The service's streams: their ids, their kinds, and how their events are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.eventsourcing.codec import Codec, union_members
from common.kernel.decider import Decider
from common.kernel.ids import derived_id
from funds.domain import activity, call, decision, events, fund, fund_state, project, project_state, proposal, records

FUND = "fund"
CALL = "call"
PROPOSAL = "proposal"
DECISION = "decision"
PROJECT = "project"
ACTIVITY = "activity"
CHALLENGE = "challenge"
RATE = "rate"
BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of stream folds to."""

    state: type
    decider: Decider[Any, Any, Any]


KINDS: Mapping[str, Kind] = {
    FUND: Kind(fund_state.State, fund.decider()),
    CALL: Kind(call.State, call.decider()),
    PROPOSAL: Kind(proposal.State, proposal.decider()),
    DECISION: Kind(decision.State, decision.decider()),
    PROJECT: Kind(project_state.State, project.decider()),
    ACTIVITY: Kind(activity.State, activity.decider()),
    CHALLENGE: Kind(records.Challenge, records.challenge_decider()),
    RATE: Kind(records.Rates, records.rate_decider()),
    BUDGET: Kind(records.Budget, records.budget_decider()),
}
"""Each is also the name of the table that holds its states."""

EVENTS: tuple[type, ...] = (
    *union_members(events.FundEvent),
    *union_members(events.CallEvent),
    *union_members(events.ProposalEvent),
    *union_members(events.DecisionEvent),
    *union_members(events.ProjectEvent),
    *union_members(events.ActivityEvent),
    *union_members(events.ChallengeEvent),
    events.RateRecorded,
    events.BudgetRecorded,
)


def codec() -> Codec[Any]:
    return Codec("funds", EVENTS)


def fund_id(code: str) -> UUID:
    return derived_id(FUND, code)


def call_id(fund: UUID, number: int) -> UUID:
    return derived_id(CALL, str(fund), str(number))


def rate_id(base: str, quote: str) -> UUID:
    return derived_id(RATE, base, quote)


def budget_id(institution: str, year: int) -> UUID:
    return derived_id(BUDGET, institution, str(year))

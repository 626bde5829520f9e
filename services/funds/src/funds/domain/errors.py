"""What the domain refuses, named after the rule that was broken."""

from __future__ import annotations

from datetime import date

from common.kernel.errors import InConflict, NotAllowed, NotFound, RuleBroken, Violation


class InvalidInput(RuleBroken):
    """Its violations name every member that breaks a rule."""

    code = "invalid_input"
    title = "The input is not as it must be"


class BeforeBeginning(RuleBroken):
    code = "before_beginning"
    title = "The day lies before the beginning"

    def __init__(self, what: str, began_on: date) -> None:
        detail = f"The {what} began on {began_on}; name that day or a later one."
        super().__init__(detail, Violation("/on", self.code, detail))


class BeforeFact(RuleBroken):
    code = "before_fact"
    title = "The day lies before what this is about"

    def __init__(self, what: str, on: date) -> None:
        detail = f"The {what} is of {on}; name that day or a later one."
        super().__init__(detail, Violation("/on", self.code, detail))


class UnknownThing(NotFound):
    """A fund, call, proposal, decision, project, activity, challenge."""

    code = "not_found"
    title = "There is no such thing"

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")


class AlreadyThere(InConflict):
    code = "already_there"
    title = "It is there already"


class UnknownReference(RuleBroken):
    """Something named in the body is not there."""

    code = "reference_unknown"
    title = "The body names what is not there"

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail, Violation(pointer, self.code, detail))


class AllocationExceedsBalance(InConflict):
    code = "allocation_exceeds_balance"
    title = "The decision needs more than is available"


class TransferExceedsReservation(InConflict):
    code = "transfer_exceeds_reservation"
    title = "The transfer is more than is reserved for the organisation"


class TransferExceedsCash(InConflict):
    code = "transfer_exceeds_cash"
    title = "The transfer is more than there is cash"


class GrantNotActive(InConflict):
    code = "grant_not_active"
    title = "The grant is not in the state for this"


class NotSettled(InConflict):
    code = "not_settled"
    title = "What was not spent has not been refunded"


class AlreadyReversed(InConflict):
    code = "already_reversed"
    title = "The fact was reversed already"


class StillUsed(InConflict):
    code = "still_used"
    title = "Other facts rest on this one; reverse those first"


class PeriodOverlaps(InConflict):
    code = "period_overlaps"
    title = "The expenditure of a part of this period was reported already"


class AgreementGoverned(InConflict):
    code = "governance"
    title = "This mechanism decides otherwise"


class NotEligible(RuleBroken):
    code = "not_eligible"
    title = "Only participating organisations of the fund are eligible"


class CallNotOpen(InConflict):
    code = "call_not_open"
    title = "The call takes no proposals"


class Late(InConflict):
    code = "deadline_passed"
    title = "The deadline has passed"


class IndirectCostsTooHigh(RuleBroken):
    code = "indirect_costs_too_high"
    title = "Indirect costs are more than the fund admits"


class ProposalStateDiffers(InConflict):
    code = "proposal_state"
    title = "The proposal is not in the state for this"


class Outdated(InConflict):
    code = "outdated"
    title = "What was put to the vote has changed since; propose it anew"


class NoReviewer(NotAllowed):
    code = "not_a_reviewer"
    title = "This credential does not review the proposal"


class ConflictOfInterest(NotAllowed):
    code = "conflict_of_interest"
    title = "Who has declared a conflict of interest cannot score"


class NoVote(NotAllowed):
    code = "no_vote"
    title = "The party has no vote on this decision"


class AlreadyVoted(InConflict):
    code = "already_voted"
    title = "The party has voted already"


class AlreadyConcluded(InConflict):
    code = "already_concluded"
    title = "The decision is concluded"


class QuorumMissing(InConflict):
    code = "quorum_missing"
    title = "Too few have voted"


class DeadlineNotPassed(InConflict):
    code = "deadline_not_passed"
    title = "Members may still object"


class NoVoters(InConflict):
    code = "no_voters"
    title = "Nobody has a vote on this"


class ReportStateDiffers(InConflict):
    code = "report_state"
    title = "The report is not in the state for this"


class ActivityStateDiffers(InConflict):
    code = "activity_state"
    title = "The activity is not in the state for this"


class ReasonRequired(RuleBroken):
    code = "reason_required"
    title = "This needs a reason"

    def __init__(self) -> None:
        detail = "Say why in reason."
        super().__init__(detail, Violation("/reason", self.code, detail))

"""What the domain refuses, named after the rule that was broken."""

from __future__ import annotations

from datetime import date
from typing import Any

from common.kernel import errors as kernel
from common.kernel.errors import InConflict, NotFound, RuleBroken, Violation


class InvalidFigure(RuleBroken):
    """Its violations name every member that breaks a rule."""

    code = "invalid_figure"
    title = "The figure breaks rules of the KPI"


class InvalidInput(RuleBroken):
    code = "invalid_input"
    title = "The input is not as it must be"


class InvalidRoadmap(RuleBroken):
    code = "invalid_roadmap"
    title = "The roadmap cannot be published so"


class UnknownPart(NotFound):
    code = "kpi_unknown"
    title = "The roadmap has no such KPI"


class UnknownSection(NotFound):
    code = "section_unknown"
    title = "The roadmap has no such goal or target"


class UnknownPeriod(RuleBroken):
    code = "period_unknown"
    title = "The roadmap's schedule has no such report"


class NotCollectedHere(InConflict):
    code = "not_collected_here"
    title = "This report does not collect the KPI"


class DerivedFigure(InConflict):
    code = "derived_figure"
    title = "The figure follows from others and is not recorded"


class NotOpened(NotFound):
    code = "not_opened"
    title = "There is no such report"


class AlreadyOpened(InConflict):
    code = "already_opened"
    title = "It is open already"


class BeforeOpening(RuleBroken):
    code = "before_opening"
    title = "The day lies before the opening"

    def __init__(self, what: str, opened_on: date) -> None:
        detail = f"The {what} was opened on {opened_on}; name that day or a later one."
        super().__init__(detail, Violation("/on", self.code, detail))


class BeforeLastChange(RuleBroken):
    code = "before_last_change"
    title = "The day lies before what this is about"


class AcceptedReport(InConflict):
    code = "report_accepted"
    title = "The report is accepted; ask the secretariat to reopen it"


class PublishedReport(InConflict):
    code = "report_published"
    title = "The report is published; it changes only by a restatement"


class NotSubmitted(InConflict):
    code = "not_submitted"
    title = "The report is not submitted"


class AlreadySubmitted(InConflict):
    code = "already_submitted"
    title = "The report is submitted as it stands"


class NotAccepted(InConflict):
    code = "not_accepted"
    title = "The report is not accepted"


class NotPublished(InConflict):
    code = "not_published"
    title = "The report is not published"


class NotForThisReport(InConflict):
    code = "not_for_this_report"
    title = "The secretariat's report is neither endorsed nor accepted"


class DigestDiffers(InConflict):
    code = "digest_differs"
    title = "The content is not the one whose digest you named"


class FailedValidation(InConflict):
    """A violation for each error that validation found."""

    code = "validation_failed"
    title = "Validation found errors; mend them first"


class UnexplainedWarnings(InConflict):
    """A violation for each warning without an explanation."""

    code = "unexplained_warnings"
    title = "Validation found warnings; explain them first"


class UnknownFinding(NotFound):
    code = "finding_unknown"
    title = "Validation finds no such warning now"


class NothingToClear(InConflict):
    code = "nothing_to_clear"
    title = "The institution has recorded no inputs"


class AlreadyCleared(InConflict):
    code = "already_cleared"
    title = "The institution has cleared exactly these inputs"


class DueNotLater(RuleBroken):
    code = "due_not_later"
    title = "An extension ends later than the deadline"


class UnknownQuery(NotFound):
    code = "query_unknown"
    title = "There is no such query"


class QueryStateDiffers(InConflict):
    code = "query_state"
    title = "The query is not in the state for this"


class UnknownObjection(NotFound):
    code = "objection_unknown"
    title = "There is no such objection"


class AlreadyAnswered(InConflict):
    code = "already_answered"
    title = "It is answered already"


class DraftNotShared(InConflict):
    code = "draft_not_shared"
    title = "The comparative draft was not shared with the members"


class ObjectionsPeriodOver(InConflict):
    code = "objection_period_over"
    title = "The time to object is over"


class ObjectionPeriodOpen(InConflict):
    code = "objection_period_open"
    title = "Members may still object"


class OpenObjections(InConflict):
    code = "open_objections"
    title = "An objection is not answered"


class NothingAccepted(InConflict):
    code = "nothing_accepted"
    title = "No report of the round is accepted"


class NothingRestated(InConflict):
    code = "nothing_restated"
    title = "No report differs from the latest edition"


class AlreadyPublished(InConflict):
    code = "already_published"
    title = "The round is published"


class ReasonRequired(RuleBroken):
    code = "reason_required"
    title = "This needs a reason"


class NoMember(RuleBroken):
    code = "not_a_member"
    title = "The jurisdiction does not report in this round"


class UnknownReader(NotFound):
    code = "reader_unknown"
    title = "Nobody was invited under this id"


class StaleContent(kernel.StaleVersion):
    """`current` is what stands there now: a held figure, input or narrative; None where the whole content changed."""

    def __init__(self, detail: str, current: Any = None) -> None:
        super().__init__(detail, Violation("", self.code, detail))
        self.current = current

"""The day on which a fact happened, beside the moment at which it is written down."""

from __future__ import annotations

from datetime import date

from common.kernel.errors import NotAllowed, RuleBroken, Violation


class BackdateNotAllowed(NotAllowed):
    code = "backdate_not_allowed"
    title = "This credential may not write down earlier days"


class DateInFuture(RuleBroken):
    code = "date_in_future"
    title = "The day lies in the future"


class ReasonRequired(RuleBroken):
    code = "reason_required"
    title = "An earlier day needs a reason"


def happened_on(told: date | None, reason: str | None, today: date, *, may_backdate: bool) -> date:
    """Today where nothing is told. Raises `DateInFuture`, `BackdateNotAllowed`, `ReasonRequired`."""
    if told is None or told == today:
        return today
    if told > today:
        detail = f"{told} lies in the future: today is {today}."
        raise DateInFuture(detail, Violation("/on", DateInFuture.code, detail))
    if not may_backdate:
        detail = f"{told} is past: an earlier day than today ({today}) needs the scope backdate."
        raise BackdateNotAllowed(detail, Violation("/on", BackdateNotAllowed.code, detail))
    if reason is None or not reason.strip():
        detail = f"Say in reason why {told} is written down only on {today}."
        raise ReasonRequired(detail, Violation("/reason", ReasonRequired.code, detail))
    return told

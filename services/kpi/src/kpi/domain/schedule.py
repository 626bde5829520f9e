"""Which report of a roadmap covers which period, and when it is due."""

from __future__ import annotations

from datetime import date, timedelta

from common.kernel.periods import Period
from kpi.domain.roadmap import ReportPeriods, Schedule

LAST_NUMBER = 500


def report(schedule: Schedule, number: int) -> ReportPeriods | None:
    """What the report of that number covers; None where the schedule has none."""
    for exception in schedule.exceptions:
        if exception.number == number:
            return exception
    if not schedule.first_number <= number <= LAST_NUMBER:
        return None
    period = str(Period.parse(schedule.first_period).shifted(number - schedule.first_number))
    return ReportPeriods(number, period, period)


def report_on(schedule: Schedule, period: str) -> ReportPeriods | None:
    """The report whose narrative covers the period, or else whose values do; None where there is none."""
    reports = [found for number in range(1, LAST_NUMBER + 1) if (found := report(schedule, number)) is not None]
    by_narrative = next((entry for entry in reports if entry.narrative == period), None)
    return by_narrative or next((entry for entry in reports if entry.values == period), None)


def due(schedule: Schedule, periods: ReportPeriods) -> date:
    return Period.parse(periods.narrative).end + timedelta(days=schedule.due_days)


def reminders(schedule: Schedule, due_on: date) -> tuple[date, ...]:
    """Days on which to remind, the earliest first."""
    return tuple(due_on - timedelta(days=days) for days in sorted(schedule.reminder_days, reverse=True))

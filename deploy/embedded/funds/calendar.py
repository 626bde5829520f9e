"""When it happened. Printed: the months of approvals and starts; every day and every other month is illustration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ESTABLISHED = date(2019, 3, 15)
ENDS = date(2023, 6, 30)
"""As the fund's fact sheet prints it."""
PRESENTED = date(2021, 3, 18)
"""The day of the founding document; what it calls present is present then."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the steering committee."""

    number: int
    on: date
    agenda: tuple[str, ...]


MEETINGS = (
    Meeting(1, date(2020, 2, 6), ("Proposals of the first call",)),
    Meeting(2, date(2020, 3, 12), ("Second call: scope and deadline",)),
    Meeting(3, date(2020, 4, 23), ("Projects under the first restrictions",)),
    Meeting(4, date(2020, 6, 4), ("Operational documents",)),
    Meeting(5, date(2020, 7, 16), ("Contributions", "Second call: proposals received")),
    Meeting(6, date(2020, 9, 10), ("Progress of projects",)),
    Meeting(7, date(2020, 10, 15), ("Second call: evaluation",)),
    Meeting(8, date(2020, 11, 19), ("Proposals of the second call",)),
)
"""Eight in 2020 (line 585); what was on the agenda of which is illustration."""
FIRST_APPROVALS = MEETINGS[0].on
SECOND_APPROVALS = MEETINGS[7].on
LAST_APPROVALS = date(2021, 1, 21)
"""Outside the meetings of 2020, by written no-objection."""
NO_OBJECTION_ASKED = date(2021, 1, 7)


@dataclass(frozen=True, slots=True)
class Call:
    """A call for proposals with the days on which it was opened, proposals came in and they were evaluated."""

    number: int
    name: str
    opens: date
    deadline: date
    received: date
    evaluated: date


CALLS = (
    Call(
        1,
        "First call for project proposals",
        date(2019, 9, 16),
        date(2019, 11, 15),
        date(2019, 11, 12),
        date(2020, 1, 20),
    ),
    Call(
        2,
        "Second call for project proposals",
        date(2020, 3, 16),
        date(2020, 6, 30),
        date(2020, 6, 24),
        date(2020, 10, 12),
    ),
)
THIRD_CALL = (3, "Third call for project proposals", date(2021, 9, 1))
"""Planned and no more (line 646); the day for which it is planned is illustration."""

"""How complete the rounds are: which report is how far. It tells no figure, so all rounds are shown."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from reporting.application.kpi.model import Edition, Everything, Report, Round
from reporting.dashboard import wording as days
from reporting.dashboard.kpi import wording
from reporting.dashboard.kpi.asked import Asked
from reporting.dashboard.names import Names
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table

STATES = {
    "draft": "open",
    "returned": "open",
    "submitted": "submitted",
    "accepted": "accepted",
    "published": "accepted",
}
"""In public; what the secretariat and a commission are about is theirs."""
TONES = {"published": "tone-1", "accepted": "tone-2", "submitted": "tone-3", "open": "absent", "missing": "absent"}
NOTE = (
    "Open: with the commission. Submitted: endorsed and sent. Accepted: by the secretariat. Published: in a regional "
    "edition. Missing: not in the edition. Late: received after the deadline, extensions included."
)


def completeness(everything: Everything, asked: Asked, names: Names) -> Section:
    rounds = list(reversed(everything.rounds_of(asked.roadmap.code)))
    members = list(dict.fromkeys(code for each in rounds for code in each.members))
    members.sort(key=[member.jurisdiction for member in asked.roadmap.members].index if members else None)
    reports = {(report.round, report.jurisdiction): report for report in everything.reports}
    table = Table(
        caption="Reports by round and jurisdiction",
        columns=[
            Column("Round", numeric=False),
            Column("Edition"),
            *(Column(names.city(code)) for code in members),
            Column("Secretariat"),
        ],
        lines=[_line(each, everything.shown(each), members, reports) for each in rounds],
        address="",
    )
    return Section(
        "completeness", "How complete the rounds are", _lead(rounds, everything), [Exhibit(None, table, [NOTE])]
    )


Reports = dict[tuple[UUID, str | None], Report]


def _line(round_: Round, edition: Edition | None, members: Sequence[str], reports: Reports) -> Line:
    head = Head(f"Report {round_.number}: {wording.period(round_.period)}", f"due {days.day(round_.due)}")
    told = Cell(str(edition.edition), note=days.day(edition.on)) if edition else Cell("none yet")
    cells = [_cell(round_, edition, code, reports.get((round_.id, code))) for code in (*members, None)]
    return Line([head], [told, *cells])


def _cell(round_: Round, edition: Edition | None, code: str | None, report: Report | None) -> Cell:
    if code is not None and code not in round_.members:
        return Cell("not asked", tone="absent")
    listed = edition is not None and any(each.jurisdiction == code for each in edition.reports)
    if listed:
        state = "published"
    elif edition is not None:
        state = "missing"
    else:
        state = STATES[report.state] if report else "open"
    return Cell(state, note=_lateness(report), tone=TONES[state])


def _lateness(report: Report | None) -> str:
    if report is None or report.received_on is None:
        return ""
    late = (report.received_on - report.due).days
    return f"late by {late} days" if late > 1 else "late by 1 day" if late == 1 else ""


def _lead(rounds: Sequence[Round], everything: Everything) -> str:
    if not rounds:
        return "No round has been opened yet."
    published = sum(everything.shown(each) is not None for each in rounds)
    return f"{published} of {len(rounds)} rounds are published as a regional edition."

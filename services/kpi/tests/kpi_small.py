"""A small roadmap with one part of every kind, and short words for what happens to its reports; tests change one thing.

`BA` reports in every period, `RS` too, `ME` from 2021 on, `AL` until 2019. KPI 8 is a national one of RS; KPI 5 is not
collected by commissions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.kernel.text import ErasableText
from kpi.domain import commands as c
from kpi.domain import events as e
from kpi.domain import report
from kpi.domain import roadmap as r
from kpi.domain import values as v
from kpi.domain.lookups import Definitions
from kpi.domain.state import State

OPENED = date(2020, 7, 1)
DUE = date(2020, 8, 29)
DAY = date(2020, 8, 10)
ROUND = UUID("0f6b1f8e-6c1d-5b53-8f0e-3f3f0c4d9a01")
WHY = ErasableText.of("As the court found.")
HEAD, OFFICE, POLICE = "person:head", "person:office", "person:police"
FILE = v.Evidence("register.pdf", "application/pdf", 81_234, "5e" * 32, "https://example.org/register.pdf")


def _part(number: str, name: str, kind: r.Kind = "number", **more: Any) -> r.Part:
    return r.Part(number, name, kind, **more)


ROADMAP = r.Roadmap(
    code="small",
    version="2018.1",
    title="A small roadmap",
    custodians=(r.Custodian("office", "The office"),),
    members=(
        r.Member("BA", date(2018, 7, 10)),
        r.Member("RS"),
        r.Member("ME", date(2021, 1, 1)),
        r.Member("AL", date(2018, 7, 10), date(2019, 12, 31)),
    ),
    schedule=r.Schedule(
        "half",
        1,
        "2018-S2",
        (r.ReportPeriods(1, "2018", "2018"), r.ReportPeriods(13, "2024-S2", "2024")),
        due_days=60,
        reminder_days=(1, 30, 7),
    ),
    goals=(r.Objective("1", "Law", targets=(r.Objective("1.3", "More law"),)), r.Objective("2", "Order")),
    code_lists=(
        r.CodeList("setting", "Setting", (r.Code("inland", "Inland"), r.Code("border", "At a border"))),
        r.CodeList("type", "Type", (r.Code("handgun", "Handguns"), r.Code("rifle", "Rifles"))),
        r.CodeList("theme", "Theme", (r.Code("youth", "Youth"), r.Code("rural", "Rural")), parts_make_total=False),
    ),
    kpis=(
        r.Kpi(
            "1",
            "Legal instruments",
            ("1",),
            (
                _part(
                    "1",
                    "Legal instruments",
                    "statuses",
                    items=(r.Code("weapons", "Weapons law"), r.Code("marking", "Rules on marking")),
                    statuses=(r.Code("none", "None"), r.Code("adopted", "Adopted")),
                ),
            ),
        ),
        r.Kpi("2", "Policy documents", ("1.3",), (_part("2", "Policy documents", "documents"),)),
        r.Kpi(
            "3",
            "Cases",
            ("1", "2"),
            (
                _part("3.1", "Cases investigated", baseline="2018"),
                _part("3.2", "Cases adjudicated"),
                _part("3.3", "Share adjudicated", "percent", decimals=1, formula="100 * {3.2} / {3.1}"),
            ),
        ),
        r.Kpi("4", "Cooperation", ("2",), (_part("4", "How cooperation went", "narrative"),)),
        r.Kpi("5", "As others see it", ("2",), (_part("5", "Estimate", "percent", decimals=1),), collector="survey"),
        r.Kpi(
            "6",
            "Seizures",
            ("2",),
            (
                _part(
                    "6.1",
                    "Firearms seized",
                    "quantity",
                    unit="piece",
                    dimensions=("setting", "type"),
                    comparable=r.Comparable(("handgun",), "piece", Decimal(10), by_setting=True),
                ),
                _part("6.2", "Explosives seized", "quantity", unit="kilogram", decimals=3),
                _part("6.3", "Campaigns", dimensions=("theme",)),
            ),
        ),
        r.Kpi("7", "Trust", ("2",), (_part("7", "Who trusts", "percent", decimals=1, dimensions=("setting",)),)),
        r.Kpi("8", "Of one member", ("2",), (_part("8", "Of one member"),), level="national", members=("RS",)),
    ),
    rules=(
        r.Rule("within", "{3.2}", "<=", "{3.1}", "error", "skip_if_any", "More adjudicated than investigated."),
        r.Rule("enough", "{3.3}", ">=", "25", "warning", "skip_if_any", "Few cases are adjudicated."),
        r.Rule("halved", "{6.2}", ">=", "0.5 * {6.2@previous}", "warning", "skip_if_any", "Less than half."),
        r.Rule("something", "{6.1} + {6.3}", ">", "0", "warning", "skip_if_all", "Nothing at all."),
        r.Rule("some_case", "{3.1}", ">", "0", "warning", "never", "No case at all."),
    ),
    bands=(r.Band("reached", "Target reached", Decimal(100)),),
)
DEFINITIONS = Definitions(ROADMAP)
REPORT = report.decider(DEFINITIONS)
HEADING = ("small", "2018.1", 4, "2020-S1", "2020-S1")

BA = e.ReportOpened(ROUND, *HEADING, "jurisdiction", "BA", DUE, OPENED)
RS = replace(BA, jurisdiction="RS")
SECRETARIAT = replace(BA, kind="secretariat", jurisdiction=None)

NOT_REPORTED = v.Figure("not_reported")


def text(words: str) -> ErasableText:
    return ErasableText.of(words)


def cells(total: float | str | None = None, **values: float | str) -> tuple[v.Cell, ...]:
    """`cells(7, setting_inland=4, setting_border__type_rifle=3)`."""
    found = [] if total is None else [v.Cell((), Decimal(str(total)))]
    for name, value in values.items():
        pairs = sorted(tuple(pair.split("_", 1)) for pair in name.split("__"))
        found.append(v.Cell(tuple((pair[0], pair[1]) for pair in pairs), Decimal(str(value))))
    return tuple(found)


def number(total: float | str | None = None, quality: v.Quality = "final", **values: float | str) -> v.Figure:
    """As `cells`."""
    return v.Figure("reported", quality, cells(total, **values)).ordered()


def figure_recorded(part: str, figure: v.Figure, jurisdiction: str = "BA", on: date = DAY) -> e.FigureRecorded:
    return e.FigureRecorded(jurisdiction, part, figure, on)


ANSWERS: Mapping[str, v.Figure] = {
    "1": v.Figure("reported", "final", statuses=(v.ItemStatus("marking", "none"), v.ItemStatus("weapons", "adopted"))),
    "2": v.Figure("not_available_yet"),
    "3.1": number(40),
    "3.2": number(30),
    "4": v.Figure("reported", "final", text=text("It went well.")),
    "6.1": number(7, setting_inland=4, setting_border=3),
    "6.2": number("10.8"),
    "6.3": NOT_REPORTED,
    "7": v.Figure("not_applicable"),
}
"""Something on every part that BA's commission collects; validation finds nothing in it."""


def filled(opened: e.ReportOpened = BA, **changes: v.Figure) -> tuple[e.ReportEvent, ...]:
    """A report with something said of everything; `changes` by part, `_` for the dot: `filled(_6_2=number(3))`."""
    answers = {**ANSWERS, **{name.strip("_").replace("_", "."): figure for name, figure in changes.items()}}
    return (opened, *(figure_recorded(part, figure) for part, figure in answers.items()))


def state_of(*events: e.ReportEvent) -> State:
    state: State | None = REPORT.fold(events)
    assert state is not None, "it was opened"
    return state


def digest_of(*events: e.ReportEvent) -> str:
    return state_of(*events).digest()


def endorsed(*events: e.ReportEvent, on: date = DAY) -> tuple[e.ReportEvent, ...]:
    """With the endorsement of what they make, which submits it."""
    digest = digest_of(*events)
    return (*events, e.ReportEndorsed(digest, HEAD, (), "2018.1+1", on), e.ReportSubmitted(digest, on))


def accepted(*events: e.ReportEvent) -> tuple[e.ReportEvent, ...]:
    sent = endorsed(*events)
    return (*sent, e.ReportAccepted(digest_of(*events), OFFICE, DAY))


def published(*events: e.ReportEvent, edition: int = 1) -> tuple[e.ReportEvent, ...]:
    state = state_of(*events)
    restates = state.published[-1].edition if state.published else None
    done = accepted(*events) if state.jurisdiction else events
    return (*done, e.ReportPublished(edition, state.digest(), state.contents(), DAY, restates))


def record(
    part: str, figure: v.Figure, seen: int = 1, jurisdiction: str = "BA", on: date = DAY, **more: Any
) -> c.RecordFigure:
    return c.RecordFigure(jurisdiction, part, figure, seen, on, **more)


def endorse(seen: int, digest: str | None = None, history: c.History | None = None, on: date = DAY) -> c.EndorseReport:
    return c.EndorseReport(HEAD, seen, on, digest, history or c.History())


def accept(seen: int, digest: str | None = None) -> c.AcceptReport:
    return c.AcceptReport(OFFICE, seen, DAY, digest)


def send_back(seen: int, *comments: e.PartComment, digest: str | None = None) -> c.ReturnReport:
    return c.ReturnReport(comments or (e.PartComment("6.1", text("Why so few?")),), OFFICE, seen, DAY, digest)


def clear(seen: int, institution: str = "police", digest: str | None = None) -> c.ClearInputs:
    return c.ClearInputs(institution, POLICE, seen, DAY, digest)


def input_of(
    part: str, total: float | str | None = None, seen: int = 1, institution: str = "police", **values: float | str
) -> c.RecordInput:
    return c.RecordInput(part, institution, v.Input(cells(total, **values)), seen, DAY)


def input_recorded(
    part: str, total: float | str | None = None, institution: str = "police", **values: float | str
) -> e.InputRecorded:
    return e.InputRecorded(part, institution, v.Input(cells(total, **values)).ordered(), DAY)

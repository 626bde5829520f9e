"""Activities by kind and year: held, planned, postponed, cancelled; what came of them, and what got in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from common.kernel.numbers import plain
from reporting.application.funds.model import Activity, Challenge
from reporting.dashboard import wording as numbers
from reporting.dashboard.charts.bars import Bar, bars
from reporting.dashboard.charts.theme import NARROW, WIDE
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.figures import Figures
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

STATES = {
    "held": "Held",
    "started": "Under way",
    "planned": "Planned",
    "postponed": "Postponed",
    "cancelled": "Cancelled",
}
AHEAD = ("planned", "started")
SEXES = {"female": "women", "male": "men", "unknown": "sex unknown"}
NOTE = (
    "An activity stands in the year in which it was held, else in that for which it is planned. Those of the "
    "secretariat's own instruments are counted as well."
)
UNITS = "Quantities in different units are never added. People are told apart by sex where that was counted."
NOTHING = "No activity is recorded."


def activities(figures: Figures, names: FundNames) -> Section:
    found = figures.activities
    when = f", {figures.asked.year}" if figures.asked.year else ""
    exhibits = [*_by_kind(figures, found), *_results(figures, found, names), *_challenges(figures, found, names)]
    return Section("activities", f"Activities and results{when}", _lead(found), exhibits)


def _kinds(found: Sequence[Activity]) -> list[str]:
    return sorted({activity.kind for activity in found}, key=lambda kind: (-_count(found, kind=kind), kind))


def _count(found: Sequence[Activity], kind: str, states: Sequence[str] = (), year: int | None = None) -> int:
    return sum(
        activity.kind == kind
        and (not states or activity.status in states)
        and (year is None or activity.day.year == year)
        for activity in found
    )


def _by_kind(figures: Figures, found: Sequence[Activity]) -> Iterator[Exhibit]:
    kinds = _kinds(found)
    if not kinds:
        return
    lines = []
    for kind in kinds:
        years = sorted({activity.day.year for activity in found if activity.kind == kind})
        for number, year in enumerate(years):
            heads = [Head(_named(kind), span=len(years))] if number == 0 else []
            counts = [_count(found, kind, [state], year) for state in STATES]
            cells = [Cell(numbers.number(count) if count else wording.NONE) for count in counts]
            lines.append(Line([*heads, Head(str(year))], cells))
    table = Table(
        caption="Activities by kind and year",
        columns=[Column("Kind", numeric=False), Column("Year", numeric=False), *map(Column, STATES.values())],
        lines=lines,
        address=figures.asked.address("activities", "kind", "year", "state", path="results"),
    )
    yield Exhibit(_sketch(found, kinds), table, [NOTE])


def _sketch(found: Sequence[Activity], kinds: Sequence[str]) -> Sketch:
    """Bars for what was held, ticks for what is to come."""
    rows, told = [], []
    for kind in kinds:
        held, ahead = _count(found, kind, ["held"]), _count(found, kind, AHEAD)
        text = f"{numbers.number(held)}{f', {numbers.number(ahead)} ahead' if ahead else ''}"
        rows.append(Bar(_named(kind), held, text, ahead or None))
        told.append(f"{_named(kind)}: {numbers.number(held)} held, {numbers.number(ahead)} planned or under way")
    caption = "Activities held, by kind"
    wide, narrow = (bars(rows, width) for width in (WIDE, NARROW))
    return Sketch(caption, f"Bar chart. {caption}. {'; '.join(told)}.", wide, narrow, "planned or under way")


Found = dict[str | None, Decimal]
"""Quantities by sex; None for all."""


def _results(figures: Figures, found: Sequence[Activity], names: FundNames) -> Iterator[Exhibit]:
    """Of activities that were held, by kind and unit; people also by sex, where it was counted."""
    sums: dict[tuple[str, str, str], Found] = {}
    for activity in found:
        for (what, unit), by_sex in _of_activity(activity).items():
            together = sums.setdefault((activity.kind, what, unit), {})
            for sex, quantity in by_sex.items():
                together[sex] = together.get(sex, Decimal(0)) + quantity
    if not sums:
        return
    table = Table(
        caption="Results of the activities that were held",
        columns=[
            Column("Kind of activity", numeric=False),
            Column("Result", numeric=False),
            Column("Unit", numeric=False),
            Column("Quantity"),
        ],
        lines=[
            Line([Head(_named(kind))], [*_words(names.marked(what), unit), _quantity(by_sex)])
            for (kind, what, unit), by_sex in sorted(sums.items())
        ],
        address=figures.asked.address("results", "kind", "what", "unit", path="results"),
    )
    yield Exhibit(None, table, [UNITS])


def _words(*codes: str) -> list[Cell]:
    return [Cell(wording.words(code), words=True) for code in codes]


def _of_activity(activity: Activity) -> dict[tuple[str, str], Found]:
    """Those told apart by sex or by jurisdiction are part of the whole where that was told as well; else they make
    it."""
    found: dict[tuple[str, str], Found] = {}
    for key in dict.fromkeys((result.what, result.unit) for result in activity.results):
        told = [result for result in activity.results if (result.what, result.unit) == key]
        told = [result for result in told if result.jurisdiction is None] or told
        by_sex: Found = {}
        for result in told:
            by_sex[result.sex] = by_sex.get(result.sex, Decimal(0)) + result.quantity
        found[key] = {**by_sex, None: by_sex.get(None, sum(by_sex.values(), Decimal(0)))}
    return found


def _quantity(by_sex: Found) -> Cell:
    told = [f"{numbers.number(plain(by_sex[sex]))} {name}" for sex, name in SEXES.items() if sex in by_sex]
    return Cell(numbers.number(plain(by_sex[None])), strong=True, note=", ".join(told))


def _challenges(figures: Figures, found: Sequence[Activity], names: FundNames) -> Iterator[Exhibit]:
    """Those that delayed one of the activities; without a mechanism's filter all that lasted in the year."""
    shown = {activity.id for activity in found}
    lines = []
    for challenge in figures.everything.challenges:
        delayed = len(shown.intersection(challenge.activities))
        if delayed or (not figures.asked.named and _lasted(challenge, figures)):
            lines.append(_challenge(challenge, delayed, names))
    if lines:
        heads = ("Challenge", "From", "Until", "Where")
        columns = [*(Column(head, numeric=False) for head in heads), Column("Activities delayed")]
        yield Exhibit(None, Table("Challenges, and how many of these activities they delayed", columns, lines, ""))


def _lasted(challenge: Challenge, figures: Figures) -> bool:
    asked = figures.asked
    return challenge.start <= asked.end and (challenge.end is None or challenge.end >= asked.start)


def _challenge(challenge: Challenge, delayed: int, names: FundNames) -> Line:
    until = wording.on(challenge.end) if challenge.end else "lasts"
    places = ", ".join(names.place(code) for code in challenge.jurisdictions) or wording.NONE
    words = [Cell(text, words=True) for text in (wording.on(challenge.start), until, places)]
    return Line([Head(names.marked(challenge.title))], [*words, Cell(numbers.number(delayed))])


def _named(kind: str) -> str:
    return numbers.capitalised(wording.words(kind))


def _lead(found: Sequence[Activity]) -> str:
    if not found:
        return NOTHING
    held = sum(activity.status == "held" for activity in found)
    ahead = sum(activity.status in AHEAD for activity in found)
    return f"{held} held, {ahead} planned or under way, {len(found) - held - ahead} postponed or cancelled."

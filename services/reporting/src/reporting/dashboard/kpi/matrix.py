"""Jurisdictions beside each other: every KPI's figure, how far it has come, and the region's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from reporting.application.kpi.aggregates import REGIONAL
from reporting.application.kpi.model import Kpi, Part
from reporting.dashboard.kpi import wording
from reporting.dashboard.kpi.figures import Figures
from reporting.dashboard.names import Names
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table

BANDS = (
    "Bands: how far a figure has come from its baseline to its target; without one, whether it moved the right way. "
    "What happens is compared with as much of a longer baseline period as falls on one of the same length. No band "
    "stands where neither more nor less is progress, or where the baseline period has no figure."
)
APART = "These are not collected by the commissions and count in no jurisdiction's completeness."
QUIET = ("no_value", "no_baseline", "no_target", "neutral")
TONES = {"improved": "tone-2", "unchanged": "", "worsened": "tone-away", "away": "tone-away"}
STEPS = ("tone-1", "tone-2", "tone-3", "tone-4")


def matrix(figures: Figures, names: Names) -> Section:
    kpis = figures.asked.roadmap.kpis
    ours = [kpi for kpi in kpis if kpi.collector == "commission"]
    others = [kpi for kpi in kpis if kpi.collector != "commission"]
    shown = wording.period(figures.period)
    exhibits = [_exhibit(ours, figures, names, f"What the commissions reported, {shown}", [BANDS])]
    if others:
        exhibits.append(_exhibit(others, figures, names, f"What others collect, {shown}", [APART]))
    return Section("matrix", f"Jurisdictions and KPIs, {shown}", _lead(figures, ours), exhibits)


def _exhibit(kpis: Sequence[Kpi], figures: Figures, names: Names, caption: str, notes: Sequence[str]) -> Exhibit:
    cities = [names.city(code) for code in figures.members]
    table = Table(
        caption=caption,
        columns=[Column("KPI", numeric=False), *map(Column, cities), Column("Region"), Column("Reported")],
        lines=[_line(kpi, part, figures) for kpi in kpis for part in kpi.parts],
        address=f"{figures.asked.address}&by=kpi,jurisdiction",
    )
    return Exhibit(None, table, notes)


def _line(kpi: Kpi, part: Part, figures: Figures) -> Line:
    cells = [_cell(part, code, figures) for code in figures.members]
    reported = f"{len(figures.reported(part))} of {len(figures.members)}"
    note = wording.unit(part)
    if kpi.collector != "commission":
        note = f"{note}, by {wording.COLLECTORS[kpi.collector]}".removeprefix(", ")
    return Line([Head(wording.named(kpi, part), note)], [*cells, _region(part, figures), Cell(reported)])


def _cell(part: Part, code: str, figures: Figures) -> Cell:
    presence = figures.presence(part, code)
    if presence != "reported":
        return Cell(wording.STATES[presence], tone="absent")
    value = figures.value(part, code)
    if value is None:
        return Cell(_untold(part, code, figures), tone="" if _words(part) else "absent")
    quality = figures.asked.shown.quality(part, code, figures.period)
    return _assessed(part, code, value, figures, "" if quality in (None, "final") else str(quality))


def _region(part: Part, figures: Figures) -> Cell:
    value = figures.region(part)
    if value is None or part.kind == "statuses":
        return Cell("–")
    return _assessed(part, REGIONAL, value, figures, "")


def _assessed(part: Part, code: str, value: Decimal, figures: Figures, quality: str) -> Cell:
    found = figures.progress(part, code)
    label = "" if found.code in QUIET else found.label
    note = ", ".join(text for text in (label, quality) if text)
    return Cell(wording.value(part, value), strong=True, note=note, tone=_tone(found.code, figures) if label else "")


def _tone(code: str, figures: Figures) -> str:
    """The darker the further; the text says the same."""
    codes = [band.code for band in figures.asked.roadmap.bands]
    if code in codes:
        return STEPS[min(codes.index(code), len(STEPS) - 1)]
    return TONES.get(code, "")


def _untold(part: Part, code: str, figures: Figures) -> str:
    """Of what is no number: that there are words, or how many documents."""
    if part.kind == "documents":
        held = figures.asked.shown.figures[figures.period, code, part.number].documents
        return f"{len(held)} documents" if len(held) != 1 else "1 document"
    return "told" if _words(part) else wording.STATES["not_reported"]


def _words(part: Part) -> bool:
    return part.kind in ("documents", "narrative")


def _lead(figures: Figures, kpis: Sequence[Kpi]) -> str:
    """How many said all that was asked of them."""
    silent = {code for code, part in _silences(figures, kpis)}
    whole = len(figures.members) - len(silent)
    if not silent:
        return f"All {len(figures.members)} jurisdictions said something of every KPI that they are asked about."
    return f"{whole} of {len(figures.members)} jurisdictions reported on every KPI that they are asked about."


def _silences(figures: Figures, kpis: Sequence[Kpi]) -> Iterator[tuple[str, Part]]:
    for kpi in kpis:
        for part in kpi.parts:
            if part.formula is None:
                yield from ((c, part) for c in figures.members if figures.presence(part, c) == "not_reported")

"""What a reader asks of the page: a roadmap, a period and a KPI, read from the form."""

from __future__ import annotations

from dataclasses import dataclass

from common.kernel.errors import Violation
from reporting.application.kpi.figures import Shown, shown
from reporting.application.kpi.model import Everything, Kpi, Roadmap
from reporting.application.questions import BadQuestion


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they were sent; a form sends "" for what was left out."""

    roadmap: str = ""
    period: str = ""
    kpi: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`period` None: nothing is published of the roadmap yet. `kpi` is the one whose course is drawn."""

    roadmap: Roadmap
    shown: Shown
    period: str | None
    kpi: Kpi

    @property
    def address(self) -> str:
        """What begins every address where a program reads the same figures."""
        period = f"&period={self.period}" if self.period else ""
        return f"/v1/aggregates/kpi?roadmap={self.roadmap.code}{period}"


def read(form: Form, everything: Everything) -> Asked | None:
    """None before any roadmap is published. Raises `BadQuestion`; pointers name the parameters."""
    codes = everything.codes()
    if form.roadmap and form.roadmap not in codes:
        raise _bad(
            "roadmap", f"“{form.roadmap[:60]}” is no published roadmap. There are: {', '.join(codes) or 'none'}."
        )
    roadmap = everything.newest(form.roadmap or (codes[0] if codes else ""))
    if roadmap is None:
        if form.period or form.kpi:
            raise _bad("roadmap", "No roadmap is published yet.")
        return None
    figures = shown(everything, roadmap)
    if form.period and form.period not in figures.periods:
        known = ", ".join(figures.periods) or "none"
        raise _bad("period", f"“{form.period[:60]}” is no period with a published edition. There are: {known}.")
    period = form.period or next(reversed(figures.periods), None)
    return Asked(roadmap, figures, period, _kpi(form, roadmap, figures))


def _kpi(form: Form, roadmap: Roadmap, figures: Shown) -> Kpi:
    """The one that is asked for; else the first that the incident feed can stand beside, or that has a figure."""
    if form.kpi:
        found = next((kpi for kpi in roadmap.kpis if kpi.number == form.kpi), None)
        if found is None:
            known = ", ".join(kpi.number for kpi in roadmap.kpis)
            raise _bad("kpi", f"“{form.kpi[:60]}” is no KPI of this roadmap. There are: {known}.")
        return found
    told = {part for _, _, part in figures.figures}
    comparable = [kpi for kpi in roadmap.kpis if any(part.comparable_kinds for part in kpi.parts)]
    with_figures = [kpi for kpi in roadmap.kpis if any(part.numeric and part.number in told for part in kpi.parts)]
    return next(iter([*comparable, *with_figures, *roadmap.kpis]))


def _bad(parameter: str, detail: str) -> BadQuestion:
    return BadQuestion("", Violation(f"?{parameter}", f"unknown_{parameter}", detail))

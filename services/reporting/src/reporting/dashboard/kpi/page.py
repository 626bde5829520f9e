"""The page of official figures: what was published into sections, sections into HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment

from common.kernel.clock import Clock
from common.kernel.errors import Violation
from common.kernel.periods import Period
from reporting.application.aggregates import Aggregates
from reporting.application.kpi.aggregates import NEVER_ADDED, SHARES, KpiAggregates, editions_told
from reporting.application.questions import BadQuestion
from reporting.dashboard import wording
from reporting.dashboard.drawing import Drawing
from reporting.dashboard.kpi.asked import Asked, Form, read
from reporting.dashboard.kpi.completeness import completeness
from reporting.dashboard.kpi.course import course
from reporting.dashboard.kpi.figures import Figures, gather
from reporting.dashboard.kpi.headlines import headlines
from reporting.dashboard.kpi.matrix import matrix
from reporting.dashboard.kpi.triangulation import triangulation
from reporting.dashboard.names import Names
from reporting.dashboard.page import Page
from reporting.dashboard.remarks import told_freshness
from reporting.dashboard.tables import Section


@dataclass(frozen=True, slots=True)
class KpiPage:
    """One per process. `incidents` answers what stands beside official figures."""

    aggregates: KpiAggregates
    incidents: Aggregates
    drawing: Drawing
    now: Clock
    templates: Environment

    @classmethod
    def beside(cls, page: Page, aggregates: KpiAggregates) -> KpiPage:
        """With the converter and the templates of the other page."""
        return cls(aggregates, page.aggregates, page.drawing, page.now, page.templates)

    async def render(self, form: Form, refused: Sequence[Violation] = ()) -> tuple[str, Sequence[Violation]]:
        """The page, and what was wrong with what was asked: then it shows what it shows by default, and says so."""
        everything, freshness = await self.aggregates.everything()
        violations = list(refused)
        try:
            asked = read(Form() if refused else form, everything)
        except BadQuestion as bad:
            violations += bad.violations
            asked = read(Form(), everything)
        form = Form() if violations else form
        figures = await gather(everything, freshness, asked, self.incidents) if asked else None
        return await self._written(form, asked, figures, violations, everything.codes()), violations

    async def _written(
        self, form: Form, asked: Asked | None, figures: Figures | None, violations: Sequence[Violation], codes: Any
    ) -> str:
        pack = self.aggregates.pack
        shown = Period.parse(asked.period) if asked and asked.period else None
        names = Names(pack, shown.end if shown else self.now().date(), self.aggregates.publishers)
        return await self.templates.get_template("kpi.html").render_async(
            pack=pack,
            names=names,
            form=form,
            asked=asked,
            roadmaps=codes,
            titles={code: figures.everything.newest(code) for code in codes} if figures else {},
            shown=wording.period(shown) if shown else "",
            shown_first=wording.capitalised(wording.period(shown)) if shown else "",
            days=f"{wording.day(shown.start)} to {wording.day(shown.end)}" if shown else "",
            violations=violations,
            notice=self.aggregates.note,
            headlines=headlines(figures, names) if figures and shown else None,
            sections=list(_sections(figures, names)) if figures else [],
            remarks=_remarks(figures),
            draw=self.drawing.picture,
        )


def _sections(figures: Figures, names: Names) -> Sequence[Section]:
    about_rounds = completeness(figures.everything, figures.asked, names)
    if figures.asked.period is None:
        return [about_rounds]
    return [matrix(figures, names), course(figures, names), triangulation(figures, names), about_rounds]


def _remarks(figures: Figures | None) -> list[str]:
    if figures is None:
        return list(told_freshness({}))
    periods = figures.asked.shown.periods
    return [NEVER_ADDED, SHARES, *editions_told(figures.asked.shown, periods), *told_freshness(figures.freshness)]

"""The page of the funds: what was recorded into sections, sections into HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jinja2 import Environment

from common.kernel.clock import Clock
from common.kernel.errors import Violation
from reporting.application.funds.aggregates import FundsAggregates
from reporting.application.funds.model import Everything
from reporting.application.questions import BadQuestion
from reporting.dashboard.drawing import Drawing
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.activities import activities
from reporting.dashboard.funds.asked import Form, read
from reporting.dashboard.funds.contributions import contributions
from reporting.dashboard.funds.delivery import delivery
from reporting.dashboard.funds.figures import Figures, recorded_years
from reporting.dashboard.funds.flow_section import flow
from reporting.dashboard.funds.headlines import headlines
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.funds.pipeline import pipeline
from reporting.dashboard.funds.projects import projects
from reporting.dashboard.funds.statement import sources_and_uses
from reporting.dashboard.names import Names
from reporting.dashboard.page import Page
from reporting.dashboard.remarks import told_freshness
from reporting.dashboard.tables import Section

SECTIONS: Sequence[Callable[[Figures, FundNames], Section]] = (
    flow,
    sources_and_uses,
    contributions,
    pipeline,
    projects,
    delivery,
    activities,
)


@dataclass(frozen=True, slots=True)
class FundsPage:
    """One per process."""

    aggregates: FundsAggregates
    drawing: Drawing
    now: Clock
    templates: Environment

    @classmethod
    def beside(cls, page: Page, aggregates: FundsAggregates) -> FundsPage:
        """With the converter and the templates of the other page."""
        return cls(aggregates, page.drawing, page.now, page.templates)

    async def render(self, form: Form, refused: Sequence[Violation] = ()) -> tuple[str, Sequence[Violation]]:
        """The page, and what was wrong with what was asked: then it shows what it shows by default, and says so."""
        everything, freshness = await self.aggregates.everything()
        years = recorded_years(everything)
        violations = list(refused)
        try:
            asked = read(Form() if refused else form, everything, years)
        except BadQuestion as bad:
            violations += bad.violations
            asked = read(Form(), everything, years)
        figures = Figures(everything, freshness, asked, self.now().date())
        return await self._written(Form() if violations else form, figures, years, violations), violations

    async def _written(self, form: Form, figures: Figures, years: range, violations: Sequence[Violation]) -> str:
        asked = figures.asked
        pack = self.aggregates.pack
        day = asked.end if asked.year else self.now().date()
        names = FundNames(Names(pack, day, self.aggregates.publishers))
        return await self.templates.get_template("funds.html").render_async(
            pack=pack,
            names=names.names,
            form=form,
            mechanisms={each.code: names.mechanism(each) for each in figures.everything.mechanisms},
            shown=[names.mechanism(each) for each in asked.mechanisms] if asked.named else [],
            year=asked.year,
            years=list(reversed(years)),
            last=_last(figures.everything),
            violations=violations,
            notice=self.aggregates.note,
            headlines=headlines(figures) if figures.everything.mechanisms else [],
            sections=[section(figures, names) for section in SECTIONS] if figures.everything.mechanisms else [],
            remarks=list(told_freshness(figures.freshness)),
            draw=self.drawing.picture,
        )


def _last(everything: Everything) -> str:
    """The day of the last money fact, as it is printed."""
    return wording.on(max((fact.on for fact in everything.facts), default=None))

"""The page: figures into sections, sections into HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from common.kernel.clock import Clock, utc_now
from common.kernel.errors import Violation
from reporting.application.aggregates import Aggregates
from reporting.application.questions import BadQuestion
from reporting.dashboard import wording
from reporting.dashboard.asked import PARTS, Asked, Form, read
from reporting.dashboard.comparing import Comparing
from reporting.dashboard.drawing import Drawing
from reporting.dashboard.figures import Figures, default_period, gather, recorded_years
from reporting.dashboard.names import Names
from reporting.dashboard.remarks import coverage, remarks
from reporting.dashboard.sections.headlines import headlines
from reporting.dashboard.sections.people import people
from reporting.dashboard.sections.ranking import ranking
from reporting.dashboard.sections.seizures import seizures
from reporting.dashboard.sections.shared import Context
from reporting.dashboard.sections.trend import over_time
from reporting.dashboard.sections.where import where

SECTIONS: Sequence[Callable[[Figures, Context], Any]] = (where, over_time, ranking, people, seizures)


@dataclass(frozen=True, slots=True)
class Page:
    """One per process; `now` tells when the page is read."""

    aggregates: Aggregates
    drawing: Drawing
    now: Clock
    templates: Environment

    @classmethod
    def of(cls, aggregates: Aggregates, now: Clock = utc_now) -> Page:
        environment = Environment(
            loader=PackageLoader("reporting.dashboard"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            enable_async=True,
        )
        return cls(aggregates, Drawing(), now, environment)

    async def render(self, form: Form, refused: Sequence[Violation] = ()) -> tuple[str, Sequence[Violation]]:
        """The page, and what was wrong with what was asked: then it shows what it shows by default, and says so."""
        years = await recorded_years(self.aggregates)
        default = default_period(years, self.now().date())
        violations = list(refused)
        try:
            asked = read(form, self.aggregates.pack, default)
            figures = await gather(self.aggregates, asked)
        except BadQuestion as bad:
            violations += bad.violations
        if violations:
            form = Form()
            asked = read(form, self.aggregates.pack, default)
            figures = await gather(self.aggregates, asked)
        return await self._written(form, asked, figures, violations, years), violations

    async def _written(
        self,
        form: Form,
        asked: Asked,
        figures: Figures,
        violations: Sequence[Violation],
        years: Sequence[int],
    ) -> str:
        names = Names(self.aggregates.pack, asked.end, self.aggregates.publishers)
        comparing = Comparing.of(asked.start, asked.end)
        context = Context(names, comparing, _who(asked, names, figures))
        sections = [section(figures, context) for section in SECTIONS]
        template = self.templates.get_template("page.html")
        return await template.render_async(
            pack=self.aggregates.pack,
            names=names,
            form=form,
            asked=asked,
            years=sorted({*years, *([] if form.start else [asked.start.year])}, reverse=True),
            chosen_year="" if form.start else str(asked.start.year),
            parts=PARTS,
            shown=comparing.shown,
            shown_first=wording.capitalised(comparing.shown),
            begins=_begins(asked, years),
            days=_days(asked),
            who=context.who,
            members=[names.jurisdiction(code) for code in figures.jurisdictions.answer.coverage.members],
            violations=violations,
            notice=self.aggregates.note,
            headlines=headlines(figures, comparing),
            sections=sections,
            coverage=coverage(figures, names),
            remarks=remarks(figures, self.aggregates.note),
            draw=self.drawing.picture,
        )


def _who(asked: Asked, names: Names, figures: Figures) -> str:
    """In a line of totals: the region with the number of its members, or those that were asked for."""
    if asked.jurisdictions:
        return ", ".join(names.jurisdiction(code) for code in asked.jurisdictions)
    return f"All {len(figures.jurisdictions.answer.coverage.members)} jurisdictions"


def _days(asked: Asked) -> str:
    """The days of a calendar period; else they are its name already."""
    if wording.calendar_period(asked.start, asked.end) is None:
        return ""
    return f"{wording.day(asked.start)} to {wording.day(asked.end)}"


def _begins(asked: Asked, years: Sequence[int]) -> int | None:
    """The first year on record, where what is shown or compared lies before it: nobody declares a beginning."""
    first = min(years, default=None)
    return first if first is not None and asked.start.year - 1 < first else None

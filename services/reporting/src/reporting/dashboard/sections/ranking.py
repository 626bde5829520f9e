"""Categories by the number of their incidents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reporting.application.answers import Row
from reporting.dashboard import wording
from reporting.dashboard.comparing import amount, known
from reporting.dashboard.figures import Figures
from reporting.dashboard.sections.shared import NOTHING, Context, bar, bar_sketch, by_size
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table


def ranking(figures: Figures, context: Context) -> Section:
    shown, total = context.comparing.shown, amount(figures.categories.answer.total) or Decimal(0)
    named = [(context.names.category(row.key["category"]), row) for row in by_size(figures.categories.rows)]
    lead, sketch = NOTHING, None
    if named:
        lead = f"{named[0][0]} comes first with {known(named[0][1])} of {wording.number(total)} incidents."
        sketch = bar_sketch([bar(*each) for each in named], f"Incidents by category, {shown}", context)
    return Section(
        anchor="categories",
        title=f"Categories by number of incidents, {shown}",
        lead=lead,
        exhibits=[Exhibit(sketch, _table(named, figures, context, total))],
    )


def _table(named: Sequence[tuple[str, Row]], figures: Figures, context: Context, total: Decimal) -> Table:
    cells = context.comparing.cells
    whole = [*cells(figures.headlines["Incidents"].only), Cell(wording.share(total, total))]
    return Table(
        caption="Incidents by category; shares are of all of them",
        columns=[Column("Category", numeric=False), *context.comparing.columns, Column("Share")],
        lines=[
            Line([Head(name)], [*cells(row), Cell(wording.share(amount(row.value) or Decimal(0), total))])
            for name, row in named
        ],
        total=Line([Head("All categories")], whole),
        address=figures.categories.address,
    )

"""Categories by the number of their incidents."""

from __future__ import annotations

from decimal import Decimal

from reporting.dashboard import wording
from reporting.dashboard.comparing import amount, known
from reporting.dashboard.figures import Figures
from reporting.dashboard.sections.shared import NOTHING, Context, bar, bar_sketch, by_size
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table


def ranking(figures: Figures, context: Context) -> Section:
    comparing, total = context.comparing, amount(figures.categories.answer.total) or Decimal(0)
    rows = by_size(figures.categories.rows)
    names = [context.names.category(row.key["category"]) for row in rows]
    table = Table(
        caption="Incidents by category",
        columns=[Column("Category", numeric=False), *comparing.columns, Column("Share")],
        lines=[
            Line([Head(name)], [*comparing.cells(row), Cell(wording.share(amount(row.value) or Decimal(0), total))])
            for name, row in zip(names, rows, strict=True)
        ],
        total=Line(
            [Head("All categories")],
            [*comparing.cells(figures.headlines["Incidents"].only), Cell(wording.share(total, total))],
        ),
        address=figures.categories.address,
    )
    sketch = bar_sketch(
        [bar(name, row) for name, row in zip(names, rows, strict=True)],
        f"Incidents by category, {comparing.shown}",
        context,
    )
    lead = f"{names[0]} comes first with {known(rows[0])} of {wording.number(total)} incidents." if rows else NOTHING
    return Section(
        anchor="categories",
        title=f"Categories by number of incidents, {comparing.shown}",
        lead=lead,
        exhibits=[Exhibit(sketch if rows else None, table, [f"Shares are of all {wording.number(total)} incidents."])],
    )

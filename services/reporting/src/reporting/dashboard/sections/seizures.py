"""Seizures: incidents by jurisdiction, and what was seized, each unit by itself."""

from __future__ import annotations

from collections.abc import Iterator

from reporting.dashboard.comparing import known
from reporting.dashboard.figures import Figures
from reporting.dashboard.names import UNITS
from reporting.dashboard.sections.shared import Context, bar, bar_sketch, by_size
from reporting.dashboard.tables import Column, Exhibit, Head, Line, Section, Table

UNITS_APART = "Quantities in different units are never added."
ONE_INCIDENT = "A seizure is one incident, whatever number of items was seized in it."


def seizures(figures: Figures, context: Context) -> Section:
    total = figures.headlines["Seizures"].only
    lead = ""
    if total.value is not None:
        lead = f"{known(total)} incidents in which weapons were seized: {context.comparing.sentence(total)}."
    return Section(
        anchor="seizures",
        title=f"Seizures, {context.comparing.shown}",
        lead=lead,
        exhibits=[_incidents(figures, context), *_items(figures, context)],
    )


def _incidents(figures: Figures, context: Context) -> Exhibit:
    comparing = context.comparing
    rows = by_size(figures.seizures.rows)
    names = [context.names.jurisdiction(row.key["jurisdiction"]) for row in rows]
    caption = f"Seizures (incidents) by jurisdiction, {comparing.shown}"
    table = Table(
        caption=caption,
        columns=[Column("Jurisdiction", numeric=False), *comparing.columns],
        lines=[Line([Head(name)], comparing.cells(row)) for name, row in zip(names, rows, strict=True)],
        total=Line([Head(context.who)], comparing.cells(figures.headlines["Seizures"].only)),
        address=figures.seizures.address,
    )
    drawn = [bar(name, row) for name, row in zip(names, rows, strict=True)]
    return Exhibit(bar_sketch(drawn, caption, context), table, [ONE_INCIDENT])


def _items(figures: Figures, context: Context) -> Iterator[Exhibit]:
    for unit, name in UNITS.items():
        rows = by_size([row for row in figures.items.rows if row.key["unit"] == unit and row.value != "0"])
        if not rows:
            continue
        kinds = [context.names.kind(row.key["kind"]) for row in rows]
        caption = f"Seized items by kind, in {name}, {context.comparing.shown}"
        table = Table(
            caption=caption,
            columns=[Column(f"Kind ({name})", numeric=False), *context.comparing.columns],
            lines=[Line([Head(kind)], context.comparing.cells(row)) for kind, row in zip(kinds, rows, strict=True)],
            address=figures.items.address,
        )
        drawn = [bar(kind, row) for kind, row in zip(kinds, rows, strict=True)]
        yield Exhibit(bar_sketch(drawn, caption, context), table, [UNITS_APART])

"""A row against the same days a year earlier and, where those are others, against the days just before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from common.kernel.numbers import change_percent
from common.kernel.periods import previous_span, year_before
from reporting.application.answers import Row
from reporting.dashboard import wording
from reporting.dashboard.tables import Cell, Column


@dataclass(frozen=True, slots=True)
class Comparing:
    """What the columns of every table are called. `before` is None where it would repeat `year_before`."""

    shown: str
    year_before: str
    before: str | None

    @classmethod
    def of(cls, start: date, end: date) -> Comparing:
        earlier, previous = year_before(start, end), previous_span(start, end)
        return cls(
            wording.span(start, end),
            wording.span(*earlier),
            None if previous == earlier else wording.span(*previous),
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        yearly = (_column(self.shown), _column(self.year_before), Column("Change"))
        return yearly if self.before is None else (*yearly, _column(self.before), Column("Change"))

    def cells(self, row: Row) -> tuple[Cell, ...]:
        yearly = (
            Cell(known(row), strong=True),
            Cell(wording.number(row.year_before)),
            Cell(wording.change(yearly_change(row))),
        )
        if self.before is None:
            return yearly
        return (*yearly, Cell(wording.number(row.previous)), Cell(wording.change(row.change_percent)))

    def sentence(self, row: Row) -> str:
        """ "+12.3% against 2019 (2,566)", with the days before where they are others."""
        parts = [_against(yearly_change(row), self.year_before, wording.number(row.year_before))]
        if self.before is not None:
            parts.append(_against(row.change_percent, self.before, wording.number(row.previous)))
        return "; ".join(parts)


def known(row: Row) -> str:
    """The value, or why there is none."""
    return wording.NOT_AVAILABLE if row.state == "not_available" else wording.number(row.value)


def yearly_change(row: Row) -> float | Literal["n/a"]:
    return change_percent(amount(row.value), amount(row.year_before))


def amount(figure: int | str | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)


def _column(period: str) -> Column:
    return Column(wording.capitalised(period))


def _against(percent: float | Literal["n/a"], period: str, figure: str) -> str:
    return f"{wording.change(percent)} against {period} ({figure})"

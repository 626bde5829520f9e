"""What a reader asks of the page: a mechanism and a year, read from the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from common.kernel.errors import Violation
from reporting.application.funds.model import Everything, Mechanism
from reporting.application.questions import BadQuestion


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they were sent; a form sends "" for what was left out."""

    mechanism: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`year` None: the whole record. `named` tells that the reader chose the mechanism; else all are meant."""

    mechanisms: tuple[Mechanism, ...]
    year: int | None
    named: bool = False

    @property
    def start(self) -> date:
        return date(self.year, 1, 1) if self.year else date.min

    @property
    def end(self) -> date:
        return date(self.year, 12, 31) if self.year else date.max

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(mechanism.code for mechanism in self.mechanisms)

    def address(self, measure: str, *by: str, path: str = "funds", through: bool = False, **filters: str) -> str:
        """Where a program reads the same figures; `through` for what had come together by the end of the year."""
        parameters = [("measure", measure)]
        parameters += [("by", ",".join(by))] if by else []
        parameters += list(filters.items())
        parameters += [("mechanism", self.mechanisms[0].code)] if self.named else []
        if self.year:
            parameters += [("to", f"{self.year}-12-31")] if through else [("year", str(self.year))]
        return f"/v1/aggregates/{path}?{urlencode(parameters, safe=',')}"


def read(form: Form, everything: Everything, years: range) -> Asked:
    """Raises `BadQuestion`; pointers name the parameters."""
    known = {mechanism.code: mechanism for mechanism in everything.mechanisms}
    wrong = []
    if form.mechanism and form.mechanism not in known:
        detail = f"“{form.mechanism[:60]}” is no mechanism. There are: {', '.join(known) or 'none'}."
        wrong.append(Violation("?mechanism", "unknown_mechanism", detail))
    if form.year and not _is_one_of(form.year, years):
        told = f"There are: {years[0]} to {years[-1]}." if years else "Nothing is recorded yet."
        wrong.append(Violation("?year", "unknown_year", f"“{form.year[:60]}” is no year of the record. {told}"))
    if wrong:
        raise BadQuestion("", *wrong)
    year = int(form.year) if form.year else None
    if form.mechanism:
        return Asked((known[form.mechanism],), year, named=True)
    return Asked(tuple(known.values()), year)


def _is_one_of(text: str, years: range) -> bool:
    return text.isascii() and text.isdigit() and len(text) == 4 and int(text) in years

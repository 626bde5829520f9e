"""What a reader asks of the page: a period and jurisdictions, read from the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from common.kernel.errors import Violation
from common.kernel.periods import Period
from common.reference.pack import Pack
from reporting.application.questions import BadQuestion
from reporting.dashboard.wording import MONTHS

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "": "Whole year",
        "S1": "First half",
        "S2": "Second half",
        "Q1": "First quarter",
        "Q2": "Second quarter",
        "Q3": "Third quarter",
        "Q4": "Fourth quarter",
        **{f"{n:02}": name for n, name in enumerate(MONTHS, start=1)},
    }
)


YEARS = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they were sent; a form sends "" for what was left out."""

    year: str = ""
    part: str = ""
    start: str = ""
    end: str = ""
    jurisdictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """`by_default` tells that the reader named no period; without jurisdictions all are meant."""

    start: date
    end: date
    jurisdictions: tuple[str, ...] = ()
    by_default: bool = False


def read(form: Form, pack: Pack, default: Period) -> Asked:
    """Days, where they are given, take the place of year and part. Raises `BadQuestion` with everything that is wrong;
    pointers name the parameters."""
    if violations := tuple(_violations(form, pack)):
        raise BadQuestion("", *violations)
    codes = tuple(code for code in pack.jurisdictions if code in form.jurisdictions)
    if form.start:
        return Asked(date.fromisoformat(form.start), date.fromisoformat(form.end), codes)
    year = form.year or str(default.year)
    period = Period.parse(f"{year}-{form.part}" if form.part else year)
    return Asked(period.start, period.end, codes, by_default=not form.year and not form.part)


def _violations(form: Form, pack: Pack) -> Iterator[Violation]:
    if form.year and not _is_year(form.year):
        yield _violation(
            "year", "not_a_year", f"“{form.year[:60]}” is not a year that can be shown; write for instance 2020."
        )
    if form.part not in PARTS:
        known = ", ".join(part for part in PARTS if part)
        yield _violation("part", "unknown_part", f"“{form.part[:60]}” is no part of a year. There are: {known}.")
    for code in form.jurisdictions:
        if code not in pack.jurisdictions:
            known = ", ".join(pack.jurisdictions)
            detail = f"“{code[:60]}” is not the code of a jurisdiction. There are: {known}."
            yield _violation("jurisdiction", "unknown_jurisdiction", detail)
    yield from _wrong_days(form)


def _wrong_days(form: Form) -> Iterator[Violation]:
    days = {"from": form.start, "to": form.end}
    wrong = [name for name, text in days.items() if text and not _is_day(text)]
    for name in wrong:
        yield _violation(
            name, "not_a_day", f"“{days[name][:60]}” is not a day that can be shown; write for instance 2020-03-31."
        )
    missing = [name for name, text in days.items() if not text]
    if len(missing) == 1:
        yield _violation(missing[0], "day_missing", f"Give both days or neither: “{missing[0]}” is missing.")
    if not wrong and not missing and date.fromisoformat(form.start) > date.fromisoformat(form.end):
        detail = f"The first day, {form.start}, lies after the last, {form.end}."
        yield _violation("from", "span_reversed", detail)


def _is_year(text: str) -> bool:
    try:
        period = Period.parse(text)
    except ValueError:
        return False
    return period.grain == "year" and period.year in YEARS


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year in YEARS
    except ValueError:
        return False


def _violation(parameter: str, code: str, detail: str) -> Violation:
    return Violation(f"?{parameter}", code, detail)

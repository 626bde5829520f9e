"""What a reader asks of the page: a period and jurisdictions, read from the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from common.kernel.errors import Violation
from common.kernel.periods import Period
from common.reference.pack import Pack
from reporting.application.questions import BadQuestion

PARAMETERS = ("year", "part", "from", "to", "jurisdiction")
PARTS: Mapping[str, str] = {
    "": "Whole year",
    "S1": "First half",
    "S2": "Second half",
    "Q1": "First quarter",
    "Q2": "Second quarter",
    "Q3": "Third quarter",
    "Q4": "Fourth quarter",
    **{f"{n:02}": Period("month", 2000, n).start.strftime("%B") for n in range(1, 13)},
}


@dataclass(frozen=True, slots=True)
class Asked:
    """`period` is None where days were given instead; `by_default` tells that the reader named no period."""

    start: date
    end: date
    period: Period | None
    jurisdictions: tuple[str, ...] = ()
    by_default: bool = False


def read(parameters: Mapping[str, Sequence[str]], pack: Pack, default: Period) -> Asked:
    """Raises `BadQuestion` with everything that is wrong; pointers name the parameters.

    Days take the place of year and part; empty parameters, as a form sends them, count as left out.
    """
    given = {name: tuple(value for value in values if value) for name, values in parameters.items()}
    violations = [*_unknown(given), *_repeated(given), *_jurisdictions(given, pack)]
    one = {name: values[0] for name, values in given.items() if values and name != "jurisdiction"}
    days = _days(one, violations)
    period = _period(one, default, violations)
    if violations:
        raise BadQuestion("", *violations)
    codes = tuple(dict.fromkeys(given.get("jurisdiction", ())))
    if days:
        return Asked(*days, None, codes)
    return Asked(period.start, period.end, period, codes, by_default="year" not in one)


def _unknown(given: Mapping[str, Sequence[str]]) -> Iterator[Violation]:
    for name in given:
        if name not in PARAMETERS:
            detail = f"There is no filter called “{name[:60]}”. There are: {', '.join(PARAMETERS)}."
            yield Violation(f"/query/{name[:60]}", "unknown_parameter", detail)


def _repeated(given: Mapping[str, Sequence[str]]) -> Iterator[Violation]:
    for name, values in given.items():
        if name in PARAMETERS and name != "jurisdiction" and len(values) > 1:
            yield _violation(name, "repeated_parameter", f"“{name}” may be given once only.")


def _jurisdictions(given: Mapping[str, Sequence[str]], pack: Pack) -> Iterator[Violation]:
    for code in given.get("jurisdiction", ()):
        if code not in pack.jurisdictions:
            known = ", ".join(pack.jurisdictions)
            detail = f"“{code[:60]}” is not the code of a jurisdiction. There are: {known}."
            yield _violation("jurisdiction", "unknown_jurisdiction", detail)


def _days(one: Mapping[str, str], violations: list[Violation]) -> tuple[date, date] | None:
    found = [_day(name, one[name], violations) for name in ("from", "to") if name in one]
    if len(found) == 1:
        missing = "to" if "from" in one else "from"
        violations.append(_violation(missing, "day_missing", f"Give both days, or neither: “{missing}” is missing."))
    if len(found) != 2 or found[0] is None or found[1] is None:
        return None
    if found[0] > found[1]:
        detail = f"The first day, {found[0]}, lies after the last day, {found[1]}."
        violations.append(_violation("from", "span_reversed", detail))
    return found[0], found[1]


def _day(name: str, text: str, violations: list[Violation]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        detail = f"“{text[:60]}” is not a day; write for instance 2020-03-31."
        violations.append(_violation(name, "not_a_day", detail))
        return None


def _period(one: Mapping[str, str], default: Period, violations: list[Violation]) -> Period:
    year, part = one.get("year", str(default.year)), one.get("part", "")
    if part not in PARTS:
        known = ", ".join(code for code in PARTS if code)
        violations.append(_violation("part", "unknown_part", f"“{part[:60]}” is not a part of a year: {known}."))
        part = ""
    try:
        whole = Period.parse(year)
        if whole.grain == "year":
            return Period.parse(f"{year}-{part}") if part else whole
    except ValueError:
        pass
    violations.append(_violation("year", "not_a_year", f"“{year[:60]}” is not a year; write for instance 2020."))
    return default


def _violation(parameter: str, code: str, detail: str) -> Violation:
    return Violation(f"/query/{parameter}", code, detail)

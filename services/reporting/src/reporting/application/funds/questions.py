"""What can be asked of the funds: measures with the keys that each is told by, and a question checked against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from common.kernel.errors import Violation
from common.kernel.periods import Grain, Period
from common.reference.pack import Pack
from reporting.application.funds.model import Everything
from reporting.application.questions import PERIODS, UNKNOWN, BadQuestion

Keys: TypeAlias = tuple[str, ...]

OF_DONORS: Keys = ("donor", "mechanism", "currency")
OF_GRANTS: Keys = ("organisation", "project", "mechanism", "call", "jurisdiction", "goal", "kpi")
FUNDS: Mapping[str, Keys] = MappingProxyType(
    {
        "committed": (*OF_DONORS, *PERIODS),
        "deposited": (*OF_DONORS, *PERIODS),
        "approved": (*OF_GRANTS, "currency", *PERIODS),
        "transferred": (*OF_GRANTS, "currency", *PERIODS),
        "expenditure": (*OF_GRANTS, "category", "currency", *PERIODS),
        "available": ("mechanism", "currency", *PERIODS),
        "projects": (*OF_GRANTS, *PERIODS),
    }
)
"""By measure what it is told by."""

OF_ACTIVITIES: Keys = ("kind", "jurisdiction", "goal", "kpi", "project", "mechanism", "organisation", "state", *PERIODS)
RESULTS: Mapping[str, Keys] = MappingProxyType(
    {"results": (*OF_ACTIVITIES, "what", "unit", "sex"), "activities": OF_ACTIVITIES}
)
"""The same of what activities came to."""

IDS = ("project", "call")
OUTSIDE = "outside"
"""Stands for the call of what was approved outside a call."""

REGIONAL = "regional"
"""Stands for no single jurisdiction."""

NONE = "none"
"""Stands for the project, and what follows from it, of the secretariat's own activities."""

ACTIVITIES: Keys = (
    *("meeting", "workshop", "training", "assessment", "equipment_delivery", "publication", "legal_advice"),
    *("gap_analysis", "gender_screening", "destruction", "storage_upgrade", "campaign"),
)
"""Their kinds, as `funds` has them."""

_VALUES: Mapping[str, Keys] = MappingProxyType(
    {
        "category": tuple("12345678"),
        "kind": ACTIVITIES,
        "sex": ("female", "male", "unknown"),
        "state": ("planned", "started", "held", "postponed", "cancelled"),
    }
)


@dataclass(frozen=True, slots=True)
class FundsQuestion:
    """`measure` by the keys `by`, of what meets all `filters` (one value of each), on days from `start` to `end`, both
    inclusive, None is open. Built by `ask`."""

    measure: str
    by: Keys
    filters: Mapping[str, Keys] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None

    @property
    def finest_period(self) -> Grain | None:
        return next((name for name in reversed(PERIODS) if name in self.by), None)

    @property
    def asked(self) -> frozenset[str]:
        """Every key that matters, in `by` or as a filter."""
        return frozenset((*self.by, *self.filters))

    def wanted(self, name: str, value: str) -> bool:
        return name not in self.filters or value in self.filters[name]


def ask(
    everything: Everything,
    pack: Pack,
    measures: Mapping[str, Keys],
    *,
    measure: str,
    by: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    start: date | None = None,
    end: date | None = None,
) -> FundsQuestion:
    """Repeated keys and values are taken once, filters without a value not at all. Raises `BadQuestion` with everything
    that is wrong; pointers name query parameters ("?from")."""
    given = {name: tuple(dict.fromkeys(values)) for name, values in (filters or {}).items() if values}
    question = FundsQuestion(measure, tuple(dict.fromkeys(by)), given, start, end)
    if wrong := tuple(_violations(_known_values(everything, pack), measures, question)):
        raise BadQuestion("", *wrong)
    return question


def _known_values(everything: Everything, pack: Pack) -> Mapping[str, Keys]:
    """By key; of others any text may be one."""
    mechanisms = (*(mechanism.code for mechanism in everything.mechanisms), NONE)
    return {**_VALUES, "mechanism": mechanisms, "jurisdiction": (*pack.jurisdictions, REGIONAL, UNKNOWN)}


def _violations(
    known: Mapping[str, Keys], measures: Mapping[str, Keys], question: FundsQuestion
) -> Iterator[Violation]:
    if question.measure not in measures:
        yield _unknown("measure", question.measure, tuple(measures))
    else:
        yield from _told_by(measures, question)
    for name, values in question.filters.items():
        for value in values:
            yield from _wrong_value(known, name, value)
    if question.start and question.end and question.start > question.end:
        detail = f"from {question.start} lies after to {question.end}."
        yield Violation("?from", "span_reversed", detail)
    if question.measure == "results":
        yield from _units(question)


def _told_by(measures: Mapping[str, Keys], question: FundsQuestion) -> Iterator[Violation]:
    known = measures[question.measure]
    every = dict.fromkeys(key for keys in measures.values() for key in keys)
    for pointer, names in (("by", question.by), (None, tuple(question.filters))):
        for name in names:
            if name not in every:
                yield _unknown(pointer or name, name, known)
            elif name not in known:
                detail = f"{question.measure} is not told by {name}; it is by: {', '.join(known)}."
                yield Violation(f"?{pointer or name}", "not_told_by", detail)


def _wrong_value(known: Mapping[str, Keys], name: str, value: str) -> Iterator[Violation]:
    if name in PERIODS:
        yield from _wrong_period(name, value)
    elif name in IDS and value not in (OUTSIDE, NONE):
        try:
            UUID(value)
        except ValueError:
            yield Violation(f"?{name}", f"unknown_{name}", f"{value[:60]!r} is no id of a {name}.")
    elif value not in known.get(name, (value,)):
        yield _unknown(name, value, known[name])


def _wrong_period(name: str, value: str) -> Iterator[Violation]:
    try:
        fits = Period.parse(value).grain == name
    except ValueError:
        fits = False
    if not fits:
        example = Period.containing(date(2020, 3, 1), name)  # type: ignore[arg-type]  # the names of the grains
        detail = f"{value[:60]!r} is not a {name}; write for instance {example}."
        yield Violation(f"?{name}", "unknown_period", detail)


def _units(question: FundsQuestion) -> Iterator[Violation]:
    """One unit, or each in rows of its own."""
    if "unit" not in question.by and len(question.filters.get("unit", ())) != 1:
        detail = "Different units are never added: put unit in by, or name one."
        yield Violation("?unit", "unit_required", detail)


def _unknown(parameter: str, value: str, known: Sequence[str]) -> Violation:
    detail = f"{value[:60]!r} is not known; there are: {', '.join(known) or 'none yet'}."
    return Violation(f"?{parameter}", f"unknown_{parameter}", detail)

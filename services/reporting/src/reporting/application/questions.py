"""What can be asked of the incidents: measures, dimensions, and a question checked against the pack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import TypeAlias

from common.kernel.errors import RuleBroken, Violation
from common.kernel.periods import Grain, Period
from common.reference.pack import Pack

MEASURES = (
    "incidents",
    "victims",
    "perpetrators",
    "killed",
    "suicides",
    "deaths",
    "injured",
    "threatened",
    "weapons",
    "seized_items",
)
PERIODS: tuple[Grain, ...] = ("year", "half", "quarter", "month")
"""From the coarsest to the finest; each lies within one of the one before."""
DIMENSIONS = (
    *("jurisdiction", "admin", "month", "quarter", "half", "year", "category", "tag", "weapon_type", "possession"),
    *("role", "sex", "age_group", "outcome", "relation", "seizure_setting", "kind", "unit", "verification"),
)
MULTI_VALUED = frozenset(DIMENSIONS) - {"jurisdiction", *PERIODS, "category", "verification"}
UNKNOWN = "unknown"
DEFAULT_SCOPE = "avmp"

FIXED_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "possession": ("legal", "illegal", "unknown"),
        "role": ("victim", "perpetrator", "co_perpetrator", "instigator", "accomplice"),
        "sex": ("female", "male", "unreported"),
        "outcome": ("killed", "injured", "threatened", "suicide", "unharmed", "arrested", "unreported"),
        "seizure_setting": ("inland", "border", "unknown"),
        "unit": ("piece", "kg", "round"),
        "verification": ("unverified", "verified", "disputed"),
    }
)

Filters: TypeAlias = Mapping[str, tuple[str, ...]]


class BadQuestion(RuleBroken):
    code = "bad_question"
    title = "This cannot be asked"


@dataclass(frozen=True, slots=True)
class Question:
    """One aggregate: `measure` by the dimensions `by`, of the incidents that meet all `filters` (one value of each).

    `start` and `end` are inclusive, None is open; `per` asks for rates per so many inhabitants. Built by `ask`.
    """

    measure: str = "incidents"
    by: tuple[str, ...] = ()
    filters: Filters = field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    scope: str = DEFAULT_SCOPE
    per: int | None = None

    @property
    def finest_period(self) -> Grain | None:
        """The finest of the periods in `by`."""
        return next((name for name in reversed(PERIODS) if name in self.by), None)


def ask(
    pack: Pack,
    *,
    measure: str = "incidents",
    by: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    start: date | None = None,
    end: date | None = None,
    scope: str | None = None,
    per: int | None = None,
) -> Question:
    """A question that the pack can answer. Repeated dimensions and values are taken once, filters without a value not
    at all. Raises `BadQuestion` with everything that is wrong; pointers name query parameters ("?from")."""
    question = Question(
        measure=measure,
        by=tuple(dict.fromkeys(by)),
        filters={name: tuple(dict.fromkeys(values)) for name, values in (filters or {}).items() if values},
        start=start,
        end=end,
        scope=scope or default_scope(pack),
        per=per,
    )
    if violations := tuple(_violations(question, pack)):
        raise BadQuestion("", *violations)
    return question


def default_scope(pack: Pack) -> str:
    """The pack's own first programme, where it does not know ours."""
    codes = [programme.code for programme in pack.programmes]
    return DEFAULT_SCOPE if DEFAULT_SCOPE in codes else codes[0]


def known_values(pack: Pack, dimension: str) -> tuple[str, ...] | None:
    """The values that a dimension may have, None where any text may be one (admin areas, periods)."""
    lists = pack.code_lists
    listed = {
        "category": lists.categories,
        "tag": lists.tags,
        "weapon_type": lists.weapon_types,
        "kind": lists.seized_kinds,
        "age_group": lists.age_groups,
        "relation": lists.relations,
    }
    if dimension == "jurisdiction":
        return tuple(pack.jurisdictions)
    if dimension in listed:
        return tuple(code.code for code in listed[dimension])
    return FIXED_VALUES.get(dimension)


def _violations(question: Question, pack: Pack) -> Iterator[Violation]:
    yield from _unknown("measure", [question.measure], MEASURES)
    yield from _unknown("by", question.by, DIMENSIONS)
    yield from _unknown("scope", [question.scope], [programme.code for programme in pack.programmes])
    for name, values in question.filters.items():
        if name in PERIODS:
            yield from chain.from_iterable(_period(name, value) for value in values)
        elif known := known_values(pack, name):
            yield from _unknown(name, values, known)
    if "jurisdiction" in question.filters and not any(_members(question, pack)):
        yield _violation(
            "jurisdiction", "not_a_member", f"None of them belongs to {question.scope} between these days."
        )
    if question.start and question.end and question.start > question.end:
        yield _violation("from", "span_reversed", f"from {question.start} lies after to {question.end}.")
    if question.measure == "seized_items" and "unit" not in {*question.by, *question.filters}:
        yield _violation("unit", "unit_required", "Different units are never added: put unit in by, or name one.")
    if question.measure == "seized_items" and "unit" not in question.by and len(question.filters.get("unit", ())) > 1:
        yield _violation("unit", "unit_required", "Different units are never added: name one, or put unit in by.")
    if question.per is not None:
        yield from _rate(question)


def _members(question: Question, pack: Pack) -> Iterator[bool]:
    start, end = question.start or date.min, question.end or date.max
    for code in question.filters["jurisdiction"]:
        known = pack.jurisdictions.get(code)
        yield known is None or known.belongs_to(question.scope, start, end)


def _rate(question: Question) -> Iterator[Violation]:
    if question.per != 100_000:
        yield _violation("per", "unknown_per", "Rates are per 100000 inhabitants.")
    if "admin" in {*question.by, *question.filters}:
        yield _violation("per", "no_population", "The population of admin areas is not known; leave out per or admin.")


def _period(name: str, value: str) -> Iterator[Violation]:
    try:
        fits = value == UNKNOWN or Period.parse(value).grain == name
    except ValueError:
        fits = False
    if not fits:
        example = Period.containing(date(2020, 3, 1), name)  # type: ignore[arg-type]  # the names of the grains
        yield _violation(name, "unknown_period", f"{value[:60]!r} is not a {name}; write for instance {example}.")


def _unknown(name: str, values: Sequence[str], known: Sequence[str]) -> Iterator[Violation]:
    for value in values:
        if value not in known:
            yield _violation(name, f"unknown_{name}", f"{value[:60]!r} is not known; there are: {', '.join(known)}.")


def _violation(parameter: str, code: str, detail: str) -> Violation:
    return Violation(f"?{parameter}", code, detail)

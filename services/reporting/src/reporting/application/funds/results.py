"""Activities and what came of them, by any keys; quantities in different units are never added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from common.kernel.numbers import plain
from reporting.application.funds.counted import Counted, Key, every_key
from reporting.application.funds.model import Activity, Everything, Result
from reporting.application.funds.questions import NONE, REGIONAL, FundsQuestion
from reporting.application.funds.windows import Window, named
from reporting.application.questions import PERIODS, UNKNOWN

HELD = "Results are those of activities that were held, dated by their last day."
PARTS = (
    "What is told apart by sex or jurisdiction is part of the whole where that was told as well; the rest stands under "
    "unknown, and under the activity's only jurisdiction or regional."
)
COUNTED = (
    "Activities that were held, dated by their last day; with state in by or as a filter also others, dated by the day "
    "on which they are planned to begin."
)
SEVERAL = "One activity may stand in several rows, so rows may add up to more than the total, which counts it once."
UNITS = "Different units are never added: there is no total of several."
OVERLAPPING = frozenset({"goal", "kpi", "mechanism", "organisation"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a result that is told apart from the others."""

    what: str
    unit: str
    sex: str
    jurisdiction: str
    quantity: Decimal


class _OfActivities:
    """What activities are told by, whatever is counted of them."""

    def __init__(self, everything: Everything, question: FundsQuestion) -> None:
        self._projects = everything.projects_by_id
        self._question = question
        states = question.filters.get("state", () if "state" in question.by else ("held",))
        chosen = [each for each in everything.activities if not states or each.status in states]
        self._activities = [(each, values) for each in chosen if all((values := self._values(each)).values())]

    def _values(self, activity: Activity) -> dict[str, list[str]]:
        """Those that are wanted, of every key that is asked about; none where a filter is not met."""
        project = self._projects.get(activity.project) if activity.project else None
        grants = project.grants if project else ()
        told: dict[str, Iterable[str]] = {
            "kind": [activity.kind],
            "state": [activity.status],
            "project": [str(activity.project or NONE)],
            "goal": activity.goals or [NONE],
            "kpi": activity.kpis or [NONE],
            "mechanism": [grant.mechanism for grant in grants] or [NONE],
            "organisation": [name for grant in grants for name in grant.organisations] or [NONE],
            **{name: [named(activity.day, name)] for name in PERIODS},
        }
        return {name: self._wanted(name, values) for name, values in told.items() if name in self._question.asked}

    def _wanted(self, name: str, values: Iterable[str]) -> list[str]:
        distinct = dict.fromkeys(values)
        return [value for value in distinct if name in PERIODS or self._question.wanted(name, value)]


class Results(_OfActivities):
    """Quantities, a key's values of an activity in every row."""

    def count(self, window: Window) -> Counted:
        rows: defaultdict[Key, Decimal] = defaultdict(Decimal)
        total = Decimal(0)
        units = set()
        for activity, values in self._activities:
            if not window.holds(activity.day):
                continue
            for piece in filter(self._meets, pieces(activity)):
                total += piece.quantity
                units.add(piece.unit)
                own = {name: [str(getattr(piece, name))] for name in ("what", "unit", "sex", "jurisdiction")}
                for key in every_key(self._question.by, {**values, **own}):
                    rows[key] += piece.quantity
        return Counted(rows, total if len(units) < 2 else None)

    def write(self, value: Decimal, _: Mapping[str, str]) -> str:
        return plain(value)

    def remarks(self) -> Iterable[str]:
        yield HELD
        yield PARTS
        if "unit" in self._question.by:
            yield UNITS
        if OVERLAPPING & set(self._question.by):
            yield SEVERAL

    def _meets(self, piece: Piece) -> bool:
        return all(
            self._question.wanted(name, str(getattr(piece, name))) for name in ("what", "unit", "sex", "jurisdiction")
        )


class Activities(_OfActivities):
    """How many."""

    def count(self, window: Window) -> Counted:
        found: defaultdict[Key, set[UUID]] = defaultdict(set)
        every = set()
        for activity, values in self._activities:
            places = self._wanted("jurisdiction", activity.jurisdictions or [REGIONAL])
            if places and window.holds(activity.day):
                every.add(activity.id)
                for key in every_key(self._question.by, {**values, "jurisdiction": places}):
                    found[key].add(activity.id)
        return Counted({key: Decimal(len(ids)) for key, ids in found.items()}, Decimal(len(every)))

    def write(self, value: Decimal, _: Mapping[str, str]) -> int:
        return int(value)

    def remarks(self) -> Iterable[str]:
        yield COUNTED
        if (OVERLAPPING | {"jurisdiction"}) & set(self._question.by):
            yield SEVERAL


def pieces(activity: Activity) -> Iterator[Piece]:
    """The results of an activity, so that nothing is counted twice."""
    elsewhere = activity.jurisdictions[0] if len(activity.jurisdictions) == 1 else REGIONAL
    for what, unit in dict.fromkeys((result.what, result.unit) for result in activity.results):
        told = [result for result in activity.results if (result.what, result.unit) == (what, unit)]
        for place, by_sex in _by_place(told, elsewhere):
            for sex, quantity in by_sex.items():
                yield Piece(what, unit, sex, place, quantity)


def _by_place(told: Sequence[Result], elsewhere: str) -> Iterator[tuple[str, Mapping[str, Decimal]]]:
    apart = {place: _by_sex([r for r in told if r.jurisdiction == place]) for place in _places(told)}
    yield from apart.items()
    whole = [result for result in told if result.jurisdiction is None]
    if whole:
        yield elsewhere, _rest(_by_sex(whole), list(apart.values()))


def _places(told: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(result.jurisdiction for result in told if result.jurisdiction is not None))


def _by_sex(told: Sequence[Result]) -> dict[str, Decimal]:
    """What is not told apart and is more than the parts is unknown."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for result in told:
        if result.sex is not None:
            found[result.sex] += result.quantity
    whole = sum((result.quantity for result in told if result.sex is None), Decimal(0))
    if (rest := whole - sum(found.values(), Decimal(0))) > 0 or not found:
        found[UNKNOWN] += rest
    return found


def _rest(whole: Mapping[str, Decimal], parts: Sequence[Mapping[str, Decimal]]) -> Mapping[str, Decimal]:
    """What parts leave of a whole; of unknown sex where it does not go up by sex. Never less than nothing."""
    left = {
        sex: quantity - sum((part.get(sex, Decimal(0)) for part in parts), Decimal(0))
        for sex, quantity in whole.items()
    }
    if all(quantity >= 0 for quantity in left.values()) and not any(part.keys() - whole.keys() for part in parts):
        return {sex: quantity for sex, quantity in left.items() if quantity or not parts}
    told = sum((sum(part.values(), Decimal(0)) for part in parts), Decimal(0))
    rest = sum(whole.values(), Decimal(0)) - told
    return {UNKNOWN: rest} if rest > 0 else {}

"""Answers questions about the funds: the same for HTTP, CSV and the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from common.kernel.clock import Clock, utc_now
from common.kernel.errors import Violation
from common.kernel.numbers import change_percent
from common.kernel.periods import Period, periods_between, previous_span, year_before
from common.reference.footnotes import footnoted, marked
from common.reference.pack import Pack
from reporting.application.answers import Footnote, Row
from reporting.application.funds import links
from reporting.application.funds.answers import FundsAnswer
from reporting.application.funds.counted import Counted, Counting, Key
from reporting.application.funds.flows import Flows
from reporting.application.funds.model import Everything
from reporting.application.funds.portfolio import Portfolio
from reporting.application.funds.questions import FundsQuestion
from reporting.application.funds.results import Activities, Results
from reporting.application.funds.stocks import Available
from reporting.application.funds.told import decode
from reporting.application.funds.windows import Window
from reporting.application.keys import in_order
from reporting.application.questions import PERIODS, BadQuestion, default_scope

Freshness = Mapping[str, Mapping[str, Any]]
Read = Callable[[], Awaitable[tuple[str, Freshness]]]
"""All that was published as one JSON document, and how fresh it is."""

SCOPE = "roadmap"
"""The programme whose members have a row each, where the pack knows it."""

MOST_FILLED = 20_000
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class FundsAggregates:
    """`funds_url` is the public address of `funds`; `publishers` are those whose footnotes are printed; `note` stands
    below every answer."""

    pack: Pack
    read: Read
    funds_url: str
    publishers: tuple[str, ...] = ()
    note: str | None = None
    clock: Clock = utc_now

    async def everything(self) -> tuple[Everything, Freshness]:
        document, freshness = await self.read()
        return decode(document), freshness

    def answer(self, everything: Everything, question: FundsQuestion, freshness: Freshness) -> FundsAnswer:
        """Raises `BadQuestion` where it would have too many rows."""
        counting = self._counting(everything, question)
        return _Answering(self, everything, question, counting, self.clock().date()).answer(freshness)

    def members(self, start: date, end: date) -> tuple[str, ...]:
        """Of the region, on any of the days."""
        known = {programme.code for programme in self.pack.programmes}
        return self.pack.members_between(SCOPE if SCOPE in known else default_scope(self.pack), start, end)

    def _counting(self, everything: Everything, question: FundsQuestion) -> Counting:
        match question.measure:
            case "available":
                return Available(everything, question, self.clock().date())
            case "projects":
                return Portfolio(everything, question, self.clock().date())
            case "results":
                return Results(everything, question)
            case "activities":
                return Activities(everything, question)
            case _:
                return Flows(everything, question)


class _Answering:
    def __init__(
        self,
        aggregates: FundsAggregates,
        everything: Everything,
        question: FundsQuestion,
        counting: Counting,
        today: date,
    ) -> None:
        self._aggregates = aggregates
        self._everything = everything
        self._question = question
        self._counting = counting
        self._today = today
        self._filters: dict[str, tuple[str, ...]] = {
            name: values for name, values in question.filters.items() if name in PERIODS
        }

    def answer(self, freshness: Freshness) -> FundsAnswer:
        question = self._question
        counted = self._counting.count(self._window(question.start, question.end))
        keys = in_order(self._keys(counted))
        compared = self._compared()
        names = {name: dict(found) for name in question.by if (found := self._names(name, keys))}
        return FundsAnswer(
            question.measure,
            question.by,
            question.start,
            question.end,
            tuple(self._row(key, counted, compared) for key in keys),
            None if counted.total is None else self._counting.write(counted.total, {}),
            names,
            freshness,
            tuple(self._footnotes(keys, names)),
        )

    def _window(self, start: date | None, end: date | None) -> Window:
        return Window(start or date.min, end or date.max, self._filters)

    def _row(self, key: Key, counted: Counted, compared: Mapping[str, Counted]) -> Row:
        named = dict(zip(self._question.by, key, strict=True))
        value = counted.rows.get(key, NOTHING)
        others = {which: self._other(key, which, compared) for which in ("previous", "year_before")}
        written = {
            which: None if other is None else self._counting.write(other, named) for which, other in others.items()
        }
        return Row(
            named,
            self._counting.write(value, named),
            written["previous"],
            written["year_before"],
            change_percent(value, others["previous"]),
            {"funds": links.of_row(self._aggregates.funds_url, self._question, named)},
        )

    def _compared(self) -> Mapping[str, Counted]:
        """With a period among the keys rows are compared with each other, whole periods whatever was asked for; else
        with the days before."""
        if self._question.finest_period is not None:
            every = self._counting.count(Window())
            return {"previous": every, "year_before": every}
        start, end = self._question.start, self._question.end or self._today
        if start is None or start > end:
            return {}
        found = {}
        for which, moved in (("previous", previous_span), ("year_before", year_before)):
            try:
                found[which] = self._counting.count(self._window(*moved(start, end)))
            except ValueError:  # before the calendar's first year
                continue
        return found

    def _other(self, key: Key, which: str, compared: Mapping[str, Counted]) -> Decimal | None:
        if which not in compared:
            return None
        if self._question.finest_period is not None:
            try:
                key = self._moved(key, which)
            except ValueError:  # before the calendar's first year
                return None
        return compared[which].rows.get(key, NOTHING)

    def _moved(self, key: Key, which: str) -> Key:
        """The same in the period before, or a year earlier, of the finest period among the keys."""
        named = dict(zip(self._question.by, key, strict=True))
        period: Period = getattr(Period.parse(named[str(self._question.finest_period)]), which)
        moved: dict[str, str] = {name: str(Period.containing(period.start, name)) for name in PERIODS if name in named}
        return tuple({**named, **moved}.values())

    def _keys(self, counted: Counted) -> set[Key]:
        """What occurs; one row without `by`; and by jurisdiction, alone or with one period, every member's."""
        by = self._question.by
        if not by:
            return {()}
        periods = [name for name in by if name in PERIODS]
        if "jurisdiction" not in by or len(by) > 1 + len(periods) or len(periods) > 1:
            return set(counted.rows)
        if not periods:
            members = self._members(self._question.start or self._today, self._question.end or self._today)
            return set(counted.rows) | {(code,) for code in members}
        return set(counted.rows) | set(self._filled(counted, periods[0]))

    def _filled(self, counted: Counted, name: str) -> Iterator[Key]:
        at = self._question.by.index(name)
        found = [Period.parse(key[at]) for key in counted.rows]
        start = self._question.start or min((period.start for period in found), default=None)
        end = self._question.end or max((period.end for period in found), default=None)
        if start is None or end is None or start > end:
            return
        grain = next(grain for grain in PERIODS if grain == name)
        periods = periods_between(start, end, grain)
        if len(periods) * len(self._aggregates.pack.jurisdictions) > MOST_FILLED:
            detail = f"These are {len(periods)} times a {name}; narrow from and to, or ask for a coarser period."
            raise BadQuestion("", Violation("?from", "too_many_rows", detail))
        spans = self._window(start, end).spans()
        for period in periods:
            if any(first <= period.end and period.start <= last for first, last in spans):
                for code in self._members(period.start, period.end):
                    yield (code, str(period)) if at else (str(period), code)

    def _members(self, start: date, end: date) -> list[str]:
        members = self._aggregates.members(min(start, end), max(start, end))
        return [code for code in members if self._question.wanted("jurisdiction", code)]

    def _names(self, name: str, keys: Sequence[Key]) -> Mapping[str, str]:
        """What the values of a key are called, with the asterisk of a footnote where a jurisdiction's name needs it."""
        at = self._question.by.index(name)
        known = {
            "project": {str(project.id): project.title for project in self._everything.projects},
            "call": {str(call.id): call.title for call in self._everything.calls},
            "mechanism": {mechanism.code: mechanism.name for mechanism in self._everything.mechanisms},
        }.get(name, {})
        told = {key[at]: known[key[at]] for key in keys if key[at] in known}
        pack, publishers = self._aggregates.pack, self._aggregates.publishers
        return {value: marked(text, pack, publishers) for value, text in told.items()}

    def _footnotes(self, keys: Sequence[Key], names: Mapping[str, Mapping[str, str]]) -> Iterator[Footnote]:
        yield from self._of_jurisdictions(keys, names)
        for remark in self._counting.remarks():
            yield Footnote(remark)
        if self._aggregates.note:
            yield Footnote(self._aggregates.note)

    def _of_jurisdictions(self, keys: Sequence[Key], names: Mapping[str, Mapping[str, str]]) -> Iterator[Footnote]:
        """Of those that rows or filters name, and those whose name stands in what something is called."""
        pack, publishers = self._aggregates.pack, self._aggregates.publishers
        told = {value for key in keys for value in key} | set(self._question.filters.get("jurisdiction", ()))
        words = " ".join(text for found in names.values() for text in found.values()).casefold()
        for publisher in publishers:
            for code in footnoted(pack, (publisher,)):
                jurisdiction = pack.jurisdictions[code]
                if code in told or any(dated.name.casefold() in words for dated in jurisdiction.names):
                    yield Footnote(jurisdiction.footnotes[publisher], code)

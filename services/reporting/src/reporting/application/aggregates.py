"""Answers a question about incidents: the same for HTTP, CSV and the dashboard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from common.kernel.numbers import change_percent
from common.kernel.periods import Period
from common.reference.pack import Pack
from reporting.application.answers import Answer, Coverage, Figure, Footnote, Row
from reporting.application.comparisons import ByPeriod, BySpan, Comparison, Count, Counts, Key, counted
from reporting.application.figures import MISSING, Reckoned, reckon, written
from reporting.application.footnotes import footnotes
from reporting.application.keys import every_key, in_order
from reporting.application.links import incidents_link
from reporting.application.questions import PERIODS, UNKNOWN, Question, ask
from reporting.application.scope import Scope, Span, of_period, selected

__all__ = ["Aggregates", "Figures", "ask"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What the read model tells, all of it at one moment."""

    count: Count
    complete_through: Callable[[], Awaitable[Mapping[str, date]]]
    freshness: Callable[[], Awaitable[Mapping[str, Mapping[str, Any]]]]


class ReadModelReplaced(Exception):
    """A rebuild replaced the read model while it was asked, so that the answer may be of both."""


@dataclass(frozen=True, slots=True)
class Aggregates:
    """`incidents_url` is the public address of `incidents`; `publishers` are those whose footnotes are printed; `note`
    stands below every answer, e.g. that the data are illustrative."""

    pack: Pack
    figures: Callable[[], AbstractAsyncContextManager[Figures]]
    incidents_url: str
    publishers: tuple[str, ...] = ()
    note: str | None = None

    async def answer(self, question: Question) -> Answer:
        """Raises `BadQuestion` where the answer would have too many rows."""
        (answer,) = await self.answers([question])
        return answer

    async def answers(self, questions: Sequence[Question]) -> list[Answer]:
        """All of one moment, in the order of the questions. Raises `BadQuestion` like `answer`."""
        try:
            return await self._answers(questions)
        except ReadModelReplaced:  # it takes minutes to make the next one
            return await self._answers(questions)

    async def _answers(self, questions: Sequence[Question]) -> list[Answer]:
        async with self.figures() as figures:
            declared = await figures.complete_through()
            return [await self._answer(question, figures, declared) for question in questions]

    async def _answer(self, question: Question, figures: Figures, declared: Mapping[str, date]) -> Answer:
        scope = Scope(self.pack, question.scope, question.filters.get("jurisdiction", ()), declared)
        return await _Answering(self, question, scope, figures).answer()


class _Answering:
    """One question, asked of one moment."""

    def __init__(self, aggregates: Aggregates, question: Question, scope: Scope, figures: Figures) -> None:
        self._aggregates = aggregates
        self._question = question
        self._scope = scope
        self._figures = figures
        self._span, self._filters = selected(question)
        self._members = scope.members(self._span)

    async def answer(self) -> Answer:
        question, aggregates = self._question, self._aggregates
        counts, total, compared = await counted(question, self._scope, self._span, self._filters, self._figures.count)
        keys = in_order(every_key(question.by, counts, self._scope, self._span))
        notes = footnotes(aggregates.pack, aggregates.publishers, question, self._members, keys)
        own = (Footnote(aggregates.note),) if aggregates.note else ()
        return Answer(
            measure=question.measure,
            by=question.by,
            start=question.start,
            end=question.end,
            rows=[self._row(key, counts.get(key), compared) for key in keys],
            total=self._total(counts, total),
            coverage=Coverage(self._scope.reported(self._span), self._members),
            freshness=await self._figures.freshness(),
            footnotes=(*notes, *own),
        )

    def _total(self, counts: Counts, total: Decimal) -> Figure:
        """What nobody vouches for is a plain zero here, for `coverage` says it."""
        question = self._question
        quantities = question.measure == "seized_items" and "unit" in question.by
        if quantities and len({key[question.by.index("unit")] for key in counts}) > 1:
            return None
        return written(question, self._reckoned(total, None, self._span).exact)

    def _row(self, key: Key, count: Decimal | None, compared: BySpan | ByPeriod) -> Row:
        named = dict(zip(self._question.by, key, strict=True))
        span = self._row_span(named)
        value = self._reckoned(count, named.get("jurisdiction"), span)
        previous, year_before = (
            self._compared(compared, key, named, comparison) for comparison in ("previous", "year_before")
        )
        return Row(
            key=named,
            value=written(self._question, value.exact),
            previous=written(self._question, previous.exact),
            year_before=written(self._question, year_before.exact),
            change_percent=change_percent(value.exact, previous.exact),
            links={"incidents": self._link(named, span)},
            state=value.state,
        )

    def _row_span(self, named: Mapping[str, str]) -> Span:
        """The days of the finest period that is known, as far as they were asked for."""
        finest = next((named[name] for name in reversed(PERIODS) if named.get(name, UNKNOWN) != UNKNOWN), None)
        return self._span if finest is None else self._span.within(of_period(Period.parse(finest)))

    def _compared(
        self, compared: BySpan | ByPeriod, key: Key, named: Mapping[str, str], comparison: Comparison
    ) -> Reckoned:
        other = compared.of(key, comparison)
        return self._reckoned(other.count, named.get("jurisdiction"), other.span) if other else MISSING

    def _reckoned(self, count: Decimal | None, jurisdiction: str | None, span: Span) -> Reckoned:
        return reckon(self._question, self._scope, count, (jurisdiction,) if jurisdiction else None, span)

    def _link(self, named: Mapping[str, str], span: Span) -> str:
        days = self._scope.days_of_membership(span, named.get("jurisdiction"))
        return incidents_link(
            self._aggregates.incidents_url, self._question.measure, named, self._filters, self._members, days
        )

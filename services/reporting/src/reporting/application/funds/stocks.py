"""What mechanisms have available at the end of a day: cash that no decision has taken yet. Days are never added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from common.kernel.periods import Period, periods_between
from reporting.application.funds.counted import DOLLAR, Counted, Key, in_currency
from reporting.application.funds.model import Everything, Movement
from reporting.application.funds.questions import FundsQuestion
from reporting.application.funds.windows import Window, named, shared
from reporting.application.questions import PERIODS

STOCK = (
    "Available is cash less what is reserved, at the end of the period; without one, at the end of the days asked for. "
    "It is not added over periods: the total is that of the last day."
)
OTHER = "Left out, for they are not held in US dollars: {}. Ask by=currency."


class Available:
    """Rows stand from the first period in which anything was moved, and to the last one unless later days up to `today`
    are asked for."""

    def __init__(self, everything: Everything, question: FundsQuestion, today: date) -> None:
        self._question = question
        self._today = today
        self._original = "currency" in question.asked
        wanted = [each for each in everything.positions if question.wanted("mechanism", each.mechanism)]
        self._other = sorted({each.mechanism for each in wanted if each.base_currency != DOLLAR})
        self._moved = [each for each in wanted if self._counts(each)]

    def count(self, window: Window) -> Counted:
        last = window.last
        if last is None or not self._moved:
            return Counted({}, Decimal(0))
        rows: dict[Key, Decimal] = {}
        for periods, end in self._ends(window, last):
            for group, amount in self._at(end).items():
                keys = {**dict(zip(self._group, group, strict=True)), **periods}
                rows[tuple(keys[name] for name in self._question.by)] = amount
        several = len({each.base_currency for each in self._moved}) > 1
        total = sum((each.available for each in self._moved if each.on <= last), Decimal(0))
        return Counted(rows, None if several else total)

    def write(self, value: Decimal, key: Mapping[str, str]) -> str:
        chosen = self._question.filters.get("currency", (DOLLAR,))
        return in_currency(value, key.get("currency", chosen[0]))

    def remarks(self) -> Iterable[str]:
        yield STOCK
        if self._other and not self._original:
            yield OTHER.format(", ".join(self._other))

    def _counts(self, each: Movement) -> bool:
        if self._original:
            return self._question.wanted("currency", each.base_currency)
        return each.base_currency == DOLLAR

    @property
    def _group(self) -> list[str]:
        return [name for name in self._question.by if name not in PERIODS]

    def _at(self, end: date) -> Mapping[Key, Decimal]:
        found: defaultdict[Key, Decimal] = defaultdict(Decimal)
        for each in self._moved:
            if each.on <= end:
                keys = {"mechanism": each.mechanism, "currency": each.base_currency}
                found[tuple(keys[name] for name in self._group)] += each.available
        return found

    def _ends(self, window: Window, last: date) -> Iterator[tuple[dict[str, str], date]]:
        """The periods of every row, and the day at whose end it stands."""
        finest = self._question.finest_period
        if finest is None:
            yield {}, last
            return
        first, latest = self._recorded
        latest = latest if window.end == date.max else max(latest, min(window.end, self._today))
        for span in window.spans():
            within = shared(span, (first, latest))
            for period in periods_between(*within, finest) if within else ():
                names: dict[str, str] = {
                    name: named(period.start, name) for name in PERIODS if name in self._question.by
                }
                yield names, min(period.end, span[1])

    @cached_property
    def _recorded(self) -> tuple[date, date]:
        """The days of the first and the last period in which anything was moved."""
        days = [each.on for each in self._moved]
        finest = self._question.finest_period or "month"
        return Period.containing(min(days), finest).start, Period.containing(max(days), finest).end

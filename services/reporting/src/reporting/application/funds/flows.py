"""Money that was promised, paid, approved, transferred or spent, by any keys; split by the shares of its grant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TypeAlias
from uuid import UUID

from common.kernel.money import MINOR_UNITS, split
from reporting.application.funds.counted import DOLLAR, Counted, Key, in_currency, weights
from reporting.application.funds.model import Commitment, Everything, Fact, Grant
from reporting.application.funds.questions import OUTSIDE, FundsQuestion
from reporting.application.funds.windows import Window, named
from reporting.application.questions import PERIODS, UNKNOWN

KINDS = {"deposited": "deposit", "approved": "approval", "transferred": "transfer", "expenditure": "expenditure"}
SPLIT = ("jurisdiction", "goal")
"""By these a grant's money is divided; by KPI it stands in each row."""

AT_SIGNING = "Commitments are in US dollars at the rate of the day on which they were signed."
CREDITED = "Deposits are in US dollars as they were credited, before the administrative agent's fee."
APPROVED = "What was approved later released or refunded is not subtracted."
TRANSFERRED = "Refunds are not subtracted."
SPENT = (
    "Expenditure is dated by the last day of the period that was reported; interim figures count until certified ones "
    "take their place."
)
ORIGINAL = "Amounts are in their own currency; different currencies are never added."
REVERSED = "What was reversed is subtracted on the day of its reversal."
SHARED = "Money is divided by the shares of its grant as last revised, to the cent; the rows add up to the total."
SEVERAL = "One project may serve several KPIs, so rows may add up to more than the total, which counts it once."
REMARKS = {
    "committed": AT_SIGNING,
    "deposited": CREDITED,
    "approved": APPROVED,
    "transferred": TRANSFERRED,
    "expenditure": SPENT,
}

Plain: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` is None where its value in dollars is not known."""

    day: date
    amount: Decimal | None
    currency: str
    grant: UUID | None
    keys: Mapping[str, str]
    told: str


class Flows:
    """`currency` among what is asked means original amounts; else all is in US dollars."""

    def __init__(self, everything: Everything, question: FundsQuestion) -> None:
        self._everything = everything
        self._question = question
        self._original = "currency" in question.asked
        self._entries = [entry for entry in self._every() if self._meets(entry)]

    def count(self, window: Window) -> Counted:
        by = self._question.by
        rows: defaultdict[Key, Decimal] = defaultdict(Decimal)
        total = Decimal(0)
        currencies = set()
        for (plain, grant), amount in self._sums(window).items():
            keys = dict(plain)
            currencies.add(keys["currency"])
            for divided, part in self._divided(grant, amount, keys["currency"]):
                total += part
                for kpi in self._kpis(grant) if "kpi" in by else [""]:
                    values = {**keys, **divided, "kpi": kpi}
                    rows[tuple(values[name] for name in by)] += part
        return Counted(rows, total if len(currencies) < 2 else None)

    def write(self, value: Decimal, key: Mapping[str, str]) -> str:
        chosen = self._question.filters.get("currency", (DOLLAR,))
        return in_currency(value, key.get("currency", chosen[0]))

    def remarks(self) -> Iterable[str]:
        question = self._question
        yield ORIGINAL if self._original else REMARKS[question.measure]
        if self._original and question.measure not in ("committed", "deposited"):
            yield REMARKS[question.measure]
        if question.measure != "approved":
            yield REVERSED
        if question.asked & set(SPLIT):
            yield SHARED
        if "kpi" in question.by:
            yield SEVERAL
        yield from self._left_out()

    def _left_out(self) -> Iterator[str]:
        missing = [entry.told for entry in self._entries if entry.amount is None]
        if missing:
            listed = "; ".join(missing[:20]) + ("; …" if len(missing) > 20 else "")
            yield f"Left out, for their value in US dollars is not known: {len(missing)} ({listed}). Ask by=currency."

    def _sums(self, window: Window) -> Mapping[tuple[Plain, UUID | None], Decimal]:
        """By what is not divided, and by grant."""
        plain_keys = [name for name in self._question.by if name not in (*SPLIT, "kpi", *PERIODS, "currency")]
        periods = [name for name in self._question.by if name in PERIODS]
        sums: defaultdict[tuple[Plain, UUID | None], Decimal] = defaultdict(Decimal)
        for entry in self._entries:
            if entry.amount is None or not window.holds(entry.day):
                continue
            keys = {name: entry.keys[name] for name in plain_keys}
            keys |= {name: named(entry.day, name) for name in periods}
            sums[(*keys.items(), ("currency", entry.currency)), entry.grant] += entry.amount
        return sums

    def _divided(self, grant: UUID | None, amount: Decimal, currency: str) -> Iterator[tuple[dict[str, str], Decimal]]:
        """What falls to each jurisdiction and goal, as far as one of the two is asked about."""
        used = [name for name in SPLIT if name in self._question.asked]
        known = self._grant(grant)
        shares = [weights(getattr(known, f"{name}s") if known else ()) for name in used]
        places = list(product(*shares))
        weighed = [_weight(place, shares) for place in places]
        parts = split(amount, weighed, currency if currency in MINOR_UNITS else DOLLAR)
        for place, part in zip(places, parts, strict=True):
            keys = dict(zip(used, place, strict=True))
            if all(self._question.wanted(name, value) for name, value in keys.items()):
                yield keys, part

    def _grant(self, grant: UUID | None) -> Grant | None:
        return self._everything.grants.get(grant) if grant else None

    def _kpis(self, grant: UUID | None) -> list[str]:
        known = self._grant(grant)
        told = list(known.kpis if known else ()) or [UNKNOWN]
        return [kpi for kpi in told if self._question.wanted("kpi", kpi)]

    def _meets(self, entry: Entry) -> bool:
        others = [name for name in self._question.filters if name not in (*SPLIT, "kpi", *PERIODS)]
        return all(entry.keys[name] in self._question.filters[name] for name in others) and (
            "kpi" not in self._question.filters or bool(self._kpis(entry.grant))
        )

    def _every(self) -> Iterator[Entry]:
        if self._question.measure == "committed":
            yield from map(self._committed, self._everything.commitments)
            return
        for fact in self._everything.facts:
            if fact.kind == KINDS[self._question.measure]:
                yield self._of(fact)

    def _committed(self, told: Commitment) -> Entry:
        amount = told.amount if self._original or told.currency == DOLLAR else told.usd_at_signing
        keys = {"donor": told.donor, "mechanism": told.mechanism, "currency": told.currency}
        named_ = f"{told.donor} {told.currency} {in_currency(told.amount, told.currency)} of {told.on}"
        return Entry(told.on, amount, told.currency if self._original else DOLLAR, None, keys, named_)

    def _of(self, fact: Fact) -> Entry:
        currency, amount = fact.base_currency, fact.amount
        if fact.original is not None and fact.currency is not None and (self._original or fact.currency == DOLLAR):
            currency, amount = fact.currency, fact.original
        if fact.base_currency == DOLLAR and not self._original:
            currency, amount = DOLLAR, fact.amount
        grant = self._grant(fact.grant)
        call = grant.call if grant else fact.call
        keys = {
            "donor": fact.donor or UNKNOWN,
            "mechanism": fact.mechanism,
            "organisation": fact.organisation or UNKNOWN,
            "project": str(fact.project or UNKNOWN),
            "call": str(call or OUTSIDE),
            "category": str(fact.category or UNKNOWN),
            "currency": currency,
        }
        told = f"{fact.mechanism} {currency} {in_currency(amount, currency)} of {fact.on}"
        known = self._original or currency == DOLLAR
        return Entry(fact.on, amount if known else None, currency, fact.grant, keys, told)


def _weight(place: tuple[str, ...], shares: list[Mapping[str, Decimal]]) -> Decimal:
    weight = Decimal(1)
    for value, of in zip(place, shares, strict=True):
        weight *= of[value]
    return weight

"""Contributions by donor: what was promised, what was paid, in the donor's currency and in the fund's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.application.funds.model import Commitment, Fact
from reporting.dashboard.charts.bars import Bar
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.broad import broad_bars
from reporting.dashboard.funds.figures import Figures, total
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Sketch, Table

NOTE = (
    "A commitment and a deposit are different facts, and neither is computed from the other; both amounts of a deposit "
    "are facts as well, and the rate is their quotient."
)
OUTSTANDING = (
    "Outstanding: what was committed and not yet deposited, all in the donor's currency. Of an instrument under an "
    "agreement of its own whose payments are not recorded here, nothing is said to be outstanding."
)
NOTHING = "No contribution is recorded yet."


@dataclass(frozen=True, slots=True)
class Contribution:
    """All of a donor to a mechanism in one currency. Deposits are those of the year; what was committed and what is
    outstanding is as it was at its end. `awaited`: payments are recorded."""

    donor: str
    mechanism: str
    currency: str
    committed: Decimal
    at_signing: Decimal | None
    paid_before: Decimal
    paid: Decimal
    credited: Decimal
    awaited: bool

    @property
    def anything(self) -> bool:
        """Not so where all of it was reversed."""
        return any((self.committed, self.paid_before, self.paid, self.credited))

    @property
    def outstanding(self) -> Decimal | None:
        return self.committed - self.paid_before - self.paid if self.committed and self.awaited else None


def contributions(figures: Figures, names: FundNames) -> Section:
    found = sorted((each for each in _contributions(figures) if each.anything), key=_size)
    exhibits = [
        _exhibit(figures, currency, [each for each in found if figures.currency(each.mechanism) == currency], names)
        for currency in dict.fromkeys(figures.currency(each.mechanism) for each in found)
    ]
    return Section("contributions", "Contributions by donor", _lead(figures, found), exhibits)


def _size(each: Contribution) -> tuple[Decimal, Decimal, str]:
    """Largest first: by what was credited, then by what was promised."""
    return -each.credited, -(each.at_signing or Decimal(0)), each.donor


def _contributions(figures: Figures) -> Iterator[Contribution]:
    promised = [
        commitment
        for commitment in figures.everything.commitments
        if commitment.mechanism in figures.asked.codes and commitment.on <= figures.asked.end
    ]
    paid = list(figures.facts("deposit", through=True))
    keys = [(each.donor, each.mechanism, each.currency) for each in promised]
    keys += [(fact.donor or "", fact.mechanism, fact.currency or "") for fact in paid]
    for key in dict.fromkeys(keys):
        deposits = [fact for fact in paid if (fact.donor or "", fact.mechanism, fact.currency or "") == key]
        signed = [each for each in promised if (each.donor, each.mechanism, each.currency) == key]
        yield _contribution(figures, key, signed, deposits)


def _contribution(
    figures: Figures, key: tuple[str, str, str], signed: Sequence[Commitment], deposits: Sequence[Fact]
) -> Contribution:
    before = [fact for fact in deposits if fact.on < figures.asked.start]
    within = [fact for fact in deposits if fact.on >= figures.asked.start]
    values = [each.usd_at_signing for each in signed]
    return Contribution(
        *key,
        committed=sum((each.amount for each in signed), Decimal(0)),
        at_signing=sum((value for value in values if value), Decimal(0)) if values and None not in values else None,
        paid_before=_original(before),
        paid=_original(within),
        credited=total(within),
        awaited=bool(deposits) or key[1] not in figures.under_agreements,
    )


def _original(facts: Sequence[Fact]) -> Decimal:
    return sum((fact.amount if fact.original is None else fact.original for fact in facts), Decimal(0))


def _exhibit(figures: Figures, currency: str, found: Sequence[Contribution], names: FundNames) -> Exhibit:
    several = len({each.mechanism for each in found}) > 1
    when = f" in {figures.asked.year}" if figures.asked.year else ""
    table = Table(
        caption=f"Contributions{when} in original currency and in {currency}",
        columns=[
            Column("Donor", numeric=False),
            *([Column("Mechanism")] if several else []),
            Column("Currency"),
            *map(Column, ("Committed", f"{currency} at signing", f"Deposited{when}", f"{currency} credited{when}")),
            *map(Column, ("Rate", "Outstanding")),
        ],
        lines=[Line([Head(names.long("donor", each.donor))], list(_cells(each, several=several))) for each in found],
        total=_total(found, several=several),
        address=figures.asked.address("deposited", "donor"),
    )
    return Exhibit(_sketch(currency, found, when, names), table, [NOTE, OUTSTANDING], broad=True)


def _cells(each: Contribution, *, several: bool) -> Iterator[Cell]:
    if several:
        yield Cell(each.mechanism)
    yield Cell(each.currency)
    yield Cell(wording.money(each.committed) if each.committed else wording.NONE)
    yield Cell(wording.money(each.at_signing))
    yield Cell(wording.money(each.paid) if each.paid else wording.NONE)
    yield Cell(wording.money(each.credited) if each.credited else wording.NONE, strong=True)
    yield Cell(wording.rate(each.credited, each.paid))
    yield Cell(wording.money(each.outstanding))


def _total(found: Sequence[Contribution], *, several: bool) -> Line:
    """Amounts in different currencies are never added."""
    signed = [each.at_signing for each in found if each.at_signing is not None]
    together = sum(signed, Decimal(0)) if len(signed) == len(found) else None
    credited = sum((each.credited for each in found), Decimal(0))
    blank = Cell("")
    cells = [blank, blank, Cell(wording.money(together)), blank, Cell(wording.money(credited)), blank, blank]
    return Line([Head("All donors")], [blank, *cells] if several else cells)


def _sketch(currency: str, found: Sequence[Contribution], when: str, names: FundNames) -> Sketch | None:
    paid: dict[str, Decimal] = {}
    for each in found:
        paid[each.donor] = paid.get(each.donor, Decimal(0)) + each.credited
    rows = [Bar(names.long("donor", code), float(sum_), wording.millions(sum_)) for code, sum_ in paid.items() if sum_]
    return broad_bars(rows, f"Deposits{when} by donor, in {currency}") if rows else None


def _lead(figures: Figures, found: Sequence[Contribution]) -> str:
    if not found:
        return NOTHING
    donors = len({each.donor for each in found if each.credited})
    when = f"in {figures.asked.year}" if figures.asked.year else "so far"
    told = []
    for currency in figures.currencies:
        amounts = [each.credited for each in found if figures.currency(each.mechanism) == currency]
        told.append(f"{currency} {wording.money(sum(amounts, Decimal(0)))}")
    return f"{donors} {'donor' if donors == 1 else 'donors'} deposited {' and '.join(told)} {when}."

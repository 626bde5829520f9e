"""Sources and uses of each mechanism in the agent's layout, with what is left and how much of it is reserved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reporting.application.funds.model import Fact, Mechanism
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.earmarks import earmarked
from reporting.dashboard.funds.figures import Figures
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Section, Table

KINDS = {
    "deposit": "contributions",
    "interest_fund": "interest_fund",
    "interest_organisations": "interest_organisations",
    "exchange": "exchange",
    "rounding": "rounding",
    "transfer": "transfers",
    "refund": "refunds",
    "fee": "fee",
    "direct_costs": "direct_costs",
    "bank_charges": "bank_charges",
    "donor_refunds": "donor_refunds",
}
SOURCES = ("contributions", "interest_fund", "interest_organisations", "exchange", "rounding")
USES = ("net_funded", "fee", "direct_costs", "bank_charges", "donor_refunds")
LABELS = {
    "contributions": "Contributions from donors",
    "interest_fund": "Interest earned by the fund",
    "interest_organisations": "Interest of organisations",
    "exchange": "Exchange gain or loss",
    "rounding": "Rounding",
    "total_sources": "Total sources",
    "transfers": "Transfers to organisations",
    "refunds": "Refunds from organisations",
    "net_funded": "Net funded",
    "fee": "Agent's fee",
    "direct_costs": "Direct costs",
    "bank_charges": "Bank charges",
    "donor_refunds": "Refunds to donors",
    "total_uses": "Total uses",
    "opening": "Opening balance",
    "change": "Sources less uses",
    "closing": "Closing balance",
    "reserved": "of it reserved",
    "available": "of it available",
}
NOTES = {
    "net_funded": "transfers less refunds",
    "reserved": "approved, neither transferred nor released",
    "available": "for new decisions",
}
LEFT = ("closing", "reserved", "available")
BESIDE = "An institution's budget is never posted to a fund's ledger."
STRONG = ("total_sources", "net_funded", "total_uses", "closing")
NOTE = (
    "Contributions are in the currency of the fund, as they were credited: both amounts of a deposit are facts. "
    "Refunds and gains are positive."
)
NOTHING = "No money is recorded yet."


@dataclass(frozen=True, slots=True)
class Statement:
    """Amounts by code: before the year, and in it; without a year all is in it."""

    prior: dict[str, Decimal]
    period: dict[str, Decimal]

    @property
    def total(self) -> dict[str, Decimal]:
        """From the beginning: what was added up is added, what is left is what is left at the end."""
        together = {code: self.prior[code] + amount for code, amount in self.period.items()}
        return {**together, "opening": Decimal(0), **{code: self.period[code] for code in LEFT}}


def statement(figures: Figures, mechanism: str) -> Statement:
    facts = list(figures.facts(*KINDS, through=True, mechanism=mechanism))
    start, end = figures.asked.start, figures.asked.end
    moved = [each for each in figures.everything.positions if each.mechanism == mechanism and each.on <= end]
    before = sum((each.reserved for each in moved if each.on < start), Decimal(0))
    reserved = sum((each.reserved for each in moved), Decimal(0))
    prior = _lines([fact for fact in facts if fact.on < start], Decimal(0), before)
    period = _lines([fact for fact in facts if fact.on >= start], prior["closing"], reserved)
    return Statement(prior, period)


def _lines(facts: Sequence[Fact], opening: Decimal, reserved: Decimal) -> dict[str, Decimal]:
    lines = dict.fromkeys(KINDS.values(), Decimal(0))
    for fact in facts:
        lines[KINDS[fact.kind]] += fact.amount
    lines["total_sources"] = sum((lines[code] for code in SOURCES), Decimal(0))
    lines["net_funded"] = lines["transfers"] - lines["refunds"]
    lines["total_uses"] = sum((lines[code] for code in USES), Decimal(0))
    change = lines["total_sources"] - lines["total_uses"]
    balance = {"opening": opening, "change": change, "closing": opening + change}
    return {**lines, **balance, "reserved": reserved, "available": opening + change - reserved}


def sources_and_uses(figures: Figures, names: FundNames) -> Section:
    kept = [mechanism for mechanism in figures.asked.mechanisms if _moved(figures, mechanism.code)]
    exhibits = [
        exhibit
        for mechanism in kept
        for exhibit in (_exhibit(figures, mechanism, names), *earmarked(figures, mechanism, names))
    ]
    exhibits += _budgets(figures, names)
    lead = _lead(figures, kept) if kept else NOTHING
    return Section("sources", "Sources and uses", lead, exhibits)


def _moved(figures: Figures, mechanism: str) -> bool:
    return any(True for _ in figures.facts(*KINDS, through=True, mechanism=mechanism))


def _exhibit(figures: Figures, mechanism: Mechanism, names: FundNames) -> Exhibit:
    found, year = statement(figures, mechanism.code), figures.asked.year
    columns = [f"Before {year}", str(year), f"Through {year}"] if year else ["Whole record"]
    amounts = [found.prior, found.period, found.total] if year else [found.period]
    table = Table(
        caption=f"Sources and uses of {names.mechanism(mechanism)} in {mechanism.currency}",
        columns=[Column("Line", numeric=False), *map(Column, columns)],
        lines=[
            Line([Head(LABELS[code], NOTES.get(code, ""))], [_cell(code, each[code]) for each in amounts])
            for code in LABELS
        ],
        address="",
    )
    return Exhibit(None, table, [NOTE])


def _budgets(figures: Figures, names: FundNames) -> Iterator[Exhibit]:
    """Of institutions, which no mechanism's filter is about."""
    found = [] if figures.asked.named else figures.everything.budgets
    shown = [each for each in found if figures.asked.year in (None, each.year)]
    if shown:
        lines = [
            Line(
                [Head(names.marked(each.institution)), Head(str(each.year))],
                [Cell(f"{each.currency} {wording.money(each.amount)}"), Cell(names.marked(each.source), words=True)],
            )
            for each in shown
        ]
        columns = [Column(head, numeric=head == "Amount") for head in ("Institution", "Year", "Amount", "Source")]
        yield Exhibit(None, Table("Budgets of institutions, beside the mechanisms", columns, lines, ""), [BESIDE])


def _cell(code: str, amount: Decimal) -> Cell:
    return Cell(wording.money(amount), strong=code in STRONG)


def _lead(figures: Figures, mechanisms: Sequence[Mechanism]) -> str:
    told = []
    for mechanism in mechanisms:
        closing = statement(figures, mechanism.code).period
        told.append(f"{mechanism.code} holds {mechanism.currency} {wording.money(closing['closing'])}")
    return f"{'; '.join(told)}{f' at the end of {figures.asked.year}' if figures.asked.year else ''}."

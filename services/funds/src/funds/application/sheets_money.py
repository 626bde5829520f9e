"""The tables of money: what is filled in and imported, and the statement and contributions as workbooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from funds.application.sheets import Cell, Column, Row, Table
from funds.domain.balances import grant_money
from funds.domain.contributions import Contribution, contributions
from funds.domain.exceptions import Shortfall
from funds.domain.fund_state import State
from funds.domain.statement import LABELS, Statement
from funds.domain.values import CATEGORIES, Earmark

Importable = Literal["deposits", "transfers", "expenditure"]

_ON = Column("on", "the day on which it happened; today, if it is left out", "day")
_REASON = Column("reason", "why it is written down only now; needed for an earlier day")
_CATEGORY = "category_"

COLUMNS: Mapping[Importable, tuple[Column, ...]] = {
    "deposits": (
        Column("commitment", "the id of the commitment that is paid, or its agreement"),
        Column("amount", "in the commitment's currency", "amount"),
        Column("currency", "the commitment's currency"),
        Column("credited", "what was credited for it in the fund's currency, before the fee", "amount"),
        _ON,
        _REASON,
    ),
    "transfers": (
        Column("grant", "the id of the grant"),
        Column("organisation", "who receives it"),
        Column("amount", "in the fund's currency", "amount"),
        Column("request", "the transfer request that the chair signed"),
        Column("requested_on", "the day on which it was signed", "day"),
        _ON,
        _REASON,
    ),
    "expenditure": (
        Column("grant", "the id of the grant"),
        Column("organisation", "who spent it"),
        Column("start", "the first day of the period", "day"),
        Column("end", "the last day of the period", "day"),
        *(Column(f"{_CATEGORY}{number}", title, "amount") for number, title in CATEGORIES.items()),
        Column("certified", "true where the organisation's headquarters signed it, else false", "flag"),
        _ON,
        _REASON,
    ),
}
"""Of each import, in the order of its template; the names are those of the members of the JSON body."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an import as a JSON body would say it; `columns` leads from its members back to the columns."""

    place: str
    member: Mapping[str, Any]
    inexact: tuple[str, ...] = ()


def entries(kind: Importable, rows: Sequence[Row]) -> list[Entry]:
    return [Entry(row.place, _member(kind, row), row.inexact) for row in rows]


def _member(kind: Importable, row: Row) -> dict[str, Any]:
    """Only what is filled in; the categories of an expenditure become its lines."""
    said: dict[str, Any] = {name: text for name, text in row.cells.items() if text}
    if kind == "expenditure":
        names = [f"{_CATEGORY}{number}" for number in CATEGORIES]
        filled = [(name, said.pop(name)) for name in names if name in said]
        said["lines"] = [{"category": int(name.removeprefix(_CATEGORY)), "amount": text} for name, text in filled]
        if "certified" in said:
            said["certified"] = _FLAGS.get(said["certified"].lower(), said["certified"])
    return said


_FLAGS: Mapping[str, bool] = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def column_of(kind: Importable, member: Mapping[str, Any], pointer: str) -> str:
    """The column in which a member stands: /lines/1/amount is the second category that is filled in."""
    parts = pointer.strip("/").split("/")
    if kind == "expenditure" and parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit():
        lines = member.get("lines", ())
        if int(parts[1]) < len(lines):
            return f"{_CATEGORY}{lines[int(parts[1])]['category']}"
    return parts[0]


def template(kind: Importable) -> Table:
    return Table(kind.capitalize(), COLUMNS[kind])


def commitments_named(fund: State, on: date) -> Table:
    """What deposits may pay: beside the template, so that ids can be copied."""
    columns = (Column("commitment"), Column("donor"), Column("currency"), *_amounts("outstanding"))
    found = contributions(fund, lambda *_: None, on)
    rows: list[list[Cell]] = [
        [str(each.id), each.commitment.donor, each.commitment.currency, each.outstanding] for each in found
    ]
    return Table("Commitments", columns, rows)


def grants_named(fund: State, titles: Mapping[UUID, str], on: date, notes: tuple[str, ...]) -> Table:
    """What transfers and expenditure are of; `titles` are the grants' projects', `notes` the footnotes of names."""
    columns = (Column("grant"), Column("title"), Column("organisation"), *_amounts("reserved", "unspent"))
    rows: list[list[Cell]] = [
        [str(grant), title, organisation, money.reserved, money.unspent]
        for grant, title in titles.items()
        for organisation, money in grant_money(fund, grant, on).items()
    ]
    return Table("Grants", columns, rows, notes)


# What is read out.


def _amounts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind="amount") for name in names)


def statement_tables(fund: State, of: Statement, open_: Sequence[Shortfall], period: str) -> list[Table]:
    """The statement with its balance, and the exceptions that are open."""
    lines: list[list[Cell]] = [[code, LABELS[code], *columns] for code, columns in of.lines]
    balance: list[list[Cell]] = [
        ["opening", "Opening balance", None, None, of.opening],
        ["change", "Change in the period", None, None, of.change],
        ["closing", "Closing balance", None, None, of.closing],
    ]
    columns = (Column("code"), Column("label"), *_amounts("prior", "period", "total"))
    note = f"{fund.code}, {fund.name}: sources and uses in {fund.currency}, {period}."
    return [Table("Statement", columns, [*lines, *balance], (note,)), exceptions_table(open_)]


def exceptions_table(open_: Sequence[Shortfall]) -> Table:
    columns = (Column("code"), Column("earmark"), Column("grant"), Column("organisation"), Column("since", kind="day"))
    rows: list[list[Cell]] = [
        [
            each.key.code,
            earmark_text(each.key.earmark),
            str(each.key.grant) if each.key.grant else None,
            each.key.organisation,
            each.since,
            each.amount,
        ]
        for each in open_
    ]
    return Table("Exceptions", (*columns, *_amounts("amount")), rows)


def earmark_text(earmark: Earmark | None) -> str:
    """Goals with semicolons between them; nothing for money without an earmark."""
    return ";".join(earmark or ())


def contribution_tables(fund: State, found: Sequence[Contribution]) -> list[Table]:
    """By commitment, and deposit by deposit. Amounts stand in the currency beside them, the rest in the fund's."""
    return [_commitments(fund, found), _deposits(fund, found)]


def _commitments(fund: State, found: Sequence[Contribution]) -> Table:
    columns = (
        Column("donor"),
        Column("on", kind="day"),
        Column("earmark"),
        Column("currency"),
        *_amounts("amount", "deposited", "outstanding", "credited", "fee", "at_signing", "at_day", "memorandum"),
    )
    rows: list[list[Cell]] = [
        [
            each.commitment.donor,
            each.commitment.on,
            earmark_text(each.commitment.earmark),
            each.commitment.currency,
            each.commitment.amount,
            each.deposited,
            each.outstanding,
            each.credited,
            each.fee,
            each.at_signing,
            each.at_day,
            each.memorandum,
        ]
        for each in found
    ]
    note = f"amount, deposited and outstanding in the currency named; the rest in {fund.currency}."
    return Table("Commitments", columns, rows, (note, "memorandum stands outside sources and uses."))


def _deposits(fund: State, found: Sequence[Contribution]) -> Table:
    columns = (
        Column("donor"),
        Column("on", kind="day"),
        Column("earmark"),
        Column("currency"),
        *_amounts("amount", "credited", "fee", "rate"),
    )
    rows: list[list[Cell]] = [
        [
            paid.donor,
            paid.on,
            earmark_text(paid.earmark),
            paid.currency,
            paid.amount,
            paid.credited,
            paid.fee,
            rate(paid.credited, paid.amount),
        ]
        for each in found
        for paid in each.deposits
    ]
    note = f"credited and fee in {fund.currency}; the rate is their quotient and no fact of its own."
    return Table("Deposits", columns, rows, (note,))


def rate(credited: Decimal, amount: Decimal) -> Decimal:
    """With six decimals."""
    return (credited / amount).quantize(Decimal("0.000001"))

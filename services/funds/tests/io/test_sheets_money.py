"""Money through JSON, CSV, workbooks and XML and back: no cent is lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iati_rules import parsed

from common.kernel.money import MINOR_UNITS, written
from common.reference.pack import load_pack
from funds.application.iati import fund_activity
from funds.application.iati_money import Told
from funds.application.iati_naming import Naming
from funds.application.iati_xml import document
from funds.application.sheets import Table, csv_text, read_csv, read_workbook, workbook
from funds.application.sheets_money import (
    COLUMNS,
    Importable,
    column_of,
    contribution_tables,
    entries,
    statement_tables,
    template,
)
from funds.domain import events as e
from funds.domain import values as v
from funds.domain.contributions import contributions
from funds.domain.exceptions import open_shortfalls
from funds.domain.fund_state import State, evolve
from funds.domain.statement import statement

FUND, TODAY = UUID(int=1), date(2021, 6, 30)
DAY = date(2020, 2, 20)

currencies = st.sampled_from(sorted(MINOR_UNITS))
whole = st.integers(1, 10**18)


@st.composite
def amounts(draw: st.DrawFn, currency: str) -> Decimal:
    return Decimal(draw(whole)).scaleb(-MINOR_UNITS[currency])


@given(currencies.flatmap(lambda code: st.tuples(st.just(code), amounts(code), amounts(code))))
def test_no_cent_is_lost_on_any_way(paid: tuple[str, Decimal, Decimal]) -> None:
    currency, amount, credited = paid
    sent = json.loads(json.dumps({"amount": written(amount, currency), "credited": written(credited, currency)}))
    line = [str(FUND), Decimal(sent["amount"]), currency, Decimal(sent["credited"]), DAY, None]
    table = Table("Deposits", COLUMNS["deposits"], [line])
    for row in (*read_csv(csv_text(table).encode(), table.columns), *read_workbook(workbook([table]), table.columns)):
        (entry,) = entries("deposits", [row])
        assert not entry.inexact
        assert (Decimal(entry.member["amount"]), Decimal(entry.member["credited"])) == (amount, credited)
        assert entry.member["on"] == DAY.isoformat()
    fund = fund_of(currency, [(amount, credited)])
    tree = parsed(document([fund_activity(fund, [], TOLD)], datetime(2021, 6, 30, tzinfo=UTC)))
    assert [Decimal(value) for value in tree.xpath("//transaction/value/text()")] == [
        credited,
        amount,
    ]  # the deposit before the commitment of its day


TOLD = Told(TODAY, datetime(2021, 6, 30, tzinfo=UTC), Naming(load_pack("western-balkans"), ("undp",)))


def fund_of(currency: str, paid: list[tuple[Decimal, Decimal]]) -> State:
    fees, voting = e.Fees(Decimal(0), Decimal(7)), e.Voting("majority", Decimal(50), 3, ())
    start = date(2019, 3, 15)
    state = evolve(
        None, e.FundEstablished("SLW00", "F", "mptf", "committee", currency, start, None, fees, voting, None, start)
    )
    for n, (amount, credited) in enumerate(paid):
        of = uuid5(FUND, str(n))
        state = evolve(state, e.CommitmentSigned(of, "DE", amount, currency, "A", (), (), None, DAY))
        state = evolve(
            state, e.DepositReceived(uuid5(of, "d"), of, "DE", amount, currency, credited, Decimal(0), (), DAY)
        )
    return state


@given(st.lists(st.tuples(amounts("USD"), amounts("USD")), max_size=5))
def test_a_statement_and_contributions_come_back_from_their_workbooks(paid: list[tuple[Decimal, Decimal]]) -> None:
    fund = fund_of("USD", paid)
    of = statement(fund, None, TODAY)
    lines, exceptions = statement_tables(fund, of, open_shortfalls(fund, TODAY), "to today")
    back = {row.cells["code"]: row.cells for row in read_workbook(workbook([without_notes(lines)]), lines.columns)}
    for code, columns in of.lines:
        assert tuple(Decimal(back[code][name]) for name in ("prior", "period", "total")) == tuple(columns)
    assert Decimal(back["closing"]["total"]) == of.closing
    assert exceptions.rows == []
    commitments, deposits = contribution_tables(fund, contributions(fund, lambda *_: None, TODAY))
    for table, name, column in ((commitments, "outstanding", 6), (deposits, "credited", 5)):
        read = [Decimal(row.cells[name]) for row in read_csv(csv_text(table).encode(), table.columns)]
        assert read == [line[column] for line in table.rows]


def without_notes(table: Table) -> Table:
    return Table(table.title, table.columns, table.rows)


def test_notes_stand_below_the_lines() -> None:
    fund = fund_of("USD", [])
    (lines, _) = statement_tables(fund, statement(fund, None, TODAY), [], "to today")
    rows = read_workbook(workbook([lines]), lines.columns)
    assert rows[-1].cells["code"] == "SLW00, F: sources and uses in USD, to today."


@pytest.mark.parametrize("kind", get_args(Importable))
def test_a_template_is_read_back_as_nothing(kind: Importable) -> None:
    assert read_workbook(workbook([template(kind)]), COLUMNS[kind]) == []
    assert read_csv(csv_text(template(kind)).encode(), COLUMNS[kind]) == []


def test_the_categories_of_an_expenditure_become_its_lines_and_are_found_again() -> None:
    content = b"grant,category_3,category_8,certified\ng,10.50,0.74,TRUE\ng,1,,perhaps\n"
    first, second = entries("expenditure", read_csv(content, COLUMNS["expenditure"]))
    told: dict[str, Any] = {
        "grant": "g",
        "certified": True,
        "lines": [{"category": 3, "amount": "10.50"}, {"category": 8, "amount": "0.74"}],
    }
    assert first.member == told
    assert second.member["certified"] == "perhaps"
    assert column_of("expenditure", first.member, "/lines/1/amount") == "category_8"
    assert column_of("expenditure", first.member, "/start") == "start"
    assert column_of("deposits", {}, "/amount") == "amount"


def test_an_earmark_and_a_shortfall_are_told() -> None:
    fund = fund_of("USD", [])
    draws = (v.Draw(("2", "4"), Decimal("5.00")),)
    organisations = (v.OrganisationAmount("UNDP", Decimal("5.00")),)
    fund = evolve(fund, e.AmountApproved(FUND, FUND, None, None, organisations, draws, DAY))
    _, exceptions = statement_tables(fund, statement(fund, None, TODAY), open_shortfalls(fund, TODAY), "to today")
    assert ["reservations_uncovered", "2;4", None, None, DAY, Decimal("5.00")] in list(exceptions.rows)

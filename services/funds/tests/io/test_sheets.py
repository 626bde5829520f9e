"""Tables come back from CSV and workbooks exactly as they were written."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from funds.application.sheets import (
    Column,
    Row,
    Table,
    UnreadableFile,
    csv_text,
    read_csv,
    read_workbook,
    workbook,
)

COLUMNS = (
    Column("donor", "whose code"),
    Column("amount", "in its currency", "amount"),
    Column("on", "the day", "day"),
    Column("certified", kind="flag"),
)

amounts = st.decimals(min_value=Decimal(10) ** -3, max_value=Decimal(10) ** 20, places=3).map(abs)
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=20
)
rows = st.lists(
    st.tuples(texts, amounts | amounts.map(lambda a: -a), st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.booleans()),
    max_size=5,
)


def as_written(found: list[Row]) -> list[tuple[str, Decimal, date, bool]]:
    return [
        (
            row.cells["donor"],
            Decimal(row.cells["amount"]),
            date.fromisoformat(row.cells["on"]),
            row.cells["certified"] == "true",
        )
        for row in found
    ]


@given(rows)
def test_csv_loses_nothing(lines: list[tuple[str, Decimal, date, bool]]) -> None:
    found = read_csv(csv_text(Table("Deposits", COLUMNS, lines)).encode(), COLUMNS)
    assert as_written(found) == lines


@given(rows)
def test_a_workbook_loses_nothing(lines: list[tuple[str, Decimal, date, bool]]) -> None:
    found = read_workbook(workbook([Table("Deposits", COLUMNS, lines)]), COLUMNS)
    assert as_written(found) == lines
    assert all(not row.inexact for row in found)


def test_a_text_never_becomes_a_formula() -> None:
    table = Table("Deposits", COLUMNS, [("=1+1", Decimal("-1.50"), date(2020, 1, 1), True)])
    assert csv_text(table).splitlines()[1] == "'=1+1,-1.50,2020-01-01,true"
    (row,) = read_csv(csv_text(table).encode(), COLUMNS)
    assert row.cells["donor"] == "=1+1"
    with zipfile.ZipFile(io.BytesIO(workbook([table]))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def entered(*lines: tuple[object, ...]) -> bytes:
    """A workbook as a person's program writes it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Anything")
        for n, line in enumerate((("donor", "amount", "on"), *lines)):
            sheet.write_row(n, 0, line)
    return out.getvalue()


def test_a_number_that_a_spreadsheet_has_not_kept_is_said() -> None:
    exact, long = read_workbook(entered(("DE", 4950000.01), ("DE", 12345678901234567.0)), COLUMNS)
    assert (exact.cells["amount"], exact.inexact) == ("4950000.01", ())
    assert long.inexact == ("amount",)
    (as_text,) = read_workbook(entered(("DE", "12345678901234567.89")), COLUMNS)
    assert (as_text.cells["amount"], as_text.inexact) == ("12345678901234567.89", ())


def test_places_are_those_that_a_person_sees() -> None:
    assert [row.place for row in read_workbook(entered((), ("DE", 1.5)), COLUMNS)] == ["Anything!3"]
    assert [row.place for row in read_csv(b"donor,amount\n,\n\nDE,1\n", COLUMNS)] == ["line 4"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"donor,amuont\nDE,1\n",
        b"donor,donor\nDE,1\n",
        b"donor,amount\nDE,1,2\n",
        b'donor,amount\n"DE,1\n',
    ],
)
def test_a_file_that_is_no_table_says_why(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_csv(content, COLUMNS)


def test_a_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    for content in (out.getvalue(), b"PK no archive"):
        with pytest.raises(UnreadableFile):
            read_workbook(content, COLUMNS)

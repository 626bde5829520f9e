"""Tables as CSV and workbooks, written and read back without the loss of a cent; nothing becomes a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import python_calamine
import xlsxwriter

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_MEMBERS = 500
EXACT_DIGITS = 15  # what a spreadsheet's numbers hold

Cell: TypeAlias = str | Decimal | date | bool | None
Kind: TypeAlias = Literal["text", "amount", "day", "flag"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_FIRST_LINE = 2  # below the headings


class UnreadableFile(ValueError):
    """The text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    hint: str = ""
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """`notes` stand below the rows, in workbooks alone."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A filled-in line: what stands in it by column, and the amounts that a spreadsheet has not kept exactly."""

    place: str
    cells: Mapping[str, str]
    inexact: tuple[str, ...] = ()


def csv_text(table: Table) -> str:
    """Amounts and days as they are written in JSON; a text that a spreadsheet would take for a formula is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_defused(cell) if isinstance(cell, str) else _plain(cell) for cell in row])
    return out.getvalue()


def workbook(tables: Sequence[Table]) -> bytes:
    """A sheet for each table; an amount is a number where a spreadsheet holds it exactly, else a text."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "amount": book.add_format({"num_format": "#,##0.00##"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "text": book.add_format({"num_format": "@"}),
        }
        for table in tables:
            _sheet(book.add_worksheet(_FORBIDDEN.sub(" ", table.title)[:31]), table, styles)
    return out.getvalue()


def _sheet(sheet: Any, table: Table, styles: Mapping[str, Any]) -> None:
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, column.name, styles["head"])
        sheet.set_column(number, number, max(14, len(column.name) + 2), styles.get(column.kind, styles["text"]))
        if column.hint:
            sheet.write_comment(0, number, column.hint)
    for line, row in enumerate(table.rows, start=1):
        for number, cell in enumerate(row):
            _cell(sheet, line, number, cell, styles)
    for line, note in enumerate(table.notes, start=len(table.rows) + 2):
        sheet.write_string(line, 0, note)
    sheet.freeze_panes(1, 0)


def _cell(sheet: Any, line: int, number: int, cell: Cell, styles: Mapping[str, Any]) -> None:
    if isinstance(cell, bool) or cell is None or cell == "":
        sheet.write_string(line, number, _plain(cell), styles["text"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, number, datetime(cell.year, cell.month, cell.day), styles["day"])  # noqa: DTZ001
    elif isinstance(cell, Decimal) and _digits(cell) <= EXACT_DIGITS:
        sheet.write_number(line, number, float(cell), styles["amount"])
    else:
        sheet.write_string(line, number, _plain(cell), styles["text"])


def read_csv(content: bytes, columns: Sequence[Column]) -> list[Row]:
    """The lines with something in them. Raises `UnreadableFile`."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        return list(_rows(((f"line {reader.line_num}", row) for row in reader), columns))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFile(f"The file is no CSV in UTF-8: {error}.") from error


def read_workbook(content: bytes, columns: Sequence[Column]) -> list[Row]:
    """The lines of the first sheet with something in them. Raises `UnreadableFile`."""
    _check(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise UnreadableFile("The file is no workbook that can be read; save it as .xlsx.") from error
    return list(_rows(((f"{name}!{number}", row) for number, row in enumerate(rows, start=1)), columns))


def _check(content: bytes) -> None:
    """No archive that unpacks to more than a table needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile("The file is no .xlsx workbook.") from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise UnreadableFile("The workbook unpacks to more than a table needs; start from the template.")


def _rows(lines: Iterable[tuple[str, Sequence[Any]]], columns: Sequence[Column]) -> Iterator[Row]:
    known = {column.name: column for column in columns}
    numbered = iter(lines)
    _, first = next(numbered, ("", ()))
    headings = [str(heading).strip() for heading in first]
    _check_headings(headings, tuple(known))
    for place, line in numbered:
        if any(_is_there(cell) for cell in line[len(headings) :]):
            raise UnreadableFile(f"{place} has more cells than there are columns.")
        read = {heading: _text(cell) for heading, cell in zip(headings, line, strict=False) if heading}
        if any(text for text, _ in read.values()):
            inexact = [name for name, (_, exact) in read.items() if not exact and known[name].kind == "amount"]
            yield Row(place, {name: _undefused(text) for name, (text, _) in read.items()}, tuple(inexact))


def _check_headings(headings: Sequence[str], known: Sequence[str]) -> None:
    named = [heading for heading in headings if heading]
    unknown = [heading for heading in named if heading not in known]
    if unknown or not named or len(set(named)) < len(named):
        what = f"no column {unknown[0]}" if unknown else "no two columns of one name, and a first line that names them"
        raise UnreadableFile(f"There is {what}; the columns are {', '.join(known)}.")


def _is_there(cell: Any) -> bool:
    return bool(_text(cell)[0])


def _text(cell: Any) -> tuple[str, bool]:
    """As it is written in JSON, and whether that is exactly what was entered."""
    if isinstance(cell, bool):
        return str(cell).lower(), True
    if isinstance(cell, (int, float)):
        number = Decimal(repr(cell))
        if not number.is_finite():
            return str(cell), True
        return f"{number.normalize():f}" if number else "0", _digits(number) <= EXACT_DIGITS
    if isinstance(cell, datetime):
        return cell.date().isoformat(), True
    if isinstance(cell, date):
        return cell.isoformat(), True
    return str(cell).strip(), True


def _digits(number: Decimal) -> int:
    """Those that a spreadsheet must keep, from the first that is not zero."""
    return len(f"{number:f}".replace("-", "").replace(".", "").lstrip("0"))


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case Decimal():
            return f"{cell:f}"
        case date():
            return cell.isoformat()
    return cell


def _defused(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _undefused(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text

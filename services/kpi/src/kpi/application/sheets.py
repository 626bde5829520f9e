"""The report as a workbook: a sheet per goal, what was reported last beside what is entered now; and read back.

A KPI that serves several goals stands on the sheet of the first and is referred to on the others. Nothing is computed
in the workbook, and a text never becomes a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

import python_calamine
import xlsxwriter

from kpi.application.lines import Line, laid_out, value_of
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Kpi, Part
from kpi.domain.state import State
from kpi.domain.values import Content, Presence, Quality

KEY, NUMBER, NAME, WHAT, UNIT, LAST, VALUE, PRESENCE, QUALITY, COMMENT = range(10)
HEADINGS = (
    "key",
    "KPI",
    "Name",
    "What of it",
    "Unit",
    "Last period",
    "Value",
    "Presence",
    "Quality",
    "Comment",
)
HINT = "Fill in the framed cells. Zero is a value; an empty line says nothing."
FIRST_ROW = 3
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_MEMBERS = 500
EXACT_DIGITS = 15  # what a spreadsheet's numbers hold

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


class UnreadableWorkbook(ValueError):
    """The text says why, and what to do."""


def workbook(definitions: Definitions, state: State, before: Content, last_period: str | None) -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        _Writer(book, definitions, state, before, last_period).write()
    return out.getvalue()


class _Writer:
    def __init__(
        self, book: Any, definitions: Definitions, state: State, before: Content, last_period: str | None
    ) -> None:
        self._book = book
        self._definitions = definitions
        self._state = state
        self._before = before
        self._last_period = last_period
        self._content = state.content(state.jurisdiction or "")
        self._plain = book.add_format({"text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._grey = book.add_format({"font_color": "#6b6b6b", "bg_color": "#eeeeee", "valign": "top"})
        self._open = book.add_format({"locked": False, "border": 1, "valign": "top", "text_wrap": True})

    def write(self) -> None:
        collected = self._definitions.collects(self._state.kind, self._state.jurisdiction)
        written: set[str] = set()
        for goal in self._definitions.roadmap.goals:
            kpis = [kpi for kpi in self._definitions.roadmap.kpis if _serves(kpi, goal.number)]
            mine = [kpi for kpi in kpis if any(part in collected for part in kpi.parts)]
            if mine:
                self._sheet(goal.number, goal.title, mine, collected, written)
        rest = [
            kpi
            for kpi in self._definitions.roadmap.kpis
            if kpi.number not in written and any(part in collected for part in kpi.parts)
        ]
        if rest:
            self._sheet("", "Further KPIs", rest, collected, written)

    def _sheet(self, goal: str, title: str, kpis: Sequence[Kpi], collected: Sequence[Part], written: set[str]) -> None:
        name = _FORBIDDEN.sub(" ", f"Goal {goal}" if goal else title)[:31]
        sheet = self._book.add_worksheet(name)
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        for column, width in ((KEY, None), (NUMBER, 7), (NAME, 42), (WHAT, 34), (UNIT, 10), (LAST, 14), (VALUE, 18)):
            sheet.set_column(column, column, width or 0, None, {"hidden": 1} if column == KEY else {})
        sheet.set_column(PRESENCE, QUALITY, 18)
        sheet.set_column(COMMENT, COMMENT, 50)
        state = self._state
        head = f"{title}: {state.jurisdiction}, report {state.number}, {state.values_period}"
        sheet.write_string(0, NUMBER, head, self._bold)
        sheet.write_string(1, NUMBER, HINT, self._plain)
        for column, heading in enumerate(HEADINGS):
            text = f"{heading} ({self._last_period})" if column == LAST and self._last_period else heading
            sheet.write_string(FIRST_ROW - 1, column, text, self._bold)
        row = FIRST_ROW
        for kpi in kpis:
            if kpi.number in written:
                sheet.write_string(row, NUMBER, kpi.number, self._grey)
                first = kpi.goals[0].partition(".")[0]
                sheet.write_string(row, NAME, f"{kpi.name}: on the sheet of goal {first}", self._grey)
                row += 1
                continue
            written.add(kpi.number)
            for part in kpi.parts:
                if part in collected:
                    row = self._part(sheet, row, part)
        sheet.freeze_panes(FIRST_ROW, UNIT)

    def _part(self, sheet: Any, row: int, part: Part) -> int:
        figure = dict(self._content.figures).get(part.number)
        earlier = dict(self._before.figures).get(part.number)
        for n, what in enumerate(laid_out(self._definitions, part, self._content, self._before)):
            sheet.write_string(row, KEY, part.number)
            sheet.write_string(row, NUMBER, part.number, self._plain)
            sheet.write_string(row, NAME, part.name if n == 0 else "", self._plain)
            fixed = bool(what) or n == 0
            sheet.write_string(row, WHAT, what, self._plain if fixed and part.kind != "documents" else self._open)
            sheet.write_string(row, UNIT, part.unit or part.kind, self._plain)
            _write_value(sheet, row, LAST, part, value_of(part, earlier, what), self._grey)
            _write_value(sheet, row, VALUE, part, value_of(part, figure, what), self._open)
            if n == 0:
                self._first(sheet, row, figure)
            self._hints(sheet, row, part)
            row += 1
        return row

    def _first(self, sheet: Any, row: int, figure: Any) -> None:
        sheet.write_string(row, PRESENCE, figure.presence if figure else "", self._open)
        sheet.write_string(row, QUALITY, (figure.quality or "") if figure else "", self._open)
        comment = figure.comment.body if figure and figure.comment else None
        sheet.write_string(row, COMMENT, comment or "", self._open)
        for column, kind in ((PRESENCE, Presence), (QUALITY, Quality)):
            sheet.data_validation(row, column, row, column, {"validate": "list", "source": list(get_args(kind))})

    def _hints(self, sheet: Any, row: int, part: Part) -> None:
        if part.numeric:
            whole = part.decimals == 0
            sheet.data_validation(
                row,
                VALUE,
                row,
                VALUE,
                {
                    "validate": "integer" if whole else "decimal",
                    "criteria": ">=",
                    "value": 0,
                    "input_title": f"{part.number} in {part.unit or part.kind}"[:32],
                    "input_message": "A whole number, 0 or more." if whole else f"At most {part.decimals} decimals.",
                    "error_message": "A number of 0 or more.",
                },
            )
        elif part.kind == "statuses":
            source = [status.code for status in part.statuses]
            sheet.data_validation(row, VALUE, row, VALUE, {"validate": "list", "source": source})


def _write_value(sheet: Any, row: int, column: int, part: Part, text: str, style: Any) -> None:
    """A number where a spreadsheet holds it exactly, else a text."""
    if part.numeric and text and len(text.replace(".", "").lstrip("0")) <= EXACT_DIGITS:
        sheet.write_number(row, column, float(text), style)
    else:
        sheet.write_string(row, column, text, style)


def _serves(kpi: Kpi, goal: str) -> bool:
    """Whether a KPI serves the goal or a target below it."""
    return any(number == goal or number.startswith(f"{goal}.") for number in kpi.goals)


def read(content: bytes) -> Iterator[Line]:
    """Raises `UnreadableWorkbook`."""
    _check(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            yield from _lines(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    except (python_calamine.CalamineError, zipfile.BadZipFile) as error:
        raise UnreadableWorkbook("The file is no workbook that can be read; save it as .xlsx.") from error


def _check(content: bytes) -> None:
    """No archive that unpacks to more than a report needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableWorkbook("The file is no .xlsx workbook.") from error
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise UnreadableWorkbook("The workbook unpacks to more than a report needs; start from the template.")


def _lines(sheet: str, rows: Sequence[Sequence[Any]]) -> Iterator[Line]:
    for n, row in enumerate(rows[FIRST_ROW:], start=FIRST_ROW + 1):
        cells = [_text(value) for value in row] + [""] * len(HEADINGS)
        if not cells[KEY]:
            continue
        yield Line(
            f"{sheet}!{_column(VALUE)}{n}",
            cells[KEY],
            cells[WHAT],
            cells[VALUE],
            cells[PRESENCE],
            cells[QUALITY],
            cells[COMMENT],
        )


def _text(value: Any) -> str:
    """12.0 as "12": a spreadsheet knows no whole numbers."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        try:
            return f"{Decimal(repr(value)).normalize():f}" if value else "0"
        except InvalidOperation:
            return str(value)
    return str(value).strip()


def _column(index: int) -> str:
    return chr(ord("A") + index)

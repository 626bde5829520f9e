"""A CSV body to lines, piece by piece as it arrives."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from functools import partial

from common.kernel.errors import RuleBroken, Violation
from incidents.application.csv_columns import REQUIRED, Column, column, column_of, from_row, names_for_people
from incidents.application.lines import MAX_LINE_BYTES, Line, LineTooLong, Unreadable

csv.field_size_limit(MAX_LINE_BYTES)  # the module's own limit is lower, and process-wide in any case


class BadHeader(RuleBroken):
    """The first row does not name the columns of an incident; `columns` names that of each violation."""

    code = "bad_header"
    title = "The header row names columns that cannot be read"

    def __init__(self, problems: Sequence[tuple[str, Violation]]) -> None:
        super().__init__(
            f"{problems[0][1].detail} The columns are: {', '.join(names_for_people())}.",
            *(violation for _, violation in problems),
        )
        self.columns = tuple(name for name, _ in problems)


class CsvReader:
    """Comma-separated, quoted by RFC 4180, UTF-8; the first row names the columns. Rows without any text are no lines.

    `csv` parses whole physical lines; a record whose quotes are still open waits for the next piece.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._rest = ""
        self._layout: list[Column] | None = None

    def feed(self, data: bytes) -> Iterator[Line]:
        """Besides, raises `BadHeader`."""
        return self._read(data, final=False)

    def close(self) -> Iterator[Line]:
        """Besides, raises `BadHeader`."""
        return self._read(b"", final=True)

    def _read(self, data: bytes, *, final: bool) -> Iterator[Line]:
        text, broken = self._decode(data, final=final)
        *lines, self._rest = (self._rest + text).split("\n")
        lines = [f"{line}\n" for line in lines]
        if final and self._rest:
            lines, self._rest = [*lines, self._rest], ""
        yield from self._records(lines, final=final)
        if broken:
            raise Unreadable(broken)
        if len(self._rest) > MAX_LINE_BYTES:
            raise LineTooLong(f"A row may have at most {MAX_LINE_BYTES} bytes.")

    def _decode(self, data: bytes, *, final: bool) -> tuple[str, str]:
        """What could be decoded, and what is wrong with the bytes after it."""
        try:
            return self._decoder.decode(data, final), ""
        except UnicodeDecodeError as error:
            return error.object[: error.start].decode("utf-8-sig"), "The body is not UTF-8."

    def _records(self, lines: list[str], *, final: bool) -> Iterator[Line]:
        reader = csv.reader(lines, strict=True)
        consumed = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if reader.line_num < len(lines) or final:
                    raise Unreadable(f"The CSV cannot be read: {error}.") from error
                self._rest = "".join(lines[consumed:]) + self._rest
                return
            consumed = reader.line_num
            yield from self._record(cells)

    def _record(self, cells: list[str]) -> Iterator[Line]:
        if not any(cells):
            return
        if self._layout is None:
            self._layout = _layout([cell.strip() for cell in cells])
        elif len(cells) != len(self._layout):
            detail = f"The row has {len(cells)} cells where the header has {len(self._layout)}."
            yield Line(violation=Violation("", "ragged_row", detail))
        else:
            yield Line(from_row(self._layout, cells), column_of=partial(column_of, self._layout, cells))


def _layout(names: Sequence[str]) -> list[Column]:
    found = [(name, column(name)) for name in names]
    problems = [
        *((name, Violation("", "unknown_column", f"There is no column {name!r}.")) for name, each in found if not each),
        *(
            (name, Violation("", "duplicate_column", f"The column {name!r} stands there twice."))
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ),
        *(
            (name, Violation("", "missing_column", f"The column {name!r} is required."))
            for name in REQUIRED
            if name not in names
        ),
    ]
    if problems:
        raise BadHeader(problems)
    return [each for _, each in found if each]

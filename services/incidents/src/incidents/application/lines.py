"""Bodies of a batch to lines, piece by piece as they arrive: NDJSON and JSON arrays. CSV is in `csv_lines`.

A reader is fed bytes and yields each line as soon as it is complete. What is wrong with one line stands in that line
and the next one is read; where the body cannot be read any further, `Unreadable` is raised after the last good line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from common.kernel.errors import Violation

MAX_LINE_BYTES = 262_144
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One decoded line, or why it could not be decoded. `column_of`: for CSV, the column of a JSON pointer."""

    value: Any = None
    violation: Violation | None = None
    column_of: Callable[[str], str | None] | None = None


class Unreadable(Exception):
    """The body cannot be read from here on."""

    code = "unreadable_body"


class TooLarge(Unreadable):
    """Base of what is too much rather than wrong."""


class LineTooLong(TooLarge):
    """A line is longer than `MAX_LINE_BYTES` and its end cannot be known."""

    code = "line_too_long"


class LineReader(Protocol):
    """`feed` yields the lines completed by a piece of the body, `close` what the end of the body completes.

    Both raise `Unreadable`, after the lines before that point.
    """

    def feed(self, data: bytes) -> Iterator[Line]: ...

    def close(self) -> Iterator[Line]: ...


_TOO_LONG = Violation("", "line_too_long", f"A line may have at most {MAX_LINE_BYTES} bytes.")


def decoded(raw: bytes) -> Line:
    """The line that these bytes of JSON say; never raises."""
    if len(raw) > MAX_LINE_BYTES:
        return Line(violation=_TOO_LONG)
    try:
        return Line(msgspec.json.decode(raw))
    except RecursionError:
        return Line(violation=Violation("", "malformed_json", "The line is nested too deeply."))
    except UnicodeDecodeError as error:
        return Line(violation=Violation("", "malformed_json", f"The line is not UTF-8 (byte {error.start})."))
    except msgspec.MsgspecError as error:
        return Line(violation=Violation("", "malformed_json", f"The line is not JSON: {error}."))


class NdjsonReader:
    """One JSON value a line; lines of white space alone are no lines. An overlong line is refused and skipped."""

    def __init__(self) -> None:
        self._rest = b""
        self._started = False
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[Line]:
        *complete, self._rest = (self._rest + data).split(b"\n")
        for raw in complete:
            yield from self._line(raw)
        if len(self._rest) > MAX_LINE_BYTES:
            self._skipping, self._rest = True, b""

    def close(self) -> Iterator[Line]:
        yield from self._line(self._rest)

    def _line(self, raw: bytes) -> Iterator[Line]:
        if not self._started:
            self._started, raw = True, raw.removeprefix(_BOM)
        if self._skipping:
            self._skipping = False
            yield Line(violation=_TOO_LONG)
        elif raw and not raw.isspace():
            yield decoded(raw)


# Possessive, so that no input makes the expression go back: each byte is looked at once.
_TO_NEXT_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([\[\]{}])', re.DOTALL)
_SCALAR = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(?=[\s,\]])|[^\s,\[\]{}"]++(?=[\s,\]])', re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")


class JsonArrayReader:
    """A JSON array whose elements are the lines.

    Elements are only delimited here and decoded one by one, so that one malformed element is one rejected line,
    and memory is bounded by the longest element whatever its nesting.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0  # how far the buffer is dealt with
        self._scanned = 0  # how far the element that starts at `_at` has been looked through
        self._depth = 0
        self._state = "start"

    def feed(self, data: bytes) -> Iterator[Line]:
        self._scanned -= self._at
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        while self._step_over_punctuation():
            end = self._end_of_element()
            if end is None:
                if len(self._buffer) - self._at > MAX_LINE_BYTES:
                    raise LineTooLong(_TOO_LONG.detail)
                return
            raw = self._buffer[self._at : end]
            self._at, self._state = end, "after_element"
            yield decoded(raw)

    def close(self) -> Iterator[Line]:
        yield from self.feed(b"   ")  # completes nothing, but tells a short body from half a byte order mark
        if self._state not in ("array", "end") or self._at < len(self._buffer):
            raise Unreadable("The JSON array ends too early.")

    def _step_over_punctuation(self) -> bool:
        """Moves to the next element; False where more bytes are needed or the array has ended."""
        if self._state == "start" and not self._strip_byte_order_mark():
            return False
        while True:
            self._at = _SPACE.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # matches always
            self._scanned = max(self._scanned, self._at)
            following = self._buffer[self._at : self._at + 1]
            if not following:
                return False
            step = _PUNCTUATION.get((self._state, following))
            if step is None:
                if self._state not in ("first_element", "element") or following in b",]}":
                    raise Unreadable(_EXPECTED[self._state])
                return True
            self._at += 1
            self._state = step

    def _strip_byte_order_mark(self) -> bool:
        if _BOM.startswith(self._buffer[:3]) and len(self._buffer) < len(_BOM):
            return False
        if self._buffer.startswith(_BOM):
            self._at = len(_BOM)
        self._state = "array"
        return True

    def _end_of_element(self) -> int | None:
        if self._buffer[self._at] not in b"[{":
            match = _SCALAR.match(self._buffer, self._at)
            return match.end() if match else None
        self._scanned = max(self._scanned, self._at)
        while match := _TO_NEXT_BRACKET.match(self._buffer, self._scanned):
            self._scanned = match.end()
            self._depth += 1 if match[1] in b"[{" else -1
            if self._depth == 0:
                return self._scanned
        return None


_PUNCTUATION = {
    ("array", b"["): "first_element",
    ("first_element", b"]"): "end",
    ("after_element", b","): "element",
    ("after_element", b"]"): "end",
}
_EXPECTED = {
    "array": "The body is not a JSON array: it has to start with [.",
    "first_element": "The JSON array has something else where its first element should be.",
    "element": "The JSON array has something else where an element should be.",
    "after_element": "The JSON array has no comma between two elements.",
    "end": "Something follows the end of the JSON array.",
}

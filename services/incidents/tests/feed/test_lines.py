"""Readers of NDJSON and JSON arrays, fed in pieces of any size."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.application.lines import (
    MAX_LINE_BYTES,
    JsonArrayReader,
    Line,
    LineReader,
    LineTooLong,
    NdjsonReader,
    Unreadable,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def read(reader: LineReader, body: bytes, piece: int = 65_536) -> list[Line]:
    lines: list[Line] = []
    for at in range(0, len(body), piece):
        lines += reader.feed(body[at : at + piece])
    return [*lines, *reader.close()]


def codes(lines: list[Line]) -> list[Any]:
    return [line.violation.code if line.violation else line.value for line in lines]


@given(st.lists(JSON, max_size=6), st.integers(1, 30), st.sampled_from([None, 1]), st.booleans())
def test_an_array_is_read_as_json_reads_it(values: list[Any], piece: int, indent: int | None, ascii_only: bool) -> None:
    body = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()
    assert codes(read(JsonArrayReader(), body, piece)) == values
    assert codes(read(JsonArrayReader(), b"\xef\xbb\xbf" + body, piece)) == values


@given(st.lists(JSON, max_size=6), st.integers(1, 30), st.sampled_from([b"\n", b"\r\n", b"\n \n"]))
def test_ndjson_is_read_line_by_line(values: list[Any], piece: int, end: bytes) -> None:
    body = end.join(json.dumps(value).encode() for value in values)
    assert codes(read(NdjsonReader(), body, piece)) == values
    assert codes(read(NdjsonReader(), b"\xef\xbb\xbf" + body + end, piece)) == values


@given(st.binary(max_size=60) | st.text('[]{},:"\\ab01 \n').map(str.encode), st.integers(1, 20))
def test_any_bytes_are_read_or_refused_alike_in_pieces_of_any_size(body: bytes, piece: int) -> None:
    for kind in (NdjsonReader, JsonArrayReader):
        answers = []
        for size in (piece, 1_000):
            lines: list[Line] = []
            reader = kind()
            try:
                for at in range(0, len(body), size):
                    for line in reader.feed(body[at : at + size]):
                        lines.append(line)  # noqa: PERF402  what came before an error counts
                for line in reader.close():
                    lines.append(line)  # noqa: PERF402
                answers.append((codes(lines), None))
            except Unreadable as error:
                answers.append((codes(lines), str(error)))
        assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "element", [b'"\\ud800"', b'"\xff"', b"NaN", b"1e999", b'{"a":[}]', b"[" * 100_000 + b"]" * 100_000, b"tru", b"'a'"]
)
def test_a_malformed_element_is_one_rejected_line(element: bytes) -> None:
    assert codes(read(JsonArrayReader(), b"[1," + element + b",2]")) == [1, "malformed_json", 2]


@pytest.mark.parametrize("body", [b'{"item": [1]}', b"[1 2]", b"[,]", b"[1,]", b"[}", b"[1] x", b"[1]]", b"[1", b'["a'])
def test_what_is_not_an_array_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(JsonArrayReader(), body)


def test_an_overlong_line_is_refused_and_the_next_one_read() -> None:
    long = b'"' + b"x" * MAX_LINE_BYTES + b'"'
    assert codes(read(NdjsonReader(), long + b"\n1\n" + long, 10_000)) == ["line_too_long", 1, "line_too_long"]
    assert codes(read(NdjsonReader(), long + b"\n1\n" + long, 1_000_000)) == ["line_too_long", 1, "line_too_long"]
    assert codes(read(JsonArrayReader(), b"[" + long + b",1]", 1_000_000)) == ["line_too_long", 1]
    with pytest.raises(LineTooLong):
        read(JsonArrayReader(), b"[" + long * 2, 10_000)

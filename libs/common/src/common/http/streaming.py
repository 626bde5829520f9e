"""Answers of any length in bounded memory: NDJSON and CSV, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import StreamingResponse

NDJSON = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"
_CHUNK = 32 * 1024


def ndjson(rows: AsyncIterator[Any]) -> StreamingResponse:
    """One JSON value a line."""
    encode = msgspec.json.Encoder().encode
    chunks = _chunked(rows, lambda row: encode(row) + b"\n")
    return StreamingResponse(chunks, media_type=NDJSON)


def csv_rows(
    columns: Sequence[str], rows: AsyncIterator[Sequence[Any]], headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """RFC 4180 with a header line; None is an empty field. A text that a spreadsheet would run is not altered: what
    was pushed comes back as it was."""
    line = _csv_line()
    return StreamingResponse(_chunked(rows, line, line(columns)), headers=headers, media_type=CSV)


def _csv_line() -> Callable[[Sequence[Any]], bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(row: Sequence[Any]) -> bytes:
        writer.writerow(row)
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    return line


async def _chunked(
    rows: AsyncIterator[Any], encode: Callable[[Any], bytes], begin: bytes = b""
) -> AsyncIterator[bytes]:
    """Lines gathered into chunks, so that a row does not cost a system call."""
    chunk = bytearray(begin)
    async for row in rows:
        chunk += encode(row)
        if len(chunk) >= _CHUNK:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)

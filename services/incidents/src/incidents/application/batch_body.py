"""The body of a batch: its digest, its bounds, and its lines in chunks of a fixed number."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator

from incidents.application.lines import Line, LineReader, TooLarge, Unreadable

MAX_LINES = 100_000
MAX_ATOMIC_LINES = 10_000
MAX_BODY = 268_435_456  # bytes, after decompression
MAX_ATOMIC_BODY = 67_108_864
CHUNK_LINES = 500
_PIECE_BYTES = 16_384  # smaller pieces are put together, so that no reader starts over at every few bytes


class TooManyLines(TooLarge):
    code = "too_many_lines"


class BodyTooLarge(TooLarge):
    code = "body_too_large"


class Body:
    """Counts and digests what passes through; `heartbeat` is awaited at every piece.

    `digest` is that of the whole once all was read.
    """

    def __init__(self, pieces: AsyncIterator[bytes], most_bytes: int) -> None:
        self.heartbeat: Callable[[], Awaitable[None]] = _nothing
        self._pieces = pieces
        self._most = most_bytes
        self._hash = hashlib.blake2b(digest_size=32)
        self._size = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises `BodyTooLarge`, and whatever the connection raises when it is cut."""
        waiting = bytearray()
        try:
            async for piece in self._pieces:
                await self._taken(piece)
                waiting += piece
                if len(waiting) >= _PIECE_BYTES:
                    yield bytes(waiting)
                    waiting.clear()
        except Exception:
            yield bytes(waiting)  # what had come is not lost with what did not
            raise
        yield bytes(waiting)

    async def _taken(self, piece: bytes) -> None:
        await self.heartbeat()
        self._size += len(piece)
        if self._size > self._most:
            raise BodyTooLarge(f"This batch may have at most {self._most} bytes; send the rest in another one.")
        self._hash.update(piece)

    @property
    def digest(self) -> bytes:
        return self._hash.digest()


async def _nothing() -> None:
    pass


async def chunks(body: Body, reader: LineReader, most_lines: int) -> AsyncGenerator[list[Line], None]:
    """Lists of `CHUNK_LINES` lines, the last one shorter.

    Where the body turns out unreadable, or too long, what came before is yielded first and `Unreadable` raised then.
    Where the connection is cut, only full chunks have been yielded.
    """
    pending: list[Line] = []
    count = 0
    try:
        async for lines in _read(body, reader):
            for line in lines:
                if count == most_lines:
                    raise TooManyLines(f"A batch may have at most {most_lines} lines; send the rest in another one.")
                count += 1
                pending.append(line)
                if len(pending) == CHUNK_LINES:
                    yield pending
                    pending = []
    except Unreadable:
        if pending:
            yield pending
        raise
    if pending:
        yield pending


async def _read(body: Body, reader: LineReader) -> AsyncIterator[Iterator[Line]]:
    async for piece in body.pieces():
        yield reader.feed(piece)
    yield reader.close()

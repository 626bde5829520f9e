"""Gzip undone piece by piece, in bounded memory whatever the bytes expand to."""

from __future__ import annotations

import zlib

PIECE = 64 * 1024
_GZIP_FORMAT = 31  # zlib's number for: gzip header, largest window


class BrokenGzip(ValueError):
    """The bytes are no gzip, or the end of it is missing."""


class Gunzip:
    """`feed` bytes as they come, take `piece`s until there is none; members one after the other are one text."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_FORMAT)
        self._inside = False  # a member has begun and not ended
        self._full = False  # the last piece was full: there may be more without further bytes
        self._waiting = b""
        self._last = False

    @property
    def ended(self) -> bool:
        """Everything was fed and given back."""
        return self._last and not (self._waiting or self._full or self._inside)

    def feed(self, data: bytes, *, last: bool) -> None:
        self._waiting += data if self._inside else data.lstrip(b"\0")  # some writers pad with zeros
        self._last = last

    def piece(self) -> bytes:
        """Up to `PIECE` bytes; none when more must be fed first, or at the end. Raises `BrokenGzip`."""
        while self._waiting or self._full:
            if output := self._step():
                return output
        if self._last and self._inside:
            raise BrokenGzip("The gzip is cut off: its end is missing")
        return b""

    def _step(self) -> bytes:
        try:
            output = self._member.decompress(self._waiting, PIECE)
        except zlib.error as error:
            raise BrokenGzip("The body is not valid gzip") from error
        self._full = len(output) == PIECE
        self._inside = not self._member.eof
        if self._member.eof:
            self._waiting = self._member.unused_data.lstrip(b"\0")
            self._member = zlib.decompressobj(_GZIP_FORMAT)
            self._full = False
        else:
            self._waiting = self._member.unconsumed_tail
        return output

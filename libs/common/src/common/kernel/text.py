"""Free text that may have to be erased: it lies beside the event, which keeps a salted digest only."""

from __future__ import annotations

import hashlib
import os


class ErasableText:
    """A narrative, reason or comment. `body` is None once it has been erased.

    Two are equal when they say the same; a new text with a salt of its own still equals the stored one,
    and an erased text still recognises the words it once held, so that a partner's nightly export
    does not bring erased words back.
    """

    __slots__ = ("body", "digest", "salt")

    def __init__(self, salt: str, digest: str, body: str | None) -> None:
        self.salt = salt
        self.digest = digest
        self.body = body

    @classmethod
    def of(cls, body: str) -> ErasableText:
        """A new text with a random salt."""
        salt = os.urandom(12).hex()
        return cls(salt, _digest(salt, body), body)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ErasableText):
            return NotImplemented
        if self.body is not None and other.body is not None:
            return self.body == other.body
        if self.body is not None:
            return _digest(other.salt, self.body) == other.digest
        if other.body is not None:
            return _digest(self.salt, other.body) == self.digest
        return (self.salt, self.digest) == (other.salt, other.digest)

    __hash__ = None  # type: ignore[assignment]  # equality spans different salts, so no hash can follow it

    def __repr__(self) -> str:
        return f"ErasableText({self.digest[:8]}…)"  # never the words: a repr ends up in logs


def _digest(salt: str, body: str) -> str:
    return hashlib.sha256(f"{salt}:{body}".encode()).hexdigest()

"""States as JSON and back. Erasable words are not among it: they lie beside the events and come back when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from common.kernel.text import ErasableText

T = TypeVar("T")


def stored(state: Any) -> bytes:
    return msgspec.json.encode(state, enc_hook=_without_words)


def restored(kind: type[T], document: str, words: Mapping[str, str] | None = None) -> T:
    """`words` are bodies by digest; a text that is not among them comes back erased."""
    known = words or {}

    def with_words(expected: type, value: Any) -> Any:
        if expected is not ErasableText:
            raise NotImplementedError(f"{expected.__name__} cannot be read from a document")
        return ErasableText(value["salt"], value["digest"], known.get(value["digest"]))

    return msgspec.json.decode(document, type=kind, dec_hook=with_words)


def _without_words(value: Any) -> Any:
    if not isinstance(value, ErasableText):
        raise NotImplementedError(f"{type(value).__name__} cannot be kept in a document")
    return {"salt": value.salt, "digest": value.digest}

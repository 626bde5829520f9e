"""The footnotes of the jurisdictions that an answer names: by their codes, in titles and names of offices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from funds.api.dependencies import Services
from funds.application.iati_naming import Naming


def footnotes(wired: Services, document: Any) -> list[str]:
    """Of whatever the document says, each once."""
    naming, today = Naming(wired.pack, wired.publishers), wired.today()
    texts = {*_texts(document)}
    named = [naming.country(text, today) for text in texts if text in wired.pack.jurisdictions]
    return list(naming.notes([naming.marked("\n".join(texts)), *named]))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)

"""The footnote's asterisk behind the names of jurisdictions in free text: titles of projects, names of offices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from common.reference.pack import Pack

ASTERISK = "*"


def footnoted(pack: Pack, publishers: Sequence[str] = ()) -> list[str]:
    """Codes of the jurisdictions whose names one of the publishers, or any without them, prints with a footnote."""
    wanted = set(publishers or [publisher.code for publisher in pack.publishers])
    return [code for code, known in pack.jurisdictions.items() if not wanted.isdisjoint(known.footnotes)]


def marked(text: str, pack: Pack, publishers: Sequence[str] = ()) -> str:
    """Every name as a word of its own, of whatever time and however it is written; one that has its asterisk keeps it
    alone."""
    names = {dated.name for code in footnoted(pack, publishers) for dated in pack.jurisdictions[code].names}
    if not names:
        return text
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"\b(?:{either})\b(?!\*)", lambda found: found[0] + ASTERISK, text, flags=re.IGNORECASE)

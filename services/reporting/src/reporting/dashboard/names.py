"""Names that the page prints, from the pack; the only place that adds a footnote's asterisk to a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from common.reference.code_lists import Code
from common.reference.pack import Pack
from reporting.dashboard import wording

SEXES: Mapping[str, str] = {"female": "Women", "male": "Men", "unreported": "Sex unreported"}
UNITS: Mapping[str, str] = {"piece": "pieces", "kg": "kilograms", "round": "rounds"}


@dataclass(frozen=True, slots=True)
class Names:
    """As they were on a day: the last one that is shown. Without `publishers` every publisher's footnotes count."""

    pack: Pack
    on: date
    publishers: Sequence[str] = ()

    def jurisdiction(self, code: str) -> str:
        return self.pack.jurisdictions[code].name(self.on) + ("*" if self._footnotes(code) else "")

    def capital(self, code: str) -> str:
        return self.pack.jurisdictions[code].capital

    def city(self, code: str) -> str:
        """A jurisdiction by its capital; one that the pack does not know, and the region, by the code."""
        if code not in self.pack.jurisdictions:
            return wording.capitalised(code)
        return self.capital(code) + ("*" if self._footnotes(code) else "")

    def category(self, code: str) -> str:
        return _label(self.pack.code_lists.categories, code)

    def kind(self, code: str) -> str:
        return _label(self.pack.code_lists.seized_kinds, code)

    @property
    def footnotes(self) -> list[str]:
        """What the asterisk stands for, whichever names are shown."""
        return list(dict.fromkeys(text for code in self.pack.jurisdictions for text in self._footnotes(code)))

    def _footnotes(self, code: str) -> list[str]:
        texts = self.pack.jurisdictions[code].footnotes
        wanted = self.publishers or [publisher.code for publisher in self.pack.publishers]
        return [texts[publisher] for publisher in wanted if publisher in texts]


def _label(entries: Sequence[Code], code: str) -> str:
    """A code that the pack no longer lists is printed as it is."""
    return next((entry.label for entry in entries if entry.code == code), code)

"""Names that the page prints, from the pack; the only place that adds a footnote's asterisk to a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from common.reference.pack import Pack

SEXES: Mapping[str, str] = {"female": "Women", "male": "Men", "unreported": "Sex unreported"}
UNITS: Mapping[str, str] = {"piece": "pieces", "kg": "kilograms", "round": "rounds"}


@dataclass(frozen=True, slots=True)
class Names:
    """As they were on a day: the last one of the period that is shown."""

    pack: Pack
    on: date

    def jurisdiction(self, code: str) -> str:
        jurisdiction = self.pack.jurisdictions[code]
        return jurisdiction.name(self.on) + ("*" if jurisdiction.footnotes else "")

    def capital(self, code: str) -> str:
        return self.pack.jurisdictions[code].capital

    def category(self, code: str) -> str:
        return _label({entry.code: entry.label for entry in self.pack.code_lists.categories}, code)

    def kind(self, code: str) -> str:
        return _label({entry.code: entry.label for entry in self.pack.code_lists.seized_kinds}, code)


def _label(labels: Mapping[str, str], code: str) -> str:
    """A code that the pack no longer lists is printed as it is."""
    return labels.get(code, code)

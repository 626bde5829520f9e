"""Names on the page of the funds: of parties and places, and free text with the footnote's asterisk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from common.reference.footnotes import marked
from reporting.application.funds.model import Mechanism, Share
from reporting.application.questions import UNKNOWN
from reporting.dashboard.funds import wording
from reporting.dashboard.names import Names

REGIONAL = "regional"
PLACES = {REGIONAL: "The region as a whole", UNKNOWN: "Not said"}
SHORT = {REGIONAL: "Regional", UNKNOWN: "Not said"}


@dataclass(frozen=True, slots=True)
class FundNames:
    """`marked` is for every text that others wrote: a name in it has its footnote, as a name from the pack has."""

    names: Names

    def marked(self, text: str) -> str:
        return marked(text, self.names.pack, self.names.publishers)

    def place(self, code: str) -> str:
        """A jurisdiction, or the region; a code that the pack does not know is printed as it is."""
        if code in self.names.pack.jurisdictions:
            return self.names.jurisdiction(code)
        return PLACES.get(code, self.marked(code))

    def places(self, shares: Iterable[Share]) -> str:
        return ", ".join(self.place(share.key) for share in shares)

    def mechanism(self, mechanism: Mechanism) -> str:
        return self.marked(mechanism.name)

    def long(self, kind: str, code: str) -> str:
        """Of a node: a donor, a fund, an organisation or a place."""
        if kind == "donor":
            return self.marked(wording.donor(code))
        return self.place(code) if kind == "place" else self.marked(code)

    def short(self, kind: str, code: str) -> str:
        """Where there is no room for more than a code."""
        return SHORT.get(code, code) if kind == "place" else self.marked(code)

"""How parties, places and activities are called in IATI files: identifiers where a public list has one, names else.

A party without an identifier that is proven is named alone; none is made up. Identifiers of activities never change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from common.reference.footnotes import ASTERISK, footnoted, marked
from common.reference.pack import Pack
from funds.application.iati_model import EUROPE, GOVERNMENT, MULTILATERAL, Organisation, Share, percentages
from funds.domain.events import FundKind
from funds.domain.values import REGIONAL

POOLED = Organisation("UN pooled funds", "XI-IATI-UNPF", MULTILATERAL)
UNDP = Organisation("United Nations Development Programme", "XM-DAC-41114", MULTILATERAL)

PARTIES = {
    "UNDP": UNDP,
    "UNODC": Organisation("United Nations Office on Drugs and Crime", "XM-DAC-41128", MULTILATERAL),
    "MPTFO": Organisation("United Nations Multi-Partner Trust Fund Office", None, MULTILATERAL),
    "SEESAC": Organisation(
        "South Eastern and Eastern Europe Clearinghouse for the Control of Small Arms and Light Weapons",
        None,
        MULTILATERAL,
    ),
    "EU": Organisation("European Union", None, MULTILATERAL),
    "DE": Organisation("Germany", None, GOVERNMENT),
    "FR": Organisation("France", None, GOVERNMENT),
    "GB": Organisation("United Kingdom", None, GOVERNMENT),
    "NL": Organisation("Netherlands", None, GOVERNMENT),
    "NO": Organisation("Norway", None, GOVERNMENT),
    "SE": Organisation("Sweden", None, GOVERNMENT),
    "SK": Organisation("Slovakia", None, GOVERNMENT),
    "US": Organisation("United States", None, GOVERNMENT),
}
"""By the codes that the service calls them by; the identifiers are of the lists CRSChannelCode and
IATIOrganisationIdentifier."""

REPORTERS: dict[FundKind, Organisation] = {"mptf": POOLED}
"""Who reports on a mechanism; of those that are not pooled the organisation whose secretariat keeps these records, and
as a secondary reporter."""

REGIONS = {"western-balkans": EUROPE, "caribbean": "380"}
"""DAC regions by pack; of another one: developing countries, unspecified."""
UNSPECIFIED = "998"

_SEPARATORS = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Naming:
    """`publishers` are those whose footnotes are printed."""

    pack: Pack
    publishers: Sequence[str]

    def party(self, code: str) -> Organisation:
        known = PARTIES.get(code)
        return known or Organisation(self.marked(code))

    def office(self, organisation: str, office: str) -> Organisation:
        """An office bears the identifier of its organisation."""
        known = self.party(organisation)
        return Organisation(self.marked(office), known.ref, known.kind)

    def places(self, weights: Mapping[str, Decimal], on: date) -> tuple[Share, ...]:
        """Countries, and the region for what is of no single one; by the weights of jurisdictions or `regional`."""
        there = {code: weight for code, weight in weights.items() if weight > 0} or {REGIONAL: Decimal(1)}
        shares = percentages(list(there.values()))
        return tuple(self._place(code, share, on) for code, share in zip(there, shares, strict=True) if share > 0)

    def _place(self, code: str, percentage: Decimal, on: date) -> Share:
        if code in self.pack.jurisdictions:
            return Share(code, percentage, self.country(code, on))
        return Share(REGIONS.get(self.pack.name, UNSPECIFIED), percentage, "", region=True)

    def country(self, code: str, on: date) -> str:
        """The name of that day, with its asterisk."""
        known = self.pack.jurisdictions[code]
        return self.marked(next((name.name for name in known.names if name.holds(on)), known.names[-1].name))

    def marked(self, text: str) -> str:
        """With an asterisk behind every name that has a footnote."""
        return marked(text, self.pack, self.publishers)

    def notes(self, texts: Sequence[str]) -> tuple[str, ...]:
        """The footnotes of the names that stand in the texts."""
        found = []
        said = "\n".join(texts).casefold()
        for code in footnoted(self.pack, self.publishers):
            known = self.pack.jurisdictions[code]
            if any(f"{name.name}{ASTERISK}".casefold() in said for name in known.names):
                found += [known.footnotes[publisher] for publisher in self.publishers if publisher in known.footnotes]
        return tuple(f"* {note}" for note in dict.fromkeys(found))


def fund_identifier(kind: FundKind, code: str) -> str:
    return f"{reporter(kind).ref}-{_SEPARATORS.sub('-', code)}"


def grant_identifier(kind: FundKind, code: str, grant: UUID) -> str:
    return f"{fund_identifier(kind, code)}-{grant}"


def reporter(kind: FundKind) -> Organisation:
    return REPORTERS.get(kind, UNDP)

"""What flows from donors through the funds and organisations to jurisdictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.kernel.money import MINOR_UNITS, split
from reporting.application.funds.counted import DOLLAR, weights
from reporting.dashboard.funds.figures import NET, Figures, summed
from reporting.dashboard.funds.statement import statement

OPENING, OTHER, RETURNED = "from:opening", "from:other", "from:returned"
CHARGES, CLOSING = "to:charges", "to:closing"
CHARGED = ("fee", "direct_costs", "bank_charges", "donor_refunds")
GAINED = ("interest_fund", "interest_organisations", "exchange", "rounding")


@dataclass(frozen=True, slots=True)
class Streaming:
    """What flows between two nodes, keys such as "donor:DE", "fund:SLW00", "organisation:UNDP", "place:BA". Less than
    nothing where more came back."""

    source: str
    target: str
    amount: Decimal

    @property
    def drawn(self) -> Streaming | None:
        """As a picture can show it: what is less than nothing flows the other way, from or to a node beside; it is
        left out where the table alone can tell it."""
        if self.amount > 0:
            return self
        if self.amount == 0 or self.target.startswith("place:"):
            return None
        if self.source.startswith("fund:"):
            back = RETURNED if self.target.startswith("organisation:") else OTHER
            return Streaming(back, self.source, -self.amount)
        return Streaming(self.target, CHARGES, -self.amount)


def streams(figures: Figures, currency: str) -> list[Streaming]:
    """As much goes into a fund as comes out of it, balances included. In the order of the stages, largest first."""
    found = [*_through_funds(figures, currency), *_to_places(figures, currency)]
    return [each for each in found if each.amount]


def _through_funds(figures: Figures, currency: str) -> Iterator[Streaming]:
    funds = [each.code for each in figures.asked.mechanisms if each.currency == currency]
    for stage in (_donated, _beside, _granted, _used):
        for fund in funds:
            yield from sorted(stage(figures, fund), key=lambda each: -each.amount)


def _donated(figures: Figures, fund: str) -> Iterator[Streaming]:
    deposits = figures.facts("deposit", mechanism=fund)
    for donor, amount in summed(deposits, lambda fact: fact.donor or "").items():
        yield Streaming(f"donor:{donor}", f"fund:{fund}", amount)


def _beside(figures: Figures, fund: str) -> Iterator[Streaming]:
    lines = statement(figures, fund).period
    yield Streaming(OPENING, f"fund:{fund}", lines["opening"])
    yield Streaming(OTHER, f"fund:{fund}", sum((lines[code] for code in GAINED), Decimal(0)))


def _granted(figures: Figures, fund: str) -> Iterator[Streaming]:
    facts = figures.facts(*NET, mechanism=fund)
    for organisation, amount in summed(facts, lambda fact: fact.organisation or "", NET).items():
        yield Streaming(f"fund:{fund}", f"organisation:{organisation}", amount)


def _used(figures: Figures, fund: str) -> Iterator[Streaming]:
    lines = statement(figures, fund).period
    yield Streaming(f"fund:{fund}", CHARGES, sum((lines[code] for code in CHARGED), Decimal(0)))
    yield Streaming(f"fund:{fund}", CLOSING, lines["closing"])


def _to_places(figures: Figures, currency: str) -> Iterator[Streaming]:
    """By the shares of each grant, to the cent."""
    grants = figures.everything.grants
    facts = [fact for fact in figures.facts(*NET) if figures.currency(fact.mechanism) == currency]
    minor = currency if currency in MINOR_UNITS else DOLLAR
    placed: dict[tuple[str, str], Decimal] = {}
    for (organisation, grant), amount in summed(facts, lambda f: (f.organisation or "", f.grant), NET).items():
        shares = weights(grants[grant].jurisdictions if grant and grant in grants else ())
        for place, part in zip(shares, split(amount, list(shares.values()), minor), strict=True):
            placed[organisation, place] = placed.get((organisation, place), Decimal(0)) + part
    for (organisation, place), amount in sorted(placed.items(), key=lambda item: (item[0][0], -item[1])):
        yield Streaming(f"organisation:{organisation}", f"place:{place}", amount)


def columns(found: Sequence[Streaming]) -> list[list[str]]:
    """Where the nodes stand, in each column the largest above and what lies beside the projects below."""
    through: dict[str, Decimal] = {}
    for each in found:
        for node in (each.source, each.target):
            through[node] = through.get(node, Decimal(0)) + each.amount
    ordered = sorted(through, key=lambda node: -through[node])

    def of(*kinds: str) -> list[str]:
        return [node for kind in kinds for node in ordered if node.partition(":")[0] == kind]

    return [of("donor", "from"), of("fund"), of("organisation", "to"), of("place")]

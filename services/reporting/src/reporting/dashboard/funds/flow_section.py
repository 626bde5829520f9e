"""The flow of money from donors to jurisdictions: a picture, and the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reporting.dashboard.charts.theme import NARROW
from reporting.dashboard.funds import wording
from reporting.dashboard.funds.broad import BROAD
from reporting.dashboard.funds.figures import Figures
from reporting.dashboard.funds.flow import CHARGES, CLOSING, OPENING, OTHER, RETURNED, Streaming, columns, streams
from reporting.dashboard.funds.flow_picture import Flow, Label, drawn
from reporting.dashboard.funds.naming import FundNames
from reporting.dashboard.funds.streams import Stream
from reporting.dashboard.tables import Cell, Column, Exhibit, Head, Line, Picture, Section, Table

ASIDE = {
    OPENING: ("Balance at the beginning", "Balance"),
    OTHER: ("Interest, exchange, rounding", "Interest"),
    RETURNED: ("Refunds from organisations", "Refunds"),
    CHARGES: ("Fee, charges, refunds to donors", "Fee"),
    CLOSING: ("Balance at the end", "Balance"),
}
NOTE = (
    "What organisations received, less their refunds, is divided to the cent by the shares of jurisdictions in each "
    "project's proposal; what is spent for the region as a whole is not divided."
)
NOTHING = "Nothing has flowed yet."


def flow(figures: Figures, names: FundNames) -> Section:
    found = {currency: streams(figures, currency) for currency in figures.currencies}
    exhibits = [_exhibit(figures, currency, each, names) for currency, each in found.items() if each]
    when = f" in {figures.asked.year}" if figures.asked.year else ""
    return Section("flow", f"From donors to jurisdictions{when}", "" if exhibits else NOTHING, exhibits)


def _exhibit(figures: Figures, currency: str, found: Sequence[Streaming], names: FundNames) -> Exhibit:
    table = Table(
        caption=f"What flowed from where to where, in {currency}",
        columns=[Column("From", numeric=False), Column("To", numeric=False), Column(currency)],
        lines=[
            Line([Head(_text(each.source, names)), Head(_text(each.target, names))], [Cell(wording.money(each.amount))])
            for each in found
        ],
        address=_address(figures),
    )
    return Exhibit(_picture(currency, found, names), table, [NOTE], broad=True)


def _address(figures: Figures) -> str:
    """Transfers by jurisdiction, which refunds are not taken off."""
    refunded = any(True for _ in figures.facts("refund"))
    return "" if refunded else figures.asked.address("transferred", "organisation", "jurisdiction")


def _picture(currency: str, found: Sequence[Streaming], names: FundNames) -> Picture:
    shown = [each.drawn for each in found]
    flowing = [each for each in shown if each is not None]
    nodes = columns(flowing)
    labels = {node: _label(node, flowing, names) for column in nodes for node in column}
    picture = Flow(nodes, [Stream(each.source, each.target, float(each.amount)) for each in flowing], labels)
    told = "; ".join(
        f"{_text(each.source, names)} to {_text(each.target, names)} {wording.millions(each.amount)}"
        for each in flowing
    )
    description = f"Flow chart in {currency}. {told}."
    return Picture(
        caption=f"The height of a stream is its amount, in {currency} (M: millions, k: thousands).",
        legend="",
        wide=drawn(picture, BROAD, description, wide=True),
        narrow=drawn(picture, NARROW, description, wide=False),
    )


def _label(node: str, flowing: Sequence[Streaming], names: FundNames) -> Label:
    into = sum((each.amount for each in flowing if each.target == node), Decimal(0))
    out = sum((each.amount for each in flowing if each.source == node), Decimal(0))
    short = ASIDE[node][1] if node in ASIDE else names.short(*_parts(node))
    return Label(_text(node, names), short, wording.millions(max(into, out)), aside=node in ASIDE)


def _text(node: str, names: FundNames) -> str:
    if node in ASIDE:
        return ASIDE[node][0]
    return names.long(*_parts(node))


def _parts(node: str) -> tuple[str, str]:
    kind, _, code = node.partition(":")
    return kind, code

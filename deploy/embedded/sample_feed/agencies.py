"""The partner agencies of the demo: invented institutions, each with a format and a beat of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["ndjson", "csv", "single"]

JURISDICTIONS = ("AL", "BA", "MD", "ME", "MK", "RS", "XK")


@dataclass(frozen=True, slots=True)
class Agency:
    """A partner. `jurisdictions` is what its key covers; `format` is how its lines arrive."""

    code: str
    name: str
    jurisdictions: tuple[str, ...]
    format: Format


MONITOR = Agency("regional-monitor", "Regional Media Monitor (illustrative)", JURISDICTIONS, "ndjson")

AGENCIES: tuple[Agency, ...] = (
    MONITOR,
    Agency("rs-desk", "Serbia Incident Desk (illustrative)", ("RS",), "ndjson"),
    Agency("ba-desk", "Bosnia and Herzegovina Incident Desk (illustrative)", ("BA",), "csv"),
    Agency("xk-desk", "Pristina Incident Desk (illustrative)", ("XK",), "ndjson"),
    Agency("adriatic-desk", "Adriatic Incident Desk (illustrative)", ("AL", "ME"), "csv"),
    Agency("mk-desk", "North Macedonia Incident Desk (illustrative)", ("MK",), "csv"),
    Agency("md-desk", "Moldova Incident Desk (illustrative)", ("MD",), "single"),
)

DESKS: dict[str, Agency] = {code: agency for agency in AGENCIES[1:] for code in agency.jurisdictions}

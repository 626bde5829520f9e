"""The published figures of the funds, each with its line in the founding document and the question that gives it."""

from __future__ import annotations

from dataclasses import dataclass, field

from embedded.funds.donors import CODE

OF_FUNDS, OF_RESULTS = "/v1/aggregates/funds", "/v1/aggregates/results"


@dataclass(frozen=True, slots=True)
class FundFigure:
    """`value` is the `total` of the aggregates with these parameters."""

    what: str
    value: str | int
    line: int
    query: dict[str, str] = field(default_factory=dict)
    path: str = OF_FUNDS


def _deposited(what: str, value: str, line: int, **query: str) -> FundFigure:
    return FundFigure(what, value, line, {"measure": "deposited", "by": "donor", "mechanism": CODE, **query})


def _projects(year: int, count: int) -> FundFigure:
    return FundFigure(f"projects in {year}", count, 43, {"measure": "projects", "by": "year", "year": str(year)})


def _results(what: str, value: str, line: int, **query: str) -> FundFigure:
    return FundFigure(what, value, line, {"by": "jurisdiction", "year": "2020", **query}, OF_RESULTS)


FIGURES: tuple[FundFigure, ...] = (
    _deposited("contributions in USD", "15900000.00", 568),
    _deposited("… of Germany", "8580000.00", 561, donor="DE"),
    _deposited("… of the United Kingdom", "2610000.00", 562, donor="GB"),
    _deposited("… of the Netherlands", "1650000.00", 563, donor="NL"),
    _deposited("… of Sweden", "1520000.00", 564, donor="SE"),
    _deposited("… of France", "1000000.00", 565, donor="FR"),
    _deposited("… of Norway", "540000.00", 566, donor="NO"),
    _deposited("… new in 2020", "4430000.00", 570, year="2020"),
    FundFigure(
        "approved in February 2020",
        "5340000.00",
        616,
        {"measure": "approved", "by": "project", "mechanism": CODE, "from": "2020-02-01", "to": "2020-02-29"},
    ),
    FundFigure(
        "approved in November 2020 and January 2021",
        "6650000.00",
        635,
        {"measure": "approved", "by": "project", "mechanism": CODE, "from": "2020-11-01", "to": "2021-01-31"},
    ),
    _projects(2019, 36),
    _projects(2020, 42),
    _results("SALW, parts and components destroyed", "1839", 250, unit="pieces"),
    _results("storages secured", "2", 261, unit="storages"),
)

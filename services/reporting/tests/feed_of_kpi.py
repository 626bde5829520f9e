"""`kpi`'s feed for tests: a small roadmap, rounds, reports and editions, with gapless positions and versions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from publisher_feed import PublisherFeed

from common.contracts import kpi as published
from common.kernel.ids import derived_id
from common.messaging.ports import Received

MEMBERS = ("AL", "BA", "RS", "XK")
DAY = "2021-03-01"
SETTINGS = {"inland": "Inland", "border": "At a border"}

ROADMAP: dict[str, Any] = {
    "code": "wb",
    "version": "1",
    "title": "Roadmap for tests",
    "digest": "d" * 64,
    "goals": [{"number": "3", "title": "Less trafficking"}, {"number": "6", "title": "Destruction"}],
    "code_lists": [
        {
            "code": "setting",
            "label": "Setting",
            "codes": [{"code": code, "label": label} for code, label in SETTINGS.items()],
            "parts_make_total": True,
        }
    ],
    "kpis": [
        {
            "number": "1",
            "name": "Instruments",
            "goals": ["3"],
            "collector": "commission",
            "level": "regional",
            "parts": [
                {
                    "number": "1",
                    "name": "Instruments",
                    "kind": "statuses",
                    "direction": "higher",
                    "items": [{"code": "law", "label": "Law"}, {"code": "code", "label": "Code"}],
                    "statuses": [{"code": "draft", "label": "Draft"}, {"code": "done", "label": "Done"}],
                }
            ],
        },
        {
            "number": "6",
            "name": "Seizures",
            "goals": ["3"],
            "collector": "commission",
            "level": "regional",
            "parts": [
                {
                    "number": "6.1",
                    "name": "Firearms seized",
                    "kind": "quantity",
                    "unit": "piece",
                    "dimensions": ["setting"],
                    "baseline": "2018",
                    "comparable_kinds": ["handgun"],
                    "comparable_unit": "piece",
                },
                {"number": "6.2", "name": "Explosives seized", "kind": "quantity", "unit": "kilogram", "decimals": 3},
                {"number": "6.3", "name": "Firearms traced", "kind": "quantity", "unit": "piece"},
                {
                    "number": "6.4",
                    "name": "Share traced",
                    "kind": "percent",
                    "decimals": 1,
                    "direction": "higher",
                    "baseline": "2018",
                    "targets": [{"period": "2024-S2", "value": "100"}],
                    "formula": "100 * {6.3} / {6.1}",
                },
            ],
        },
        {
            "number": "10",
            "name": "Registered firearms",
            "goals": ["6"],
            "collector": "commission",
            "level": "national",
            "members": ["AL", "BA"],
            "parts": [
                {"number": "10", "name": "Registered firearms", "kind": "quantity", "unit": "piece", "stock": True}
            ],
        },
        {
            "number": "14",
            "name": "Feeling safe",
            "goals": ["6"],
            "collector": "survey",
            "level": "regional",
            "parts": [{"number": "14", "name": "Feeling safe", "kind": "percent", "decimals": 1}],
        },
    ],
    "bands": [
        {"code": "reached", "label": "Target reached", "from_percent": "100"},
        {"code": "some", "label": "Some of the way", "from_percent": "0"},
    ],
    "members": [{"jurisdiction": code} for code in MEMBERS],
    "on": "2018-07-10",
}


def figure(jurisdiction: str, kpi: str, value: Any = None, presence: str = "reported", **cells: Any) -> dict[str, Any]:
    """`cells` are values by setting; without any value it is not reported unless `presence` says what it is."""
    told = {} if value is None else {(): value}
    told |= {(("setting", code),): number for code, number in cells.items()}
    return {
        "jurisdiction": jurisdiction,
        "kpi": kpi,
        "presence": presence,
        "quality": "final" if presence == "reported" else None,
        "cells": [{"dimensions": dict(place), "value": str(Decimal(number))} for place, number in told.items()],
    }


class KpiFeed(PublisherFeed):
    """Rounds are named by their number, reports by round and jurisdiction."""

    publisher = "kpi"

    def __init__(self) -> None:
        super().__init__()
        self.editions: dict[int, int] = {}
        self.frozen: dict[tuple[int, str | None], int] = {}

    def roadmap(self, **changes: Any) -> Received:
        document = {**ROADMAP, **changes}
        stream = derived_id("roadmap", document["code"], document["version"])
        return self.append(stream, published.RoadmapPublished, document)

    def round(self, number: int, period: str, version: str = "1", members: tuple[str, ...] = MEMBERS) -> UUID:
        """Opened, with a report for every member and the secretariat's."""
        heading = {
            "roadmap": "wb",
            "roadmap_version": version,
            "number": number,
            "period": period,
            "values_period": period,
            "due": "2021-02-01",
            "on": "2020-12-01",
        }
        stream = self.round_id(number)
        self.append(stream, published.RoundOpened, {**heading, "members": members})
        for jurisdiction in (*members, None):
            kind = "secretariat" if jurisdiction is None else "jurisdiction"
            opened = {**heading, "round": str(stream), "kind": kind, "jurisdiction": jurisdiction}
            self.append(self.report_id(number, jurisdiction), published.ReportOpened, opened)
        return stream

    def happen(self, number: int, who: str | None, contract: type[published.Contract], /, **told: Any) -> Received:
        """Something to a report."""
        return self.append(self.report_id(number, who), contract, {"on": DAY, **told})

    def accept(self, number: int, jurisdiction: str) -> None:
        self.happen(number, jurisdiction, published.ValueRecorded, jurisdiction=jurisdiction, kpi="6.1")
        self.happen(number, jurisdiction, published.ReportSubmitted, digest="a" * 64)
        self.happen(number, jurisdiction, published.ReportAccepted, digest="a" * 64)

    def publish(self, number: int, *figures: Mapping[str, Any], secretariat: tuple[Any, ...] = ()) -> None:
        """An edition: the reports that these figures are of are frozen, those of earlier editions stay in it."""
        edition = self.editions[number] = self.editions.get(number, 0) + 1
        said: dict[str | None, list[Any]] = {}
        for each in figures:
            said.setdefault(each["jurisdiction"], []).append(each)
        if secretariat:
            said[None] = list(secretariat)
        for jurisdiction, theirs in said.items():
            self.freeze(number, jurisdiction, edition, theirs)
        self.announce(number, edition)

    def freeze(self, number: int, jurisdiction: str | None, edition: int, figures: list[Any]) -> Received:
        before, self.frozen[number, jurisdiction] = self.frozen.get((number, jurisdiction)), edition
        told: dict[str, Any] = {"edition": edition, "digest": f"{edition}" * 64, "figures": figures}
        if before is None:
            return self.happen(number, jurisdiction, published.ReportPublished, **told)
        return self.happen(number, jurisdiction, published.ReportRestated, restates=before, **told)

    def announce(self, number: int, edition: int) -> Received:
        listed = [
            {
                "report": str(self.report_id(number, jurisdiction)),
                "kind": "secretariat" if jurisdiction is None else "jurisdiction",
                "jurisdiction": jurisdiction,
                "version": self.versions[self.report_id(number, jurisdiction)],
                "digest": f"{published_in}" * 64,
                "published_in": published_in,
            }
            for (round_, jurisdiction), published_in in self.frozen.items()
            if round_ == number
        ]
        missing = [code for code in MEMBERS if (number, code) not in self.frozen]
        told = {"edition": edition, "reports": listed, "missing": missing, "on": DAY}
        return self.append(self.round_id(number), published.RoundPublished, told)

    def round_id(self, number: int) -> UUID:
        return derived_id("round", "wb", str(number))

    def report_id(self, number: int, jurisdiction: str | None) -> UUID:
        return derived_id("report", "wb", str(number), jurisdiction or "secretariat")

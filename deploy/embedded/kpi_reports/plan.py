"""The reports of the demo. What the founding document prints is exact in its sums; everything else is illustration.

The document: "SEESAC 2020 Key Achievements and Plans for 2021", 18 March 2021, in its text form; `docs/demo-data.md`
lists each figure with its line, where it stands, and whether its split is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

ROADMAP = "wb-salw"
MEMBERS = ("AL", "BA", "ME", "MK", "RS", "XK")
SPLIT = "Illustrative split: the fourth KPI report prints the region's sum alone."
ILLUSTRATIVE = "Illustrative figure."
BA_DESTRUCTION = (
    "Illustrative split: for 2020, reports 4 and 5 together, 1,076 pieces of SALW and 763 parts and components are "
    "printed. Reading them as KPI 12 is ours."
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a round of the demo happened."""

    number: int
    period: str
    opened: date
    due: date
    sent: date
    accepted: date
    shared: date
    object_by: date
    published: date


ROUNDS = (
    Calendar(
        1,
        "2018",
        date(2019, 1, 15),
        date(2019, 3, 31),
        date(2019, 3, 15),
        date(2019, 4, 10),
        date(2019, 4, 15),
        date(2019, 4, 30),
        date(2019, 5, 15),
    ),
    Calendar(
        3,
        "2019-S2",
        date(2020, 1, 15),
        date(2020, 3, 31),
        date(2020, 3, 2),
        date(2020, 5, 4),
        date(2020, 5, 11),
        date(2020, 5, 31),
        date(2020, 6, 26),
    ),
    Calendar(
        4,
        "2020-S1",
        date(2020, 7, 1),
        date(2020, 9, 30),
        date(2020, 9, 1),
        date(2020, 10, 12),
        date(2020, 10, 19),
        date(2020, 11, 2),
        date(2020, 11, 18),
    ),
    Calendar(
        5,
        "2020-S2",
        date(2021, 1, 11),
        date(2021, 3, 31),
        date(2021, 3, 1),
        date(2021, 5, 3),
        date(2021, 5, 10),
        date(2021, 5, 31),
        date(2021, 6, 21),
    ),
)

SEIZED = {
    "AL": (210, 6),
    "BA": (388, 7),
    "ME": (96, 5),
    "MK": (187, 3),
    "RS": (393, 10),
    "XK": (402, 4),
}
"""Firearms seized inland and at borders in the first half of 2020: 1,676 and 35 in the region."""
SURRENDERED = {"AL": 1_500, "BA": 2_050, "ME": 600, "MK": 1_500, "RS": 26_000, "XK": 900}
"""Firearms voluntarily surrendered in the first half of 2020: 32,550 in the region."""
DESTROYED_BY_BA = {4: (612, 430), 5: (464, 333)}
"""SALW, and parts and components, destroyed by BA in reports 4 and 5: 1,076 and 763 together."""

_SIZE = {"AL": 0.9, "BA": 1.1, "ME": 0.4, "MK": 0.7, "RS": 2.2, "XK": 0.7}
_BASE: Mapping[str, float] = {  # of a jurisdiction of size 1 in half a year, at the baseline
    "3.1": 120,
    "3.2": 90,
    "3.3": 60,
    "4.1": 85,
    "4.2": 40,
    "6.1": 240,
    "6.2": 9_000,
    "6.3": 60,
    "6.4": 14.5,
    "7.1": 70,
    "8.1": 25,
    "8.2": 40,
    "9.1": 4,
    "10": 310_000,
    "11.1": 700,
    "11.2": 150,
    "11.3": 40,
    "12.1": 600,
    "12.2": 300,
    "12.3": 25_000,
    "12.4": 12.5,
    "13.1": 20,
    "13.2": 9,
}
_GROWTH = {1: 1.0, 3: 1.06, 4: 1.1, 5: 1.17}
_PLACES = {"6.4": 3, "12.4": 3}
_UNEVEN = {"AL": 3, "BA": -2, "ME": 1, "MK": 2, "RS": -1, "XK": 0}  # so that no two courses are alike
_FALLING = ("4.1", "4.2")
_STEADY = ("10", "13.1")
_STATUSES = ("none", "draft", "adopted", "harmonised")
_INSTRUMENTS = ("weapons", "trade", "civilian_firearms", "deactivation", "marking", "criminal_code")


def values(number: int, jurisdiction: str) -> list[dict[str, Any]]:
    """What a commission says of every part that it collects, as an import takes it."""
    printed = {entry["kpi"]: entry for entry in _printed(number, jurisdiction)}
    told = [printed.get(part) or _invented(number, jurisdiction, part) for part in _BASE]
    return [_instruments(number, jurisdiction), _policies(number, jurisdiction), *told, _cooperation()]


def survey(number: int) -> list[dict[str, Any]]:
    """What the secretariat enters of the KPIs that commissions do not collect."""
    found = []
    for n, jurisdiction in enumerate(MEMBERS):
        estimate = round(100 * _SIZE[jurisdiction] / _GROWTH[number])
        safe = f"{61.5 + 2 * n + number:.1f}"
        for part, value in (("5", str(estimate)), ("14", safe)):
            found.append(
                {
                    "kpi": part,
                    "jurisdiction": jurisdiction,
                    "presence": "reported",
                    "quality": "estimated",
                    "value": value,
                    "comment": ILLUSTRATIVE,
                }
            )
    return found


def narratives(number: int, jurisdiction: str) -> dict[str, dict[str, Any]]:
    """Narratives by section; illustration throughout."""
    told = f"Illustrative text of report {number}: work towards this goal went on in {jurisdiction}."
    needs = "Illustrative text: training and equipment for evidence rooms."
    return {
        "1": {"language": "en", "original": told},
        "6": {"language": "en", "original": told},
        "challenges": {"language": "en", "original": "Illustrative text: meetings were held online."},
        "needs": {"language": "en", "original": needs},
    }


def _printed(number: int, jurisdiction: str) -> list[dict[str, Any]]:
    """The figures whose sums the document prints."""
    found = []
    if number == 4:
        inland, border = SEIZED[jurisdiction]
        cells = [
            {"dimensions": {"setting": "inland"}, "value": str(inland)},
            {"dimensions": {"setting": "border"}, "value": str(border)},
        ]
        found.append(_reported("6.1", SPLIT, cells=cells))
        found.append(_reported("11.1", SPLIT, value=str(SURRENDERED[jurisdiction])))
    if jurisdiction == "BA" and number in DESTROYED_BY_BA:
        weapons, parts = DESTROYED_BY_BA[number]
        found.append(_reported("12.1", BA_DESTRUCTION, value=str(weapons)))
        found.append(_reported("12.2", BA_DESTRUCTION, value=str(parts)))
    return found


def _invented(number: int, jurisdiction: str, part: str) -> dict[str, Any]:
    way = 1.0 if part in _STEADY else 2 - _GROWTH[number] if part in _FALLING else _GROWTH[number]
    half = 2 if number == 1 and part not in ("10", "13.1", "13.2") else 1  # the baseline covers a whole year
    exact = _BASE[part] * _SIZE[jurisdiction] * way * half * (1 + _UNEVEN[jurisdiction] / 100)
    places = _PLACES.get(part, 0)
    if part == "6.1":
        border = max(1, round(exact * 0.02))
        cells = [
            {"dimensions": {"setting": "inland"}, "value": str(round(exact) - border)},
            {"dimensions": {"setting": "border"}, "value": str(border)},
        ]
        return _reported(part, ILLUSTRATIVE, cells=cells)
    return _reported(part, ILLUSTRATIVE, value=f"{exact:.{places}f}")


def _instruments(number: int, jurisdiction: str) -> dict[str, Any]:
    reached = {1: 1, 3: 2, 4: 2, 5: 3}[number]
    back = [(n + _UNEVEN[jurisdiction]) % 2 for n in range(len(_INSTRUMENTS))]
    statuses = [
        {"item": item, "status": _STATUSES[reached - behind]} for item, behind in zip(_INSTRUMENTS, back, strict=True)
    ]
    return _reported("1", ILLUSTRATIVE, statuses=statuses)


def _policies(number: int, jurisdiction: str) -> dict[str, Any]:
    link = f"https://example.org/{jurisdiction.lower()}/salw-strategy"
    documents = [{"title": "SALW control strategy (illustrative)", "link": link}]
    if number > 3:
        documents.append({"title": "Action plan (illustrative)", "link": f"{link}/action-plan"})
    return _reported("2", ILLUSTRATIVE, documents=documents)


def _cooperation() -> dict[str, Any]:
    text = "Illustrative text: information was exchanged through the firearms focal points."
    return {"kpi": "9.2", "presence": "reported", "text": text}


def _reported(part: str, comment: str, **more: Any) -> dict[str, Any]:
    return {"kpi": part, "presence": "reported", "quality": "final", "comment": comment, **more}

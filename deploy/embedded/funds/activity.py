"""What an activity of the demo is, and how several alike are told one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

ROADMAP = "EU-2018-1788"
"""The instrument in support of the Roadmap; which instrument bore which activity is illustration."""
DISARMAMENT = "EU-2019-2111"
GENDER = "NO-MFA"
UPGRADES = "US-STATE"

SIX = ("AL", "BA", "ME", "MK", "RS", "XK")
SEVEN = ("AL", "BA", "MD", "ME", "MK", "RS", "XK")
REGION = ("regional",)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something counted: a result, or what a plan aims at."""

    name: str
    quantity: int
    unit: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation of an assessment."""

    text: str
    owner: str
    due: date


@dataclass(frozen=True, slots=True)
class Activity:
    """`held` is None where it is planned or goes on; `group` is its entry in the reference file."""

    group: str
    kind: str
    title: str
    project: str
    jurisdictions: Sequence[str]
    goals: Sequence[str]
    planned: tuple[date, date]
    held: date | None = None
    results: Sequence[Quantity] = ()
    targets: Sequence[Quantity] = ()
    kpis: Sequence[str] = ()
    partners: Sequence[str] = ()
    recommendations: Sequence[Advice] = ()

    @property
    def key(self) -> str:
        return f"{self.group}: {self.title}"


def each_on(like: Activity, *days: date) -> list[Activity]:
    """As many alike as there are days, numbered, each held on its own."""
    return [
        replace(like, title=f"{like.title} ({n} of {len(days)})", planned=(day, day), held=day)
        for n, day in enumerate(days, 1)
    ]


def each_in(like: Activity, *places: tuple[str, date]) -> list[Activity]:
    """One for each jurisdiction, held on its day."""
    return [replace(like, jurisdictions=(place,), planned=(day, day), held=day) for place, day in places]


def each_planned(like: Activity, *spans: tuple[date, date]) -> list[Activity]:
    """As many alike as there are spans, numbered."""
    return [replace(like, title=f"{like.title} ({n} of {len(spans)})", planned=span) for n, span in enumerate(spans, 1)]

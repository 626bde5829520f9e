"""What a roadmap is made of, as `kpi` publishes it with `RoadmapPublished`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from common.contracts.base import Contract


class Code(Contract):
    """A code and its label."""

    code: str
    """Stable, for programs."""
    label: str
    """In English."""


class CodeList(Contract):
    """The codes of a dimension; its total has the code `_T` and is not among them."""

    code: str
    """The dimension."""
    label: str
    """In English."""
    codes: tuple[Code, ...]
    """In the order in which they are shown."""
    parts_make_total: bool
    """Whether the codes are disjoint and complete, so that they add up to the total."""


class Objective(Contract):
    """A goal, or a target below one."""

    number: str
    """As the roadmap numbers it, e.g. "1.3.3"."""
    title: str
    """Short and neutral."""
    parent: str | None = None
    """The number of the objective above it; null for a goal."""


class Target(Contract):
    """What a part shall reach."""

    period: str
    """By the end of it."""
    value: Decimal
    """A plain decimal in a string, in the part's unit."""


class Part(Contract):
    """One series of a KPI."""

    number: str
    """`<kpi>.<part>`, or the KPI's own number where it has one part."""
    name: str
    """Short and neutral."""
    kind: Literal["number", "quantity", "percent", "statuses", "documents", "narrative"]
    """What a figure of it is."""
    unit: str | None = None
    """What a quantity counts; null for the other kinds. Different units are never added."""
    decimals: int = 0
    """How many places a value has at most."""
    dimensions: tuple[str, ...] = ()
    """Codes of the code lists along which it is broken down."""
    direction: Literal["higher", "lower", "neutral"] = "neutral"
    """Which way is progress."""
    baseline: str | None = None
    """The period that progress is measured from."""
    targets: tuple[Target, ...] = ()
    """In the order of their periods."""
    formula: str | None = None
    """How a derived part follows from others, e.g. `100 * {3.3} / {3.1}`; null for a recorded one."""
    stock: bool = False
    """Whether it is what there is at the end of a period, so that periods are not added."""
    items: tuple[Code, ...] = ()
    """What statuses are told of."""
    statuses: tuple[Code, ...] = ()
    """From the least to the most advanced."""
    comparable_kinds: tuple[str, ...] = ()
    """Kinds of seized items in the incident feed that the part may be set beside, never added to."""
    comparable_unit: str | None = None
    """Their unit in the incident feed."""
    comparable_by_setting: bool = False
    """Whether the incident feed can also be asked for each setting."""


class Kpi(Contract):
    """A key performance indicator."""

    number: str
    """As the roadmap numbers it."""
    name: str
    """Short and neutral; the official wording stands in the service, where it is known."""
    goals: tuple[str, ...]
    """Numbers of the objectives that it serves, one or several."""
    collector: Literal["commission", "secretariat", "third_party", "survey"]
    """Who enters it. What a commission does not collect is listed apart and counts in no one's completeness."""
    level: Literal["regional", "national"]
    """Whether all members report on it, or those that chose it."""
    members: tuple[str, ...] | None = None
    """Those that chose it; null: all."""
    parts: tuple[Part, ...]
    """At least one."""


class Band(Contract):
    """A band of progress from baseline to target."""

    code: str
    """Stable, for programs."""
    label: str
    """In English."""
    from_percent: Decimal
    """The least progress that it stands for; a plain decimal in a string."""


class Mapping(Contract):
    """How an earlier version's series go on in this one."""

    version: str
    """The earlier version."""
    parts: dict[str, str]
    """The number here by the number there; a part that is not named keeps its own."""


class Member(Contract):
    """A jurisdiction that reports; both days inclusive, null: open."""

    jurisdiction: str
    """A code of the list of jurisdictions."""
    start: date | None = None
    """The first day."""
    end: date | None = None
    """The last day."""

"""A roadmap as the rules know it: goals, KPIs and their parts, members, periods, rules. Published whole, never changed.

It comes from a file of a reference pack (`common.reference.roadmaps`); then from the event that published it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

TOTAL = "_T"
"""The code of a dimension's total (SDMX); a cell that does not name a dimension is its total."""

REGIONAL = "regional"

Kind = Literal["number", "quantity", "percent", "statuses", "documents", "narrative"]
Collector = Literal["commission", "secretariat", "third_party", "survey"]
Direction = Literal["higher", "lower", "neutral"]
Severity = Literal["error", "warning"]
Missing = Literal["skip_if_any", "skip_if_all", "never"]
Operator = Literal["==", "!=", "<", "<=", ">", ">="]
WordingStatus = Literal["official", "unverified"]
Grain = Literal["year", "half", "quarter", "month"]


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """The codes of a dimension, besides `TOTAL`. `parts_make_total`: whether they are disjoint and complete."""

    code: str
    label: str
    codes: tuple[Code, ...]
    parts_make_total: bool = True


@dataclass(frozen=True, slots=True)
class Objective:
    """A goal, or a target below it, to any depth; `number` is unique in the roadmap ("3", "1.3.3")."""

    number: str
    title: str
    wording: str | None = None
    wording_status: WordingStatus = "unverified"
    targets: tuple[Objective, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a part shall reach by the end of a period."""

    period: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Comparable:
    """What the incident feed can say beside a figure: seized items of these kinds, by setting where `by_setting`.

    An official figure below the feed's by more than `tolerance_percent` of the feed's is asked about.
    """

    kinds: tuple[str, ...]
    unit: str
    tolerance_percent: Decimal
    by_setting: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One series of a KPI. `number` is "<kpi>.<part>", or the KPI's own where it has one part only.

    `formula` makes it a derived one that nobody records: e.g. "100 * {13.2} / {13.1}"; see `common.kernel.expressions`.
    `items` and `statuses` belong to the kind `statuses`, its statuses from the least to the most advanced. A `stock` is
    what there is at the end of a period, and is not added over periods.
    """

    number: str
    name: str
    kind: Kind
    unit: str | None = None
    decimals: int = 0
    dimensions: tuple[str, ...] = ()
    direction: Direction = "neutral"
    baseline: str | None = None
    targets: tuple[Target, ...] = ()
    formula: str | None = None
    stock: bool = False
    items: tuple[Code, ...] = ()
    statuses: tuple[Code, ...] = ()
    comparable: Comparable | None = None

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "quantity", "percent")

    @property
    def derived(self) -> bool:
        return self.formula is not None


@dataclass(frozen=True, slots=True)
class Kpi:
    """`goals` are numbers of objectives, several where it serves several. `members`: of a national indicator, those
    that chose it; None for all. `collector`: who enters it; only a commission's stands in a jurisdiction's report."""

    number: str
    name: str
    goals: tuple[str, ...]
    parts: tuple[Part, ...]
    collector: Collector = "commission"
    level: Literal["regional", "national"] = "regional"
    members: tuple[str, ...] | None = None
    wording: str | None = None
    wording_status: WordingStatus = "unverified"


@dataclass(frozen=True, slots=True)
class Rule:
    """`left operator right` holds, or it is a finding of that severity; sides are expressions over parts.

    `missing` says what happens where a part has no value: the rule is skipped if any (or if all) are missing, or never,
    what is missing counting as 0.
    """

    id: str
    left: str
    operator: Operator
    right: str
    severity: Severity
    missing: Missing
    message: str


@dataclass(frozen=True, slots=True)
class Member:
    """A jurisdiction that reports; both days inclusive, None: open."""

    jurisdiction: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ReportPeriods:
    """What report `number` covers: the narrative one period, the values another where they differ."""

    number: int
    narrative: str
    values: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which report covers what. Report `first_number` covers `first_period` of that grain, the next the next period;
    `exceptions` say otherwise for single numbers (a baseline year, a report whose values cover a whole year)."""

    grain: Grain
    first_number: int
    first_period: str
    exceptions: tuple[ReportPeriods, ...] = ()
    due_days: int = 60
    reminder_days: tuple[int, ...] = (30, 7, 1)


@dataclass(frozen=True, slots=True)
class Band:
    """A band of progress from baseline to target: from that percentage on. Listed from the highest."""

    code: str
    label: str
    from_percent: Decimal


@dataclass(frozen=True, slots=True)
class Mapping:
    """How parts of an earlier version go on in this one: old number to new number."""

    version: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Custodian:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Roadmap:
    code: str
    version: str
    title: str
    custodians: tuple[Custodian, ...]
    members: tuple[Member, ...]
    schedule: Schedule
    goals: tuple[Objective, ...]
    code_lists: tuple[CodeList, ...]
    kpis: tuple[Kpi, ...]
    rules: tuple[Rule, ...] = ()
    bands: tuple[Band, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    wording_note: str = ""

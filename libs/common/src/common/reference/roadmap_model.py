"""A roadmap as its file writes it. Fields are those of the domain (`kpi.domain.roadmap`), where each is described.

What can be said of one entry alone is checked here; what entries say of each other, in `roadmap_faults`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from common.kernel.expressions import parse
from common.kernel.periods import Grain, Period
from common.reference.jurisdictions import CodeText, Text
from common.reference.jurisdictions import Part as Entry

Kind = Literal["number", "quantity", "percent", "statuses", "documents", "narrative"]
NUMERIC: frozenset[Kind] = frozenset({"number", "quantity", "percent"})
PIECE = "piece"


def _period(name: str) -> str:
    return str(Period.parse(name))


def _expression(text: str) -> str:
    parse(text)
    return text


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if twice := repeated(names):
        raise ValueError(f"{twice[0]} stands here twice")
    return names


def _pairs(value: Any) -> Any:
    return tuple(value.items()) if isinstance(value, dict) else value


ObjectiveNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$", max_length=20)]
KpiNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$", max_length=20)]
PartNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+(\.[A-Za-z0-9]+)?$", max_length=20)]
PeriodName = Annotated[str, AfterValidator(_period)]
ExpressionText = Annotated[str, AfterValidator(_expression)]
Percent = Annotated[Decimal, Field(ge=0, le=100)]
Codes = Annotated[tuple[CodeText, ...], AfterValidator(_distinct)]


def repeated(names: Iterable[str]) -> Sequence[str]:
    """Those that stand a second time."""
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


class Code(Entry):
    code: CodeText
    label: Text


def _one_meaning(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    _distinct(tuple(code.code for code in codes))
    return codes


CodeSeries = Annotated[tuple[Code, ...], AfterValidator(_one_meaning)]


class CodeList(Entry):
    code: CodeText
    label: Text
    codes: Annotated[CodeSeries, Field(min_length=1)]
    parts_make_total: bool = True


class Worded(Entry):
    """Official wording is what somebody published word for word; without it there is none to call official."""

    wording: Text | None = None
    wording_status: Literal["official", "unverified"] = "unverified"

    @model_validator(mode="after")
    def _official_is_worded(self) -> Self:
        if self.wording_status == "official" and self.wording is None:
            raise ValueError("wording_status official needs the wording")
        return self


class Objective(Worded):
    number: ObjectiveNumber
    title: Text
    targets: tuple[Objective, ...] = ()

    @model_validator(mode="after")
    def _targets_are_numbered_below(self) -> Self:
        for target in self.targets:
            if not target.number.startswith(f"{self.number}."):
                raise ValueError(f"the target {target.number} is not numbered below {self.number}")
        return self


class Target(Entry):
    period: PeriodName
    value: Decimal


class Comparable(Entry):
    kinds: Annotated[Codes, Field(min_length=1)]
    unit: Literal["piece", "kg", "round"]
    tolerance_percent: Percent
    by_setting: bool = False


class Part(Entry):
    number: PartNumber
    name: Text
    kind: Kind
    unit: CodeText | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    dimensions: Codes = ()
    direction: Literal["higher", "lower", "neutral"] = "neutral"
    baseline: PeriodName | None = None
    targets: tuple[Target, ...] = ()
    formula: ExpressionText | None = None
    stock: bool = False
    items: CodeSeries = ()
    statuses: CodeSeries = ()
    comparable: Comparable | None = None

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC

    @model_validator(mode="after")
    def _has_what_its_kind_has(self) -> Self:
        if (self.kind == "quantity") != (self.unit is not None):
            raise ValueError("a quantity needs a unit, and only a quantity has one")
        if (self.kind == "statuses") != bool(self.items and self.statuses):
            raise ValueError("the kind statuses needs items and statuses, and no other has them")
        if self.kind != "statuses" and (self.items or self.statuses):
            raise ValueError("only the kind statuses has items and statuses")
        if not self.numeric and (self.dimensions or self.decimals or self.formula or self.targets or self.comparable):
            raise ValueError("only numbers have dimensions, decimals, a formula, targets or what is comparable")
        if self.unit == PIECE and self.decimals:
            raise ValueError("pieces are whole: decimals is 0")
        return self

    @model_validator(mode="after")
    def _derived_is_not_recorded(self) -> Self:
        if self.formula is not None and (self.dimensions or self.comparable):
            raise ValueError("a derived part has no dimensions and nothing comparable; its formula names the cells")
        return self

    @model_validator(mode="after")
    def _targets_lead_somewhere(self) -> Self:
        if self.targets and (self.direction == "neutral" or self.baseline is None):
            raise ValueError("targets need a direction, higher or lower, and a baseline to start from")
        for earlier, later in pairwise(Period.parse(target.period).end for target in self.targets):
            if later <= earlier:
                raise ValueError("targets stand in the order of their periods")
        return self


class Kpi(Worded):
    number: KpiNumber
    name: Text
    goals: Annotated[tuple[ObjectiveNumber, ...], Field(min_length=1), AfterValidator(_distinct)]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    collector: Literal["commission", "secretariat", "third_party", "survey"] = "commission"
    level: Literal["regional", "national"] = "regional"
    members: Annotated[Codes, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _parts_are_numbered_below(self) -> Self:
        numbers = [part.number for part in self.parts]
        if len(numbers) == 1 and numbers != [self.number]:
            raise ValueError(f"the only part of KPI {self.number} has its number")
        for number in numbers if len(numbers) > 1 else []:
            if not number.startswith(f"{self.number}."):
                raise ValueError(f"the part {number} is not numbered below KPI {self.number}")
        return self

    @model_validator(mode="after")
    def _members_choose_national_indicators(self) -> Self:
        if self.members is not None and self.level == "regional":
            raise ValueError("a regional KPI is everybody's; members belong to the level national")
        return self


class Rule(Entry):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    left: ExpressionText
    operator: Literal["==", "!=", "<", "<=", ">", ">="]
    right: ExpressionText
    severity: Literal["error", "warning"]
    missing: Literal["skip_if_any", "skip_if_all", "never"]
    message: Text


class Member(Entry):
    """`start` and `end` are "from" and "to" in the file."""

    jurisdiction: CodeText
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.start > self.end:
            raise ValueError(f"from {self.start} lies after to {self.end}")
        return self


class ReportPeriods(Entry):
    number: Annotated[int, Field(ge=1)]
    narrative: PeriodName
    values: PeriodName


class Schedule(Entry):
    grain: Grain
    first_number: Annotated[int, Field(ge=1)]
    first_period: PeriodName
    exceptions: tuple[ReportPeriods, ...] = ()
    due_days: Annotated[int, Field(ge=0, le=3_650)] = 60
    reminder_days: tuple[Annotated[int, Field(ge=0, le=3_650)], ...] = (30, 7, 1)

    @model_validator(mode="after")
    def _is_one_series(self) -> Self:
        if Period.parse(self.first_period).grain != self.grain:
            raise ValueError(f"first_period {self.first_period} is not a {self.grain}")
        numbers = [exception.number for exception in self.exceptions]
        if numbers != sorted(set(numbers)) or (numbers and numbers[0] < self.first_number):
            raise ValueError("exceptions stand in the order of their numbers, each once, none before first_number")
        if list(self.reminder_days) != sorted(set(self.reminder_days), reverse=True):
            raise ValueError("reminder_days stand from the earliest reminder, 30 days before, to the last")
        return self


class Band(Entry):
    code: CodeText
    label: Text
    from_percent: Decimal


class Mapping(Entry):
    """In the file `parts` maps an old number to its new one."""

    version: Text
    parts: Annotated[tuple[tuple[PartNumber, PartNumber], ...], BeforeValidator(_pairs), Field(min_length=1)]


class Custodian(Entry):
    code: CodeText
    name: Text


class Roadmap(Entry):
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=20)]
    title: Text
    custodians: Annotated[tuple[Custodian, ...], Field(min_length=1)]
    members: Annotated[tuple[Member, ...], Field(min_length=1)]
    schedule: Schedule
    goals: Annotated[tuple[Objective, ...], Field(min_length=1)]
    code_lists: tuple[CodeList, ...] = ()
    kpis: Annotated[tuple[Kpi, ...], Field(min_length=1)]
    rules: tuple[Rule, ...] = ()
    bands: tuple[Band, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    wording_note: str = ""

    @model_validator(mode="after")
    def _bands_go_down(self) -> Self:
        if any(upper.from_percent <= lower.from_percent for upper, lower in pairwise(self.bands)):
            raise ValueError("bands stand from the highest to the lowest")
        return self

    def plain(self) -> dict[str, Any]:
        """Builtins with the names of the domain's fields, as JSON has them: decimals and dates are texts."""
        return self.model_dump(mode="json")

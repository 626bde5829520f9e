"""The shape of an answer, for the contract at /openapi.json."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Figure = int | str | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Links(_Part):
    incidents: str = Field(description="the incidents behind the figure")


class Row(_Part):
    key: dict[str, str] = Field(description="one member per dimension of `by`")
    value: Figure = Field(description="an integer; a plain decimal as text for rates and quantities")
    previous: Figure
    year_before: Figure
    change_percent: float | Literal["n/a"] = Field(description="against previous, rounded half up to one decimal")
    state: Literal["not_reported", "not_available"] = Field("not_reported", description="why the value is null")
    links: Links


class Period(_Part):
    since: str | None = Field(alias="from")
    until: str | None = Field(alias="to")


class Coverage(_Part):
    reported: int
    of: int
    members: list[str]


class Freshness(_Part):
    position: int
    lag_events: int | None
    lag_seconds: float | None
    rebuilding: Literal[True] = Field(default=True, description="where the figures are of a log that was replaced")


class Footnote(_Part):
    jurisdiction: str | None
    text: str


class Aggregate(_Part):
    measure: str
    by: list[str]
    period: Period
    rows: list[Row]
    total: Figure = Field(description="each incident or person once; null where several units would be added")
    coverage: Coverage
    freshness: dict[str, Freshness] = Field(description="by publisher")
    footnotes: list[Footnote]


class KpiLinks(_Part):
    data: str = Field(description="the published observations behind the figure")


class KpiRow(_Part):
    key: dict[str, str] = Field(description="one member per key of `by`; `_T` where a KPI is not broken down so")
    value: str | None = Field(description="a plain decimal as text")
    previous: str | None
    year_before: str | None
    change_percent: float | Literal["n/a"] = Field(description="against previous, rounded half up to one decimal")
    state: Literal["not_reported", "not_applicable", "not_available_yet"] = Field(
        "not_reported", description="why the value is null"
    )
    links: KpiLinks


class KpiPeriod(Period):
    periods: list[str] = Field(description="those that the answer is of")


class KpiAggregate(_Part):
    measure: Literal["kpi"]
    by: list[str]
    period: KpiPeriod
    roadmap: str
    editions: dict[str, int] = Field(description="by period the edition that its figures stand in")
    rows: list[KpiRow]
    total: str | None = Field(description="null where adding means nothing; a footnote says why")
    coverage: Coverage
    freshness: dict[str, Freshness] = Field(description="by publisher")
    footnotes: list[Footnote]


class FundsLinks(_Part):
    funds: str = Field(description="the fund, project or activities behind the figure")


class FundsRow(_Part):
    key: dict[str, str] = Field(description="one value per key of `by`; projects and calls by their ids")
    value: int | str = Field(description="amounts as text with the digits of their currency, quantities as text")
    previous: Figure
    year_before: Figure
    change_percent: float | Literal["n/a"] = Field(description="against previous, rounded half up to one decimal")
    links: FundsLinks


class FundsAggregate(_Part):
    measure: str
    by: list[str]
    period: Period
    rows: list[FundsRow]
    total: Figure = Field(description="each thing once; null where several currencies or units would be added")
    coverage: None = Field(description="money is known or is not there")
    names: dict[str, dict[str, str]] = Field(description="by key what its values are called")
    freshness: dict[str, Freshness] = Field(description="by publisher")
    footnotes: list[Footnote]

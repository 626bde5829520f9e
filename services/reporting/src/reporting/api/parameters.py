"""The query parameters of an aggregate: what is asked, and one filter per dimension."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from common.reference.pack import Pack
from reporting.application.questions import DIMENSIONS, Question, ask

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: Any) -> Any:
    """Nothing but a date as we write it: Pydantic would also take an instant or a number of seconds."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("a date is written YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Values = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)]


class AggregateParameters(BaseModel):
    """Filters repeat for alternatives. What is asked of a person holds for one person, likewise of a weapon or item."""

    model_config = ConfigDict(populate_by_name=True)

    by: Values = Field([], description=f"dimensions, comma separated or repeated: {', '.join(DIMENSIONS)}")
    measure: str = Field("incidents", max_length=60)
    since: Day | None = Field(None, alias="from", description="first day, inclusive")
    until: Day | None = Field(None, alias="to", description="last day, inclusive; a coarse date must fit wholly")
    scope: str | None = Field(None, max_length=60, description="a programme whose members are counted, by date")
    per: int | None = Field(None, description="100000 for rates per so many inhabitants")
    wait_for: str | None = Field(None, max_length=200, description="a write's SALWatch-Position, to see that write")
    format: Literal["json", "csv"] = "json"
    jurisdiction: Values = []
    admin: Values = Field([], description="an administrative area, by its name")
    month: Values = Field([], description="2020-03")
    quarter: Values = Field([], description="2020-Q1")
    half: Values = Field([], description="2020-S1")
    year: Values = Field([], description="2020")
    category: Values = []
    tag: Values = []
    weapon_type: Values = []
    possession: Values = []
    role: Values = []
    sex: Values = []
    age_group: Values = []
    outcome: Values = []
    relation: Values = []
    seizure_setting: Values = []
    kind: Values = Field([], description="kind of seized item")
    unit: Values = Field([], description="unit of that seized item")
    verification: Values = []

    def question(self, pack: Pack) -> Question:
        """Raises `BadQuestion`."""
        return ask(
            pack,
            measure=self.measure,
            by=[name.strip() for names in self.by for name in names.split(",") if name.strip()],
            filters=self._filters(),
            start=self.since,
            end=self.until,
            scope=self.scope,
            per=self.per,
        )

    def _filters(self) -> Mapping[str, Sequence[str]]:
        return {name: getattr(self, name) for name in DIMENSIONS}

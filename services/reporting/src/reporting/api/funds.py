"""`GET /v1/aggregates/funds` and `/results`: money, projects, activities and results by any keys, open to everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from common.http.routing import Router
from common.http.streaming import CSV, csv_rows
from common.reference.pack import Pack
from common.security.permissions import public
from common.security.principal import Principal
from reporting.api.aggregates import FRESHNESS, WaitFor, not_yet, waited
from reporting.api.parameters import Day, Values
from reporting.api.schemas import FundsAggregate
from reporting.application.funds.aggregates import FundsAggregates
from reporting.application.funds.answers import FundsAnswer
from reporting.application.funds.model import Everything
from reporting.application.funds.questions import FUNDS, RESULTS, FundsQuestion, Keys, ask
from reporting.application.questions import BadQuestion

FIGURES = ("value", "previous", "year_before", "change_percent", "funds")
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": FundsAggregate, "content": {CSV.partition(";")[0]: {"schema": {"type": "string"}}}}
}


class _Parameters(BaseModel):
    """Filters repeat for alternatives, or name several by commas."""

    model_config = ConfigDict(populate_by_name=True)

    since: Day | None = Field(None, alias="from", description="first day, inclusive")
    until: Day | None = Field(None, alias="to", description="last day, inclusive")
    wait_for: str | None = Field(None, max_length=200, description="a write's SALWatch-Position, to see that write")
    format: Literal["json", "csv"] = "json"
    organisation: Values = []
    project: Values = Field([], description="by its id")
    mechanism: Values = Field([], description="by its code")
    jurisdiction: Values = Field([], description="or regional")
    goal: Values = []
    kpi: Values = []
    year: Values = Field([], description="2020")
    half: Values = Field([], description="2020-S1")
    quarter: Values = Field([], description="2020-Q1")
    month: Values = Field([], description="2020-03")


class FundsParameters(_Parameters):
    by: Values = Field(
        [], description="keys, by commas: " + ", ".join(dict.fromkeys(k for n in FUNDS.values() for k in n))
    )
    measure: str = Field("deposited", max_length=60, description=", ".join(FUNDS))
    donor: Values = []
    call: Values = Field([], description="by its id, or outside")
    category: Values = Field([], description="1 to 8, of expenditure")
    currency: Values = Field([], description="then amounts are in their own currency, else in US dollars")


class ResultsParameters(_Parameters):
    by: Values = Field([], description="keys, by commas; unit without any: " + ", ".join(RESULTS["results"]))
    measure: str = Field("results", max_length=60, description=", ".join(RESULTS))
    kind: Values = Field([], description="of activity")
    state: Values = Field([], description="of activity; held without it")
    what: Values = Field([], description="what was counted: participants, machines")
    unit: Values = []
    sex: Values = []


def funds_router(aggregates: FundsAggregates, publishers: Sequence[str], wait_for: WaitFor) -> Router:
    """`publishers` are those whose positions can be waited for."""
    router = Router(prefix="/v1/aggregates", tags=["aggregates"])

    async def answered(parameters: FundsParameters | ResultsParameters, measures: Mapping[str, Keys]) -> Response:
        late = await waited(parameters.wait_for, publishers, wait_for)
        everything, freshness = await aggregates.everything()
        try:
            answer = aggregates.answer(
                everything, _question(everything, aggregates.pack, parameters, measures), freshness
            )
        except BadQuestion as error:
            if late is None:
                raise
            raise not_yet(late, None) from error  # what is asked about may be in what has not arrived
        if late is not None:
            raise not_yet(late, answer.document())
        if parameters.format == "csv":
            return _csv(answer)
        return Response(msgspec.json.encode(answer.document()), media_type="application/json")

    @router.get("/funds", responses=_ANSWERS)
    async def funds(_: Annotated[Principal, public()], parameters: Annotated[FundsParameters, Query()]) -> Response:
        """Money committed, deposited, approved, transferred, spent or available, and projects, by any keys."""
        return await answered(parameters, FUNDS)

    @router.get("/results", responses=_ANSWERS)
    async def results(_: Annotated[Principal, public()], parameters: Annotated[ResultsParameters, Query()]) -> Response:
        """Results of activities as quantities with units, and how many activities there were, by any keys."""
        return await answered(parameters, RESULTS)

    return router


def _question(
    everything: Everything,
    pack: Pack,
    parameters: FundsParameters | ResultsParameters,
    measures: Mapping[str, Keys],
) -> FundsQuestion:
    """Raises `BadQuestion`."""
    names = dict.fromkeys(key for keys in measures.values() for key in keys)
    filters = {name: _split(getattr(parameters, name)) for name in names}
    by = _split(parameters.by)
    if parameters.measure == "results" and not by and not filters["unit"]:
        by = ["unit"]
    return ask(
        everything,
        pack,
        measures,
        measure=parameters.measure,
        by=by,
        filters=filters,
        start=parameters.since,
        end=parameters.until,
    )


def _csv(answer: FundsAnswer) -> Response:
    """A line per row, the keys first and what they are called after them; how fresh it is goes with it as a header, for
    a table has no place for it."""
    headers = {FRESHNESS: msgspec.json.encode(answer.freshness).decode()}
    named = [f"{name}_name" for name in answer.names]
    return csv_rows((*answer.by, *named, *FIGURES), _lines(answer), headers)


async def _lines(answer: FundsAnswer) -> AsyncIterator[Sequence[Any]]:
    for row in answer.rows:
        called = [names.get(row.key[name], "") for name, names in answer.names.items()]
        figures = (row.value, row.previous, row.year_before, row.change_percent)
        yield (*row.key.values(), *called, *figures, row.links["funds"])


def _split(values: Sequence[str]) -> list[str]:
    return [name.strip() for each in values for name in each.split(",") if name.strip()]

"""`GET /v1/aggregates/kpi`: published KPI figures by any key, open to everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from common.http.routing import Router
from common.http.streaming import CSV, csv_rows
from common.security.permissions import public
from common.security.principal import Principal
from reporting.api.aggregates import FRESHNESS, WaitFor, not_yet, waited
from reporting.api.parameters import Values
from reporting.api.schemas import KpiAggregate
from reporting.application.kpi.aggregates import KpiAggregates, KpiAnswer
from reporting.application.kpi.model import Everything
from reporting.application.kpi.questions import KpiQuestion, ask
from reporting.application.questions import PERIODS, BadQuestion

FIGURES = ("value", "previous", "year_before", "change_percent", "state", "data")
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": KpiAggregate, "content": {CSV.partition(";")[0]: {"schema": {"type": "string"}}}}
}


class KpiParameters(BaseModel):
    """Filters repeat for alternatives, or name several by commas."""

    model_config = ConfigDict(populate_by_name=True)

    kpi: Values = Field([], description="KPIs or their parts, e.g. 6 or 6.1; all without it")
    by: Values = Field([], description="keys, by commas: kpi, goal, jurisdiction, period, half, year, dimensions")
    roadmap: str | None = Field(None, max_length=80, description="the one published first without it")
    edition: int | None = Field(None, ge=1, description="of each round; the latest without it")
    period: Values = Field([], description="2020-S1, or 2020 for all reports in it")
    jurisdiction: Values = []
    goal: Values = []
    wait_for: str | None = Field(None, max_length=200, description="a write's SALWatch-Position, to see that write")
    format: Literal["json", "csv"] = "json"


def kpi_router(
    aggregates: KpiAggregates, dimensions: Sequence[str], publishers: Sequence[str], wait_for: WaitFor
) -> Router:
    """`dimensions` are those of the pack's roadmaps: each is a filter."""
    router = Router(tags=["aggregates"])
    others = [name for name in (*PERIODS, *dimensions) if name not in KpiParameters.model_fields]
    fields: dict[str, Any] = {name: (Values, []) for name in others}
    parameters_model = create_model("KpiParametersOfPack", __base__=KpiParameters, **fields)

    async def kpi_aggregates(parameters: Any, _: Annotated[Principal, public()]) -> Response:
        late = await waited(parameters.wait_for, publishers, wait_for)
        everything, freshness = await aggregates.everything()
        try:
            answer = aggregates.answer(everything, _question(everything, parameters, dimensions), freshness)
        except BadQuestion as error:
            if late is None:
                raise
            raise not_yet(late, None) from error  # what is asked about may be in what has not arrived
        if late is not None:
            raise not_yet(late, answer.document())
        if parameters.format == "csv":
            return _csv(answer)
        return Response(msgspec.json.encode(answer.document()), media_type="application/json")

    kpi_aggregates.__annotations__["parameters"] = Annotated[parameters_model, Query()]
    router.add_api_route(
        "/v1/aggregates/kpi",
        kpi_aggregates,
        methods=["GET"],
        response_class=Response,
        responses=_ANSWERS,
        summary="Published KPI figures",
        description="Of the latest published editions: by KPI, goal, jurisdiction, period and dimensions, added where "
        "that means something.",
    )
    return router


def _question(everything: Everything, parameters: Any, dimensions: Sequence[str]) -> KpiQuestion:
    """Raises `BadQuestion`."""
    periods = _split(parameters.period)
    for name in PERIODS:
        periods += _split(getattr(parameters, name, []))
    filters = {name: _split(getattr(parameters, name)) for name in ("jurisdiction", "goal", *dimensions)}
    return ask(
        everything,
        roadmap=parameters.roadmap,
        kpi=_split(parameters.kpi),
        by=_split(parameters.by),
        filters=filters,
        periods=periods,
        edition=parameters.edition,
    )


def _csv(answer: KpiAnswer) -> Response:
    """A line per row, the keys first; how fresh it is goes with it as a header, for a table has no place for it."""
    headers = {FRESHNESS: msgspec.json.encode(answer.freshness).decode()}
    return csv_rows((*answer.by, *FIGURES), _lines(answer), headers)


async def _lines(answer: KpiAnswer) -> AsyncIterator[Sequence[Any]]:
    for row in answer.rows:
        figures = (row.value, row.previous, row.year_before, row.change_percent, row.state)
        yield (*row.key.values(), *figures, row.links["data"])


def _split(values: Sequence[str]) -> list[str]:
    return [name.strip() for each in values for name in each.split(",") if name.strip()]

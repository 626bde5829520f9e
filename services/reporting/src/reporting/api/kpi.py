"""`GET /v1/aggregates/kpi`: published KPI figures by any key, open to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from common.http.problems import Problem
from common.http.routing import Router
from common.security.permissions import public
from common.security.principal import Principal
from reporting.api.aggregates import WaitFor, waited
from reporting.api.parameters import Values
from reporting.application.kpi.aggregates import KpiAggregates
from reporting.application.kpi.model import Everything
from reporting.application.kpi.questions import KpiQuestion, ask
from reporting.application.questions import PERIODS


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
        question = _question(everything, parameters, dimensions)
        answer = aggregates.answer(everything, question, freshness).document()
        if late is not None:
            detail = f"The write is not visible yet: what is, goes up to position {late.visible}. Ask again."
            raise Problem(504, "not-yet-visible", detail, extra={"visible": answer})
        return Response(msgspec.json.encode(answer), media_type="application/json")

    kpi_aggregates.__annotations__["parameters"] = Annotated[parameters_model, Query()]
    router.add_api_route(
        "/v1/aggregates/kpi",
        kpi_aggregates,
        methods=["GET"],
        response_class=Response,
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


def _split(values: Sequence[str]) -> list[str]:
    return [name.strip() for each in values for name in each.split(",") if name.strip()]

"""`GET /v1/aggregates/incidents`: open to everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Query
from starlette.responses import Response

from common.http.position import LogPosition, parse_position
from common.http.problems import Problem, invalid_parameter
from common.http.routing import Router
from common.http.streaming import CSV, csv_rows
from common.messaging.checkpoints import NotYetVisible
from common.security.permissions import public
from common.security.principal import Principal
from reporting.api.parameters import AggregateParameters
from reporting.api.schemas import Aggregate
from reporting.application.aggregates import Aggregates
from reporting.application.answers import Answer

FIGURES = ("value", "previous", "year_before", "change_percent", "state", "incidents")
FRESHNESS = "SALWatch-Freshness"

WaitFor = Callable[[LogPosition], Awaitable[None]]
"""Returns when the position is visible. Raises `OtherLog` and `NotYetVisible`."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Aggregate, "content": {CSV.partition(";")[0]: {"schema": {"type": "string"}}}}
}


def aggregates_router(aggregates: Aggregates, publishers: Sequence[str], wait_for: WaitFor) -> Router:
    """`publishers` are those whose positions can be waited for."""
    router = Router(prefix="/v1/aggregates", tags=["aggregates"])

    @router.get("/incidents", responses=_ANSWERS)
    async def incidents(
        _: Annotated[Principal, public()], parameters: Annotated[AggregateParameters, Query()]
    ) -> Response:
        """Counts of incidents, persons, weapons or seized items by any dimensions, compared with the time before."""
        question = parameters.question(aggregates.pack)
        late = await waited(parameters.wait_for, publishers, wait_for)
        answer = await aggregates.answer(question)
        if late is not None:
            raise not_yet(late, answer.document())
        return _csv(answer) if parameters.format == "csv" else _json(answer)

    return router


async def waited(text: str | None, publishers: Sequence[str], wait_for: WaitFor) -> NotYetVisible | None:
    """What could not be waited for: the caller then gets what is visible."""
    if text is None:
        return None
    position = parse_position(text)
    if position.service not in publishers:
        detail = f"{position.service} is not read here; there are: {', '.join(publishers)}"
        raise invalid_parameter("wait_for", "unknown_publisher", detail)
    try:
        await wait_for(position)
    except NotYetVisible as late:
        return late
    return None


def not_yet(late: NotYetVisible, visible: Any) -> Problem:
    """`visible` is the answer without what is waited for; None where there is none yet."""
    detail = f"The write is not visible yet: what is, goes up to position {late.visible}. Ask again."
    return Problem(504, "not-yet-visible", detail, extra={"visible": visible})


def _json(answer: Answer) -> Response:
    return Response(msgspec.json.encode(answer.document()), media_type="application/json")


def _csv(answer: Answer) -> Response:
    """A line per row, the dimensions first. What belongs to the whole goes with it as a header, for a table has no
    place for it."""
    headers = {FRESHNESS: msgspec.json.encode(answer.freshness).decode()}
    return csv_rows((*answer.by, *FIGURES), _lines(answer), headers)


async def _lines(answer: Answer) -> AsyncIterator[Sequence[Any]]:
    for row in answer.rows:
        figures = (row.value, row.previous, row.year_before, row.change_percent, row.state)
        yield (*row.key.values(), *figures, row.links["incidents"])

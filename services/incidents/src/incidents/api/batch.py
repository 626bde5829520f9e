"""`POST /v1/incidents:batch`: a feed in NDJSON, a JSON array or CSV, streamed and answered with a receipt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from starlette.datastructures import Headers

from common.http.answers import json_response
from common.http.bodies import body_limit
from common.http.idempotency import KeyText
from common.http.position import position_header
from common.http.problems import Problem, domain_problem, violation_document
from common.http.routing import Router
from common.kernel.errors import DomainError
from common.security.permissions import requires
from common.security.principal import Principal
from incidents.api.dependencies import Wired, actor, agency_of
from incidents.api.receipts import RECEIPT_SCHEMA, batch_document
from incidents.application.batch_body import MAX_BODY
from incidents.application.csv_lines import BadHeader, CsvReader
from incidents.application.feed import Stopped
from incidents.application.lines import JsonArrayReader, LineReader, NdjsonReader, TooLarge, Unreadable
from incidents.application.receipts import Answered, LeaseLost, Order, ReceiptHeld
from incidents.readmodel.receipts import Receipts

router = Router(tags=["feed"])

READERS: dict[str, Callable[[], LineReader]] = {
    "application/x-ndjson": NdjsonReader,
    "application/json": JsonArrayReader,
    "text/csv": CsvReader,
}
_ANSWER = {"content": {"application/json": {"schema": RECEIPT_SCHEMA}}}
_BODY = {
    "required": True,
    "description": "NDJSON, a JSON array or CSV, up to 100,000 lines (10,000 in atomic mode); gzip is taken.",
    "content": {
        "application/x-ndjson": {"schema": {"type": "string"}},
        "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/IncidentLine"}}},
        "text/csv": {"schema": {"type": "string"}},
    },
}


@router.post(
    "/v1/incidents:batch",
    dependencies=[body_limit(MAX_BODY)],
    openapi_extra={"requestBody": _BODY},
    responses={
        200: {"description": "Every line landed.", **_ANSWER},
        207: {"description": "Some lines landed.", **_ANSWER},
        422: {"description": "No line landed (a receipt), or the request as a whole is wrong (a problem).", **_ANSWER},
    },
)
async def push_batch(
    request: Request,
    principal: Annotated[Principal, requires("incidents:push")],
    services: Wired,
    key: KeyText,
    mode: Annotated[Literal["partial", "atomic"], Query(description="atomic: all lines land or none")] = "partial",
    dry_run: Annotated[bool, Query(description="judge every line, keep none")] = False,  # noqa: FBT002  a query parameter
) -> Response:
    """Each line is reported as in a single post; the answer tells what became of it."""
    reader = reader_for(request.headers)
    order = Order(
        agency_of(principal),
        principal.jurisdictions,
        actor(principal),
        principal.id,
        mode,
        dry_run,
        None if dry_run else key,
    )
    try:
        answered = await services.feed.push(order, _pieces(request), reader)
    except Stopped as stopped:
        raise await _with_receipt(_problem(stopped.cause), stopped, services.receipts) from stopped
    except (BadHeader, Unreadable, ReceiptHeld, LeaseLost) as error:
        raise _problem(error) from error
    return await _answer(answered, services.receipts)


def reader_for(headers: Headers) -> LineReader:
    """The reader of the body's format. Raises `Problem` 415."""
    kind, *parameters = [part.strip().lower() for part in headers.get("content-type", "").split(";")]
    charsets = [text.partition("=")[2].strip('"') for text in parameters if text.startswith("charset=")]
    if kind not in READERS or not {"utf-8", "utf8", "us-ascii"}.issuperset(charsets):
        accepted = ", ".join(READERS)
        detail = f"A batch is one of {accepted}, in UTF-8; not {headers.get('content-type') or 'unnamed'}."
        raise Problem(415, "unsupported-media-type", detail, headers={"Accept": accepted})
    return READERS[kind]()


class _RefusedBody(Unreadable):
    """What stands around the routes has found the body too large, or its gzip broken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem.detail))
        self.problem = problem


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            yield piece
    except Problem as problem:
        raise _RefusedBody(problem) from problem


def _problem(error: Exception) -> Problem:
    match error:
        case _RefusedBody():
            return error.problem
        case TooLarge():
            return Problem(413, error.code.replace("_", "-"), str(error))
        case Unreadable():
            return Problem(400, error.code.replace("_", "-"), str(error))
        case ReceiptHeld():
            detail = "A batch with this Idempotency-Key is in work."
            return Problem(409, "batch-in-work", detail, headers={"Retry-After": str(error.retry_after)})
        case LeaseLost():
            detail = "Another request with this Idempotency-Key has taken the batch over."
            return Problem(409, "batch-in-work", detail, headers={"Retry-After": "1"})
        case BadHeader():
            problem = domain_problem(error)
            told = zip(error.violations, error.columns, strict=True)
            problem.extra["errors"] = [{**violation_document(each), "column": column} for each, column in told]
            return problem
    assert isinstance(error, DomainError), "nothing else stops a batch"
    return domain_problem(error)


async def _with_receipt(problem: Problem, stopped: Stopped, receipts: Receipts) -> Problem:
    view = await receipts.find(stopped.receipt)
    if view is not None:
        document = batch_document(view)
        problem.extra |= {"receipt": document["receipt"], "summary": document["summary"]}
    return problem


async def _answer(answered: Answered, receipts: Receipts) -> Response:
    view = await receipts.find(answered.receipt)
    assert view is not None, "receipts are never deleted"
    headers: dict[str, Any] = position_header("incidents", answered.log_id, answered.position)
    if answered.replayed:
        headers["Idempotency-Replayed"] = "true"
    return json_response(batch_document(view), answered.status, headers)

"""Rates of exchange and institutions' budgets: dated facts beside the funds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from common.http.answers import json_response
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api import schemas
from funds.api.answering import CREATED, LISTED, done
from funds.api.dependencies import Wired, text, told_on
from funds.api.funds import Read
from funds.api.views import budget_document, rates_document
from funds.application.commanding import Asked
from funds.application.streams import BUDGET, RATE, budget_id, rate_id
from funds.domain import records

router = Router(prefix="/v1", tags=["records"])


@router.get("/rates", summary="Rates of exchange", **LISTED)
async def list_rates(
    principal: Read,
    wired: Wired,
    base: Annotated[str | None, Query(max_length=3)] = None,
    quote: Annotated[str | None, Query(max_length=3)] = None,
) -> Response:
    """By pair and day; `corrected` where a day was recorded again."""
    rows = await wired.queries.all(records.Rates)
    chosen = [r for r in rows if base in (None, r.state.base) and quote in (None, r.state.quote)]
    return json_response({"items": [rates_document(row.id, row.state) for row in chosen]})


@router.post("/rates", summary="Record a rate", **CREATED)
async def record_rate(
    sent: schemas.RateSent, principal: Annotated[Principal, requires("rates:record")], key: Idempotency, wired: Wired
) -> Response:
    """One unit of `base` in `quote` on a day, by its source. The same day again corrects it, with a reason; what was
    known before stays in the log."""
    on = told_on(wired, principal, sent)
    command = records.RecordRate(sent.base, sent.quote, sent.day, sent.rate, sent.source, on, text(sent.reason))
    asked = [Asked(RATE, rate_id(sent.base, sent.quote), command, new=True)]
    return await done(wired, principal, asked, key, lambda i, state, _: rates_document(i, state), 201)


@router.get("/budgets", summary="Institutions' annual budgets", **LISTED)
async def list_budgets(
    principal: Read, wired: Wired, year: Annotated[int | None, Query(ge=1990, le=2200)] = None
) -> Response:
    """Facts beside the mechanisms, posted to no fund."""
    rows = await wired.queries.all(records.Budget)
    return json_response({"items": [budget_document(r.id, r.state) for r in rows if year in (None, r.state.year)]})


@router.post("/budgets", summary="Record an institution's budget", **CREATED)
async def record_budget(
    sent: schemas.BudgetSent,
    principal: Annotated[Principal, requires("budgets:record")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Of a year, with its source. The same year again corrects it, with a reason."""
    on = told_on(wired, principal, sent)
    command = records.RecordBudget(
        sent.institution, sent.year, sent.amount, sent.currency, sent.source, on, text(sent.reason)
    )
    asked = [Asked(BUDGET, budget_id(sent.institution, sent.year), command, new=True)]
    return await done(wired, principal, asked, key, lambda i, state, _: budget_document(i, state), 201)

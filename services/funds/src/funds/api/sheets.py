"""Money taken over from CSV, workbooks and JSON; the statement and contributions as workbooks and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query, Request
from starlette.responses import Response

from common.eventsourcing.units import Outcome
from common.eventsourcing.writer import Answer, IdempotencyKey
from common.http.answered import CHANGED, Document
from common.http.answers import written_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.bodies import body_limit
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.http.versions import etag
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api.accounts import From, To, spanned
from funds.api.dependencies import SERVICE, FundPath, Services, Wired, caller
from funds.api.funds import OnDay, Post, Read, seen_fund
from funds.api.sheets_lines import CSV, JSON, XLSX, Shared, line_of, receipt, sent_entries
from funds.application.iati_naming import Naming
from funds.application.sheets import LARGEST_FILE, Table, csv_text, workbook
from funds.application.sheets_money import (
    Importable,
    commitments_named,
    contribution_tables,
    grants_named,
    statement_tables,
    template,
)
from funds.domain import fund_state
from funds.domain.contributions import contributions
from funds.domain.exceptions import open_shortfalls
from funds.domain.statement import statement
from funds.readmodel.queries import Row

router = Router(prefix="/v1/funds/{fund}", tags=["in and out"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ITEMS = {"schema": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}}}}
_CONTENT = {XLSX: _BINARY, CSV: {"schema": {"type": "string"}}, JSON: _ITEMS}
IMPORT: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"model": Document, **CHANGED}, 422: {"model": Document}},
    "dependencies": [body_limit(LARGEST_FILE)],
    "openapi_extra": {"requestBody": {"required": True, "content": _CONTENT}},
}
FILE: dict[str, Any] = {"response_class": Response, "responses": {200: {"content": {XLSX: _BINARY, CSV: {}}}}}

DryRun = Annotated[bool, Query(description="says what would happen and changes nothing")]
ForAll = Annotated[str | None, Query(max_length=10, description="the day of every line that names none")]
WhyAll = Annotated[str | None, Query(max_length=2_000, description="the reason of every line that names none")]
Suffix = Literal["csv", "xlsx"]


@router.post("/deposits/import", summary="Take over deposits from a file", **IMPORT)
async def import_deposits(
    fund: FundPath,
    request: Request,
    principal: Post,
    key: Idempotency,
    wired: Wired,
    dry_run: DryRun = False,  # noqa: FBT002
    on: ForAll = None,
    reason: WhyAll = None,
) -> Response:
    """All of them or none. `commitment` is an id or the name of its agreement."""
    return await _imported("deposits", fund, request, principal, key, wired, (on, reason), dry_run=dry_run)


@router.post("/transfers/import", summary="Take over transfers from a file", **IMPORT)
async def import_transfers(
    fund: FundPath,
    request: Request,
    principal: Post,
    key: Idempotency,
    wired: Wired,
    dry_run: DryRun = False,  # noqa: FBT002
    on: ForAll = None,
    reason: WhyAll = None,
) -> Response:
    """All of them or none; each is decided after those above it."""
    return await _imported("transfers", fund, request, principal, key, wired, (on, reason), dry_run=dry_run)


@router.post("/expenditure/import", summary="Take over expenditure from a file", **IMPORT)
async def import_expenditure(
    fund: FundPath,
    request: Request,
    principal: Annotated[Principal, requires("projects:report", "money:post")],
    key: Idempotency,
    wired: Wired,
    dry_run: DryRun = False,  # noqa: FBT002
    on: ForAll = None,
    reason: WhyAll = None,
) -> Response:
    """All of it or none. A line is a report of one organisation and period; its categories are columns."""
    return await _imported("expenditure", fund, request, principal, key, wired, (on, reason), dry_run=dry_run)


@router.get("/{kind}/template.{suffix}", summary="The table that is filled in and imported", **FILE)
async def read_template(fund: FundPath, kind: Importable, suffix: Suffix, principal: Read, wired: Wired) -> Response:
    """Its headings; the workbook has a hint at each, and on a second sheet the ids that a line may name."""
    row = await wired.fund(fund)
    beside = await _named(wired, kind, row) if suffix == "xlsx" else []
    return _file([template(kind), *beside], suffix, f"{row.state.code}-{kind}")


async def _named(wired: Services, kind: Importable, fund: Row[fund_state.State]) -> list[Table]:
    if kind == "deposits":
        return [commitments_named(fund.state, wired.today())]
    naming = Naming(wired.pack, wired.publishers)
    titles = {
        grant.id: naming.marked(project.state.title)
        for project in await wired.projects_of(fund.id)
        for grant in project.state.grants
        if grant.fund == fund.id
    }
    return [grants_named(fund.state, titles, wired.today(), naming.notes(list(titles.values())))]


@router.get("/statement.{suffix}", summary="The statement as a workbook or CSV", **FILE)
async def read_statement_file(
    fund: FundPath,
    suffix: Suffix,
    principal: Read,
    wired: Wired,
    from_: From = None,
    to: To = None,
    as_of: AsOfParameter = None,
) -> Response:
    """As `GET /v1/funds/{id}/statement`; the workbook has the open exceptions on a sheet of their own."""
    last = to or wired.today()
    spanned(from_, last)
    _, state = await seen_fund(wired, fund, as_of)
    period = f"{from_ or 'from the beginning'} to {last}"
    tables = statement_tables(state, statement(state, from_, last), open_shortfalls(state, last), period)
    return _file(tables, suffix, f"{state.code}-statement-{last}")


@router.get("/contributions.{suffix}", summary="Contributions as a workbook or CSV", **FILE)
async def read_contributions_file(
    fund: FundPath, suffix: Suffix, principal: Read, wired: Wired, on: OnDay = None, as_of: AsOfParameter = None
) -> Response:
    """By commitment; the workbook has the deposits on a sheet of their own."""
    day = on or wired.today()
    _, state = await seen_fund(wired, fund, as_of)
    rates = await wired.rates_to(state.currency, parse_as_of(as_of) if as_of else None)
    found = contributions(state, rates, day)
    return _file(contribution_tables(state, found), suffix, f"{state.code}-contributions-{day}")


def _file(tables: Sequence[Table], suffix: Suffix, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    if suffix == "csv":
        return Response(csv_text(tables[0]), media_type=f"{CSV}; charset=utf-8", headers=headers)
    return Response(workbook(tables), media_type=XLSX, headers=headers)


async def _imported(
    kind: Importable,
    fund: str,
    request: Request,
    principal: Principal,
    key: IdempotencyKey | None,
    wired: Services,
    common: tuple[str | None, str | None],
    *,
    dry_run: bool,
) -> Response:
    row = await wired.fund(fund)
    shared = Shared(kind, row.state, principal, wired)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    lines = [await line_of(shared, entry) for entry in sent_entries(kind, media, await request.body(), common)]
    commands = [line.command for line in lines if line.command is not None]

    def answer(outcomes: Sequence[Outcome]) -> Answer:
        document = receipt(kind, lines, outcomes, dry_run=dry_run)
        landed = outcomes and document["outcome"] == "recorded"
        headers = {"ETag": etag(outcomes[-1].version if landed else row.state.version)}
        status = 422 if document["outcome"] == "rejected" else 200
        return Answer(status, headers, msgspec.json.encode(document).decode())

    unreadable = len(commands) < len(lines)
    result = await wired.commanding.record_all(
        row.id, commands, caller(principal, key), answer, dry_run=dry_run or unreadable
    )
    return written_response(SERVICE, result, result.replayed or answer(result.outcomes))

"""The report as a workbook, CSV or JSON to fill in, and what is filled in taken over: all of it or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from common.eventsourcing.units import Outcome
from common.eventsourcing.writer import Answer
from common.http.answered import CHANGED, Document
from common.http.answers import written_response
from common.http.bodies import body_limit
from common.http.idempotency import Idempotency
from common.http.problems import Problem, invalid, violation_document
from common.http.routing import Router
from common.http.sent import Code, Told
from common.http.validation import body_violations
from common.http.versions import IfMatch, etag
from common.kernel.errors import Violation
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import SERVICE
from kpi.api.dependencies import Services, Wired, caller, text, told_on
from kpi.api.recording import check_unit
from kpi.api.reports import Withheld
from kpi.api.schemas import FigureSent
from kpi.application.history import settled
from kpi.application.lines import COLUMNS, Entry, Line, entries, lines, located
from kpi.application.sheets import LARGEST_FILE, UnreadableWorkbook, read, workbook
from kpi.application.visibility import require_own, sight
from kpi.domain.commands import RecordFigure
from kpi.domain.errors import UnknownPart
from kpi.domain.lookups import Definitions
from kpi.domain.state import State
from kpi.domain.values import Content

router = Router(prefix="/v1/reports/{report_id}", tags=["in and out"])

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OUTCOMES = ("recorded", "unchanged", "rejected", "held_back")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FigureOfPart(FigureSent):
    """A line of a JSON import."""

    kpi: Code


class _Import(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a JSON import: `on` and `reason` stand in it as in every other command, or in the query."""

    values: list[Any] = msgspec.field(default_factory=list)
    on: str | None = None
    reason: str | None = None


@router.get(
    "/template.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
    summary="The report as a workbook",
)
async def read_template(
    report_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """A sheet per goal with units, dimensions and hints, last period's values in grey, and what is entered so far."""
    state, definitions, before, period = await _of(wired, principal, report_id)
    content = workbook(definitions, state, before, period)
    return Response(content, media_type=XLSX, headers=_download(state, "xlsx"))


@router.get(
    "/template.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    summary="The report as CSV",
)
async def read_csv_template(
    report_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """One line per value, to be filled in and imported again."""
    state, definitions, before, _ = await _of(wired, principal, report_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines(definitions, state, before):
        writer.writerow([_defused(getattr(line, column)) for column in COLUMNS])
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=_download(state, "csv"))


@router.post(
    "/import",
    response_class=Response,
    responses={200: {"model": Document, **CHANGED}, 422: {"model": Document}},
    dependencies=[body_limit(LARGEST_FILE)],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                XLSX: {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {"schema": {"type": "string"}},
                JSON: {"schema": {"type": "object", "properties": {"values": {"type": "array"}}}},
            },
        }
    },
    summary="Take over a filled-in workbook, CSV or JSON",
)
async def import_report(
    report_id: UUID,
    request: Request,
    principal: Annotated[Principal, requires("figures:record")],
    seen: IfMatch,
    key: Idempotency,
    wired: Wired,
    dry_run: Annotated[bool, Query(description="says what would happen and changes nothing")] = False,  # noqa: FBT002
    on: Annotated[str | None, Query(max_length=10, description="the day it happened")] = None,
    reason: Annotated[str | None, Query(max_length=2_000)] = None,
) -> Response:
    """All of it or nothing, with a result for every cell. What is pushed back unchanged records nothing."""
    row = await wired.report(report_id)
    require_own(principal, row.state)
    definitions = await wired.queries.definitions_of(row.state)
    kind, body = _kind(request), await request.body()
    sent = _json(body) if kind == JSON else _Import()
    told = _told(on or sent.on, reason or sent.reason)
    day = told_on(wired, principal, told, row.state.jurisdiction)
    found = [_of_member(definitions, each, f"/values/{n}") for n, each in enumerate(sent.values)]
    found += [] if kind == JSON else _of_file(definitions, row.state, kind, body)
    commands = [
        RecordFigure(row.state.jurisdiction or "", e.part, e.figure, seen, day, text(told.reason))
        for e in found
        if e.figure is not None
    ]
    unreadable = any(e.figure is None for e in found)

    def answer(outcomes: Sequence[Outcome]) -> Answer:
        document = _receipt(found, outcomes, dry_run=dry_run)
        landed = outcomes and document["outcome"] == "recorded"
        headers = {"ETag": etag(outcomes[-1].version if landed else row.state.version)}
        return Answer(
            422 if document["outcome"] == "rejected" else 200, headers, msgspec.json.encode(document).decode()
        )

    result = await wired.commanding.record_all(
        report_id, definitions, commands, caller(principal, key), answer, dry_run=dry_run or unreadable
    )
    return written_response(SERVICE, result, result.replayed or answer(result.outcomes))


def _receipt(found: Sequence[Entry], outcomes: Sequence[Outcome], *, dry_run: bool) -> dict[str, Any]:
    items = _items(found, outcomes)
    rejected = any(item["outcome"] == "rejected" for item in items)
    return {
        "outcome": "rejected" if rejected else "dry_run" if dry_run else "recorded",
        "summary": {name: sum(item["outcome"] == name for item in items) for name in OUTCOMES},
        "items": items,
    }


def _items(found: Sequence[Entry], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """A result for every cell. Where one is rejected the others are held back, since all are taken over or none."""
    decided = iter(outcomes)
    told = [(entry, next(decided) if entry.figure is not None else None) for entry in found]
    refused = any(outcome is None or outcome.error is not None for _, outcome in told)
    return [item for entry, outcome in told for item in _items_of(entry, outcome, refused=refused)]


def _items_of(entry: Entry, outcome: Outcome | None, *, refused: bool) -> list[dict[str, Any]]:
    wrong = list(entry.violations)
    if outcome is not None and outcome.error is not None:
        wrong = [(located(entry, violation), violation) for violation in outcome.error.violations]
    fine = "held_back" if refused else "recorded" if outcome is not None and outcome.events else "unchanged"
    places = dict.fromkeys([*(entry.places or (entry.place,)), *(place for place, _ in wrong)])
    return [
        {
            "kpi": entry.part,
            "cell": place,
            "outcome": "rejected" if any(at == place for at, _ in wrong) else fine,
            "errors": [violation_document(violation) for at, violation in wrong if at == place],
        }
        for place in places
    ]


async def _of(wired: Services, principal: Principal, report_id: UUID) -> tuple[State, Definitions, Content, str | None]:
    """The report, its roadmap, and what the jurisdiction said last before it. Raises `Withheld`."""
    row = await wired.report(report_id)
    state = row.state
    if sight(principal, state) != "full" or state.jurisdiction is None:
        raise Withheld
    rows = await wired.queries.reports(roadmap=state.roadmap, jurisdiction=state.jurisdiction)
    earlier = [r.state for r in rows if r.state.number < state.number and settled(r.state) is not None]
    before = settled(earlier[-1]) if earlier else None
    period = earlier[-1].values_period if earlier else None
    return state, await wired.queries.definitions_of(state), before or Content(), period


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _of_file(definitions: Definitions, state: State, kind: str, body: bytes) -> list[Entry]:
    """Raises `Problem` 400, 415 and 422."""
    match kind:
        case "text/csv":
            return entries(definitions, state, _of_csv(body))
        case _ if kind == XLSX:
            try:
                return entries(definitions, state, list(read(body)))
            except UnreadableWorkbook as error:
                raise Problem(400, "unreadable-workbook", str(error)) from error
    detail = f"An import is {XLSX}, text/csv or {JSON}, not {kind or 'unnamed'}"
    raise Problem(415, "unsupported-media-type", detail, headers={"Accept": f"{XLSX}, text/csv, {JSON}"})


def _of_csv(body: bytes) -> list[Line]:
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")), strict=True)
        if set(reader.fieldnames or ()) - set(COLUMNS) or "kpi" not in (reader.fieldnames or ()):
            raise Problem(400, "unreadable-csv", f"The columns are {', '.join(COLUMNS)}.")
        return [
            Line(
                f"line {n}",
                *(_undefused(row.get(column) or "") for column in COLUMNS),
            )
            for n, row in enumerate(reader, start=2)
        ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Problem(400, "unreadable-csv", f"The file is no CSV in UTF-8: {error}") from error


def _json(body: bytes) -> _Import:
    try:
        return msgspec.json.decode(body, type=_Import)
    except msgspec.DecodeError as error:
        detail = f'The body is {{"values": [{{"kpi", "presence", …}}], "on"?, "reason"?}}: {error}.'
        raise Problem(400, "malformed-json", detail) from error


def _of_member(definitions: Definitions, sent: Any, place: str) -> Entry:
    try:
        figure = FigureOfPart.model_validate(sent)
        check_unit(definitions, figure.kpi, figure)
    except ValidationError as error:
        wrong = body_violations(error.errors(include_url=False), FigureOfPart)
        kpi = str(sent.get("kpi", "")) if isinstance(sent, dict) else ""
        return Entry(kpi, place, None, (), tuple((place, violation) for violation in wrong))
    except (Problem, UnknownPart) as error:
        return Entry(figure.kpi, place, None, (), tuple((place, violation) for violation in error.violations))
    return Entry(figure.kpi, place, figure.to_domain())


def _told(on: str | None, reason: str | None) -> Told:
    try:
        return Told.model_validate({"on": on, "reason": reason} if on else {"reason": reason})
    except ValidationError as error:
        (first, *_) = body_violations(error.errors(include_url=False), Told)
        raise invalid([Violation(f"?{first.pointer[1:]}", first.code, first.detail)]) from error


def _defused(cell: str) -> str:
    """A spreadsheet that opens the file takes no text for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _undefused(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _download(state: State, suffix: str) -> dict[str, str]:
    name = f"{state.roadmap}-{state.number}-{state.jurisdiction}.{suffix}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "ETag": etag(state.version)}

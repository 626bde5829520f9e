"""Rounds: the reports of one period, opened together, shared as a draft, published as regional editions."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from common.eventsourcing.past import AsOf, held
from common.http.answered import CHANGED, LANDED, READ, Document
from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.idempotency import Idempotency
from common.http.landed import answer_of
from common.http.problems import invalid
from common.http.routing import Router
from common.http.sent import Day, Told
from common.http.versions import IfMatch, etag
from common.kernel.errors import NotAllowed, NotFound, StaleVersion, Violation
from common.kernel.text import ErasableText
from common.security.permissions import requires
from common.security.principal import Principal
from kpi.api.answering import round_written, shown_round
from kpi.api.dependencies import Services, Wired, caller, text, told_on
from kpi.api.roadmaps import UnknownRoadmap
from kpi.api.schemas import AnswerSent, ObjectionSent, RoundSent, SharedSent
from kpi.api.views import contents_document, edition_document, report_head, round_head
from kpi.application.commanding import Busy, next_edition
from kpi.application.visibility import is_member, own_jurisdiction
from kpi.domain import commands, events, schedule
from kpi.domain import round as rounds
from kpi.domain.errors import DraftNotShared, UnknownPart
from kpi.readmodel.queries import ReportRow

router = Router(prefix="/v1/rounds", tags=["rounds"])


class UnknownEdition(NotFound):
    code = "edition_unknown"
    title = "There is no such edition"


class MembersOnly(NotAllowed):
    code = "members_only"
    title = "The draft is for the members of the round and the secretariat"


class RoundDocument(Document):
    id: UUID
    version: int
    state: str


class RoundList(Document):
    items: list[RoundDocument]


_CHANGED: dict[str, Any] = {"response_class": Response, "responses": {200: {"model": RoundDocument, **CHANGED}}}


@router.get("", response_class=Response, responses={200: {"model": RoundList}}, summary="List rounds")
async def list_rounds(
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    roadmap: Annotated[str | None, Query(max_length=80)] = None,
    period: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """With the editions of each, what they hold and when they were published."""
    rows = await wired.queries.rounds(roadmap=roadmap, period=period)
    return json_response({"items": [round_head(row.id, row.state) for row in rows]})


@router.post(
    "",
    status_code=201,
    response_class=Response,
    responses={201: {"model": RoundDocument, **LANDED}},
    summary="Open a round",
)
async def open_round(
    sent: RoundSent, principal: Annotated[Principal, requires("rounds:open")], key: Idempotency, wired: Wired
) -> Response:
    """The reports of all members at once, and the secretariat's for what commissions do not collect."""
    newest = await wired.queries.newest(sent.roadmap)
    if newest is None:
        raise UnknownRoadmap("It is not published; POST /v1/roadmaps publishes one that the pack ships.")
    command = commands.OpenRound(
        newest.roadmap,
        _period(sent, newest.roadmap.schedule),
        told_on(wired, principal, sent),
        sent.due,
        sent.reminders,
        text(sent.reason),
    )
    result = await wired.commanding.open_round(command, caller(principal, key), answer_of(201, "/v1/rounds"))
    return await round_written(wired, principal, result, 201)


@router.get("/{round_id}", response_class=Response, responses={200: {"model": RoundDocument, **READ}})
async def read_round(
    round_id: UUID,
    principal: Annotated[Principal, requires("kpi:read")],
    wired: Wired,
    as_of: AsOfParameter = None,
    on: Annotated[Day | None, Query(description="what held that day")] = None,
) -> Response:
    """One round with its objections, editions, and what the caller may do now."""
    row = await wired.round(round_id)
    state = row.state
    if as_of is not None or on is not None:
        known = parse_as_of(as_of) if as_of else AsOf()
        state = await held(wired.log, round_id, rounds.evolve, events.RoundOpened, known, on)
    document = await shown_round(wired, principal, row.id, state, row.state)
    return json_response(document, headers={"ETag": etag(state.version)})


@router.post("/{round_id}/share-draft", summary="Share the comparative draft with the members", **_CHANGED)
async def share_draft(
    round_id: UUID,
    sent: SharedSent,
    principal: Annotated[Principal, requires("rounds:share")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Members see each other's accepted figures and may object until that day, inclusive."""
    command = commands.ShareDraft(sent.object_by, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, round_id, command, version, key)


@router.post("/{round_id}/objections", summary="Object to the draft", **_CHANGED)
async def raise_objection(
    round_id: UUID,
    sent: ObjectionSent,
    principal: Annotated[Principal, requires("objections:raise")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """For one's own jurisdiction, to a KPI's part or to the whole."""
    jurisdiction = own_jurisdiction(principal)
    row = await wired.round(round_id)
    definitions = await wired.queries.definitions_of(row.state)
    if sent.kpi is not None and not definitions.named(sent.kpi):
        detail = f"The roadmap has no KPI {sent.kpi[:40]!r}; leave it out to object to the whole."
        raise invalid([Violation("/kpi", UnknownPart.code, detail)])
    on = told_on(wired, principal, sent, jurisdiction)
    command = commands.RaiseObjection(jurisdiction, sent.kpi, ErasableText.of(sent.text), on, text(sent.reason))
    return await _act(wired, principal, round_id, command, version, key)


@router.post("/{round_id}/objections/{number}/answer", summary="Answer an objection", **_CHANGED)
async def answer_objection(
    round_id: UUID,
    number: int,
    sent: AnswerSent,
    principal: Annotated[Principal, requires("objections:answer")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """An objection that is not answered stands against publishing."""
    on = told_on(wired, principal, sent)
    command = commands.AnswerObjection(number, ErasableText.of(sent.answer), on, text(sent.reason))
    return await _act(wired, principal, round_id, command, version, key)


@router.post("/{round_id}/publish", summary="Publish the regional edition", **_CHANGED)
async def publish_round(
    round_id: UUID,
    sent: Told,
    principal: Annotated[Principal, requires("rounds:publish")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Freezes every accepted report and the secretariat's, exactly as they stand. A later edition says why it restates
    the one before; what earlier ones said stays."""
    row = await wired.round(round_id)
    reports = await wired.queries.reports(round=round_id)
    listed = next_edition(row.state, [(report.id, report.state) for report in reports])
    edition = len(row.state.editions) + 1
    definitions = await wired.queries.definitions_of(row.state)
    command = commands.PublishRound(listed, told_on(wired, principal, sent), text(sent.reason))
    frozen = [(definitions, report) for report in listed if report.published_in == edition]
    answer = answer_of(200, "/v1/rounds")
    try:
        result = await wired.commanding.publish_round(
            round_id, command, version, frozen, edition, caller(principal, key), answer
        )
    except Busy as error:
        now = (await wired.round(round_id)).state.version
        if now == version:
            raise
        raise StaleVersion(f"You named version {version}; the present version is {now}.") from error
    return await round_written(wired, principal, result)


@router.get("/{round_id}/draft", response_class=Response, responses={200: {"model": Document}})
async def read_draft(round_id: UUID, principal: Annotated[Principal, requires("kpi:read")], wired: Wired) -> Response:
    """The comparative draft: the accepted figures of all, for members once it is shared, and for the secretariat."""
    row = await wired.round(round_id)
    office = principal.may("reports:read-submitted")
    if not office:
        _require_member(principal, row.state)
        if row.state.object_by is None:
            raise DraftNotShared
    accepted = [r for r in await wired.queries.reports(round=round_id) if r.state.phase in ("accepted", "published")]
    definitions = await wired.queries.definitions_of(row.state)
    reports = [
        {**report_head(r.id, r.state), **contents_document(definitions, r.state.contents())}
        for r in await wired.queries.with_words(accepted)
    ]
    there = {r.state.jurisdiction for r in accepted}
    missing = [member for member in row.state.members if member not in there]
    head = round_head(row.id, row.state)
    return json_response({**head, "reports": reports, "missing": missing}, headers={"ETag": etag(row.state.version)})


@router.get("/{round_id}/editions/{number}", response_class=Response, responses={200: {"model": Document}})
async def read_edition(
    round_id: UUID, number: int, principal: Annotated[Principal, requires("kpi:read")], wired: Wired
) -> Response:
    """What was published then, word for word, whatever was restated since."""
    row = await wired.round(round_id)
    edition = next((e for e in row.state.editions if e.number == number), None)
    if edition is None:
        raise UnknownEdition(f"The round has {len(row.state.editions)} editions.")
    definitions = await wired.queries.definitions_of(row.state)
    rows = {r.id: r for r in await wired.queries.reports(round=round_id)}
    frozen = await wired.queries.with_words([rows[listed.report] for listed in edition.reports])
    published = {p.id: p for p in frozen}
    reports = [
        {
            "report": listed.report,
            "kind": listed.kind,
            "jurisdiction": listed.jurisdiction,
            "version": listed.version,
            "digest": listed.digest,
            "published_in": listed.published_in,
            **contents_document(definitions, _contents(published[listed.report], listed.published_in)),
        }
        for listed in edition.reports
    ]
    recorded = {(p.round, p.edition): p.recorded_at for p in await wired.queries.publications()}
    document = {
        "round": row.id,
        "roadmap": row.state.roadmap,
        "roadmap_version": row.state.roadmap_version,
        "number": row.state.number,
        "period": row.state.period,
        "values_period": row.state.values_period,
        **edition_document(edition),
        "recorded_at": recorded.get((row.id, number)),
        "reports": reports,
    }
    return json_response(document)


def _contents(row: ReportRow, edition: int) -> Any:
    return next(p.contents for p in row.state.published if p.edition == edition)


def _period(sent: RoundSent, planned: Any) -> str:
    """The narrative's period of the report that is meant. Raises `Problem` 422."""
    if (sent.period is None) == (sent.number is None):
        raise invalid([Violation("/period", "one_of", "Name the period or the number of the report, one of the two.")])
    if sent.period is not None:
        return sent.period
    assert sent.number is not None
    found = schedule.report(planned, sent.number)
    if found is None:
        raise invalid([Violation("/number", "period_unknown", f"The schedule has no report {sent.number}.")])
    return found.narrative


def _require_member(principal: Principal, state: rounds.State) -> None:
    """Raises `MembersOnly`."""
    if not is_member(principal, state.members):
        raise MembersOnly


async def _act(
    wired: Services,
    principal: Principal,
    round_id: UUID,
    command: commands.RoundCommand,
    version: int,
    key: Any,
) -> Response:
    answer = answer_of(200, "/v1/rounds")
    result = await wired.commanding.on_round(round_id, command, version, caller(principal, key), answer)
    return await round_written(wired, principal, result)

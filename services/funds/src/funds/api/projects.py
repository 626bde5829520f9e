"""Projects and their grants: the inventory, what happens to a grant, reports, indicators and risks."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from starlette.responses import Response

from common.eventsourcing.past import AsOf, held
from common.eventsourcing.writer import IdempotencyKey
from common.http.answers import json_response
from common.http.as_of import AsOfParameter, parse_as_of
from common.http.idempotency import Idempotency
from common.http.routing import Router
from common.http.sent import Code, Told
from common.http.versions import IfMatch, etag
from common.kernel.ids import new_id
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api import schemas
from funds.api.answering import CHANGED_THING, CREATED, LISTED, SHOWN, done
from funds.api.calls import checked_plan
from funds.api.dependencies import FundPath, OtherParty, Services, Wired, own_party, referred, text, told_on
from funds.api.footnotes import footnotes
from funds.api.funds import OnDay, Read
from funds.api.views import project_document, project_file
from funds.application.commanding import Asked
from funds.application.streams import FUND, PROJECT
from funds.domain import commands, errors, events, project_state
from funds.domain import project_commands as projects
from funds.readmodel.queries import Row

router = Router(prefix="/v1", tags=["projects"])

Manage = Annotated[Principal, requires("projects:manage")]
Someone = Annotated[Principal, requires()]
Number = Annotated[int, Path(ge=1, le=9_999)]


@router.get("/projects", summary="The inventory of projects", **LISTED)
async def list_projects(
    principal: Read,
    wired: Wired,
    year: Annotated[int | None, Query(ge=1990, le=2200, description="initiated or ongoing in that year")] = None,
    fund: Annotated[str | None, Query(max_length=40, description="a mechanism, by code or id")] = None,
    organisation: Annotated[str | None, Query(max_length=80, description="whose contributions")] = None,
    jurisdiction: Annotated[str | None, Query(max_length=20)] = None,
    on: OnDay = None,
) -> Response:
    """Each project once, whatever mechanisms it has grants of. It counts in a year when one of its grants was active on
    a day of it, from its start to its operational closure. Of an organisation and a year it is its contributions
    report."""
    mechanisms = await wired.mechanisms()
    wanted = (await wired.fund(fund)).id if fund else None
    items = []
    for row in await wired.queries.all(project_state.State):
        if year is not None and not row.state.active_in(year):
            continue
        if wanted is not None and not any(grant.fund == wanted for grant in row.state.grants):
            continue
        if organisation is not None and organisation not in row.state.organisations:
            continue
        document = project_document(row.id, row.state, mechanisms, on or wired.today())
        if jurisdiction is None or jurisdiction in document["jurisdictions"]:
            items.append(document)
    return json_response({"items": items, "footnotes": footnotes(wired, items)})


@router.get("/projects/{project_id}", **SHOWN)
async def read_project(
    project_id: UUID, principal: Read, wired: Wired, as_of: AsOfParameter = None, on: OnDay = None
) -> Response:
    """One project with its grants, revisions, indicators and accepted reports; those at work and risks for who works on
    it."""
    row = await wired.project(project_id)
    state = row.state
    if as_of is not None or on is not None:
        known = parse_as_of(as_of) if as_of else AsOf()
        state = await held(wired.log, row.id, project_state.evolve, events.ProjectRegistered, known, on)
    mechanisms = await wired.mechanisms()
    inside = principal.may("projects:manage") or (principal.may("projects:report") and _takes_part(principal, state))
    document = project_file(row.id, state, mechanisms, on or wired.today(), drafts=inside)
    noted = {**document, "footnotes": footnotes(wired, document)}
    return json_response(noted, headers={"ETag": etag(state.version)})


@router.post("/funds/{fund}/grants", summary="Register a grant by an agreement", **CREATED)
async def register_grant(
    fund: FundPath,
    sent: schemas.GrantSent,
    principal: Annotated[Principal, requires("grants:register")],
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Where no committee decides: of a bilateral or another instrument, to a new project or to one that is there."""
    row = await wired.fund(fund)
    if row.state.governance != "agreement":
        raise errors.AgreementGoverned(f"The committee of {row.state.code} decides on its grants.")
    plan, on = await checked_plan(wired, row.state, sent.plan), told_on(wired, principal, sent)
    project = (await referred(wired.project(sent.project), "/project")).id if sent.project else new_id()
    grant, reason = new_id(), text(sent.reason)
    approve = projects.ApproveGrant(grant, row.id, None, None, plan.title, plan, (), row.state.currency, on, reason)
    asked = [Asked(PROJECT, project, approve, new=sent.project is None)]
    if plan.budget:
        goals = tuple(share.code for share in plan.goals)
        reserve = commands.Reserve(grant, project, None, None, plan.of_organisations(), (), goals, on, reason)
        asked.append(Asked(FUND, row.id, reserve))
    return await _done(wired, principal, asked, key, 201)


@router.post("/projects/{project_id}/grants/{grant_id}/start", summary="Start a grant", **CHANGED_THING)
async def start_grant(
    project_id: UUID,
    grant_id: UUID,
    sent: Told,
    principal: Someone,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By an organisation that implements it, or the secretariat."""
    await _require_part(wired, principal, project_id)
    command = projects.StartGrant(grant_id, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/grants/{grant_id}/suspend", summary="Suspend a grant", **CHANGED_THING)
async def suspend_grant(
    project_id: UUID, grant_id: UUID, sent: Told, principal: Manage, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """With a reason; nothing is transferred to it meanwhile."""
    command = projects.SuspendGrant(grant_id, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/grants/{grant_id}/resume", summary="Resume a grant", **CHANGED_THING)
async def resume_grant(
    project_id: UUID, grant_id: UUID, sent: Told, principal: Manage, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """From `on` on."""
    command = projects.ResumeGrant(grant_id, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/grants/{grant_id}/cancel", summary="Cancel a grant", **CHANGED_THING)
async def cancel_grant(
    project_id: UUID, grant_id: UUID, sent: Told, principal: Manage, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """With a reason; what was not transferred is released in the same moment."""
    on, reason = told_on(wired, principal, sent), text(sent.reason)
    cancel = projects.CancelGrant(grant_id, on, reason)
    release = await _release(wired, project_id, grant_id, "cancelled", on, reason)
    return await _act(wired, principal, project_id, cancel, version, key, release)


@router.post(
    "/projects/{project_id}/grants/{grant_id}/operational-closure", summary="Close it operationally", **CHANGED_THING
)
async def close_operationally(
    project_id: UUID, grant_id: UUID, sent: Told, principal: Manage, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """`on` is the last day of its activities."""
    command = projects.CloseOperationally(grant_id, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post(
    "/projects/{project_id}/grants/{grant_id}/financial-closure", summary="Close it financially", **CHANGED_THING
)
async def close_financially(
    project_id: UUID, grant_id: UUID, sent: Told, principal: Manage, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """When each organisation has spent or refunded what it received; what was not transferred is released."""
    on, reason = told_on(wired, principal, sent), text(sent.reason)
    close = projects.CloseFinancially(grant_id, on, reason)
    release = await _release(wired, project_id, grant_id, "closed", on, reason)
    return await _act(wired, principal, project_id, close, version, key, release)


@router.post("/projects/{project_id}/reports", summary="Request a report", **CHANGED_THING)
async def request_report(
    project_id: UUID,
    sent: schemas.ReportRequestSent,
    principal: Manage,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """A narrative or financial one, of a grant and a period, with the day by which it is due."""
    on = told_on(wired, principal, sent)
    command = projects.RequestReport(sent.grant, sent.kind, sent.start, sent.end, sent.due, on, text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/reports/{number}/submit", summary="Hand a report in", **CHANGED_THING)
async def submit_report(
    project_id: UUID,
    number: Number,
    sent: schemas.ReportSent,
    principal: Annotated[Principal, requires("projects:report")],
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """By an organisation that implements the grant."""
    await _require_part(wired, principal, project_id)
    documents = tuple(each.to_domain() for each in sent.documents)
    command = projects.SubmitReport(number, documents, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/reports/{number}/return", summary="Return a report", **CHANGED_THING)
async def return_report(
    project_id: UUID,
    number: Number,
    sent: schemas.CommentSent,
    principal: Manage,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """With a comment; it is handed in again."""
    on = told_on(wired, principal, sent)
    command = projects.ReturnReport(number, sent.words(), on, text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/reports/{number}/accept", summary="Accept a report", **CHANGED_THING)
async def accept_report(
    project_id: UUID,
    number: Number,
    sent: Told,
    principal: Manage,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """It is open to every credential from then on."""
    command = projects.AcceptReport(number, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.put("/projects/{project_id}/indicators/{code}", summary="Set an indicator", **CHANGED_THING)
async def set_indicator(
    project_id: UUID,
    code: Code,
    sent: schemas.IndicatorSent,
    principal: Someone,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """What the project wants to reach, from where, by when."""
    await _require_part(wired, principal, project_id)
    on = told_on(wired, principal, sent)
    command = projects.SetIndicator(
        code, sent.title, sent.unit, sent.baseline, sent.target, sent.target_by, on, text(sent.reason)
    )
    return await _act(wired, principal, project_id, command, version, key)


@router.post("/projects/{project_id}/indicators/{code}/values", summary="Measure an indicator", **CHANGED_THING)
async def measure_indicator(
    project_id: UUID,
    code: Code,
    sent: schemas.MeasurementSent,
    principal: Someone,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """As of `on`."""
    await _require_part(wired, principal, project_id)
    command = projects.MeasureIndicator(code, sent.value, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


@router.put("/projects/{project_id}/risks/{code}", summary="Assess a risk", **CHANGED_THING)
async def assess_risk(
    project_id: UUID,
    code: Code,
    sent: schemas.RiskSent,
    principal: Someone,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Anew, as often as it changes; for those who work on the project."""
    await _require_part(wired, principal, project_id)
    on = told_on(wired, principal, sent)
    command = projects.AssessRisk(code, sent.title, sent.likelihood, sent.impact, sent.closed, on, text(sent.reason))
    return await _act(wired, principal, project_id, command, version, key)


def _takes_part(principal: Principal, state: project_state.State) -> bool:
    return principal.agency in state.organisations


async def _require_part(wired: Services, principal: Principal, stream: UUID) -> Row[project_state.State]:
    """The secretariat, or an organisation that implements the project. Raises `PermissionMissing`, `PartyNeeded`,
    `OtherParty`."""
    row = await wired.project(stream)
    if not principal.may("projects:manage"):
        principal.require("projects:report")
        own_party(principal)
        if not _takes_part(principal, row.state):
            raise OtherParty("The project is implemented by others.")
    return row


async def _release(wired: Services, stream: UUID, grant: UUID, cause: Any, on: Any, reason: Any) -> list[Asked]:
    """The rest of what is reserved for a grant; nothing where none was ever approved in money."""
    row = await wired.project(stream)
    found = row.state.grant(grant)
    if found is None:
        raise errors.UnknownThing("grant")
    fund = await wired.fund(found.fund)
    if not fund.state.approvals_of(grant):
        return []
    return [Asked(FUND, found.fund, commands.Release(grant, stream, cause, on, reason=reason))]


async def _act(
    wired: Services,
    principal: Principal,
    stream: UUID,
    command: projects.ProjectCommand,
    version: int,
    key: IdempotencyKey | None,
    more: list[Asked] | None = None,
) -> Response:
    return await _done(wired, principal, [Asked(PROJECT, stream, command, version), *(more or [])], key)


async def _done(
    wired: Services, principal: Principal, asked: list[Asked], key: IdempotencyKey | None, status: int = 200
) -> Response:
    mechanisms, today = await wired.mechanisms(), wired.today()

    def shown(i: UUID, state: project_state.State, _: Any) -> dict[str, Any]:
        return project_file(i, state, mechanisms, today, drafts=True)

    return await done(wired, principal, asked, key, shown, status)

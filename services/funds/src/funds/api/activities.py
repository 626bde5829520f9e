"""Activities and what came of them, of every project and of the secretariat itself; challenges that delayed them."""

from __future__ import annotations

from datetime import date
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
from common.http.sent import Told
from common.http.versions import IfMatch, etag
from common.kernel.ids import new_id
from common.kernel.text import ErasableText
from common.security.permissions import requires
from common.security.principal import Principal
from funds.api import schemas
from funds.api.answering import CHANGED_THING, CREATED, LISTED, SHOWN, done
from funds.api.dependencies import OtherParty, Services, Wired, own_party, referred, text, told_on
from funds.api.footnotes import footnotes
from funds.api.funds import OnDay, Read
from funds.api.views import activity_document, challenge_document
from funds.application.commanding import Asked
from funds.application.plans import objectives, places
from funds.application.streams import ACTIVITY, CHALLENGE
from funds.domain import activity, checks, errors, events, records
from funds.domain.events import ActivityKind

router = Router(prefix="/v1", tags=["activities"])

Someone = Annotated[Principal, requires()]
Manage = Annotated[Principal, requires("activities:manage")]
Number = Annotated[int, Path(ge=1, le=9_999)]


@router.get("/activities", summary="Activities and results", **LISTED)
async def list_activities(
    principal: Read,
    wired: Wired,
    year: Annotated[int | None, Query(ge=1990, le=2200, description="of the activity, or of its plan")] = None,
    kind: Annotated[list[ActivityKind] | None, Query()] = None,
    jurisdiction: Annotated[list[str] | None, Query()] = None,
    status: Annotated[list[activity.Status] | None, Query()] = None,
    project: UUID | None = None,
) -> Response:
    """By day. An activity is of the year in which it was held, else of that for which it is planned; one that was
    postponed without a new day is of the year in which that was said."""
    rows = await wired.queries.all(activity.State, project)
    items = [
        activity_document(row.id, row.state)
        for row in rows
        if (year is None or _year(row.state) == year)
        and (kind is None or row.state.kind in kind)
        and (jurisdiction is None or set(jurisdiction) & set(row.state.jurisdictions))
        and (status is None or row.state.status in status)
    ]
    return json_response({"items": items, "footnotes": footnotes(wired, items)})


def _year(state: activity.State) -> int:
    day: date = state.held_to or state.start or state.changed_on or state.planned_on
    return day.year


@router.post("/activities", summary="Plan an activity", **CREATED)
async def plan_activity(sent: schemas.ActivitySent, principal: Someone, key: Idempotency, wired: Wired) -> Response:
    """The secretariat's own, or one of a project, by an organisation that implements it."""
    on = told_on(wired, principal, sent)
    await _require_may(wired, principal, sent.project)
    checks.require(places(sent.jurisdictions, wired.pack.jurisdictions, "/jurisdictions"))
    await _check_named(wired, sent)
    command = activity.PlanActivity(
        sent.kind,
        sent.title,
        sent.project,
        sent.jurisdictions,
        sent.partners,
        sent.goals,
        sent.kpis,
        sent.start,
        sent.end,
        tuple(each.to_domain() for each in sent.targets),
        on,
        text(sent.reason),
    )
    return await _done(wired, principal, Asked(ACTIVITY, new_id(), command, new=True), key, 201)


async def _check_named(wired: Services, sent: schemas.ActivitySent) -> None:
    """Goals and KPIs are those of a roadmap that some fund follows. Raises `InvalidInput`, `RoadmapNotKnown`."""
    if not sent.goals and not sent.kpis:
        return
    followed = [fund.roadmap for fund in (await wired.mechanisms()).values() if fund.roadmap]
    roadmap = await wired.roadmaps.newest(followed[0]) if followed else None
    checks.require(objectives(sent.goals, sent.kpis, roadmap, ""))


@router.get("/activities/{activity_id}", **SHOWN)
async def read_activity(
    activity_id: UUID, principal: Read, wired: Wired, as_of: AsOfParameter = None, on: OnDay = None
) -> Response:
    """One activity with targets, results, documents and recommendations."""
    row = await wired.queries.one(activity.State, activity_id)
    if row is None:
        raise errors.UnknownThing("activity")
    state = row.state
    if as_of is not None or on is not None:
        known = parse_as_of(as_of) if as_of else AsOf()
        state = await held(wired.log, row.id, activity.evolve, events.ActivityPlanned, known, on)
    return json_response(activity_document(row.id, state), headers={"ETag": etag(state.version)})


@router.post("/activities/{activity_id}/start", summary="Say that it goes on", **CHANGED_THING)
async def start_activity(
    activity_id: UUID, sent: Told, principal: Someone, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """What takes longer than a day: an upgrade, an advice."""
    command = activity.StartActivity(told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.post("/activities/{activity_id}/hold", summary="Say that it took place", **CHANGED_THING)
async def hold_activity(
    activity_id: UUID, sent: schemas.HeldSent, principal: Someone, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """`on` is its last day. Results are quantities with units; 24 participants, 12 of them female, are two of them."""
    results = tuple(each.to_domain() for each in sent.results)
    documents = tuple(each.to_domain() for each in sent.documents)
    on = told_on(wired, principal, sent)
    command = activity.HoldActivity(sent.start, results, documents, on, text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.post("/activities/{activity_id}/results", summary="Correct its results", **CHANGED_THING)
async def correct_results(
    activity_id: UUID, sent: schemas.ResultsSent, principal: Someone, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """All of them anew; what was said before stays in the log."""
    results = tuple(each.to_domain() for each in sent.results)
    command = activity.CorrectResults(results, told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.post("/activities/{activity_id}/postpone", summary="Postpone it", **CHANGED_THING)
async def postpone_activity(
    activity_id: UUID,
    sent: schemas.PostponedSent,
    principal: Someone,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """To other days, or until further notice; with a reason."""
    on = told_on(wired, principal, sent)
    command = activity.PostponeActivity(sent.start, sent.end, on, text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.post("/activities/{activity_id}/cancel", summary="Cancel it", **CHANGED_THING)
async def cancel_activity(
    activity_id: UUID, sent: Told, principal: Someone, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """With a reason."""
    command = activity.CancelActivity(told_on(wired, principal, sent), text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.post("/activities/{activity_id}/recommendations", summary="Record a recommendation", **CHANGED_THING)
async def make_recommendation(
    activity_id: UUID, sent: schemas.AdviceSent, principal: Someone, version: IfMatch, key: Idempotency, wired: Wired
) -> Response:
    """Of an assessment: what is to be done, by whom, by when."""
    on = told_on(wired, principal, sent)
    command = activity.Recommend(ErasableText.of(sent.text), sent.owner, sent.due, on, text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.post(
    "/activities/{activity_id}/recommendations/{number}", summary="Say how far a recommendation is", **CHANGED_THING
)
async def change_recommendation(
    activity_id: UUID,
    number: Number,
    sent: schemas.AdviceStateSent,
    principal: Someone,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """Open, under way, done or rejected."""
    on = told_on(wired, principal, sent)
    command = activity.ChangeRecommendation(number, sent.state, on, text(sent.reason))
    return await _act(wired, principal, activity_id, command, version, key)


@router.get("/challenges", summary="What got in the way", **LISTED)
async def list_challenges(principal: Read, wired: Wired) -> Response:
    """Each once, with the activities that it delayed."""
    rows = await wired.queries.all(records.Challenge)
    return json_response({"items": [challenge_document(row.id, row.state) for row in rows]})


@router.post("/challenges", summary="Record a challenge", **CREATED)
async def record_challenge(sent: schemas.ChallengeSent, principal: Manage, key: Idempotency, wired: Wired) -> Response:
    """Once; activities that it delays later are linked to it."""
    on = told_on(wired, principal, sent)
    checks.require(places(sent.jurisdictions, wired.pack.jurisdictions, "/jurisdictions"))
    for n, each in enumerate(sent.activities):
        await _require_activity(wired, each, f"/activities/{n}")
    command = records.RecordChallenge(
        sent.title, sent.start, sent.end, sent.jurisdictions, sent.activities, on, text(sent.reason)
    )
    asked = [Asked(CHALLENGE, new_id(), command, new=True)]
    return await done(wired, principal, asked, key, lambda i, state, _: challenge_document(i, state), 201)


@router.post("/challenges/{challenge_id}/activities", summary="Link an activity", **CHANGED_THING)
async def link_challenge(
    challenge_id: UUID,
    sent: schemas.DelayedSent,
    principal: Manage,
    version: IfMatch,
    key: Idempotency,
    wired: Wired,
) -> Response:
    """That it delayed too."""
    await _require_activity(wired, sent.activity, "/activity")
    command = records.LinkChallenge(sent.activity, told_on(wired, principal, sent), text(sent.reason))
    asked = [Asked(CHALLENGE, challenge_id, command, version)]
    return await done(wired, principal, asked, key, lambda i, state, _: challenge_document(i, state))


async def _require_activity(wired: Services, stream: UUID, pointer: str) -> None:
    if await wired.queries.one(activity.State, stream) is None:
        raise errors.UnknownReference(pointer, "There is no such activity.")


async def _require_may(wired: Services, principal: Principal, project: UUID | None) -> None:
    """The secretariat, or of a project's activities an organisation that implements it. Raises `PermissionMissing`,
    `OtherParty`."""
    row = await referred(wired.project(project), "/project") if project else None
    if principal.may("activities:manage"):
        return
    principal.require("projects:report" if row else "activities:manage")
    assert row is not None, "without a project another permission was required"
    if own_party(principal) not in row.state.organisations:
        raise OtherParty("The project is implemented by others.")


async def _act(
    wired: Services,
    principal: Principal,
    stream: UUID,
    command: activity.ActivityCommand,
    version: int,
    key: IdempotencyKey | None,
) -> Response:
    row = await wired.queries.one(activity.State, stream)
    if row is None:
        raise errors.UnknownThing("activity")
    await _require_may(wired, principal, row.state.project)
    return await _done(wired, principal, Asked(ACTIVITY, stream, command, version), key)


async def _done(
    wired: Services, principal: Principal, asked: Asked, key: IdempotencyKey | None, status: int = 200
) -> Response:
    def shown(i: UUID, state: activity.State, _: Any) -> dict[str, Any]:
        return activity_document(i, state)

    return await done(wired, principal, [asked], key, shown, status)

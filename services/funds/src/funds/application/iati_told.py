"""What an IATI file takes from projects and activities: their grants, and which grant tells of which result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from funds.application.iati_money import Grant
from funds.application.iati_results import Done, Watched
from funds.domain import activity as activities
from funds.domain import project_state as projects


def grants_of(stream: UUID, project: projects.State, on: date) -> list[Grant]:
    """Those that were approved by that day, as they stood then."""
    return [_grant(stream, project, each, on) for each in project.grants if each.approved_on <= on]


def _grant(stream: UUID, project: projects.State, grant: projects.Grant, on: date) -> Grant:
    versions = [version for version in grant.versions if version.on <= on]
    return Grant(
        grant.id,
        stream,
        project.title,
        versions[-1].plan,
        grant.status(on),
        grant.approved_on,
        versions[-1].on,
        len(versions) > 1,
        _past(grant.started_on, on),
        _past(grant.ended_on, on),
    )


def _past(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None


def done_under(grant: Grant, grants: Sequence[Grant], found: Sequence[activities.State]) -> list[Done]:
    """The activities of the project that this one of its grants tells of, each told once: by the first whose plan
    covers its beginning, else by the last."""
    told = [each for each in map(_done, found) if each is not None]
    return [each for each in told if _teller(grants, each.start).id == grant.id]


def watched_under(grant: Grant, grants: Sequence[Grant], project: projects.State, on: date) -> list[Watched]:
    """The indicators are of the project; its first grant tells of them."""
    return [_watched(grant, each, on) for each in project.indicators] if grants[0].id == grant.id else []


def _teller(grants: Sequence[Grant], day: date) -> Grant:
    covering = [grant for grant in grants if grant.plan.start <= day <= grant.plan.end]
    return (covering or grants[-1:])[0]


def _done(activity: activities.State) -> Done | None:
    """None for what was cancelled, and for what was postponed until further notice."""
    start, end = activity.held_from or activity.start, activity.held_to or activity.end
    if activity.status == "cancelled" or start is None or end is None:
        return None
    return Done(activity.title, start, end, activity.targets, activity.results)


def _watched(grant: Grant, indicator: projects.Indicator, on: date) -> Watched:
    """The value is the latest that was measured by that day."""
    measured = sorted((each for each in indicator.measured if each.on <= on), key=lambda each: each.on)
    return Watched(
        indicator.title,
        indicator.unit,
        indicator.baseline,
        indicator.target,
        measured[-1].value if measured else None,
        grant.plan.start,
        indicator.target_by or grant.plan.end,
    )

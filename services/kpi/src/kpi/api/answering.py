"""What commands are answered with: the report or the round as the command left it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from starlette.responses import Response

from common.eventsourcing.units import UnitResult
from common.eventsourcing.writer import IdempotencyKey
from common.http.landed import answer_of, landed, written
from common.http.problems import Problem, domain_problem
from common.security.principal import Principal
from kpi.api.dependencies import Services, acting, caller
from kpi.api.views import (
    action_documents,
    held_document,
    held_narrative_document,
    input_document,
    report_document,
    round_document,
)
from kpi.application.commanding import next_edition
from kpi.application.visibility import is_member, sight_of_past
from kpi.domain import evolving
from kpi.domain import round as rounds
from kpi.domain.actions import Acting, Action, report_actions, round_actions
from kpi.domain.commands import ReportCommand
from kpi.domain.errors import StaleContent
from kpi.domain.lookups import Definitions
from kpi.domain.state import HeldFigure, HeldInput, HeldNarrative, State
from kpi.domain.validation import validate
from kpi.readmodel.queries import ReportRow

SERVICE = "kpi"


async def report_at(wired: Services, stream: UUID, version: int) -> State:
    """The report as that version of it left it, with the words that are still there."""
    state = None
    for recorded in await wired.log.load(stream, up_to_version=version):
        state = evolving.evolve(state, recorded.event)
    assert state is not None, "it was written"
    return state


async def round_at(wired: Services, stream: UUID, version: int) -> rounds.State:
    state = None
    for recorded in await wired.log.load(stream, up_to_version=version):
        state = rounds.evolve(state, recorded.event)
    assert state is not None, "it was written"
    return state


async def actions_on(wired: Services, principal: Principal, definitions: Definitions, state: State) -> list[Action]:
    findings = validate(definitions, state, await wired.history(definitions, state))
    return list(report_actions(state, acting(wired, principal, state), findings))


async def shown_report(
    wired: Services, principal: Principal, stream: UUID, state: State, now: State | None = None
) -> dict[str, Any]:
    """`now`, where an earlier state is shown, is the present one, with which something may be done."""
    present = now or state
    definitions = await wired.queries.definitions_of(state)
    actions = await actions_on(wired, principal, definitions, present)
    seen, office = sight_of_past(principal, state, present), principal.may("reports:read-submitted")
    return report_document(stream, state, definitions, seen, actions, drafted=office)


async def shown_round(
    wired: Services, principal: Principal, stream: UUID, state: rounds.State, now: rounds.State | None = None
) -> dict[str, Any]:
    """`now` as in `shown_report`."""
    present = now or state
    reports = await wired.queries.reports(round=stream)
    listed = next_edition(present, [(row.id, row.state) for row in reports])
    member = is_member(principal, state.members)
    asking = Acting(principal.permissions, member, wired.today(), principal.agency)
    actions = round_actions(present, asking, listed)
    told = member or principal.may("reports:read-submitted")
    return round_document(stream, state, actions, objections=told)


async def report_written(wired: Services, principal: Principal, result: UnitResult) -> Response:
    kept, stream, version = landed(result, answer_of(200, "/v1/reports"))
    state = await report_at(wired, stream, version)
    return written(SERVICE, result, kept, await shown_report(wired, principal, stream, state))


async def round_written(wired: Services, principal: Principal, result: UnitResult, status: int = 200) -> Response:
    kept, stream, version = landed(result, answer_of(status, "/v1/rounds"))
    state = await round_at(wired, stream, version)
    return written(SERVICE, result, kept, await shown_round(wired, principal, stream, state))


async def executed(
    wired: Services, report_id: UUID, definitions: Definitions, work: Awaitable[UnitResult]
) -> UnitResult:
    """The result; somebody else's value comes with the refusal of a stale one."""
    try:
        return await work
    except StaleContent as error:
        refused = domain_problem(error)
        now = (await wired.report(report_id)).state  # what is refused is decided without the words
        raise Problem(
            refused.status_code,
            refused.slug,
            error.detail,
            error.violations,
            title=refused.title,
            extra={"current": _current(definitions, now, error.current)},
        ) from error


async def acted(
    wired: Services, principal: Principal, row: ReportRow, command: ReportCommand, key: IdempotencyKey | None
) -> Response:
    """Carries out a command on a report as a whole and answers with the report after it."""
    definitions = await wired.queries.definitions_of(row.state)
    work = wired.commanding.on_report(
        row.id, definitions, command, caller(principal, key), answer_of(200, "/v1/reports")
    )
    return await report_written(wired, principal, await executed(wired, row.id, definitions, work))


def _current(definitions: Definitions, state: State, refused: Any) -> dict[str, Any] | None:
    match refused:
        case HeldFigure() if held := state.figure(refused.jurisdiction, refused.part):
            return held_document(definitions, state, held)
        case HeldInput() if held_input := state.input(refused.part, refused.institution):
            return input_document(definitions, held_input)
        case HeldNarrative() if narrative := state.narrative(refused.section):
            return held_narrative_document(narrative)
    return None


async def with_actions(
    wired: Services, principal: Principal, definitions: Definitions, state: State, document: dict[str, Any]
) -> dict[str, Any]:
    actions = await actions_on(wired, principal, definitions, state)
    return {**document, "actions": action_documents(actions)}

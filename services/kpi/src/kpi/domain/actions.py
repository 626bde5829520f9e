"""What somebody may do now with a report or a round, and for what they may not: why.

The same refusals that the deciders raise, so that the list and the commands never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from common.kernel.errors import DomainError
from kpi.domain import errors
from kpi.domain import round as rounds
from kpi.domain.approving import (
    checking_refused,
    clearing_refused,
    endorsing_refused,
    findings_refused,
    reopening_refused,
    restating_refused,
)
from kpi.domain.contents import content_refused
from kpi.domain.events import EditionReport
from kpi.domain.querying import comparing_refused
from kpi.domain.state import State
from kpi.domain.values import Finding


@dataclass(frozen=True, slots=True)
class Acting:
    """Who asks, on which day: permissions, whether the credential covers the report's jurisdiction, and the institution
    they are of."""

    permissions: frozenset[str]
    covers: bool
    on: date
    institution: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """`why` says what stands against it: empty where it is allowed."""

    name: str
    why: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.why


Refusal = Callable[[], "DomainError | None"]


def report_actions(state: State, acting: Acting, findings: tuple[Finding, ...]) -> tuple[Action, ...]:
    """`findings` are those of validation now."""
    return tuple(_report_actions(state, acting, findings))


def _report_actions(state: State, acting: Acting, findings: tuple[Finding, ...]) -> Iterator[Action]:
    def own(name: str, permission: str, *refusals: Refusal) -> Action:
        return _action(name, permission, acting, refusals, covered=acting.covers)

    def office(name: str, permission: str, *refusals: Refusal) -> Action:
        return _action(name, permission, acting, refusals)

    open_ = partial(content_refused, state)
    if state.kind == "secretariat":
        yield office("record_figure", "secretariat:record", open_)
        yield office("restate", "reports:restate", partial(restating_refused, state))
        return
    endorsing = partial(endorsing_refused, state)
    checking = partial(checking_refused, state)
    yield own("record_figure", "figures:record", open_)
    yield own("record_input", "inputs:record", open_)
    yield own("record_narrative", "narratives:record", open_)
    yield own("add_evidence", "evidence:add", open_)
    yield own("explain_warning", "warnings:explain", open_, lambda: _nothing_to_explain(findings))
    yield own("clear_inputs", "inputs:clear", open_, lambda: _nothing_to_clear(state, acting))
    yield own("endorse", "reports:endorse", endorsing, lambda: findings_refused(findings))
    yield own("invite_reader", "readers:invite")
    yield own("answer_query", "queries:answer", lambda: _no_query(state, "sent"))
    yield office("return", "reports:check", checking)
    yield office("accept", "reports:check", checking)
    yield office("reopen", "reports:reopen", partial(reopening_refused, state))
    yield office("restate", "reports:restate", partial(restating_refused, state))
    yield office("extend", "rounds:extend")
    yield office("compare_with_feed", "queries:handle", partial(comparing_refused, state))
    yield office("send_query", "queries:handle", lambda: _no_query(state, "drafted"))
    yield office("dismiss_query", "queries:handle", lambda: _no_query(state, "drafted", "sent", "answered"))


def round_actions(state: rounds.State, acting: Acting, listed: Sequence[EditionReport]) -> tuple[Action, ...]:
    """`listed` is what the next edition would hold; `covers` says whether the caller speaks for a member."""
    return (
        _action("share_draft", "rounds:share", acting, [lambda: rounds.sharing_refused(state)]),
        _action(
            "object",
            "objections:raise",
            acting,
            [lambda: rounds.objecting_refused(state, acting.on)],
            covered=acting.covers,
        ),
        _action("answer_objection", "objections:answer", acting, [lambda: _no_objection(state)]),
        _action(
            "publish",
            "rounds:publish",
            acting,
            [lambda: rounds.publishing_refused(state, acting.on), lambda: rounds.nothing_new(state, listed)],
        ),
    )


def _action(
    name: str, permission: str, acting: Acting, refusals: list[Refusal] | tuple[Refusal, ...], *, covered: bool = True
) -> Action:
    if permission not in acting.permissions:
        return Action(name, (f"This needs the permission {permission}.",))
    if not covered:
        return Action(name, ("It belongs to another jurisdiction.",))
    found = [error for refusal in refusals if (error := refusal()) is not None]
    return Action(name, tuple(_said(error) for error in found))


def _said(error: DomainError) -> str:
    return error.detail if error.detail == error.title else f"{error.title}: {error.detail}"


def _nothing_to_explain(findings: tuple[Finding, ...]) -> DomainError | None:
    return None if any(f.severity == "warning" for f in findings) else errors.UnknownFinding()


def _nothing_to_clear(state: State, acting: Acting) -> DomainError | None:
    return clearing_refused(state, acting.institution) if acting.institution else errors.NothingToClear()


def _no_query(state: State, *statuses: str) -> DomainError | None:
    return None if any(q.status in statuses for q in state.queries) else errors.UnknownQuery()


def _no_objection(state: rounds.State) -> DomainError | None:
    return None if any(o.answer is None for o in state.objections) else errors.UnknownObjection()

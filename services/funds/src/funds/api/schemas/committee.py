"""What is sent of meetings, decisions and votes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from common.http.sent import Code, Day, PlainDecimal, SentPart, Short, Told
from funds.api.schemas.calls import DocumentSent, PlanSent
from funds.api.schemas.limits import Few, Number
from funds.domain import events, values


class MeetingSent(Told):
    number: Number
    title: Short
    agenda: Annotated[tuple[Short, ...], Few] = ()
    attendance: Annotated[tuple[Code, ...], Few] = ()
    minutes: DocumentSent | None = None


class DrawSent(SentPart):
    earmark: Annotated[tuple[Code, ...], Few] = ()
    amount: PlainDecimal

    def to_domain(self) -> values.Draw:
        return values.Draw(tuple(sorted(self.earmark)), self.amount)


class DecisionSent(Told):
    """What is put to the vote.

    `approve`, `approve_with_conditions`, `defer` and `reject` are about a `proposal`; or, outside a call, approving is
    about a `plan` (of a new project, or of `project`). `approve_revision` names the `grant`, its whole new `plan` and
    the `revision`; `extend` the `grant` and its new `end`; `close` the `grant`. A meeting is named by its number, a
    no-objection by its deadline. `draws` name earmarked money; the rest is taken from money without an earmark.
    """

    kind: events.DecisionKind
    mode: events.DecisionMode
    meeting: Number | None = None
    deadline: Day | None = None
    proposal: UUID | None = None
    project: UUID | None = None
    grant: UUID | None = None
    plan: PlanSent | None = None
    revision: events.RevisionKind | None = None
    end: Day | None = None
    draws: Annotated[tuple[DrawSent, ...], Few] = ()
    conditions: Annotated[tuple[Short, ...], Few] = ()


class VoteSent(Told):
    """The party is the credential's; named, it is checked."""

    vote: events.Ballot
    party: Code | None = None


class RecusalSent(Told):
    party: Code | None = None

"""A report: what each command leads to, and what refuses it. Its state folds in `evolving.py`."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

from common.kernel.decider import Decider, Decision
from kpi.domain import approving, commands, contents, errors, events, querying
from kpi.domain.commands import ReportCommand
from kpi.domain.events import ReportEvent
from kpi.domain.evolving import evolve
from kpi.domain.lookups import Definitions
from kpi.domain.state import State

ReportDecider: TypeAlias = Decider[ReportCommand, State | None, ReportEvent]


def decider(definitions: Definitions) -> ReportDecider:
    """The state before the first event is None."""
    return Decider(None, evolve, partial(decide, definitions))


def decide(definitions: Definitions, command: ReportCommand, state: State | None) -> Decision[Any]:
    if isinstance(command, commands.OpenReport):
        return _open(definitions, command, state)
    if state is None:
        raise errors.NotOpened
    if command.on < state.opened_on:
        raise errors.BeforeOpening("report", state.opened_on)
    match command:
        case (
            commands.RecordFigure()
            | commands.RecordInput()
            | commands.RecordNarrative()
            | commands.AddEvidence()
            | commands.InviteReader()
            | commands.RemoveReader()
        ):
            return contents.decide(definitions, command, state)
        case commands.CompareWithFeed() | commands.SendQuery() | commands.DismissQuery() | commands.AnswerQuery():
            return querying.decide(definitions, command, state)
        case _:
            return approving.decide(definitions, command, state)


def _open(definitions: Definitions, command: commands.OpenReport, state: State | None) -> Decision[Any]:
    if state is not None:
        raise errors.AlreadyOpened
    roadmap = definitions.roadmap
    return Decision(
        (
            events.ReportOpened(
                command.round,
                roadmap.code,
                roadmap.version,
                command.number,
                command.period,
                command.values_period,
                command.kind,
                command.jurisdiction,
                command.due,
                command.on,
                command.reason,
            ),
        )
    )

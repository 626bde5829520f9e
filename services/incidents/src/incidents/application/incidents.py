"""The commands of the service on their way to the write side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from common.eventsourcing.units import Actor, Aggregate, Intent, Outcome, Unit, UnitResult
from common.eventsourcing.writer import ANY_VERSION, Answer, IdempotencyKey
from common.kernel.clock import Clock
from common.kernel.decider import Decider, Decision
from common.write_side import WriteSide
from incidents.application.streams import INCIDENT, coverage_id, incident_id
from incidents.domain.body import IncidentBody
from incidents.domain.commands import DeclareCoverage, IncidentCommand, MarkDuplicate, ReportIncident


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, the key under which the answer is kept, if the caller named one, and the jurisdictions that the
    caller's credential covers, None for all."""

    actor: Actor
    key: IdempotencyKey | None = None
    jurisdictions: frozenset[str] | None = None


AnswerOf = Callable[[Outcome], Answer]
"""What is answered, and stored with the caller's key, given the outcome of the one command."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """Every method raises what `WriteSide.execute` raises, the domain's refusals among it."""

    write_side: WriteSide
    incidents: Aggregate
    coverage: Aggregate
    clock: Clock

    async def report(self, agency: str, body: IncidentBody, caller: Caller, answer: AnswerOf) -> UnitResult:
        """A feed of one line."""
        command = ReportIncident(agency, body, self.clock(), caller.jurisdictions)
        return await self._one(Intent(self.incidents, incident_id(agency, body.external_id), command), caller, answer)

    async def act(
        self, incident: UUID, command: IncidentCommand, version: int, caller: Caller, answer: AnswerOf
    ) -> UnitResult:
        """A command on an incident that the caller has seen in that version."""
        intent = Intent(self.incidents, incident, command, expected=version, must_exist=True)
        return await self._one(intent, caller, answer, _named_by(incident, command))

    async def declare(self, agency: str, jurisdiction: str, complete_through: date, actor: Actor) -> UnitResult:
        """Coverage; whoever declares it again later has the last word, so no version is named."""
        command = DeclareCoverage(agency, jurisdiction, complete_through, self.clock())
        intent = Intent(self.coverage, coverage_id(agency, jurisdiction), command, expected=ANY_VERSION)
        return await self.write_side.execute(Unit([intent], actor))

    async def _one(
        self, intent: Intent, caller: Caller, answer: AnswerOf, unchanged: Sequence[Intent] = ()
    ) -> UnitResult:
        def of_all(outcomes: Sequence[Outcome]) -> Answer:
            return answer(outcomes[0])

        return await self.write_side.execute(
            Unit([intent, *unchanged], caller.actor, key=caller.key, answer=of_all if caller.key else None)
        )


def _named_by(incident: UUID, command: IncidentCommand) -> Sequence[Intent]:
    """The other incident that a command names has to stay as it was looked up: else two that are marked as duplicates
    of each other at the same moment would both cease to count."""
    if not isinstance(command, MarkDuplicate) or command.duplicate_of == incident:
        return ()
    return [Intent(_UNCHANGED, command.duplicate_of, None)]


_UNCHANGED = Aggregate(INCIDENT, Decider(None, lambda state, _: state, lambda *_: Decision()))
"""Decides nothing; its stream is appended nothing and must not have moved meanwhile."""

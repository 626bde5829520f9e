"""The commands of the service on their way to the write side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from common.eventsourcing.units import Actor, Aggregate, Intent, Outcome, Unit, UnitResult
from common.eventsourcing.writer import ANY_VERSION, Answer, IdempotencyKey
from common.kernel.clock import Clock
from common.write_side import WriteSide
from incidents.application.streams import coverage_id, incident_id
from incidents.domain.body import IncidentBody
from incidents.domain.commands import DeclareCoverage, IncidentCommand, ReportIncident


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, and the key under which the answer is kept, if the caller named one."""

    actor: Actor
    key: IdempotencyKey | None = None


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
        command = ReportIncident(agency, body, self.clock())
        return await self._one(Intent(self.incidents, incident_id(agency, body.external_id), command), caller, answer)

    async def act(
        self, incident: UUID, command: IncidentCommand, version: int, caller: Caller, answer: AnswerOf
    ) -> UnitResult:
        """A command on an incident that the caller has seen in that version."""
        intent = Intent(self.incidents, incident, command, expected=version, must_exist=True)
        return await self._one(intent, caller, answer)

    async def declare(self, agency: str, jurisdiction: str, complete_through: date, actor: Actor) -> UnitResult:
        """Coverage; whoever declares it again later has the last word, so no version is named."""
        command = DeclareCoverage(agency, jurisdiction, complete_through, self.clock())
        intent = Intent(self.coverage, coverage_id(agency, jurisdiction), command, expected=ANY_VERSION)
        return await self.write_side.execute(Unit([intent], actor))

    async def _one(self, intent: Intent, caller: Caller, answer: AnswerOf) -> UnitResult:
        def of_all(outcomes: Sequence[Outcome]) -> Answer:
            return answer(outcomes[0])

        return await self.write_side.execute(
            Unit([intent], caller.actor, key=caller.key, answer=of_all if caller.key else None)
        )

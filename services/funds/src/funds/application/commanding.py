"""The commands of the service on their way to the write side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from common.eventsourcing.units import Aggregate, Caller, Intent, Outcome, Refusal, Unit, UnitResult
from common.eventsourcing.writer import ANY_VERSION, Answer
from common.kernel.decider import Decider, Decision
from common.kernel.errors import DomainError, InConflict
from common.write_side import WriteSide
from funds.application.streams import FUND, KINDS

AnswerOf = Callable[[Outcome], Answer]
"""What is stored with the caller's key, given the outcome of the first command."""


class Busy(InConflict):
    code = "busy"
    title = "What this is about changed at this moment; try again"


@dataclass(frozen=True, slots=True)
class Asked:
    """A command for a stream of a kind. `version`: the one that the caller saw; without it a lost race is decided
    again. A command that a look-up refused is its refusal: it is raised where the request is not one that is repeated,
    which is answered as it was."""

    kind: str
    stream: UUID
    command: Any
    version: int | None = None
    new: bool = False


class Commanding:
    """Every method raises what `WriteSide.execute` raises, the domain's refusals among it. `rows_of` makes the rows of
    the read model for a kind of stream."""

    def __init__(self, write_side: WriteSide, rows_of: Callable[[str], Any]) -> None:
        self._write_side = write_side
        self._aggregates: Mapping[str, Aggregate] = {
            kind: Aggregate(kind, known.decider, rows_of(kind)) for kind, known in KINDS.items()
        }

    async def execute(self, asked: Sequence[Asked], caller: Caller, answer: AnswerOf) -> UnitResult:
        """All of them or none; the answer is about the first."""

        def of_all(outcomes: Sequence[Outcome]) -> Answer:
            return answer(outcomes[0])

        unit = Unit(self._intents(asked), caller.actor, key=caller.key, answer=of_all if caller.key else None)
        return await self._write_side.execute(unit)

    async def record_all(
        self,
        fund: UUID,
        commands: Sequence[Any],
        caller: Caller,
        answer: Callable[[Sequence[Outcome]], Answer],
        *,
        dry_run: bool,
    ) -> UnitResult:
        """All facts of an import or none; each refusal stands in its outcome."""
        intents = self._intents([Asked(FUND, fund, command) for command in commands])
        kept = answer if caller.key else None
        unit = Unit(intents, caller.actor, Refusal.KEEP_NONE, key=caller.key, answer=kept, dry_run=dry_run)
        return await self._write_side.execute(unit)

    def _intents(self, asked: Sequence[Asked]) -> list[Intent]:
        return [
            Intent(
                self._aggregate(each),
                each.stream,
                each.command,
                expected=ANY_VERSION if each.version is None else each.version,
                must_exist=not each.new,
            )
            for each in asked
        ]

    def _aggregate(self, asked: Asked) -> Aggregate:
        known = self._aggregates[asked.kind]
        return replace(known, decider=REFUSING) if isinstance(asked.command, DomainError) else known


def _refuse(refusal: DomainError, state: Any) -> Decision[Any]:
    raise refusal


REFUSING: Decider[Any, Any, Any] = Decider(None, lambda state, _: state, _refuse)

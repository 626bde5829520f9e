"""The commands of the service on their way to the write side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.eventsourcing.units import Aggregate, Caller, Intent, Outcome, Refusal, Unit, UnitResult
from common.eventsourcing.writer import ANY_VERSION, Answer
from common.kernel.errors import InConflict, StaleVersion
from common.write_side import WriteSide
from kpi.application.streams import REPORT, ROADMAP, ROUND, report_id, roadmap_id, round_id
from kpi.domain import commands, report, roadmaps
from kpi.domain import round as rounds
from kpi.domain.events import EditionReport
from kpi.domain.lookups import Definitions
from kpi.domain.state import State

AnswerOf = Callable[[Outcome], Answer]
"""What is stored with the caller's key, given the outcome of the first command."""
RowsOf = Callable[[UUID, int, Any, Sequence[Any]], Any]


class Busy(InConflict):
    code = "busy"
    title = "A report of the round changed at this moment; try again"


@dataclass(frozen=True, slots=True)
class Commanding:
    """Every method raises what `WriteSide.execute` raises, the domain's refusals among it. The rows of the read model
    are made by those three functions."""

    write_side: WriteSide
    roadmap_rows: RowsOf
    round_rows: RowsOf
    report_rows: RowsOf

    async def publish_roadmap(self, command: commands.PublishRoadmap, caller: Caller, answer: AnswerOf) -> UnitResult:
        stream = roadmap_id(command.roadmap.code, command.roadmap.version)
        aggregate = Aggregate(ROADMAP, roadmaps.decider(), self.roadmap_rows)
        return await self._execute([Intent(aggregate, stream, command)], caller, answer)

    async def open_round(self, command: commands.OpenRound, caller: Caller, answer: AnswerOf) -> UnitResult:
        """The round, a report of every member and the secretariat's, all or none."""
        planned = rounds.plan(command)
        stream = round_id(planned.roadmap, planned.number)
        reports = self._reports(Definitions(command.roadmap))
        members = [*planned.members, None]
        opened = [
            Intent(
                reports,
                report_id(planned.roadmap, planned.number, jurisdiction),
                commands.OpenReport(
                    stream,
                    planned.number,
                    planned.period,
                    planned.values_period,
                    "secretariat" if jurisdiction is None else "jurisdiction",
                    jurisdiction,
                    planned.due,
                    command.on,
                    command.reason,
                ),
            )
            for jurisdiction in members
        ]
        return await self._execute([Intent(self._rounds(), stream, command), *opened], caller, answer)

    async def on_round(
        self, stream: UUID, command: commands.RoundCommand, version: int, caller: Caller, answer: AnswerOf
    ) -> UnitResult:
        """A command on a round that the caller has seen in that version."""
        intent = Intent(self._rounds(), stream, command, expected=version, must_exist=True)
        return await self._execute([intent], caller, answer)

    async def publish_round(
        self,
        stream: UUID,
        command: commands.PublishRound,
        version: int,
        frozen: Sequence[tuple[Definitions, EditionReport]],
        edition: int,
        caller: Caller,
        answer: AnswerOf,
    ) -> UnitResult:
        """The round and every report of `frozen`, each exactly as it was looked up, all or none. Raises `Busy` where
        one of them has changed meanwhile."""
        intents = [Intent(self._rounds(), stream, command, expected=version, must_exist=True)]
        for definitions, listed in frozen:
            published = commands.PublishReport(edition, listed.digest, command.on, command.reason)
            seen = listed.version - 1  # what is listed is the version that the freezing makes
            intents.append(Intent(self._reports(definitions), listed.report, published, expected=seen))
        try:
            return await self._execute(intents, caller, answer)
        except StaleVersion as error:
            raise Busy from error

    async def on_report(
        self,
        stream: UUID,
        definitions: Definitions,
        command: commands.ReportCommand,
        caller: Caller,
        answer: AnswerOf,
    ) -> UnitResult:
        """What the author has seen stands in the command; a race on another part is decided again."""
        intent = Intent(self._reports(definitions), stream, command, expected=ANY_VERSION, must_exist=True)
        return await self._execute([intent], caller, answer)

    async def record_all(
        self,
        stream: UUID,
        definitions: Definitions,
        figures: Sequence[commands.RecordFigure],
        caller: Caller,
        answer: Callable[[Sequence[Outcome]], Answer],
        *,
        dry_run: bool,
    ) -> UnitResult:
        """All of the figures or none; each refusal stands in its outcome."""
        aggregate = self._reports(definitions)
        intents = [Intent(aggregate, stream, figure, expected=ANY_VERSION, must_exist=True) for figure in figures]
        kept = answer if caller.key else None
        unit = Unit(intents, caller.actor, Refusal.KEEP_NONE, key=caller.key, answer=kept, dry_run=dry_run)
        return await self.write_side.execute(unit)

    def _rounds(self) -> Aggregate:
        return Aggregate(ROUND, rounds.decider(), self.round_rows)

    def _reports(self, definitions: Definitions) -> Aggregate:
        return Aggregate(REPORT, report.decider(definitions), self.report_rows)

    async def _execute(self, intents: Sequence[Intent], caller: Caller, answer: AnswerOf) -> UnitResult:
        def of_all(outcomes: Sequence[Outcome]) -> Answer:
            return answer(outcomes[0])

        return await self.write_side.execute(
            Unit(intents, caller.actor, key=caller.key, answer=of_all if caller.key else None)
        )


def next_edition(round_state: rounds.State, reports: Sequence[tuple[UUID, State]]) -> tuple[EditionReport, ...]:
    """The reports of the next edition: those that are accepted, and the secretariat's where it says something new; of
    the others what the latest edition has of them."""
    edition = len(round_state.editions) + 1
    before = {listed.report: listed for listed in round_state.editions[-1].reports} if round_state.editions else {}
    listed = []
    for stream, state in reports:
        if freezable(state):
            frozen = EditionReport(stream, state.kind, state.jurisdiction, state.version + 1, state.digest(), edition)
            listed.append(frozen)
        elif stream in before:
            listed.append(before[stream])
    return tuple(listed)


def freezable(state: State) -> bool:
    """Whether the next edition would freeze the report as it now stands."""
    if state.kind == "jurisdiction":
        return state.phase == "accepted"
    last = state.published[-1].digest if state.published else None
    return state.phase != "published" and bool(state.figures) and state.digest() != last

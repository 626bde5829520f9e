"""What routes are given: the parts that bootstrap made, who acts, for which party, and on which day."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Request

from common.eventsourcing.log import EventLog
from common.eventsourcing.past import AsOf
from common.eventsourcing.units import Actor, Caller
from common.eventsourcing.writer import IdempotencyKey
from common.http.sent import Told
from common.kernel.clock import Clock
from common.kernel.days import happened_on
from common.kernel.errors import NotAllowed
from common.kernel.text import ErasableText
from common.observability.context import correlation_id
from common.reference.pack import Pack
from common.security.principal import Principal
from funds.application.commanding import Commanding
from funds.application.streams import KINDS, fund_id
from funds.domain import call, decision, fund_state, project_state, proposal, records
from funds.domain.contributions import RateOn
from funds.domain.errors import UnknownReference, UnknownThing
from funds.readmodel.queries import Queries, Row
from funds.readmodel.roadmaps import RoadmapQueries

S = TypeVar("S")

SERVICE = "funds"


class PartyNeeded(NotAllowed):
    code = "party_needed"
    title = "The credential has to name the party it speaks for in its claim agency"


class OtherParty(NotAllowed):
    code = "other_party"
    title = "This belongs to another party"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of this process that routes use; `app.state.services`. `publishers` are those whose footnotes are
    printed. What is asked for and not there raises `UnknownThing`."""

    pack: Pack
    publishers: tuple[str, ...]
    queries: Queries
    roadmaps: RoadmapQueries
    log: EventLog[Any]
    commanding: Commanding
    clock: Clock

    def today(self) -> date:
        """The day that has begun everywhere in the region."""
        zones = [each.time_zone for each in self.pack.jurisdictions.values()]
        return min(self.clock().astimezone(ZoneInfo(zone)).date() for zone in zones)

    async def fund(self, named: str | UUID) -> Row[fund_state.State]:
        """By its id or its code."""
        return await self._one(fund_state.State, "fund", named if isinstance(named, UUID) else _fund(named))

    async def call(self, stream: UUID) -> Row[call.State]:
        return await self._one(call.State, "call", stream)

    async def proposal(self, stream: UUID) -> Row[proposal.State]:
        return await self._one(proposal.State, "proposal", stream)

    async def decision(self, stream: UUID) -> Row[decision.State]:
        return await self._one(decision.State, "decision", stream)

    async def project(self, stream: UUID) -> Row[project_state.State]:
        return await self._one(project_state.State, "project", stream)

    async def project_of(self, grant: UUID) -> Row[project_state.State]:
        found = await self.queries.project_of_grant(grant)
        if found is None:
            raise UnknownThing("grant")
        return found

    async def projects_of(self, fund: UUID) -> list[Row[project_state.State]]:
        """Those with a grant of a fund."""
        rows = await self.queries.all(project_state.State)
        return [row for row in rows if any(grant.fund == fund for grant in row.state.grants)]

    async def mechanisms(self) -> Mapping[UUID, fund_state.State]:
        """Every fund by its id."""
        return {row.id: row.state for row in await self.queries.all(fund_state.State)}

    async def rates_to(self, currency: str, as_of: AsOf | None = None) -> RateOn:
        """Looks rates up as they are recorded now, or as they were known then; the inverse pair where a pair has
        none."""
        rows = await self.queries.all(records.Rates)
        states = [row.state if as_of is None else await self._rates_then(row.id, as_of) for row in rows]
        known = {(state.base, state.quote): state for state in states if state is not None}

        def on(base: str, day: date) -> Any:
            if (base, currency) in known and (rate := known[base, currency].on(day)) is not None:
                return rate
            inverse = known[currency, base].on(day) if (currency, base) in known else None
            return None if inverse is None else 1 / inverse

        return on

    async def _rates_then(self, stream: UUID, as_of: AsOf) -> records.Rates | None:
        found: records.Rates | None = None
        for recorded in await self.log.load(stream, recorded_by=as_of.instant, up_to_position=as_of.position):
            found = records.evolve_rate(found, recorded.event)
        return found

    async def at(self, kind: str, stream: UUID, version: int) -> tuple[Any, Any]:
        """The state that a version of a stream led to, and its last event, with the words that are still there."""
        state, event = None, None
        for recorded in await self.log.load(stream, up_to_version=version):
            event = recorded.event
            state = KINDS[kind].decider.evolve(state, event)
        assert state is not None, "it was written"
        return state, event

    async def _one(self, kind: type[S], word: str, stream: UUID) -> Row[S]:
        found = await self.queries.one(kind, stream)
        if found is None:
            raise UnknownThing(word)
        return found


async def referred(looked_up: Awaitable[S], pointer: str) -> S:
    """What a member of a body names. Raises `UnknownReference` where that is not there."""
    try:
        return await looked_up
    except UnknownThing as error:
        raise UnknownReference(pointer, error.detail) from error


def _fund(named: str) -> UUID:
    try:
        return UUID(named)
    except ValueError:
        return fund_id(named)


async def services(request: Request) -> Services:
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]
FundPath = Annotated[str, Path(max_length=40, description="the fund's id or its code")]


def caller(principal: Principal, key: IdempotencyKey | None = None) -> Caller:
    return Caller(Actor(principal.id, correlation_id()), key)


def told_on(wired: Services, principal: Principal, told: Told) -> date:
    """The day a fact happened; see `happened_on`."""
    return happened_on(told.on, told.reason, wired.today(), may_backdate=principal.may("backdate"))


def text(body: str | None) -> ErasableText | None:
    return None if body is None else ErasableText.of(body)


def own_party(principal: Principal) -> str:
    """The party that the credential speaks for. Raises `PartyNeeded`."""
    if principal.agency is None:
        raise PartyNeeded
    return principal.agency


def require_party(principal: Principal, party: str, anyone: str) -> None:
    """Whoever has the permission `anyone`, else the party itself. Raises `PartyNeeded`, `OtherParty`."""
    if not principal.may(anyone) and own_party(principal) != party:
        raise OtherParty(f"It belongs to {party}.")

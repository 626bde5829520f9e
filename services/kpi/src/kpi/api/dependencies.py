"""What routes are given: the parts that bootstrap made, who acts, and on which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from common.eventsourcing.log import EventLog
from common.eventsourcing.units import Actor, Caller
from common.eventsourcing.writer import IdempotencyKey
from common.http.sent import Told
from common.kernel.clock import Clock
from common.kernel.days import happened_on
from common.kernel.periods import Period
from common.kernel.text import ErasableText
from common.observability.context import correlation_id
from common.reference.pack import Pack
from common.security.principal import Principal
from kpi.application import history
from kpi.application.commanding import Commanding
from kpi.application.visibility import is_own
from kpi.domain.actions import Acting
from kpi.domain.commands import History
from kpi.domain.errors import NotOpened
from kpi.domain.lookups import Definitions
from kpi.domain.roadmap import Roadmap
from kpi.domain.state import State
from kpi.readmodel.incident_feed import FeedFigures
from kpi.readmodel.queries import Queries, ReportRow, RoundRow


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of this process that routes use; `app.state.services`. `shipped` are the roadmaps of the pack by code
    and version; `publishers` are those whose footnotes are printed."""

    pack: Pack
    shipped: Mapping[tuple[str, str], Roadmap]
    publishers: tuple[str, ...]
    queries: Queries
    log: EventLog[Any]
    commanding: Commanding
    feed: FeedFigures
    clock: Clock

    async def report(self, stream: UUID) -> ReportRow:
        """Raises `NotOpened`."""
        found = await self.queries.report(stream)
        if found is None:
            raise NotOpened
        return found

    async def round(self, stream: UUID) -> RoundRow:
        """Raises `NotOpened`."""
        found = await self.queries.round(stream)
        if found is None:
            raise NotOpened("There is no such round.")
        return found

    def today(self, jurisdiction: str | None = None) -> date:
        """In the jurisdiction's time zone; for what is regional the day that has begun everywhere in it."""
        known = self.pack.jurisdictions.get(jurisdiction or "")
        zones = [known.time_zone] if known else [each.time_zone for each in self.pack.jurisdictions.values()]
        return min(self.clock().astimezone(ZoneInfo(zone)).date() for zone in zones)

    async def history(self, definitions: Definitions, state: State) -> History:
        """What validation of the report looks up."""
        if state.jurisdiction is None:
            return History()
        rows = await self.queries.reports(roadmap=state.roadmap, jurisdiction=state.jurisdiction)
        before = [row.state for row in rows if row.state.number < state.number]
        pairs = [(known, await self.queries.definitions_of(known)) for known in before]
        return history.earlier(definitions, pairs, await self.feed_figures(definitions, state))

    async def feed_figures(self, definitions: Definitions, state: State) -> Any:
        """What the incident feed says of the report's jurisdiction and period; None where it cannot say."""
        assert state.jurisdiction is not None, "the secretariat's report is of no one's"
        period = Period.parse(state.values_period)
        return history.feed_figures(definitions, await self.feed.seized(state.jurisdiction, period.start, period.end))


async def services(request: Request) -> Services:
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]


def caller(principal: Principal, key: IdempotencyKey | None = None) -> Caller:
    return Caller(Actor(principal.id, correlation_id()), key)


def told_on(wired: Services, principal: Principal, told: Told, jurisdiction: str | None = None) -> date:
    """The day a fact happened; see `happened_on`."""
    return happened_on(told.on, told.reason, wired.today(jurisdiction), may_backdate=principal.may("backdate"))


def text(body: str | None) -> ErasableText | None:
    return None if body is None else ErasableText.of(body)


def acting(wired: Services, principal: Principal, state: State) -> Acting:
    """The caller as the list of a report's actions knows it."""
    return Acting(principal.permissions, is_own(principal, state), wired.today(state.jurisdiction), principal.agency)

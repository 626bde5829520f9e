"""What routes are given: the parts that bootstrap made, and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from common.eventsourcing.units import Actor
from common.kernel.errors import NotAllowed
from common.observability.context import correlation_id
from common.security.agencies import Agencies
from common.security.api_keys import ApiKeys
from common.security.principal import Principal
from incidents.application.feed import Feed
from incidents.application.incidents import Incidents
from incidents.application.past import Past
from incidents.domain.errors import UnknownIncident
from incidents.domain.vocabulary import Vocabulary
from incidents.readmodel.queries import Queries
from incidents.readmodel.receipts import Receipts


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of this process that routes use; `app.state.services`."""

    vocabulary: Vocabulary
    incidents: Incidents
    queries: Queries
    past: Past
    feed: Feed
    receipts: Receipts
    agencies: Agencies
    api_keys: ApiKeys


async def services(request: Request) -> Services:
    wired: Services = request.app.state.services
    return wired


Wired = Annotated[Services, Depends(services)]


class WithoutAgency(NotAllowed):
    code = "without_agency"
    title = "This credential belongs to no agency"


class NotOwnIncident(NotAllowed):
    code = "not_own_incident"
    title = "The incident belongs to another agency"


def actor(principal: Principal) -> Actor:
    return Actor(principal.id, correlation_id())


def agency_of(principal: Principal) -> str:
    """Raises `WithoutAgency`."""
    if principal.agency is None:
        raise WithoutAgency
    return principal.agency


def require_covered(principal: Principal, jurisdiction: str, vocabulary: Vocabulary, pointer: str) -> None:
    """Raises `JurisdictionNotAllowed`. One that does not exist is for the domain to refuse, which says so."""
    if jurisdiction in vocabulary.territories:
        principal.require_jurisdiction(jurisdiction, pointer)


async def require_reach(wired: Services, principal: Principal, incident: UUID, everybodys: str) -> None:
    """The holder of the permission `everybodys` may act on all incidents, others on those of their own agency; both
    only where their credential covers the jurisdiction.

    Raises `NotOwnIncident`, `JurisdictionNotAllowed`, `UnknownIncident`.
    """
    if principal.may(everybodys) and principal.jurisdictions is None:
        return
    owner = await wired.queries.owner(incident)
    if owner is None:
        raise UnknownIncident
    if not principal.may(everybodys) and owner.agency != principal.agency:
        raise NotOwnIncident
    principal.require_jurisdiction(owner.jurisdiction, "")

"""Who sees what of a report: drafts belong to their jurisdiction and to whom it invites."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from common.kernel.errors import NotAllowed
from common.security.principal import Principal
from kpi.domain.state import State

Sight = Literal["full", "published", "none"]
"""All of it; what an edition published and nothing else; or that it exists, in which state."""


class OneJurisdictionNeeded(NotAllowed):
    code = "one_jurisdiction_needed"
    title = "This role is held for exactly one jurisdiction"


class OtherJurisdiction(NotAllowed):
    code = "jurisdiction_not_allowed"
    title = "The report belongs to another jurisdiction"


def own_jurisdiction(principal: Principal) -> str:
    """Of an institution, a commission or its head. Raises `OneJurisdictionNeeded`."""
    if principal.jurisdictions is None or len(principal.jurisdictions) != 1:
        raise OneJurisdictionNeeded("The credential has to name one jurisdiction in its claim jurisdictions.")
    return next(iter(principal.jurisdictions))


def is_own(principal: Principal, state: State) -> bool:
    """Whether it is the report of the jurisdiction that the credential speaks for."""
    if not principal.may("reports:read-own") or state.jurisdiction is None:
        return False
    return principal.jurisdictions == frozenset({state.jurisdiction})


def is_member(principal: Principal, members: Collection[str]) -> bool:
    """Whether the credential speaks for exactly one jurisdiction, and that one is a member of the round."""
    if not principal.may("reports:read-own") or principal.jurisdictions is None:
        return False
    return len(principal.jurisdictions) == 1 and principal.jurisdictions <= frozenset(members)


def require_own(principal: Principal, state: State) -> None:
    """Raises `OneJurisdictionNeeded`, `OtherJurisdiction`."""
    if own_jurisdiction(principal) != state.jurisdiction:
        raise OtherJurisdiction


def sight_of_past(principal: Principal, then: State, now: State) -> Sight:
    """Of an earlier state: no more than the caller sees of the report now, and than it would have seen then."""
    return min(
        sight(principal, now),
        sight(principal, replace(then, readers=now.readers)),
        key=("none", "published", "full").index,
    )


def sight(principal: Principal, state: State) -> Sight:
    if is_own(principal, state) or principal.id in state.readers:
        return "full"
    received = state.phase in ("submitted", "accepted", "published") or state.kind == "secretariat"
    if principal.may("reports:read-submitted") and received:
        return "full"
    return "published" if state.published else "none"

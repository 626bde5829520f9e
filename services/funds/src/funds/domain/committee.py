"""Who sits on the steering committee or board on a day, and with a vote or not.

The seats of the largest other donors go to those with the highest cumulative deposits up to that day who have no seat
of their own; every other donor who has deposited or committed observes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.kernel.money import ZERO
from funds.domain.events import Role
from funds.domain.fund_state import State

ORDER: tuple[Role, ...] = ("chair", "member", "ex_officio", "top_donor", "observer", "secretariat")
_OWN: tuple[Role, ...] = ("chair", "member", "ex_officio")


@dataclass(frozen=True, slots=True)
class Seat:
    party: str
    kind: Role
    vote: bool


def seats(state: State, on: date) -> list[Seat]:
    """One for each party, the first of its roles in `ORDER`; by that order, then as the roles were given."""
    if state.governance == "agreement":
        return []
    found: dict[str, Seat] = {}
    for kind in ORDER:
        if kind == "top_donor":
            for donor in top_donors(state, on, [seat.party for seat in found.values() if seat.kind in _OWN]):
                found.setdefault(donor, Seat(donor, kind, vote=True))
        for held in state.roles:
            if held.role == kind and held.holds(on):
                found.setdefault(held.party, Seat(held.party, kind, held.vote))
        if kind == "observer":
            for donor in _donors(state, on):
                found.setdefault(donor, Seat(donor, kind, vote=False))
    return sorted(found.values(), key=lambda seat: ORDER.index(seat.kind))


def deposited(state: State, on: date) -> dict[str, Decimal]:
    """Cumulative deposits by donor, as they were credited."""
    undone = state.reversed_on()
    sums: dict[str, Decimal] = {}
    for paid in state.deposits:
        if paid.on <= on and (paid.id not in undone or undone[paid.id] > on):
            sums[paid.donor] = sums.get(paid.donor, ZERO) + paid.credited
    return sums


def top_donors(state: State, on: date, seated: list[str]) -> list[str]:
    """From the largest; of equal ones the first by code."""
    others = [(donor, amount) for donor, amount in deposited(state, on).items() if donor not in seated]
    ranked = sorted(others, key=lambda each: (-each[1], each[0]))
    return [donor for donor, _ in ranked[: state.voting.top_donors]]


def _donors(state: State, on: date) -> list[str]:
    undone = state.reversed_on()
    standing = [c for c in state.commitments if c.on <= on and (c.id not in undone or undone[c.id] > on)]
    return list(dict.fromkeys(each.donor for each in standing))

"""What became of a pushed line, in one word."""

from __future__ import annotations

from typing import Literal

from common.eventsourcing.units import Outcome
from incidents.domain.events import CorrectionProposed

Landed = Literal["accepted", "corrected", "unchanged"]


def landed_as(outcome: Outcome) -> Landed:
    """A line that only led to a proposal has left the incident as it was."""
    if outcome.created:
        return "accepted"
    return "unchanged" if all(isinstance(event, CorrectionProposed) for event in outcome.events) else "corrected"

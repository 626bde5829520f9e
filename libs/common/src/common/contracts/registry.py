"""Every published contract by its wire name, `<service>.<event>.v<n>`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from common.contracts import incidents
from common.contracts.base import Contract

CONTRACTS: Mapping[str, type[Contract]] = MappingProxyType(
    {
        "incidents.incident-reported.v1": incidents.IncidentReported,
        "incidents.incident-corrected.v1": incidents.IncidentCorrected,
        "incidents.incident-reclassified.v1": incidents.IncidentReclassified,
        "incidents.incident-verified.v1": incidents.IncidentVerified,
        "incidents.incident-disputed.v1": incidents.IncidentDisputed,
        "incidents.incident-marked-duplicate.v1": incidents.IncidentMarkedDuplicate,
        "incidents.incident-unmarked-duplicate.v1": incidents.IncidentUnmarkedDuplicate,
        "incidents.incident-retracted.v1": incidents.IncidentRetracted,
        "incidents.coverage-declared.v1": incidents.CoverageDeclared,
    }
)

WIRE_NAMES: Mapping[type[Contract], str] = MappingProxyType({model: name for name, model in CONTRACTS.items()})

READERS: Mapping[str, tuple[str, ...]] = MappingProxyType({"incidents": ("reporting",)})
"""The services that read a publisher's events. The import rules let nobody else at its contracts."""


def topic_name(publisher: str, generation: int = 1) -> str:
    """`incidents.events`, later generations `incidents.events.g2` and so on."""
    return f"{publisher}.events" + (f".g{generation}" if generation > 1 else "")

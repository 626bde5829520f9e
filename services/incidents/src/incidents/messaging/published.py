"""What leaves the service: each domain event and the contract that tells it to the world, or none for a private one."""

from __future__ import annotations

from typing import Any, assert_never

from common.contracts import incidents as contracts
from common.contracts.registry import WIRE_NAMES
from common.eventsourcing.log import Recorded
from incidents.domain import events
from incidents.domain.body import Casualties, IncidentBody, Person, Place, Seizure, Weapon
from incidents.domain.privacy import coarse, public_precision

PRIVATE: tuple[type, ...] = (events.CorrectionProposed,)


def publish(recorded: Recorded[Any]) -> tuple[str, contracts.Contract] | None:
    """The wire name and the contract; None for a private event."""
    contract = contract_of(recorded.event)
    return None if contract is None else (WIRE_NAMES[type(contract)], contract)


def contract_of(event: events.IncidentEvent | events.CoverageEvent) -> contracts.Contract | None:
    match event:
        case events.IncidentReported():
            return contracts.IncidentReported(incident=_incident(event.agency, event.body))
        case events.IncidentCorrected():
            return contracts.IncidentCorrected(fields=event.fields, incident=_incident(event.agency, event.body))
        case events.CorrectionProposed():
            return None
        case events.IncidentReclassified():
            return contracts.IncidentReclassified(category=event.category, incident=_incident(event.agency, event.body))
        case events.IncidentVerified():
            return contracts.IncidentVerified(version_seen=event.version_seen)
        case events.IncidentDisputed():
            return contracts.IncidentDisputed()
        case events.IncidentMarkedDuplicate():
            return contracts.IncidentMarkedDuplicate(duplicate_of=event.duplicate_of)
        case events.IncidentUnmarkedDuplicate():
            return contracts.IncidentUnmarkedDuplicate()
        case events.IncidentRetracted():
            return contracts.IncidentRetracted()
        case events.CoverageDeclared():
            return contracts.CoverageDeclared(
                agency=event.agency, jurisdiction=event.jurisdiction, complete_through=event.complete_through
            )
        case _:
            assert_never(event)


def _incident(agency: str, body: IncidentBody) -> contracts.Incident:
    """Field by field, so that nothing leaves that is not named: no narrative, no sources, no exact age or place."""
    return contracts.Incident(
        agency=agency,
        occurred_on=body.occurred_on,
        date_precision=body.date_precision,
        jurisdiction=body.jurisdiction,
        place=_place(body.place) if body.place else None,
        category=body.category,
        tags=body.tags,
        weapons=tuple(map(_weapon, body.weapons)),
        persons=tuple(map(_person, body.persons)),
        casualties=_casualties(body.casualties) if body.casualties else None,
        seizure=_seizure(body.seizure) if body.seizure else None,
    )


def _place(place: Place) -> contracts.Place:
    return contracts.Place(
        name=place.name,
        admin=place.admin,
        latitude=coarse(place.latitude),
        longitude=coarse(place.longitude),
        precision=public_precision(place.precision),
    )


def _weapon(weapon: Weapon) -> contracts.Weapon:
    return contracts.Weapon(
        type=weapon.type,
        count=weapon.count,
        possession=weapon.possession,
        converted=weapon.converted,
        stolen=weapon.stolen,
    )


def _person(person: Person) -> contracts.Person:
    return contracts.Person(
        role=person.role,
        sex=person.sex,
        age_group=person.age_group,
        outcome=person.outcome,
        relation=person.relation,
    )


def _casualties(casualties: Casualties) -> contracts.Casualties:
    killed, injured = (
        contracts.Range(low=estimate.low, best=estimate.best, high=estimate.high) if estimate else None
        for estimate in (casualties.killed, casualties.injured)
    )
    return contracts.Casualties(killed=killed, injured=injured)


def _seizure(seizure: Seizure) -> contracts.Seizure:
    items = tuple(contracts.SeizedItem(kind=i.kind, quantity=i.quantity, unit=i.unit) for i in seizure.items)
    return contracts.Seizure(setting=seizure.setting, items=items)

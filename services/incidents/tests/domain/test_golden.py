"""Every version of every event ever stored can be read: one golden file each, never edited, only added to.

A changed shape shows here first: it needs an upcaster and a file of its own (`<type>.v2.json`) beside the old one.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from common.eventsourcing.codec import Codec, event_type, union_members
from common.kernel.text import ErasableText
from incidents.domain.body import (
    Casualties,
    IncidentBody,
    Person,
    Place,
    Range,
    SeizedItem,
    Seizure,
    Source,
    Weapon,
)
from incidents.domain.events import (
    CorrectionProposed,
    CoverageDeclared,
    IncidentCorrected,
    IncidentDisputed,
    IncidentEvent,
    IncidentMarkedDuplicate,
    IncidentReclassified,
    IncidentReported,
    IncidentRetracted,
    IncidentUnmarkedDuplicate,
    IncidentVerified,
)

GOLDEN = Path(__file__).parent / "golden"
EVENTS: tuple[type[Any], ...] = (*union_members(IncidentEvent), CoverageDeclared)
WHY = ErasableText("a0" * 12, "f5" * 32, "As the court found.")
OTHER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")

FULL = IncidentBody(
    external_id="RS-2020-00017",
    occurred_on=date(2020, 3, 14),
    jurisdiction="RS",
    category="criminal_context",
    date_precision="day",
    place=Place("Novi Sad", ("Vojvodina",), 45.25, 19.84, "exact"),
    tags=("armed_robbery",),
    weapons=(Weapon("handgun", 1, "illegal", converted=True, stolen=False),),
    persons=(Person("victim", "female", 34, "19_35", "injured", "stranger"), Person("perpetrator")),
    casualties=Casualties(killed=None, injured=Range(1, 2, 3)),
    seizure=Seizure((SeizedItem("explosive_material", Decimal("0.125"), "kg"),), "border"),
    sources=(Source("media", "Daily", "https://example.org/1", date(2020, 3, 15), "sr"),),
    narrative=ErasableText("0b" * 12, "e1" * 32, "Two men entered a shop."),
)
BARE = IncidentBody("RS-2020-00018", date(2020, 1, 1), "RS", "other", "year")

PRESENT: dict[str, Any] = {
    "incident-reported.v1": IncidentReported("RS_MUP", FULL),
    "incident-corrected.v1": IncidentCorrected("RS_MUP", "push", ("occurred_on", "tags"), BARE),
    "correction-proposed.v1": CorrectionProposed(BARE, ("category",)),
    "incident-reclassified.v1": IncidentReclassified("RS_MUP", "other", BARE, WHY),
    "incident-verified.v1": IncidentVerified(3, WHY),
    "incident-disputed.v1": IncidentDisputed(WHY),
    "incident-marked-duplicate.v1": IncidentMarkedDuplicate(OTHER, WHY),
    "incident-unmarked-duplicate.v1": IncidentUnmarkedDuplicate(WHY),
    "incident-retracted.v1": IncidentRetracted(WHY),
    "coverage-declared.v1": CoverageDeclared("RS_MUP", "RS", date(2020, 12, 31)),
}


@pytest.fixture(scope="module")
def codec() -> Codec[Any]:
    return Codec("incidents", EVENTS)


def golden(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return stored


def test_every_event_has_a_golden_file() -> None:
    stored = {path.stem for path in GOLDEN.glob("*.json")}
    assert stored == set(PRESENT)
    assert {event_type("incidents", type(event)) for event in PRESENT.values()} == {
        event_type("incidents", cls) for cls in EVENTS
    }


@pytest.mark.parametrize("name", PRESENT)
def test_what_was_stored_reads_as_it_was_meant(codec: Codec[Any], name: str) -> None:
    stored = golden(name)
    read = codec.decode(stored["type"], stored["schema_version"], json.dumps(stored["data"]), texts=stored["texts"])
    assert read == PRESENT[name]


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_stored_today_has_the_shape_of_its_file(codec: Codec[Any], name: str) -> None:
    encoded = codec.encode(PRESENT[name])
    assert {
        "type": encoded.type,
        "schema_version": encoded.schema_version,
        "data": json.loads(encoded.data),
        "texts": dict(encoded.texts),
    } == golden(name)


def test_no_words_lie_in_the_event_itself() -> None:
    for name in PRESENT:
        data = json.dumps(golden(name)["data"])
        assert "court" not in data
        assert "entered a shop" not in data


def test_erased_words_leave_the_event_readable(codec: Codec[Any]) -> None:
    stored = golden("incident-reported.v1")
    read = codec.decode(stored["type"], 1, json.dumps(stored["data"]))
    assert read.body.narrative.body is None

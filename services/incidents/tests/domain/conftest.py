"""A small vocabulary and an incident that keeps every rule; tests change one thing at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

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
from incidents.domain.commands import ReportIncident
from incidents.domain.incident import IncidentDecider, decider
from incidents.domain.vocabulary import AgeGroup, Territory, Vocabulary

NOW = datetime(2020, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    groups = [AgeGroup("underage", 0, 18), AgeGroup("19_35", 19, 35), AgeGroup("61_plus", 61), AgeGroup("unreported")]
    return Vocabulary(
        categories=frozenset({"weapon_seizure", "criminal_context", "suicide", "other"}),
        tags=frozenset({"armed_robbery", "attempted", "school"}),
        weapon_types=frozenset({"handgun", "rifle"}),
        seized_kinds={"handgun": frozenset({"piece"}), "explosive_material": frozenset({"kg", "piece"})},
        relations=frozenset({"stranger", "family_member"}),
        age_groups={group.code: group for group in groups},
        territories={
            "RS": Territory((18.81, 42.23, 23.01, 46.19), ZoneInfo("Europe/Belgrade")),
            "FJ": Territory((177.0, -19.2, 179.9, -16.1), ZoneInfo("Pacific/Fiji")),
        },
    )


@pytest.fixture(scope="session")
def incident(vocabulary: Vocabulary) -> IncidentDecider:
    return decider(vocabulary)


@pytest.fixture(scope="session")
def full() -> IncidentBody:
    """Every member given, normalised."""
    return IncidentBody(
        external_id="RS-2020-00017",
        occurred_on=date(2020, 3, 14),
        jurisdiction="RS",
        category="criminal_context",
        place=Place("Novi Sad", ("Vojvodina",), 45.25, 19.84, "exact"),
        tags=("armed_robbery", "school"),
        weapons=(Weapon("handgun", 1, "illegal"),),
        persons=(Person("victim", "female", 34, "19_35", "injured", "stranger"), Person("perpetrator", "male")),
        casualties=Casualties(injured=Range(1, 2, 3)),
        seizure=Seizure((SeizedItem("handgun", Decimal(3), "piece"),), "inland"),
        sources=(Source("media", "Daily", "https://example.org/1", date(2020, 3, 15), "sr"),),
        narrative=ErasableText.of("Two men entered a shop."),
    )


@pytest.fixture(scope="session")
def line(full: IncidentBody) -> Callable[..., ReportIncident]:
    """`line(category="other")`: the full incident, with these members instead, as one line of RS_MUP's feed."""

    def build(**changes: Any) -> ReportIncident:
        return ReportIncident("RS_MUP", replace(full, **changes), NOW)

    return build

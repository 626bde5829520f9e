"""Every rule: what breaks it, its code, and where it points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from common.kernel.text import ErasableText
from common.testing.deciders import given
from incidents.domain.body import Casualties, Person, Place, Range, SeizedItem, Seizure, Source, Weapon
from incidents.domain.commands import ReportIncident
from incidents.domain.errors import InvalidIncident
from incidents.domain.events import IncidentReported
from incidents.domain.incident import IncidentDecider

Line = Callable[..., ReportIncident]


def seized(**changes: Any) -> Seizure:
    return Seizure((replace(SeizedItem("handgun", Decimal(3), "piece"), **changes),))


BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"external_id": ""}, "external_id_malformed", "/external_id"),
    ({"external_id": "x" * 201}, "external_id_malformed", "/external_id"),
    ({"external_id": "RS\u200b1"}, "external_id_malformed", "/external_id"),
    ({"jurisdiction": "YU"}, "unknown_jurisdiction", "/jurisdiction"),
    ({"category": "robbery"}, "unknown_category", "/category"),
    ({"occurred_on": date(2020, 6, 2)}, "date_in_future", "/occurred_on"),
    ({"occurred_on": date(202, 3, 14)}, "date_too_early", "/occurred_on"),
    ({"tags": ("school", "zoo", "attempted")}, "unknown_tag", "/tags/1"),
    ({"tags": ("school",) * 51}, "list_too_long", "/tags"),
    ({"place": Place(latitude=45.0)}, "coordinates_incomplete", "/place"),
    ({"place": Place(latitude=91.0, longitude=19.0)}, "latitude_out_of_range", "/place/latitude"),
    ({"place": Place(latitude=float("nan"), longitude=19.0)}, "latitude_out_of_range", "/place/latitude"),
    ({"place": Place(latitude=45.0, longitude=-181.0)}, "longitude_out_of_range", "/place/longitude"),
    ({"place": Place("x" * 201)}, "text_too_long", "/place/name"),
    ({"place": Place(admin=("x" * 201,))}, "text_too_long", "/place/admin/0"),
    ({"place": Place(admin=("x",) * 11)}, "list_too_long", "/place/admin"),
    ({"weapons": (Weapon("handgun"), Weapon("sword"))}, "unknown_weapon_type", "/weapons/1/type"),
    ({"weapons": (Weapon("handgun", 0),)}, "count_out_of_range", "/weapons/0/count"),
    ({"weapons": (Weapon("handgun"),) * 101}, "list_too_long", "/weapons"),
    ({"persons": (Person("victim", age_group="old"),)}, "unknown_age_group", "/persons/0/age_group"),
    ({"persons": (Person("victim", relation="boss"),)}, "unknown_relation", "/persons/0/relation"),
    ({"persons": (Person("victim", age=121),)}, "age_out_of_range", "/persons/0/age"),
    ({"persons": (Person("victim", age=-1),)}, "age_out_of_range", "/persons/0/age"),
    ({"persons": (Person("victim", age=40, age_group="19_35"),)}, "age_disagrees_with_group", "/persons/0/age"),
    ({"persons": (Person("victim"),) * 501}, "list_too_long", "/persons"),
    ({"casualties": Casualties(killed=Range(2, 1, 3))}, "casualties_out_of_order", "/casualties/killed"),
    ({"casualties": Casualties(killed=Range(-1, 0, 0))}, "casualties_out_of_order", "/casualties/killed"),
    ({"casualties": Casualties(injured=Range(0, 0, 5))}, "casualties_below_persons", "/casualties/injured/best"),
    ({"seizure": Seizure()}, "seizure_without_items", "/seizure/items"),
    ({"seizure": Seizure(seized().items * 201)}, "list_too_long", "/seizure/items"),
    ({"seizure": seized(kind="tank")}, "unknown_seized_kind", "/seizure/items/0/kind"),
    ({"seizure": seized(unit="kg")}, "unit_not_admitted", "/seizure/items/0/unit"),
    ({"seizure": seized(quantity=Decimal(-1))}, "quantity_out_of_range", "/seizure/items/0/quantity"),
    ({"seizure": seized(quantity=Decimal("1E+30"))}, "quantity_out_of_range", "/seizure/items/0/quantity"),
    ({"seizure": seized(quantity=Decimal("NaN"))}, "quantity_out_of_range", "/seizure/items/0/quantity"),
    ({"seizure": seized(quantity=Decimal("0.0001"))}, "quantity_too_fine", "/seizure/items/0/quantity"),
    ({"category": "suicide"}, "suicide_without_person", "/persons"),
    ({"category": "weapon_seizure", "seizure": None}, "seizure_missing", "/seizure"),
    ({"sources": (Source("media", url="javascript:alert(1)"),)}, "url_malformed", "/sources/0/url"),
    ({"sources": (Source("media", publisher="x" * 201),)}, "text_too_long", "/sources/0/publisher"),
    ({"sources": (Source("media", language="x" * 36),)}, "text_too_long", "/sources/0/language"),
    ({"sources": (Source("media"),) * 51}, "list_too_long", "/sources"),
    ({"narrative": ErasableText.of("x" * 20_001)}, "text_too_long", "/narrative"),
]


@pytest.mark.parametrize(("changes", "code", "pointer"), BROKEN, ids=[f"{c}-{p}" for _, c, p in BROKEN])
def test_what_breaks_a_rule_is_refused_with_its_code_and_place(
    incident: IncidentDecider, line: Line, changes: dict[str, Any], code: str, pointer: str
) -> None:
    violations = given(incident).when(line(**changes)).refused(InvalidIncident, code, pointer=pointer)
    assert violations[0].detail.endswith(".")


KEPT: list[dict[str, Any]] = [
    {"external_id": "š" * 200},
    {"occurred_on": date(2020, 6, 1)},
    {"place": Place()},
    {"place": Place("Novi Sad")},
    {"persons": ()},
    {"persons": (Person("victim", age=0),)},
    {"persons": (Person("victim", age=120, age_group="61_plus"),)},
    {"persons": (Person("victim", age=50),)},  # no group of this vocabulary holds 50
    {"casualties": None},
    {"casualties": Casualties(killed=Range(0, 0, 0), injured=Range(1, 1, 9))},
    {"seizure": None},
    {"seizure": seized(quantity=Decimal(0))},
    {"seizure": seized(kind="explosive_material", unit="kg", quantity=Decimal("0.125"))},
    {"category": "suicide", "tags": ("attempted",)},
    {"category": "suicide", "persons": (Person("perpetrator", outcome="suicide"),), "casualties": None},
    {"category": "weapon_seizure"},
    {"sources": (Source("official"),)},
    {"narrative": ErasableText("salt", "digest", "x" * 20_000)},
]


@pytest.mark.parametrize("changes", KEPT, ids=str)
def test_what_keeps_the_rules_is_reported(incident: IncidentDecider, line: Line, changes: dict[str, Any]) -> None:
    decision = given(incident).when(line(**changes)).warned().decision
    assert [type(event) for event in decision.events] == [IncidentReported]


def test_every_broken_rule_is_named_at_once(incident: IncidentDecider, line: Line) -> None:
    broken = line(category="robbery", weapons=(Weapon("sword", 0),), external_id=" ")
    given(incident).when(broken).refused(
        InvalidIncident, "external_id_malformed", "unknown_category", "unknown_weapon_type", "count_out_of_range"
    )


def test_the_future_begins_at_midnight_of_the_place(incident: IncidentDecider, line: Line) -> None:
    evening = datetime(2020, 5, 31, 22, 30, tzinfo=UTC)  # the first of June has begun in Belgrade
    june = {"occurred_on": date(2020, 6, 1), "place": None}
    given(incident).when(replace(line(**june), now=evening)).warned()
    given(incident).when(replace(line(**june), now=datetime(2020, 5, 31, 21, 59, tzinfo=UTC))).refused(
        InvalidIncident, "date_in_future"
    )
    fiji = replace(line(**june, jurisdiction="FJ"), now=datetime(2020, 5, 31, 12, 1, tzinfo=UTC))
    given(incident).when(fiji).warned()


@pytest.mark.parametrize(
    ("latitude", "longitude", "codes"),
    [
        (45.25, 19.84, ()),
        (46.43, 19.84, ()),  # a quarter of a degree over the line
        (46.45, 19.84, ("place_outside_jurisdiction",)),
        (19.84, 45.25, ("place_outside_jurisdiction",)),  # swapped
    ],
)
def test_a_place_far_outside_is_a_warning(
    incident: IncidentDecider, line: Line, latitude: float, longitude: float, codes: tuple[str, ...]
) -> None:
    given(incident).when(line(place=Place(latitude=latitude, longitude=longitude))).warned(*codes)


def test_an_unknown_word_is_answered_with_the_known_ones(incident: IncidentDecider, line: Line) -> None:
    (violation,) = given(incident).when(line(category="c" * 500)).refused(InvalidIncident)
    assert "criminal_context, other, suicide, weapon_seizure" in violation.detail
    assert "c" * 100 not in violation.detail

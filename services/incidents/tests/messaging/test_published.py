"""What leaves the service."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.contracts.registry import CONTRACTS, WIRE_NAMES
from common.kernel.text import ErasableText
from incidents.application.streams import EVENTS
from incidents.domain import body as b
from incidents.domain import events as e
from incidents.messaging.published import PRIVATE, contract_of

WORDS = ErasableText.of("a secret word")
OTHER = UUID(int=7)
BODY = b.IncidentBody(
    external_id="RS-1",
    occurred_on=date(2020, 3, 14),
    jurisdiction="RS",
    category="domestic_violence",
    place=b.Place("Novi Sad", ("Vojvodina",), 45.2517, 19.8369, "exact"),
    tags=("armed_robbery",),
    weapons=(b.Weapon("handgun", 2, "illegal", converted=True),),
    persons=(b.Person("victim", "female", 34, "19_35", "killed", "intimate_partner"),),
    casualties=b.Casualties(killed=b.Range(1, 2, 3)),
    seizure=b.Seizure((b.SeizedItem("ammunition", Decimal("2.5"), "kg"),), "border"),
    sources=(b.Source("media", "a secret word", "https://example.org/secret"),),
    narrative=WORDS,
)
EXAMPLES: tuple[Any, ...] = (
    e.IncidentReported("rs-desk", BODY),
    e.IncidentCorrected("rs-desk", "push", ("place",), BODY, WORDS),
    e.CorrectionProposed(BODY, ("category",)),
    e.IncidentReclassified("rs-desk", "domestic_violence", BODY, WORDS),
    e.IncidentVerified(3, WORDS),
    e.IncidentDisputed(WORDS),
    e.IncidentMarkedDuplicate(OTHER, WORDS),
    e.IncidentUnmarkedDuplicate(WORDS),
    e.IncidentRetracted(WORDS),
    e.CoverageDeclared("rs-desk", "RS", date(2020, 6, 30)),
)


def test_there_is_an_example_of_every_event() -> None:
    assert {type(example) for example in EXAMPLES} == set(EVENTS)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_every_event_is_either_published_or_listed_as_private(event: Any) -> None:
    contract = contract_of(event)
    if isinstance(event, PRIVATE):
        assert contract is None
    else:
        assert contract is not None
        assert type(contract).__name__ == type(event).__name__
        assert WIRE_NAMES[type(contract)].startswith("incidents.")


def test_every_contract_of_the_service_is_published_by_an_event() -> None:
    published = {WIRE_NAMES[type(contract)] for event in EXAMPLES if (contract := contract_of(event))}
    assert published == {name for name in CONTRACTS if name.startswith("incidents.")}


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_no_free_text_exact_age_or_exact_place_leaves(event: Any) -> None:
    contract = contract_of(event)
    told = "" if contract is None else contract.json().decode()
    for private in ("secret", "45.25", "19.83", '"age"', "34", "RS-1", WORDS.digest, "exact"):
        assert private not in told


def test_a_published_incident_keeps_every_public_fact() -> None:
    contract = contract_of(e.IncidentReported("rs-desk", BODY))
    assert contract is not None
    assert json.loads(contract.json())["incident"] == {
        "agency": "rs-desk",
        "occurred_on": "2020-03-14",
        "date_precision": "day",
        "jurisdiction": "RS",
        "place": {
            "name": "Novi Sad",
            "admin": ["Vojvodina"],
            "latitude": 45.3,
            "longitude": 19.8,
            "precision": "settlement",
        },
        "category": "domestic_violence",
        "tags": ["armed_robbery"],
        "weapons": [
            {"type": "handgun", "count": 2, "possession": "illegal", "converted": True, "stolen": False},
        ],
        "persons": [
            {
                "role": "victim",
                "sex": "female",
                "age_group": "19_35",
                "outcome": "killed",
                "relation": "intimate_partner",
            }
        ],
        "casualties": {"killed": {"low": 1, "best": 2, "high": 3}, "injured": None},
        "seizure": {"setting": "border", "items": [{"kind": "ammunition", "quantity": "2.5", "unit": "kg"}]},
    }


def anything(hint: Any) -> st.SearchStrategy[Any]:
    """Of that type, with numbers as the domain has them: finite, and not larger than others can read."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is types.UnionType:
        return st.one_of(*map(anything, arguments))
    if origin is tuple:
        return st.lists(anything(arguments[0]), max_size=2).map(tuple)
    if not is_dataclass(hint):
        return NUMBERS_AND_WORDS[hint] if hint in NUMBERS_AND_WORDS else st.from_type(hint)
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: anything(hints[field.name]) for field in fields(hint)})


NUMBERS_AND_WORDS: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 2**53),
    float: st.floats(-180, 180),
    Decimal: st.decimals(0, 10**9, places=3),
    ErasableText: st.just(WORDS),
}


@given(st.one_of([anything(event) for event in EVENTS]))
def test_whatever_is_published_keeps_its_contract_though_nothing_validates_it_on_the_way_out(event: Any) -> None:
    contract = contract_of(event)
    assert contract is None or type(contract).parse(contract.json()) == contract

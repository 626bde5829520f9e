"""What leaves the service: before publication no figure, text or evidence; at publication the frozen figures."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_of_each_event import EXAMPLES, WORDS

from common.contracts.registry import CONTRACTS, WIRE_NAMES
from common.kernel.text import ErasableText
from kpi.application.streams import EVENTS
from kpi.domain import events as e
from kpi.domain import values as v
from kpi.domain.roadmap import Objective
from kpi.messaging.published import PRIVATE, contract_of

NAMED_OTHERWISE = {"FigureRecorded": {"ValueRecorded"}, "ReportPublished": {"ReportPublished", "ReportRestated"}}


def test_there_is_an_example_of_every_event() -> None:
    assert {type(example) for example in EXAMPLES} == set(EVENTS)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_every_event_is_either_published_or_listed_as_private(event: Any) -> None:
    contract = contract_of(event)
    if isinstance(event, PRIVATE):
        assert contract is None
    else:
        assert contract is not None
        name = type(event).__name__
        assert type(contract).__name__ in NAMED_OTHERWISE.get(name, {name})
        assert WIRE_NAMES[type(contract)].startswith("kpi.")


def test_every_contract_of_the_service_is_published_by_an_event() -> None:
    published = {WIRE_NAMES[type(contract)] for event in EXAMPLES if (contract := contract_of(event))}
    assert published == {name for name in CONTRACTS if name.startswith("kpi.")}


def test_no_digest_of_inputs_leaves() -> None:
    """It is that of one number or two: trying numbers out finds them."""
    (cleared,) = [event for event in EXAMPLES if isinstance(event, e.InputsCleared)]
    contract = contract_of(cleared)
    assert contract is not None
    assert cleared.digest not in contract.json().decode()


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_no_text_no_evidence_and_nobodys_id_leaves(event: Any) -> None:
    contract = contract_of(event)
    told = "" if contract is None else contract.json().decode()
    for private in ("hushed", WORDS.salt, WORDS.digest, "5e5e", "81234", "person:"):
        assert private not in told
    if not isinstance(event, e.ReportPublished):
        assert "538" not in told
        assert "777" not in told


def test_publication_carries_the_frozen_figures_and_a_restatement_the_edition_it_replaces() -> None:
    first, again = (contract_of(event) for event in EXAMPLES if isinstance(event, e.ReportPublished))
    assert first is not None
    assert again is not None
    assert type(again).__name__ == "ReportRestated"
    assert json.loads(again.json())["restates"] == 1
    for contract in (first, again):
        document = json.loads(contract.json())
        assert [figure["kpi"] for figure in document["figures"]] == ["1", "2", "6.1", "6.2", "9.2"]
        assert document["figures"][2] == {
            "jurisdiction": "BA",
            "kpi": "6.1",
            "presence": "reported",
            "quality": "final",
            "cells": [{"dimensions": {"setting": "inland"}, "value": "538"}, {"dimensions": {}, "value": "551"}],
            "statuses": [],
            "documents": [],
        }
        assert document["figures"][3]["presence"] == "not_available_yet"


def anything(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Of that type, with texts, evidence and numbers that can be recognised wherever they turn up."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in MARKED:
        return MARKED[hint]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(anything(each, depth) for each in arguments))
    if origin is tuple:
        if arguments[-1] is not ...:
            return st.tuples(*(anything(each, depth) for each in arguments))
        if arguments[0] is Objective and depth > 4:
            return st.just(())
        return st.lists(anything(arguments[0], depth), max_size=2).map(tuple)
    assert is_dataclass(hint), hint
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: anything(hints[field.name], depth + 1) for field in fields(hint)})


MARKED: dict[Any, st.SearchStrategy[Any]] = {
    str: st.sampled_from(["one", "two", "three"]),
    int: st.integers(1, 9),
    bool: st.booleans(),
    type(None): st.none(),
    date: st.just(date(2020, 8, 10)),
    UUID: st.just(UUID(int=1)),
    Decimal: st.integers(7_770_000, 7_779_999).map(Decimal),
    ErasableText: st.builds(ErasableText, st.just("text salt"), st.just("text digest"), st.just("text words")),
    v.Evidence: st.just(v.Evidence("evidence", "evidence", 7_775_555, "evidence", "evidence")),
}
ANY_EVENT = st.one_of([anything(event) for event in EVENTS])


@given(ANY_EVENT)
def test_whatever_is_published_keeps_its_contract_though_nothing_validates_it_on_the_way_out(event: Any) -> None:
    contract = contract_of(event)
    assert contract is None or type(contract).parse(contract.json()) == contract


@given(ANY_EVENT)
def test_whatever_happens_nothing_erasable_and_no_evidence_ever_leaves_and_no_figure_before_it_is_published(
    event: Any,
) -> None:
    contract = contract_of(event)
    told = "" if contract is None else contract.json().decode()
    assert "text " not in told
    assert "evidence" not in told
    match event:
        case e.ReportPublished():
            frozen = [cell.value for _, content in event.contents for _, f in content.figures for cell in f.cells]
            assert contract is not None
            assert [cell.value for figure in contract.figures for cell in figure.cells] == frozen  # type: ignore[attr-defined]
        case e.RoadmapPublished():
            pass  # its numbers are targets and bands, not figures
        case _:
            assert "777" not in told

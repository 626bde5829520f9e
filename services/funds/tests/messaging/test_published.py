"""What leaves the service: money facts, decisions and results; no words, no file, no proposal, no score and no vote."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from funds_examples import EXAMPLES, WORDS
from hypothesis import given
from hypothesis import strategies as st

from common.contracts.registry import CONTRACTS, WIRE_NAMES
from common.kernel.text import ErasableText
from funds.application.streams import EVENTS
from funds.domain import events as e
from funds.domain import values as v
from funds.messaging.published import MAPPED, PRIVATE, contract_of

DECIDED = (e.ProjectRegistered, e.GrantApproved, e.ProjectRevised)
"""Where a plan is no proposal's any more."""


def test_there_is_an_example_of_every_event() -> None:
    assert {type(example) for example in EXAMPLES} == set(EVENTS)


def test_every_event_is_either_published_or_private() -> None:
    assert set(MAPPED) | set(PRIVATE) == set(EVENTS)
    assert not set(MAPPED) & set(PRIVATE)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_an_event_is_published_under_its_own_name(event: Any) -> None:
    contract = contract_of(event)
    if isinstance(event, PRIVATE):
        assert contract is None
    else:
        assert contract is not None
        assert type(contract).__name__ == type(event).__name__
        assert WIRE_NAMES[type(contract)].startswith("funds.")


def test_every_contract_of_the_service_is_published_by_an_event() -> None:
    published = {WIRE_NAMES[type(contract)] for event in EXAMPLES if (contract := contract_of(event))}
    assert published == {name for name in CONTRACTS if name.startswith("funds.")}


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_no_text_no_file_and_nobodys_id_leaves(event: Any) -> None:
    contract = contract_of(event)
    told = "" if contract is None else contract.json().decode()
    for private in ("ushed", WORDS.salt, WORDS.digest, "5e5e", "81234", "example.org", "person:", "77.7"):
        assert private not in told


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_a_plan_leaves_with_its_approval_and_not_before(event: Any) -> None:
    contract = contract_of(event)
    told = "" if contract is None else contract.json().decode()
    assert ("UNDP Albania" in told) is isinstance(event, DECIDED)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_amounts_are_strings_and_lose_no_cent(event: Any) -> None:
    contract = contract_of(event)
    if contract is not None:
        told = json.loads(contract.json(), parse_float=_refuse)
        assert _decimals(told) <= {str(amount) for amount in _amounts(event)}


def _refuse(written: str) -> Any:
    raise AssertionError(written)


def _decimals(told: Any) -> set[str]:
    """Every string in it that is a number with decimals."""
    match told:
        case dict():
            return set().union(*map(_decimals, told.values())) if told else set()
        case list():
            return set().union(*map(_decimals, told)) if told else set()
        case str() if told.replace(".", "", 1).removeprefix("-").isdigit() and "." in told:
            return {told}
        case _:
            return set()


def _amounts(value: Any) -> set[Decimal]:
    match value:
        case Decimal():
            return {value}
        case tuple():
            return set().union(*map(_amounts, value)) if value else set()
        case _ if is_dataclass(value) and not isinstance(value, type):
            return set().union(*(_amounts(getattr(value, field.name)) for field in fields(value)))
        case _:
            return set()


def test_what_is_told_of_a_proposal_or_a_vote_says_not_what_was_in_it() -> None:
    """Whatever stands in plan, scores, conditions or revision, the wire is the same."""
    for event in EXAMPLES:
        match event:
            case e.ProposalSubmitted():
                other = replace(event, plan=replace(event.plan, title="Other", budget=()), lead="UNODC", documents=())
            case e.DecisionProposed():
                other = replace(event, plan=None, draws=(), revision=None, conditions=())
            case e.DecisionConcluded():
                other = replace(event, reason=None)
            case _:
                continue
        assert contract_of(event) == contract_of(other), type(event)


def anything(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Of that type, with texts and files that can be recognised wherever they turn up."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in MARKED:
        return MARKED[hint]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of(*(anything(each, depth) for each in arguments))
    if origin is tuple:
        return st.lists(anything(arguments[0], depth), max_size=2).map(tuple)
    assert is_dataclass(hint), hint
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: anything(hints[field.name], depth + 1) for field in fields(hint)})


MARKED: dict[Any, st.SearchStrategy[Any]] = {
    str: st.sampled_from(["one", "two", "three"]),
    int: st.integers(1, 8),
    bool: st.booleans(),
    type(None): st.none(),
    date: st.dates(),
    UUID: st.uuids(),
    Decimal: st.decimals(-(10**15), 10**15, places=2),
    ErasableText: st.builds(ErasableText, st.just("text salt"), st.just("text digest"), st.just("text words")),
    v.Document: st.just(v.Document("file title", "file link", "file digest", "file type", 7_775_555)),
}
ANY_EVENT = st.one_of([anything(event) for event in EVENTS])


@given(ANY_EVENT)
def test_whatever_is_published_keeps_its_contract_though_nothing_validates_it_on_the_way_out(event: Any) -> None:
    contract = contract_of(event)
    assert contract is None or type(contract).parse(contract.json()) == contract


@given(ANY_EVENT)
def test_whatever_happens_nothing_erasable_and_no_file_ever_leaves(event: Any) -> None:
    contract = contract_of(event)
    told = "" if contract is None else contract.json().decode()
    for private in ("text ", "file ", "7775555"):
        assert private not in told

"""Equality is equality of content: `normalise`, and what follows from it for any incident there may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.eventsourcing.codec import Codec, union_members
from common.kernel.errors import DomainError
from common.kernel.text import ErasableText
from common.testing.deciders import Given
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
    changed_fields,
    normalise,
)
from incidents.domain.commands import CorrectIncident, ReclassifyIncident, ReportIncident, VerifyIncident
from incidents.domain.events import IncidentEvent, IncidentReported
from incidents.domain.incident import IncidentDecider
from incidents.domain.privacy import public_body

NOW = datetime(2020, 6, 1, 12, tzinfo=UTC)
ANY_BODIES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
texts = st.builds(ErasableText.of, words)
numbers = st.integers(-2, 200)
ranges = st.builds(Range, numbers, numbers, numbers)
bodies = st.builds(
    IncidentBody,
    external_id=words,
    occurred_on=st.dates(),
    jurisdiction=st.sampled_from(["RS", "FJ", "??"]),
    category=st.sampled_from(["other", "suicide", " criminal_context", "weapon_seizure", "?"]),
    place=st.none()
    | st.builds(
        Place,
        st.none() | words,
        st.lists(words, max_size=3).map(tuple),
        st.none() | st.floats(),
        st.none() | st.floats(),
        st.none(),
    ),
    tags=st.lists(st.sampled_from(["school", "attempted ", "armed_robbery", "?"]), max_size=4).map(tuple),
    weapons=st.lists(st.builds(Weapon, words, numbers), max_size=2).map(tuple),
    persons=st.lists(
        st.builds(
            Person,
            role=st.just("victim"),
            age=st.none() | numbers,
            age_group=st.sampled_from(["", "underage", "19_35", "unreported", "?"]),
            outcome=st.sampled_from(["killed", "suicide", "unreported"]),
            relation=st.none() | words,
        ),
        max_size=3,
    ).map(tuple),
    casualties=st.none() | st.builds(Casualties, st.none() | ranges, st.none() | ranges),
    seizure=st.none()
    | st.builds(Seizure, st.lists(st.builds(SeizedItem, words, st.decimals(), st.just("kg")), max_size=2).map(tuple)),
    sources=st.lists(st.builds(Source, st.just("media"), words, words, st.none(), words), max_size=2).map(tuple),
    narrative=st.none() | texts,
)
sound_bodies = st.builds(
    IncidentBody,
    external_id=st.just("RS-1"),
    occurred_on=st.dates(date(2014, 1, 1), date(2020, 6, 1)),
    jurisdiction=st.sampled_from(["RS", "FJ"]),
    category=st.sampled_from(["other", "criminal_context"]),
    date_precision=st.sampled_from(["day", "week", "month", "year"]),
    place=st.none() | st.builds(Place, st.sampled_from(["Niš", "Nis\u030c", " Zemun "])),
    tags=st.lists(st.sampled_from(["school", "attempted", "armed_robbery"]), max_size=4).map(tuple),
    persons=st.lists(st.builds(Person, role=st.just("victim"), age=st.none() | st.integers(0, 120)), max_size=2).map(
        tuple
    ),
    narrative=st.none() | texts,
)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"external_id": " RS-2020-00017\t"}, {}),
        ({"tags": ("school", "armed_robbery", "school")}, {}),
        ({"place": Place(" Nis\u030c ")}, {"place": Place("Niš", precision="settlement")}),
        ({"place": Place(" ", ("",))}, {"place": None}),
        ({"place": Place(admin=("Vojvodina", " "))}, {"place": Place(admin=("Vojvodina",), precision="admin")}),
        ({"place": Place(latitude=45, longitude=-0.0)}, {"place": Place(None, (), 45.0, 0.0, "exact")}),
        ({"place": Place(precision="jurisdiction")}, {"place": Place(precision="jurisdiction")}),
        ({"casualties": Casualties()}, {"casualties": None}),
        ({"narrative": ErasableText("salt", "digest", " \n")}, {"narrative": None}),
        (
            {"sources": (Source("media", "", " https://a.example/ "),)},
            {"sources": (Source("media", None, "https://a.example/"),)},
        ),
        ({"persons": (Person("victim", age_group="", relation=" "),)}, {"persons": (Person("victim"),)}),
    ],
    ids=str,
)
def test_normalising_leaves_the_content(full: IncidentBody, sent: dict[str, Any], kept: dict[str, Any]) -> None:
    assert normalise(replace(full, **sent)) == replace(full, **kept)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("3", "3"), ("3.000", "3"), ("0.50", "0.5"), ("1E+2", "100"), ("-0.0", "0"), ("0.0001", "0.0001"), ("100", "100")],
)
def test_a_quantity_has_one_spelling(sent: str, kept: str) -> None:
    body = IncidentBody(
        "1", date(2020, 1, 1), "RS", "other", seizure=Seizure((SeizedItem("handgun", Decimal(sent), "piece"),))
    )
    seizure = normalise(body).seizure
    assert seizure is not None
    assert str(seizure.items[0].quantity) == kept


@ANY_BODIES
@given(bodies)
def test_normalising_twice_is_normalising_once(body: IncidentBody) -> None:
    once = normalise(body)
    assert repr(normalise(once)) == repr(once)  # by repr, for NaN differs from itself


@ANY_BODIES
@given(bodies)
def test_any_body_is_reported_or_refused_in_the_partners_terms(incident: IncidentDecider, body: IncidentBody) -> None:
    result = Given(incident, None).when(ReportIncident("RS_MUP", body, NOW)).result
    if isinstance(result, DomainError):
        names = {field.name for field in fields(IncidentBody)}
        assert all(violation.code and violation.detail for violation in result.violations)
        assert all(violation.pointer.split("/")[1] in names for violation in result.violations)
        return
    (event,) = result.events
    assert isinstance(event, IncidentReported)
    assert event.body == normalise(event.body)


@ANY_BODIES
@given(sound_bodies)
def test_the_same_line_twice_changes_nothing(incident: IncidentDecider, body: IncidentBody) -> None:
    command = ReportIncident("RS_MUP", body, NOW)
    state = incident.fold(incident.decide(command, None).events)
    assert incident.decide(command, state).events == ()
    assert incident.decide(replace(command, body=normalise(body)), state).events == ()


def commands(body: IncidentBody) -> st.SearchStrategy[Any]:
    why = ErasableText.of("why")
    return st.sampled_from(
        [
            ReportIncident("RS_MUP", body, NOW),
            CorrectIncident("secretariat", {"tags": body.tags, "narrative": body.narrative}, why, NOW),
            CorrectIncident("agency", {"place": body.place}, why, NOW),
            ReclassifyIncident(body.category, why, NOW),
            VerifyIncident(1),
        ]
    )


@ANY_BODIES
@given(st.lists(sound_bodies.flatmap(commands), max_size=8))
def test_any_history_is_stored_and_folds_to_the_same_state(incident: IncidentDecider, history: list[Any]) -> None:
    codec: Codec[Any] = Codec("incidents", union_members(IncidentEvent))
    state, reread = None, None
    for command in history:
        try:
            events = incident.decide(command, state).events
        except DomainError:
            continue
        stored = [codec.encode(event) for event in events]
        state = incident.fold(events, state)
        reread = incident.fold([codec.decode(e.type, e.schema_version, e.data, e.texts) for e in stored], reread)
        assert reread == state
        if isinstance(command, ReportIncident):
            assert incident.decide(command, state).events == ()


def test_changed_fields_are_named_in_the_order_of_the_body(full: IncidentBody) -> None:
    assert changed_fields(full, replace(full, narrative=None, tags=(), occurred_on=date(2020, 1, 1))) == (
        "occurred_on",
        "tags",
        "narrative",
    )


def test_the_public_sees_age_groups_and_coarse_places_and_no_free_text(full: IncidentBody) -> None:
    seen = public_body(full)
    assert seen.place == Place("Novi Sad", ("Vojvodina",), 45.2, 19.8, "settlement")
    assert [(person.age, person.age_group) for person in seen.persons] == [(None, "19_35"), (None, "unreported")]
    assert (seen.narrative, seen.sources) == (None, ())
    assert (seen.weapons, seen.casualties, seen.seizure) == (full.weapons, full.casualties, full.seizure)


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        (Place(admin=("Vojvodina",), precision="admin"), Place(admin=("Vojvodina",), precision="admin")),
        (Place(None, (), -0.04, 19.96, "exact"), Place(None, (), 0.0, 20.0, "settlement")),
    ],
)
def test_a_coarse_place_stays_as_coarse(full: IncidentBody, place: Place, seen: Place) -> None:
    assert repr(public_body(replace(full, place=place)).place) == repr(seen)


def test_narratives_never_show_in_a_repr(line: Callable[..., ReportIncident]) -> None:
    assert "entered a shop" not in repr(line())

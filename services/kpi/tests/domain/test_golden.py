"""Every version of every event ever stored can be read: one golden file each, never edited, only added to.

A changed shape shows here first: it needs an upcaster and a file of its own (`<type>.v2.json`) beside the old one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from one_of_each_event import EXAMPLES

from common.eventsourcing.codec import Codec, event_type
from kpi.application.streams import EVENTS, codec

GOLDEN = Path(__file__).parent / "golden"
RESTATED = "report-published.v1-restated"


def _named() -> dict[str, Any]:
    named: dict[str, Any] = {}
    for event in EXAMPLES:
        name = f"{event_type('kpi', type(event)).removeprefix('kpi.')}.v1"
        named[RESTATED if name in named else name] = event
    return named


PRESENT = _named()


@pytest.fixture(scope="module")
def stored_as() -> Codec[Any]:
    return codec()


def golden(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return stored


def test_every_event_has_a_golden_file() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(PRESENT)
    assert {type(event) for event in PRESENT.values()} == set(EVENTS)


@pytest.mark.parametrize("name", PRESENT)
def test_what_was_stored_reads_as_it_was_meant(stored_as: Codec[Any], name: str) -> None:
    stored = golden(name)
    read = stored_as.decode(stored["type"], stored["schema_version"], json.dumps(stored["data"]), texts=stored["texts"])
    assert read == PRESENT[name]


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_stored_today_has_the_shape_of_its_file(stored_as: Codec[Any], name: str) -> None:
    encoded = stored_as.encode(PRESENT[name])
    assert {
        "type": encoded.type,
        "schema_version": encoded.schema_version,
        "data": json.loads(encoded.data),
        "texts": dict(encoded.texts),
    } == golden(name)


@pytest.mark.parametrize("name", PRESENT)
def test_no_words_lie_in_the_event_itself(name: str) -> None:
    assert "a hushed word" not in json.dumps(golden(name)["data"])


def test_erased_words_leave_the_event_readable(stored_as: Codec[Any]) -> None:
    stored = golden("figure-recorded.v1")
    read = stored_as.decode(stored["type"], 1, json.dumps(stored["data"]))
    assert read.figure.comment.body is None
    assert read.figure.cells == PRESENT["figure-recorded.v1"].figure.cells

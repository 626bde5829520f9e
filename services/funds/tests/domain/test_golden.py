"""Every version of every event ever stored can be read: one golden file each, never edited, only added to.

A changed shape shows here first: it needs an upcaster and a file of its own (`<type>.v2.json`) beside the old one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from funds_examples import EXAMPLES

from common.eventsourcing.codec import Codec, event_type
from funds.application.streams import EVENTS, codec

GOLDEN = Path(__file__).parent / "golden"
PRESENT = {f"{event_type('funds', type(event)).removeprefix('funds.')}.v1": event for event in EXAMPLES}


@pytest.fixture(scope="module")
def stored_as() -> Codec[Any]:
    return codec()


def golden(name: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return stored


def made(stored_as: Codec[Any], event: Any) -> dict[str, Any]:
    encoded = stored_as.encode(event)
    return {
        "type": encoded.type,
        "schema_version": encoded.schema_version,
        "data": json.loads(encoded.data),
        "texts": dict(encoded.texts),
    }


def test_every_event_has_one_example_and_a_golden_file() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(PRESENT)
    assert sorted(map(str, map(type, EXAMPLES))) == sorted(map(str, EVENTS))


@pytest.mark.parametrize("name", PRESENT)
def test_what_was_stored_reads_as_it_was_meant(stored_as: Codec[Any], name: str) -> None:
    stored = golden(name)
    read = stored_as.decode(stored["type"], stored["schema_version"], json.dumps(stored["data"]), texts=stored["texts"])
    assert read == PRESENT[name]


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_stored_today_has_the_shape_of_its_file(stored_as: Codec[Any], name: str) -> None:
    assert made(stored_as, PRESENT[name]) == golden(name)


@pytest.mark.parametrize("name", PRESENT)
def test_no_reason_and_no_comment_lies_in_the_event_itself(name: str) -> None:
    assert "a hushed word" not in json.dumps(golden(name)["data"])


@pytest.mark.parametrize("name", PRESENT)
def test_no_amount_becomes_a_float_on_its_way(stored_as: Codec[Any], name: str) -> None:
    def refuse(written: str) -> Any:
        raise AssertionError(written)

    json.loads(stored_as.encode(PRESENT[name]).data, parse_float=refuse)


def test_erased_words_leave_the_event_readable(stored_as: Codec[Any]) -> None:
    stored = golden("deposit-received.v1")
    read = stored_as.decode(stored["type"], 1, json.dumps(stored["data"]))
    assert read.reason.body is None
    assert read.credited == PRESENT["deposit-received.v1"].credited


def write() -> None:
    """Of events that have none yet: `python services/funds/tests/domain/test_golden.py`."""
    GOLDEN.mkdir(exist_ok=True)
    for name, event in PRESENT.items():
        path = GOLDEN / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(made(codec(), event), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()

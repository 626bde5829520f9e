"""Stored events through the versions: what was written once can be read for ever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from common.eventsourcing.codec import Codec, UnknownEventType, event_type
from common.kernel.text import ErasableText


@dataclass(frozen=True, slots=True)
class Line:
    quantity: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """Version 1 had one `name`, version 2 `first` and `last`; version 3 added `lines`."""

    first: str
    last: str
    lines: tuple[Line, ...]
    note: ErasableText | None = None


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    by: UUID


def split_name(stored: dict[str, Any]) -> dict[str, Any]:
    first, _, last = stored.pop("name").partition(" ")
    return {**stored, "first": first, "last": last}


def add_lines(stored: dict[str, Any]) -> dict[str, Any]:
    return {**stored, "lines": []}


@pytest.fixture
def codec() -> Codec[Any]:
    return Codec("shop", [OrderPlaced, OrderCancelled], {OrderPlaced: (split_name, add_lines)})


def test_an_event_round_trips(codec: Codec[Any]) -> None:
    event = OrderPlaced("Ada", "Byron", (Line(Decimal("1.50"), date(2020, 2, 29)),), ErasableText.of("by noon"))
    stored = codec.encode(event)
    assert (stored.type, stored.schema_version) == ("shop.order-placed", 3)
    assert codec.decode(stored.type, stored.schema_version, stored.data, stored.texts) == event
    cancelled = OrderCancelled(UUID(int=5))
    assert codec.decode("shop.order-cancelled", 1, codec.encode(cancelled).data) == cancelled


@pytest.mark.parametrize(
    ("version", "stored"),
    [
        (1, {"name": "Ada Byron"}),
        (2, {"first": "Ada", "last": "Byron"}),
        (3, {"first": "Ada", "last": "Byron", "lines": []}),
    ],
)
def test_every_version_once_stored_is_read(codec: Codec[Any], version: int, stored: dict[str, Any]) -> None:
    assert codec.decode("shop.order-placed", version, json.dumps(stored)) == OrderPlaced("Ada", "Byron", ())


def test_words_survive_an_upcast(codec: Codec[Any]) -> None:
    note = {"salt": "5a17", "digest": "d19e57"}
    stored = json.dumps({"name": "Ada Byron", "note": note})
    assert codec.decode("shop.order-placed", 1, stored, {"d19e57": "by noon"}).note.body == "by noon"
    assert codec.decode("shop.order-placed", 1, stored).note.body is None


def test_words_lie_beside_the_event(codec: Codec[Any]) -> None:
    note = ErasableText.of("by noon")
    stored = codec.encode(OrderPlaced("Ada", "Byron", (), note))
    assert "noon" not in stored.data
    assert stored.texts == {note.digest: "by noon"}
    erased = ErasableText(note.salt, note.digest, None)
    assert codec.encode(OrderPlaced("Ada", "Byron", (), erased)).texts == {}


@pytest.mark.parametrize(("name", "version"), [("shop.order-placed", 4), ("shop.order-lost", 1)])
def test_what_newer_code_stored_is_not_guessed_at(codec: Codec[Any], name: str, version: int) -> None:
    with pytest.raises(UnknownEventType, match=f"{name} version {version}"):
        codec.decode(name, version, "{}")


def test_types_are_named_after_their_classes() -> None:
    assert event_type("incidents", OrderCancelled) == "incidents.order-cancelled"

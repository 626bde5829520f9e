"""What a pack ships is what the rules know: every roadmap converts, loses nothing, and means something."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from common.reference.pack import load_pack, shipped_packs
from common.reference.roadmaps import Roadmap as Shipped
from common.reference.roadmaps import load_roadmaps
from kpi.domain import roadmap as domain

SHIPPED = [roadmap for name in shipped_packs() for roadmap in load_roadmaps(load_pack(name))]


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: f"{shipped.code}-{shipped.version}")
def test_a_shipped_roadmap_converts_and_loses_nothing(shipped: Shipped) -> None:
    converted = msgspec.convert(shipped.plain(), domain.Roadmap)
    assert msgspec.json.decode(msgspec.json.encode(converted)) == shipped.plain()
    assert msgspec.json.decode(msgspec.json.encode(converted), type=domain.Roadmap) == converted


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: f"{shipped.code}-{shipped.version}")
def test_a_file_has_every_field_that_the_rules_know_and_no_other(shipped: Shipped) -> None:
    _same_fields(shipped.plain(), msgspec.convert(shipped.plain(), domain.Roadmap))


def _same_fields(plain: Any, converted: Any) -> None:
    """A field of the domain that has a default would be missed by converting alone."""
    if dataclasses.is_dataclass(converted):
        assert set(plain) == {field.name for field in dataclasses.fields(converted)}
        for name, value in plain.items():
            _same_fields(value, getattr(converted, name))
    elif isinstance(converted, tuple):
        for inner, entry in zip(plain, converted, strict=True):
            _same_fields(inner, entry)

"""A published contract never changes by accident: its JSON schema lies beside it, and a change is a reviewed diff.

`python libs/common/tests/contracts/test_snapshots.py` writes the snapshots anew.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import pytest

from common.contracts.documents.models import model_of
from common.contracts.registry import CONTRACTS, WIRE_NAMES

SCHEMAS = Path(str(files("common.contracts") / "schemas"))


def schema(name: str) -> dict[str, Any]:
    """What the contract looks like on the wire."""
    return model_of(CONTRACTS[name]).model_json_schema(mode="serialization")


def write() -> None:
    SCHEMAS.mkdir(exist_ok=True)
    for name in CONTRACTS:
        text = json.dumps(schema(name), indent=2, sort_keys=True, ensure_ascii=False)
        (SCHEMAS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_contract_is_as_it_was_published(name: str) -> None:
    assert schema(name) == json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))


def test_no_contract_that_was_published_has_gone() -> None:
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(CONTRACTS)


def test_wire_names_lead_both_ways() -> None:
    assert {WIRE_NAMES[model]: model for model in WIRE_NAMES} == dict(CONTRACTS)


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_wire_name_tells_publisher_event_and_version(name: str) -> None:
    publisher, event, version = name.split(".")
    module = cast("str", CONTRACTS[name].__module__)
    class_name = "".join(word.capitalize() for word in event.split("-"))
    assert module.startswith(f"common.contracts.{publisher}")
    assert CONTRACTS[name].__name__ == (class_name if version == "v1" else f"{class_name}{version.upper()}")


if __name__ == "__main__":
    write()

"""The published examples are what the service makes of its golden events: none is made up.

`python services/incidents/tests/messaging/test_examples.py` writes them anew; then `make docs`.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from common.contracts.registry import CONTRACTS, WIRE_NAMES
from common.eventsourcing.codec import Codec
from incidents.application.streams import EVENTS
from incidents.messaging.published import contract_of

GOLDEN = Path(__file__).parents[1] / "domain" / "golden"
EXAMPLES = Path(str(files("common.contracts") / "examples"))


def made() -> dict[str, Any]:
    """The wire's data by wire name."""
    codec = Codec[Any]("incidents", EVENTS)
    stored = [json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))]
    events = [codec.decode(each["type"], each["schema_version"], json.dumps(each["data"])) for each in stored]
    contracts = [contract for event in events if (contract := contract_of(event))]
    return {WIRE_NAMES[type(contract)]: json.loads(contract.json()) for contract in contracts}


def write() -> None:
    for name, data in made().items():
        text = json.dumps(data, indent=2, ensure_ascii=False)
        (EXAMPLES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", sorted(name for name in CONTRACTS if name.startswith("incidents.")))
def test_an_example_is_what_the_service_publishes(name: str) -> None:
    assert json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")) == made()[name]


if __name__ == "__main__":
    write()

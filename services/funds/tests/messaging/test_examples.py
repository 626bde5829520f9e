"""The published examples are what the service makes of its events: none is made up.

`python services/funds/tests/messaging/test_examples.py` writes them anew; then `make docs`.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from funds_examples import EXAMPLES

from common.contracts.registry import CONTRACTS, WIRE_NAMES
from funds.messaging.published import contract_of

FOLDER = Path(str(files("common.contracts") / "examples"))


def made() -> dict[str, Any]:
    """The wire's data by wire name."""
    contracts = [contract for event in EXAMPLES if (contract := contract_of(event))]
    return {WIRE_NAMES[type(contract)]: json.loads(contract.json()) for contract in contracts}


def write() -> None:
    for name, data in made().items():
        text = json.dumps(data, indent=2, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize("name", sorted(name for name in CONTRACTS if name.startswith("funds.")))
def test_an_example_is_what_the_service_publishes(name: str) -> None:
    assert json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) == made()[name]


if __name__ == "__main__":
    write()
